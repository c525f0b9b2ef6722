"""Keyboards and carousels as VK takes them, for the fake VK to judge what a bot sends.

https://dev.vk.com/ru/api/bots/development/keyboard
https://dev.vk.com/ru/api/bots/development/messages#Шаблоны%20сообщений
"""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from tests.servers.vk_errors import Violation

COLOURS = ("primary", "secondary", "negative", "positive")
COLOURED = ("text", "callback")
WHOLE_WIDTH = ("location", "vkpay", "open_app")
"""A button of these kinds stands alone in its row."""

ACTIONS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "text": (frozenset({"label"}), frozenset({"payload"})),
    "callback": (frozenset({"label"}), frozenset({"payload"})),
    "open_link": (frozenset({"label", "link"}), frozenset({"payload"})),
    "location": (frozenset(), frozenset({"payload"})),
    "vkpay": (frozenset({"hash"}), frozenset({"payload"})),
    "open_app": (frozenset({"label", "app_id"}), frozenset({"payload", "owner_id", "hash"})),
}
"""What an action must have and may have, besides its type."""

_PHOTO = re.compile(r"-?\d+_\d+")
_LINK = re.compile(r"https?://[^\s{}<>]+")


def check_keyboard(text: str) -> dict[str, Any]:
    """The keyboard; raises Violation 100 for what is no JSON and 911 for all else."""
    keyboard = _json(text, "keyboard")
    if not isinstance(keyboard, dict):
        raise Violation(911, "keyboard should be object")
    if unknown := keyboard.keys() - {"one_time", "inline", "buttons", "author_id"}:
        raise Violation(911, f"keyboard contains unknown fields: {sorted(unknown)}")
    for name in ("one_time", "inline"):
        if not isinstance(keyboard.get(name, False), bool):
            raise Violation(911, f"{name} property should be boolean")
    rows = keyboard.get("buttons")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise Violation(911, "buttons should be array of arrays")
    inline = keyboard.get("inline", False)
    if inline and keyboard.get("one_time"):
        raise Violation(911, "one_time is not supported for inline keyboard")
    if inline and not rows:
        raise Violation(911, "inline keyboard contains no buttons")
    _check_rows(rows, most_rows=6 if inline else 10, most_buttons=10 if inline else 40)
    return keyboard


def _check_rows(rows: list[list[Any]], *, most_rows: int, most_buttons: int) -> None:
    if len(rows) > most_rows:
        raise Violation(911, "buttons contain too much rows")
    for number, row in enumerate(rows):
        if not 1 <= len(row) <= 5:  # VK has the same words for a row without buttons
            raise Violation(911, f"row {number} contains too much columns")
        for place, button in enumerate(row):
            check_button(button, f"button [{number}][{place}]")
        if len(row) > 1 and any(button["action"]["type"] in WHOLE_WIDTH for button in row):
            raise Violation(911, f"row {number} has a button that takes the whole width")
    if sum(map(len, rows)) > most_buttons:
        raise Violation(911, "keyboard contains too much buttons")


def check_button(button: Any, where: str) -> None:
    """Raises Violation 911 that says where the button stands and what is wrong about it."""
    if not isinstance(button, dict) or not isinstance(action := button.get("action"), dict):
        raise Violation(911, f"{where} should have an action")
    if unknown := button.keys() - {"action", "color"}:
        raise Violation(911, f"{where} contains unknown fields: {sorted(unknown)}")
    kind = str(action.get("type"))
    if kind not in ACTIONS:
        raise Violation(911, f"{where} has invalid action type {kind!r}")
    needed, allowed = ACTIONS[kind]
    if missing := needed - action.keys():
        raise Violation(911, f"{where} has no {sorted(missing)}")
    if unknown := action.keys() - needed - allowed - {"type"}:
        raise Violation(911, f"action contains unknown fields: {where} {sorted(unknown)}")
    if "color" in button and (kind not in COLOURED or button["color"] not in COLOURS):
        raise Violation(911, f"{where} has invalid color {button['color']!r}")
    _check_fields(action, where)


def _check_fields(action: dict[str, Any], where: str) -> None:
    label = action.get("label", "-")
    if not isinstance(label, str) or not label.strip() or len(label) > 40:
        raise Violation(911, f"{where} has invalid label, 1 to 40 characters are allowed")
    payload = action.get("payload", "{}")
    if not isinstance(payload, str) or len(payload) > 255 or not _is_json(payload):
        raise Violation(911, f"{where} has invalid payload, JSON of 255 characters is allowed")
    if not _LINK.fullmatch(str(action.get("link", "https://vk.com"))):
        raise Violation(911, f"{where} has invalid link")
    for name in ("app_id", "owner_id"):
        if not isinstance(action.get(name, 0), int):
            raise Violation(911, f"{where} has invalid {name}")


def check_template(text: str) -> dict[str, Any]:
    """The carousel; raises Violation 100 for what is no JSON and 911 for all else."""
    template = _json(text, "template")
    if not isinstance(template, dict) or template.get("type") != "carousel":
        raise Violation(911, "template has invalid type")
    if unknown := template.keys() - {"type", "elements"}:
        raise Violation(911, f"template contains unknown fields: {sorted(unknown)}")
    elements = template.get("elements")
    if not isinstance(elements, list) or not 1 <= len(elements) <= 10:
        raise Violation(911, "template should have 1 to 10 elements")
    for number, element in enumerate(elements):
        _check_element(element, f"template['elements'][{number}]")
    first = elements[0]
    for number, element in enumerate(elements):
        if element.keys() != first.keys() or len(element["buttons"]) != len(first["buttons"]):
            where = f"template['elements'][{number}]"
            raise Violation(911, f"{where} has another structure than the first element")
    return template


def _check_element(element: Any, where: str) -> None:
    if not isinstance(element, dict):
        raise Violation(911, f"{where} should be object")
    if unknown := element.keys() - {"title", "description", "photo_id", "buttons", "action"}:
        raise Violation(911, f"{where} contains unknown fields: {sorted(unknown)}")
    if "title" not in element and "photo_id" not in element:
        raise Violation(911, f"{where} should have title or photo_id")
    for name in ("title", "description"):
        text = element.get(name, "-")
        if not isinstance(text, str) or not 1 <= len(text) <= 80:
            raise Violation(911, f"{where} has invalid {name}, 1 to 80 characters are allowed")
    if not _PHOTO.fullmatch(str(element.get("photo_id", "-1_1"))):
        raise Violation(911, f"{where} has invalid photo_id")
    buttons = element.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise Violation(911, f"{where} should have 1 to 3 buttons")
    for number, button in enumerate(buttons):
        check_button(button, f"{where}['buttons'][{number}]")
    if "action" in element:
        _check_press(element, where)


def _check_press(element: dict[str, Any], where: str) -> None:
    """What happens when an element itself is pressed."""
    action = element["action"]
    kind = action.get("type") if isinstance(action, dict) else None
    if kind == "open_photo" and "photo_id" in element and action.keys() == {"type"}:
        return
    if (
        kind == "open_link"
        and action.keys() == {"type", "link"}
        and _LINK.fullmatch(str(action["link"]))
    ):
        return
    raise Violation(911, f"{where} has invalid action")


def _json(text: str, name: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Violation(100, f"{name} contains incorrect JSON") from None


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True

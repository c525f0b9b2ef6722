"""Rules of VK's methods that no single parameter can break, for the table of calls."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from tests.servers.vk_errors import Violation
from tests.servers.vk_keyboards import check_keyboard, check_template

TEXT = 4096
ATTACHMENTS = 10
SNACKBAR = 90
_ATTACHMENT = re.compile(
    r"(photo|video|audio|audio_message|doc|wall|market|poll|article|graffiti|podcast|story)"
    r"-?\d+_\d+(_\w+)?"
)
_GOES_TO = ("peer_id", "user_id", "chat_id", "domain", "peer_ids")


def check_send(values: Mapping[str, str]) -> None:
    if int(values["random_id"]) == 0:
        # VK takes 0 as "always a new message", and a call that is repeated then doubles it.
        raise Violation(100, "random_id is 0, which switches off de-duplication")
    if sum(bool(values.get(name)) for name in _GOES_TO) != 1:
        raise Violation(
            100, "you should specify peer_id, user_id, domain, chat_id or user_ids param"
        )
    _check_content(values, ("sticker_id", "forward", "forward_messages"))
    if "forward" in values:
        _check_forward(values["forward"])


def check_edit(values: Mapping[str, str]) -> None:
    named = ("cmid", "conversation_message_id", "message_id")
    if sum(bool(values.get(name)) for name in named) != 1:
        raise Violation(100, "message_id or cmid is a required parameter")
    _check_content(values, ())


def _check_content(values: Mapping[str, str], instead_of_text: tuple[str, ...]) -> None:
    """https://dev.vk.com/ru/method/messages.send: one of text, attachment, place and so on."""
    if len(values.get("message", "")) > TEXT:
        raise Violation(914)
    if values.get("attachment"):
        _check_attachments(values["attachment"])
    if ("lat" in values) != ("long" in values):
        raise Violation(100, "lat and long go together")
    if "lat" in values and (abs(float(values["lat"])) > 90 or abs(float(values["long"])) > 180):
        raise Violation(100, "lat or long is out of range")
    if values.get("keyboard"):
        check_keyboard(values["keyboard"])
    if values.get("template"):
        check_template(values["template"])
        if not values.get("message", "").strip():
            raise Violation(100, "message is empty or invalid: a carousel needs a message")
    if values.get("format_data"):
        _check_styles(values["format_data"], values.get("message", ""))
    content = ("attachment", "lat", *instead_of_text)
    if not values.get("message", "").strip() and not any(values.get(name) for name in content):
        raise Violation(100, "message is empty or invalid")


STYLES = ("bold", "italic", "underline", "url")
"""https://dev.vk.com/ru/reference/objects/message#format_data"""


def _check_styles(text: str, message: str) -> None:
    """Places are counted in UTF-16 units, and lie inside of the message."""
    styles = _object(text, "format_data")
    items = styles.get("items")
    if str(styles.get("version")) != "1" or not isinstance(items, list) or len(styles) != 2:
        raise Violation(100, "format_data should have version 1 and items")
    whole = len(message.encode("utf-16-le", "surrogatepass")) // 2
    for item in items:
        if not isinstance(item, dict) or item.get("type") not in STYLES:
            raise Violation(100, f"format_data has an invalid item: {item!r}")
        needed = {"type", "offset", "length"} | ({"url"} if item["type"] == "url" else set())
        if item.keys() != needed:
            raise Violation(100, f"format_data has an item of {sorted(item)}")
        offset, length = item["offset"], item["length"]
        if not isinstance(offset, int) or not isinstance(length, int):
            raise Violation(100, "format_data has an item without numbers")
        if offset < 0 or length < 1 or offset + length > whole:
            raise Violation(100, f"format_data leaves the message: {offset}+{length} of {whole}")


def _check_attachments(text: str) -> None:
    parts = text.split(",")
    if len(parts) > ATTACHMENTS:
        raise Violation(100, f"attachment has {len(parts)} parts, {ATTACHMENTS} are allowed")
    for part in parts:
        if not _ATTACHMENT.fullmatch(part):
            raise Violation(100, f"attachment is invalid: {part[:60]!r}")


def _check_forward(text: str) -> None:
    forward = _object(text, "forward")
    known = {"owner_id", "peer_id", "conversation_message_ids", "cmids", "message_ids", "is_reply"}
    if unknown := forward.keys() - known:
        raise Violation(100, f"forward has unknown fields: {sorted(unknown)}")
    ids: list[Any] = []
    for name in ("conversation_message_ids", "cmids", "message_ids"):
        ids += forward.get(name, [])
    if not ids or not all(isinstance(number, int) for number in ids):
        raise Violation(100, "forward names no messages")
    if forward.get("is_reply") and (len(ids) != 1 or "peer_id" not in forward):
        raise Violation(100, "forward with is_reply names one message of one peer")


def check_delete(values: Mapping[str, str]) -> None:
    by_number = values.get("cmids") or values.get("conversation_message_ids")
    if bool(by_number) == bool(values.get("message_ids")):
        raise Violation(100, "message_ids or cmids is a required parameter")
    if by_number and not values.get("peer_id"):
        raise Violation(100, "peer_id is a required parameter")


def check_peer(values: Mapping[str, str]) -> None:
    if not values.get("peer_id") and not values.get("user_id"):
        raise Violation(100, "peer_id is a required parameter")


_ANSWERS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "show_snackbar": (frozenset({"text"}), frozenset()),
    "open_link": (frozenset({"link"}), frozenset()),
    "open_app": (frozenset({"app_id"}), frozenset({"owner_id", "hash"})),
}
"""https://dev.vk.com/ru/api/bots/development/keyboard: what a pressed callback button may do."""


def check_answer(values: Mapping[str, str]) -> None:
    if "event_data" not in values:
        return
    answer = _object(values["event_data"], "event_data")
    if answer.get("type") not in _ANSWERS:
        raise Violation(100, f"event_data has invalid type {answer.get('type')!r}")
    needed, allowed = _ANSWERS[answer["type"]]
    if needed - answer.keys() or answer.keys() - needed - allowed - {"type"}:
        raise Violation(100, f"event_data has wrong fields: {sorted(answer)}")
    text = answer.get("text", "-")
    if not isinstance(text, str) or not 1 <= len(text) <= SNACKBAR:
        raise Violation(100, f"event_data has invalid text, 1 to {SNACKBAR} characters are allowed")
    if not str(answer.get("link", "https://")).startswith(("http://", "https://")):
        raise Violation(100, "event_data has invalid link")


def check_server(values: Mapping[str, str]) -> None:
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", values["url"]):
        raise Violation(100, "url is invalid")


def _object(text: str, name: str) -> dict[str, Any]:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Violation(100, f"{name} contains incorrect JSON") from None
    if not isinstance(value, dict):
        raise Violation(100, f"{name} should be an object")
    return value

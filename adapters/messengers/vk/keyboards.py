"""Buttons as VK's keyboards, inside its limits; what does not fit becomes lines of words.

https://dev.vk.com/ru/api/bots/development/keyboard: up to ten buttons under a message, up to forty
in place of the customer's keyboard.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson
import structlog

from adapters.messengers.vk.abilities import Abilities
from adapters.messengers.vk.names import BUTTON
from bots.model.message import Button, Keyboard
from bots.shaping import clean, links, numbered, shortened

MAX_LABEL = 40
MAX_PAYLOAD = 255
MAX_ROW = 5


class Size(NamedTuple):
    rows: int
    buttons: int


INLINE = Size(rows=6, buttons=10)
BELOW = Size(rows=10, buttons=40)

HIDDEN: dict[str, Any] = {"one_time": True, "buttons": []}
"""Takes the keyboard away that stands in place of the customer's."""

_LINK = re.compile(r"https?://[^\s{}<>\"]+")

log = structlog.get_logger()

Row = list[dict[str, Any]]


class Shown(NamedTuple):
    """A keyboard, or None, and the `lines` that stand above it or in its place."""

    keyboard: dict[str, Any] | None = None
    lines: str = ""


def shown(keyboard: Keyboard, abilities: Abilities) -> Shown:
    """The buttons in the best form the customer's program has.

    A button that asks for the phone is left out: VK has none, the question is answered by typing.
    """
    buttons = [button for row in keyboard.rows for button in row if button.share != "phone"]
    as_lines = [one for one in buttons if one.url is not None and not _LINK.fullmatch(one.url)]
    buttons = [one for one in buttons if one not in as_lines]
    lines = [links(as_lines)]
    count = len(buttons)
    inline = keyboard.inline and abilities.inline and count <= INLINE.buttons
    size = INLINE if inline else BELOW
    if not buttons:
        return Shown(lines="".join(lines))
    rows = _rows(keyboard, buttons, size) if abilities.keyboard else None
    if rows is None:
        lines.append(numbered(buttons))
        return Shown(lines="\n".join(filter(None, lines)))
    labels = [_label(button.text) for button in buttons]
    if len(set(labels)) < len(labels):
        lines.append(numbered(buttons))
        labels = _with_numbers(buttons)
    callback = inline and abilities.callback
    actions = iter(
        [
            button_of(button, label, callback=callback)
            for button, label in zip(buttons, labels, strict=True)
        ]
    )
    made = [[next(actions) for _ in row] for row in rows]
    extra = {"inline": True} if inline else {"one_time": True, "inline": False}
    return Shown({**extra, "buttons": made}, "\n".join(filter(None, lines)))


def alike(buttons: Iterable[Button]) -> bool:
    """Whether two labels cannot be told apart once they are cut."""
    labels = [_label(one.text) for one in buttons]
    return len(set(labels)) < len(labels)


def button_of(button: Button, label: str, *, callback: bool) -> dict[str, Any]:
    """A button of a keyboard or of a card; `callback` tells of a press without writing the label."""
    if button.url is not None:
        return {"action": {"type": "open_link", "label": label, "link": button.url}}
    payload = _payload(button)
    if button.share == "location":
        return {"action": {"type": "location", "payload": payload}}
    kind = "callback" if callback else "text"
    return {"action": {"type": kind, "label": label, "payload": payload}}


def label_of(button: Button) -> str:
    return _label(button.text)


def _label(text: str) -> str:
    return shortened(" ".join(clean(text).split()), MAX_LABEL) or "…"


def _with_numbers(buttons: Sequence[Button]) -> list[str]:
    """The numbers of the lines above stand before the labels; links have none."""
    labels = []
    number = 0
    for button in buttons:
        if button.url is not None:
            labels.append(_label(button.text))
        else:
            number += 1
            labels.append(_label(f"{number}. {button.text}"))
    return labels


def _payload(button: Button) -> str:
    """An object, for VK takes nothing else; without a payload the label stands in for it."""
    value = clean(button.payload or button.text.strip())
    written = orjson.dumps({BUTTON: value}).decode()
    while len(written) > MAX_PAYLOAD:
        log.warning("A button's payload is longer than VK takes and is cut", name=button.name)
        value = value[: len(value) - max(1, (len(written) - MAX_PAYLOAD) // 2)]
        written = orjson.dumps({BUTTON: value}).decode()
    return written


# ---------------------------------------------------------------- rows


def _rows(keyboard: Keyboard, buttons: Sequence[Button], size: Size) -> list[list[Button]] | None:
    """The rows as they were meant where they fit, else others; None where nothing fits."""
    if len(buttons) > size.buttons:
        return None
    kept = set(map(id, buttons))
    meant = [row for given in keyboard.rows if (row := [one for one in given if id(one) in kept])]
    if len(meant) <= size.rows and all(_fits(row) for row in meant):
        return meant
    for width in range(1, MAX_ROW + 1):
        rows = _packed(buttons, width)
        if len(rows) <= size.rows:
            return rows
    return None


def _packed(buttons: Iterable[Button], width: int) -> list[list[Button]]:
    rows: list[list[Button]] = []
    open_row = False
    for button in buttons:
        if _takes_a_row(button):
            rows.append([button])
            open_row = False
        elif open_row and len(rows[-1]) < width:
            rows[-1].append(button)
        else:
            rows.append([button])
            open_row = True
    return rows


def _fits(row: Sequence[Button]) -> bool:
    return len(row) <= MAX_ROW and (len(row) == 1 or not any(map(_takes_a_row, row)))


def _takes_a_row(button: Button) -> bool:
    return button.share == "location"

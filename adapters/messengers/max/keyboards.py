"""Buttons as MAX's inline keyboards, inside its limits; what does not fit becomes lines of words.

https://dev.max.ru/docs-api/use-cases/sending-messages/keyboard: 30 rows of up to seven buttons, of up
to three where one of them leads somewhere or asks for something.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import structlog

from bots.model.message import Button, Keyboard
from bots.shaping import clean, links, numbered, shortened

MAX_LABEL = 128
MAX_PAYLOAD = 1024
MAX_LINK = 2048
MAX_ROWS = 30
MAX_ROW = 7
MAX_WIDE_ROW = 3

_LINK = re.compile(r"(https?|max)://[^\s{}<>\"]+")
_ASKS = {"phone": "request_contact", "location": "request_geo_location"}

log = structlog.get_logger()

Rows = list[list[dict[str, Any]]]


class Shown(NamedTuple):
    """A keyboard's rows, or none, and the `lines` that stand above it or in its place."""

    rows: Rows
    lines: str = ""


def shown(keyboard: Keyboard | None) -> Shown:
    """The buttons as buttons where MAX takes them all, else as numbered lines."""
    buttons = [button for row in keyboard.rows for button in row] if keyboard is not None else []
    dead = [one for one in buttons if one.url is not None and not _leads(one.url)]
    alive = [one for one in buttons if one not in dead]
    lines = links(dead)
    if not alive or keyboard is None:
        return Shown([], lines)
    rows = _rows(keyboard, alive)
    if rows is None or _alike(alive):
        return Shown([], "\n".join(filter(None, (lines, numbered(alive)))))
    return Shown([[_button(button) for button in row] for row in rows], lines)


def attachment(rows: Rows) -> dict[str, Any]:
    """The keyboard as it hangs on a message."""
    return {"type": "inline_keyboard", "payload": {"buttons": rows}}


def _leads(url: str) -> bool:
    return len(url) <= MAX_LINK and _LINK.fullmatch(url) is not None


def _alike(buttons: Iterable[Button]) -> bool:
    """Whether two labels cannot be told apart once they are cut."""
    cut = [one for one in buttons if len(one.text) > MAX_LABEL]
    return any(times > 1 for times in Counter(_label(one) for one in cut).values())


def _button(button: Button) -> dict[str, Any]:
    label = _label(button)
    if button.url is not None:
        return {"type": "link", "text": label, "url": button.url}
    if button.share is not None:
        return {"type": _ASKS[button.share], "text": label}
    if not button.payload and label == button.text:
        # It stands for words: pressing it writes them.
        return {"type": "message", "text": label}
    payload = clean(button.payload or button.text)
    if len(payload) > MAX_PAYLOAD:
        log.warning("A button's payload is longer than MAX takes and is cut", name=button.name)
    return {"type": "callback", "text": label, "payload": payload[:MAX_PAYLOAD]}


def _label(button: Button) -> str:
    return shortened(" ".join(clean(button.text).split()), MAX_LABEL) or "…"


# ---------------------------------------------------------------- rows


def _rows(keyboard: Keyboard, buttons: Sequence[Button]) -> list[list[Button]] | None:
    """The rows as they were meant where they fit, else others; None where nothing fits."""
    kept = set(map(id, buttons))
    meant = [row for given in keyboard.rows if (row := [one for one in given if id(one) in kept])]
    cut = [piece for row in meant for piece in _pieces(row)]
    if len(cut) <= MAX_ROWS:
        return cut
    packed = _pieces(buttons)
    return packed if len(packed) <= MAX_ROWS else None


def _pieces(row: Sequence[Button]) -> list[list[Button]]:
    """A row, or as many as it takes."""
    most = MAX_WIDE_ROW if any(one.url is not None or one.share for one in row) else MAX_ROW
    return [list(row[at : at + most]) for at in range(0, len(row), most)]

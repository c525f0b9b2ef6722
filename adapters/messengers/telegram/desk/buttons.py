"""Buttons of the desk: what they carry, and how a press is read."""

from typing import Any, NamedTuple

from adapters.foreign_json import listed, mapping

MARK = "h"
_LONGEST_NUMBER = 18
"""Digits that surely fit where numbers are kept."""


class Pressed(NamedTuple):
    """A button of a chat: what it does, and the `Episode.version` that it was shown with."""

    conversation_id: int
    verb: str
    version: int


def button(text: str, conversation_id: int, verb: str, version: int = 0) -> dict[str, Any]:
    """One button of an inline keyboard. `verb` may carry more after a dot: `to.17`."""
    return {"text": text, "callback_data": f"{MARK}:{conversation_id}:{verb}:{version}"}


def read(data: object) -> Pressed | None:
    """What a press carries; None for what is no button of the desk."""
    parts = data.split(":") if isinstance(data, str) else []
    if len(parts) != 4 or parts[0] != MARK or not parts[2]:
        return None
    if not (_is_number(parts[1]) and _is_number(parts[3])):
        return None
    return Pressed(int(parts[1]), parts[2], int(parts[3]))


def hangs_on(message: dict[str, Any], data: object) -> bool:
    """Whether a message has the button: a changed program of somebody's presses what it likes."""
    rows = listed(mapping(message, "reply_markup"), "inline_keyboard")
    return any(
        isinstance(one, dict) and one.get("callback_data") == data
        for row in rows
        if isinstance(row, list)
        for one in row
    )


def id_in(rest: str) -> int | None:
    """The id that a verb carries behind its dot."""
    return int(rest) if _is_number(rest) else None


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) <= _LONGEST_NUMBER

"""Buttons of the desk: what they carry, and how a press is read."""

from typing import Any, NamedTuple

MARK = "h"


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
    if not (parts[1].isdecimal() and parts[3].isdecimal()):
        return None
    return Pressed(int(parts[1]), parts[2], int(parts[3]))

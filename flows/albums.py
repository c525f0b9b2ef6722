"""Albums that a messenger gives part by part: to the customer they are one message."""

from typing import Literal

from flows.choices import pending
from flows.stage import Stage


def part(stage: Stage, album: str) -> Literal["first", "next", "late"]:
    """Where in its album a message stands; what is in none is a first one.

    A `late` part comes when the question that heard the first one is answered: it is no answer to
    the next, which the customer had not seen yet.
    """
    if not album:
        return "first"
    top = pending(stage)
    waits = top.wait.id if top is not None and top.wait is not None else ""
    if stage.position.album[:1] != [album]:
        stage.position.album = [album, waits]
        return "first"
    return "next" if stage.position.album[1] == waits else "late"

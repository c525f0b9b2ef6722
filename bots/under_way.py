"""What a turn is about, for the log and for whoever traces it: numbers and names, never anybody's words."""

from contextvars import ContextVar
from typing import Literal, NamedTuple

from bots.model.conversation import Conversation
from bots.model.turn import Arrival

Kind = Literal["message", "timer", "result", "move", "update", "say", "change"]


class Cause(NamedTuple):
    """What set a turn off: an `arrival` that waited so many seconds, an intent by its `key`, …"""

    kind: Kind
    arrival: Arrival | None = None
    key: str = ""
    waited: float | None = None


UNDER_WAY: ContextVar[tuple[Cause, Conversation] | None] = ContextVar("under_way", default=None)
"""The turn that the present task works on; a bare pair, for one is made at each."""

OF_PEOPLE, OF_PROGRAM = Cause("move"), Cause("change")
TO_UPDATE, TO_SAY = Cause("update"), Cause("say")

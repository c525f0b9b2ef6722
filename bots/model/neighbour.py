"""What another process committed, as those who listen are told of it, and what it left for us to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from bots.model.conversation import Conversation
from bots.model.message import Address
from bots.model.turn import Event, MessageRecord

Left = Literal["messages", "calls", "actions", "timers"]
"""What waits in a slot for the process that holds it."""

EVERYTHING: frozenset[Left] = frozenset({"messages", "calls", "actions", "timers"})


class Stirred(NamedTuple):
    """A chat in which something was committed: whether people have or had to do with it, names of events."""

    address: Address
    with_people: bool
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """A chat as it is now, with the messages and events that were added to it."""

    conversation: Conversation
    messages: Sequence[MessageRecord]
    events: Sequence[Event]


class Portion(NamedTuple):
    """A part of what was committed, the cursor behind it, and whether there is more."""

    told: Sequence[Committed]
    cursor: int
    more: bool


class Waiting(NamedTuple):
    """What waits for us, and when the next timer is due."""

    kinds: frozenset[Left]
    due: datetime | None

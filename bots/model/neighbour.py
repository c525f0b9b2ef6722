"""What another process committed, as those who listen are told of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bots.model.conversation import Conversation
from bots.model.turn import Event, MessageRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """A chat as it is now, with the messages and events that were added to it."""

    conversation: Conversation
    messages: Sequence[MessageRecord]
    events: Sequence[Event]

"""Whoever is told of turns."""

from collections.abc import Sequence
from typing import Protocol

from bots.model.conversation import Conversation
from bots.model.turn import Event, MessageRecord


class Listener(Protocol):
    """Hears of what happened after it was committed: the web page's sockets, metrics."""

    def told(
        self,
        conversation: Conversation,
        messages: Sequence[MessageRecord],
        events: Sequence[Event],
    ) -> None:
        """Must be quick and must not raise."""

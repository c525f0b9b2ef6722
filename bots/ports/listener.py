"""Whoever is told of turns."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from bots.model.conversation import Conversation
from bots.model.neighbour import Stirred
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


@runtime_checkable
class Choosy(Listener, Protocol):
    """A listener that need not be told of everything that other processes commit."""

    def hears_of(self, chat: Stirred) -> bool:
        """Whether it wants to be told of what happens in a chat; must be quick."""

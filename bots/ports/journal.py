"""What turns read and write: on disk before anything is answered."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Protocol

from bots.model.conversation import Conversation, Opening
from bots.model.message import Address, UnifiedMessage
from bots.model.receipt import Receipt
from bots.model.turn import Arrival, TurnRecord


class Journal(Protocol):
    """The hot tables: inbox, conversations, outbox, timers and intents of running turns.

    Every method that writes returns only when what it wrote is synced to disk. A conversation that
    this process has claimed before and nobody else since is given from memory, without a write.
    """

    async def accept(self, messages: Sequence[UnifiedMessage]) -> list[Arrival]:
        """Note messages down, each external id of a channel once; only new ones come back."""

    async def note(self, told: Sequence[Receipt]) -> list[Address]:
        """Keep what was told of messages of ours: the highest of each; known ones change nothing.

        Gives the chats whose customers turn out to be unreachable.
        """

    async def claim(self, address: Address, opening: Opening | None = None) -> Conversation:
        """Take the conversation: its claim is raised. With an opening one is made where none is.

        Raises NotFound for an address without a conversation and no opening.
        """

    async def commit(self, turn: TurnRecord) -> None:
        """Write a turn whole. Raises ClaimLost (and writes nothing) if the claim is not ours."""

    async def dealt_with(self, arrivals: Sequence[int]) -> None:
        """These were done without a turn."""

    async def postpone(self, arrival: int, *, until: datetime | None, error: str) -> None:
        """Count a failed try of a message; without `until` it is parked for a person to see."""

    async def backlog(self) -> list[Arrival]:
        """What was accepted and never answered, in order of receipt (parked ones left out)."""

    async def came(self, known: Collection[int], now: datetime, *, limit: int) -> list[Arrival]:
        """The same, but for what is `known` and what rests after a failure: other processes take in too."""

    def forget(self, which: Callable[[Address], bool]) -> None:
        """Conversations that another process works for now may be others than they are known as."""

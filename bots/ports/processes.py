"""The other processes on one database: which are at work, what they committed, how they are woken."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Protocol

from bots.model.answer import Answer
from bots.model.neighbour import Left, Portion, Stirred, Waiting
from bots.model.process import Process


class Neighbourhood(Protocol):
    """What other processes on this database committed, and what of it they wait for here."""

    async def latest(self) -> int:
        """The cursor behind all that was committed up to now."""

    async def after(self, cursor: int, wanted: Callable[[Stirred], bool], *, limit: int) -> Portion:
        """What others committed behind a cursor in chats that are wanted, in the order of commits."""

    async def waiting(
        self, slots: Collection[int], known: Collection[int], keys: Collection[str], now: datetime
    ) -> Waiting:
        """What waits in these slots, but for messages and calls that are known."""

    async def put_answer(self, seq: int, answer: Answer | str, now: datetime) -> None:
        """What came of a message that another process took in, or why nothing did."""

    async def answer(self, seq: int) -> Answer | str | None:
        """The same, for the process that waits for it; None as long as there is nothing."""

    async def prune(self, before: datetime) -> None:
        """Drop answers of before: nobody waits for them any more."""


class Membership(Protocol):
    """The processes on this database, and the leases of slots; times are by the database's clock."""

    async def beat(self) -> set[int]:
        """Give a sign of life and renew the leases; the slots that are still ours."""

    async def processes(self) -> list[Process]:
        """Those that live, ourselves among them, the oldest first."""

    async def take(self, most: int) -> set[int]:
        """Lease so many of the shared slots that nobody holds."""

    async def take_chores(self) -> set[int]:
        """Lease that of the chores, where nobody holds it."""

    async def release(self, slots: Collection[int]) -> None:
        """Others may have them."""

    async def stop(self) -> None:
        """Take no part in the sharing any more."""

    async def leave(self) -> None:
        """Be there no more."""


class Others(Protocol):
    """Tells the other processes on this database where to look; what is lost on the way they find later."""

    def stir(self, slot: int, what: Left) -> None:
        """Something of a slot waits for the process that holds it."""

    def committed(self, chat: Stirred) -> None:
        """A turn was committed, of which others may want to hear."""

"""What happened, in the order in which it was committed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bots.model.feed import Entry


class Feed(Protocol):
    """What happened, in the order in which it was committed, for those who tell the world of it."""

    async def after(
        self, workspace: int, cursor: int, *, limit: int, names: Sequence[str] = ()
    ) -> list[Entry]:
        """The next events past a cursor, all or those of some names; none is ever added before it.

        One that tells of messages (`messages.added`) names each of them. Notes of operators are
        never told.
        """

    async def latest(self) -> int:
        """The cursor behind all that has happened."""

    async def stirred(self, cursor: int) -> set[int]:
        """The workspaces in which anything happened past a cursor."""

    async def prune(self, before: datetime, *, handoffs_before: datetime) -> int:
        """Drop what happened before a moment, and hand-offs of before another; how many."""

"""The house's own chores: what is old is forgotten, topics are tidied, what is held too long is given up."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bots.ports import Clock, Feed, Sessions, Shelf
from bots.services.documents import Documents
from bots.services.forgetting import Forgetting
from bots.services.publishing import Publishing
from scheduler.timetable import Chore, Timetable

KEEP_INBOX = timedelta(days=14)
"""How long repeats of a message are known for what they are."""
KEEP_EVENTS = timedelta(days=90)
"""How long those who read what happened may stay away."""
KEEP_SESSIONS = timedelta(days=1)
"""How long tokens that ran out are known for what they were."""
KEEP_ANSWERS = timedelta(hours=1)
"""How long an answer lies for the process that waits for it."""
KEEP_HANDOFFS = timedelta(days=400)
"""Reports look back a year."""


class Inboxes(Protocol):
    """Where messages that came are known for repeats."""

    async def prune(self, before: datetime) -> int:
        """Forget what came before; how much it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Housekeeping:
    """`tidy_desks` tidies operators' groups, `give_up_old` lets go of what was held for too long.

    `forget_answers` drops what no other process waits for any more.
    """

    journal: Inboxes
    feed: Feed
    sessions: Sessions
    publishing: Publishing
    documents: Documents
    forgetting: Forgetting | None
    forget_answers: Callable[[datetime], Awaitable[None]]
    tidy_desks: Callable[[], Awaitable[None]]
    give_up_old: Callable[[], Awaitable[object]]
    shelf: Shelf
    clock: Clock

    async def run(self) -> None:
        """For ever."""
        chores = [
            Chore(name="prune", when="30 4 * * *", work=self._prune),
            Chore(name="old topics", when="50 4 * * *", work=self.tidy_desks),
            Chore(name="held", when="7 * * * *", work=self.give_up_old),
        ]
        table = Timetable(
            chores, shelf=self.shelf, clock=self.clock, sleep=asyncio.sleep, zone=ZoneInfo("UTC")
        )
        await table.run()

    async def _prune(self) -> None:
        now = self.clock()
        if self.forgetting is not None:
            await self.forgetting.run()
        await self.journal.prune(now - KEEP_INBOX)
        await self.feed.prune(now - KEEP_EVENTS, handoffs_before=now - KEEP_HANDOFFS)
        await self.publishing.prune()
        await self.sessions.prune(now - KEEP_SESSIONS)
        await self.documents.tidy()
        await self.forget_answers(now - KEEP_ANSWERS)

"""What runs when, whoever writes: the house's own chores."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bots.errors import Unavailable
from bots.ports import Clock, Shelf, Sleep
from scheduler.cron import next_time

log = structlog.get_logger()

LONGEST_SLEEP = 3600.0
"""Seconds after which the clock is looked at again: it may have been set."""


SETTLED = timedelta(minutes=10)
"""After a start what was missed is made up for: whatever was under way goes on before."""

HOUSE = 0
"""No workspace has this number: what is on its shelf is the house's own."""
SHELF = "chores"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """Something to do at the times of a crontab line.

    Of the times missed while we were down one is made up for, soon after the start.
    """

    name: str
    when: str
    work: Callable[[], Awaitable[object]]


class Timetable:
    """Runs chores, each at its times, one at a time; when each was last done is noted on the shelf."""

    def __init__(
        self, chores: Sequence[Chore], *, shelf: Shelf, clock: Clock, sleep: Sleep, zone: ZoneInfo
    ) -> None:
        self._chores = chores
        self._shelf = shelf
        self._clock = clock
        self._sleep = sleep
        self._zone = zone

    async def run(self) -> None:
        """For ever; a chore that fails is logged and comes again at its next time."""
        due = {chore.name: await self._first(chore) for chore in self._chores}
        while due:
            for chore in self._chores:
                if due[chore.name] <= self._clock():
                    await self._do(chore)
                    due[chore.name] = self._after(chore, self._clock())
                else:
                    # A clock that ran far ahead may have been set back since.
                    due[chore.name] = min(due[chore.name], self._after(chore, self._clock()))
            wait = (min(due.values()) - self._clock()).total_seconds()
            await self._sleep(min(max(wait, 0.0), LONGEST_SLEEP))

    async def _first(self, chore: Chore) -> datetime:
        """Its next time, or soon where it should have been done while we were down."""
        now = self._clock()
        coming = self._after(chore, now)
        noted = await self._shelf.get(HOUSE, SHELF, chore.name)
        if noted is None:
            await self._note(chore)
        elif self._after(chore, datetime.fromisoformat(noted)) <= now:
            return min(coming, now + SETTLED)
        return coming

    async def _do(self, chore: Chore) -> None:
        try:
            await chore.work()
            await self._note(chore)
        except Unavailable:
            log.warning("A chore found the database away", chore=chore.name)
        except Exception:
            log.exception("A chore failed", chore=chore.name)

    async def _note(self, chore: Chore) -> None:
        await self._shelf.put(HOUSE, SHELF, chore.name, self._clock().isoformat())

    def _after(self, chore: Chore, moment: datetime) -> datetime:
        return next_time(chore.when, moment, self._zone)

"""What runs when, whoever writes: the house's own chores."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from bots.ports import Clock, Sleep
from scheduler.cron import next_time

log = structlog.get_logger()

LONGEST_SLEEP = 3600.0
"""Seconds after which the clock is looked at again: it may have been set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """Something to do at the times of a crontab line. A time missed while we were down is skipped."""

    name: str
    when: str
    work: Callable[[], Awaitable[object]]


class Timetable:
    """Runs chores, each at its times, one at a time."""

    def __init__(
        self, chores: Sequence[Chore], *, clock: Clock, sleep: Sleep, zone: ZoneInfo
    ) -> None:
        self._chores = chores
        self._clock = clock
        self._sleep = sleep
        self._zone = zone

    async def run(self) -> None:
        """For ever; a chore that fails is logged and comes again at its next time."""
        due = {chore.name: self._after(chore, self._clock()) for chore in self._chores}
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

    async def _do(self, chore: Chore) -> None:
        try:
            await chore.work()
        except Exception:
            log.exception("A chore failed", chore=chore.name)

    def _after(self, chore: Chore, moment: datetime) -> datetime:
        return next_time(chore.when, moment, self._zone)

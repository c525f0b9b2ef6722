"""Fire timers when they are due, through the lanes of their conversations."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple, Protocol

from bots.model.turn import Timer
from bots.ports import Clock, Timers
from bots.retry import wait_before

BATCH = 500
LOOK_AGAIN = timedelta(seconds=4)
"""How often we look though nobody woke us: another process, or a clock that was set."""

UNDER_WAY_PAUSE = timedelta(seconds=0.1)
RESTING_PAUSE = timedelta(seconds=1)
"""Between looks while what is due is under way, or rests after a failure."""

LONGEST_REST = timedelta(hours=1)
"""How long a timer rests at last whose turn fails again and again."""

Key = tuple[int, str]
"""A timer: its conversation and its name."""


class Fires(Protocol):
    """Who takes a due timer; `done` is called when its turn is over: did it go well?"""

    def __call__(self, timer: Timer, done: Callable[[bool], None]) -> None: ...


class _Failed(NamedTuple):
    """How often the turn of a timer has failed, and how long it rests for that."""

    times: int
    until: datetime


class Worker:
    """Sleeps until the earliest timer is due; `wake` tells it of an earlier one."""

    def __init__(self, *, timers: Timers, clock: Clock) -> None:
        self._timers = timers
        self._clock = clock
        self._until: datetime | None = None
        self._woken = asyncio.Event()
        self._firing: set[Key] = set()
        self._failed: dict[Key, _Failed] = {}

    def wake(self, due: datetime) -> None:
        """A timer was set."""
        if self._until is None or due < self._until:
            self._woken.set()

    async def run(self, fire: Fires) -> None:
        """Fire what is due, for ever."""
        while True:
            self._woken.clear()
            await self.fire_due(fire)
            now = self._clock()
            self._until = now + LOOK_AGAIN
            due = await self._timers.next_due()
            if due is not None:
                self._until = min(self._until, due if due > now else now + self._pause())
            await self._sleep(self._until - now)

    async def fire_due(self, fire: Fires) -> int:
        """Start what is due now, is not under way and does not rest; says how many."""
        now = self._clock()
        busy = self._firing | {key for key, failed in self._failed.items() if failed.until > now}
        # Those that are busy are still in the table: they must not keep others from their turn.
        timers = await self._timers.due(now, limit=BATCH + len(busy))
        due = {(timer.conversation_id, timer.name): timer for timer in timers}
        started = [key for key in due if key not in busy]
        for key in self._failed.keys() - busy - due.keys():
            del self._failed[key]  # it was dropped or moved meanwhile
        for key in started:
            self._firing.add(key)
            fire(due[key], partial(self._fired, key))
        return len(started)

    def _fired(self, key: Key, well: bool) -> None:
        self._firing.discard(key)
        before = self._failed.pop(key, None)
        if not well:
            # It is still in the table; ever later, or it would keep us busy for ever.
            times = before.times + 1 if before is not None else 1
            until = self._clock() + (wait_before(times) or LONGEST_REST)
            self._failed[key] = _Failed(times, until)

    def _pause(self) -> timedelta:
        """How long to leave the table alone although something in it is due."""
        return UNDER_WAY_PAUSE if self._firing or not self._failed else RESTING_PAUSE

    async def _sleep(self, wait: timedelta) -> None:
        try:
            async with asyncio.timeout(max(wait.total_seconds(), 0.001)):
                await self._woken.wait()
        except TimeoutError:
            pass

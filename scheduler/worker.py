"""Fire timers when they are due, through the lanes of their conversations."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from bots.model.turn import Timer
from bots.ports import Clock, Timers

BATCH = 500
LOOK_AGAIN = timedelta(seconds=30)
"""How often we look though nobody woke us: another process, or a clock that was set."""

FAILED_PAUSE = 60.0
"""Seconds before a timer whose turn failed is tried again."""


class Fires(Protocol):
    """Who takes a due timer; `done` is called when its turn is over: did it go well?"""

    def __call__(self, timer: Timer, done: Callable[[bool], None]) -> None: ...


class Worker:
    """Sleeps until the earliest timer is due; `wake` tells it of an earlier one."""

    def __init__(self, *, timers: Timers, clock: Clock) -> None:
        self._timers = timers
        self._clock = clock
        self._until: datetime | None = None
        self._woken = asyncio.Event()
        self._firing: set[tuple[int, str]] = set()

    def wake(self, due: datetime) -> None:
        """A timer was set."""
        if self._until is None or due < self._until:
            self._woken.set()

    async def run(self, fire: Fires) -> None:
        """Fire what is due, for ever."""
        while True:
            self._woken.clear()
            started = await self.fire_due(fire)
            now = self._clock()
            self._until = now + LOOK_AGAIN
            if started == BATCH:
                # Let what we started commit before we look at the rest.
                await self._sleep(timedelta(seconds=0.05))
                continue
            due = await self._timers.next_due()
            if due is not None and not self._firing:
                self._until = min(self._until, max(due, now))
            elif due is not None:
                # Those under way are still in the table; look again soon.
                self._until = min(self._until, max(due, now + timedelta(seconds=0.2)))
            await self._sleep(self._until - now)

    async def fire_due(self, fire: Fires) -> int:
        """Start what is due now and not under way already; says how many."""
        started = 0
        for timer in await self._timers.due(self._clock(), limit=BATCH):
            key = (timer.conversation_id, timer.name)
            if key not in self._firing:
                self._firing.add(key)
                started += 1
                fire(timer, partial(self._fired, key))
        return started

    def _fired(self, key: tuple[int, str], well: bool) -> None:
        if well:
            self._firing.discard(key)
        else:
            # It is still in the table; not at once again, or it would keep us busy for ever.
            asyncio.get_running_loop().call_later(FAILED_PAUSE, self._firing.discard, key)

    async def _sleep(self, wait: timedelta) -> None:
        try:
            async with asyncio.timeout(max(wait.total_seconds(), 0.001)):
                await self._woken.wait()
        except TimeoutError:
            pass

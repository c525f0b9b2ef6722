"""Work on many things, each by at most one task: it is woken, runs until nothing is left, and sleeps."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bots.ports import Clock, Sleep

PAUSES = (1.0, 5.0, 15.0, 60.0, 300.0)
"""Seconds between tries that fail."""

log = structlog.get_logger()


class Waking:
    """`run` brings one thing up to date and says when to look again by itself, or None for never.

    Wakes that come while it runs make it run once more, however many they are. What fails is tried
    again in growing pauses, and at once when it is woken.
    """

    def __init__(
        self,
        run: Callable[[int], Awaitable[datetime | None]],
        *,
        clock: Clock,
        sleep: Sleep,
    ) -> None:
        self._run = run
        self._clock = clock
        self._sleep = sleep
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._woken: dict[int, asyncio.Event] = {}
        self._busy: set[int] = set()
        self._closing = False

    @property
    def busy(self) -> int:
        """How many run just now."""
        return len(self._busy)

    def wake(self, key: int) -> None:
        """Something may have changed."""
        if self._closing:
            return
        if key in self._tasks:
            self._woken[key].set()
            return
        self._woken[key] = asyncio.Event()
        self._tasks[key] = asyncio.create_task(self._work(key))

    async def close(self, patience: float = 0.5) -> None:
        """Let what runs end, for so many seconds; what is left is found again at the next start."""
        self._closing = True
        tasks = dict(self._tasks)
        for key, task in tasks.items():
            if key not in self._busy:
                task.cancel()
        if tasks:
            await asyncio.wait(tasks.values(), timeout=patience)
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)

    async def _work(self, key: int) -> None:
        woken, fails = self._woken[key], 0
        try:
            while True:
                woken.clear()
                again, failed = await self._one(key, fails)
                fails = fails + 1 if failed else 0
                if self._closing:
                    return
                if woken.is_set():
                    continue
                if again is None:
                    return
                await self._until(again, woken)
        finally:
            del self._tasks[key], self._woken[key]

    async def _one(self, key: int, fails: int) -> tuple[datetime | None, bool]:
        self._busy.add(key)
        began = self._clock()
        try:
            again = await self._run(key)
            now = self._clock()
            # A clock that was set back meanwhile makes nonsense of the moment: look anew.
            return (again if now >= began else now), False
        except Exception as error:  # noqa: BLE001 - the worker of a chat outlives whatever it meets
            pause = PAUSES[min(fails, len(PAUSES) - 1)]
            log.warning("A chat could not be shown", chat=key, error=repr(error), again_in=pause)
            return self._clock() + timedelta(seconds=pause), True
        finally:
            self._busy.discard(key)

    async def _until(self, moment: datetime, woken: asyncio.Event) -> None:
        seconds = (moment - self._clock()).total_seconds()
        if seconds <= 0:
            return
        sleeping = asyncio.ensure_future(self._sleep(seconds))
        waiting = asyncio.ensure_future(woken.wait())
        try:
            await asyncio.wait((sleeping, waiting), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waiting.cancel()

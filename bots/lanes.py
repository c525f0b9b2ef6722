"""Lanes: the jobs of one conversation run one after another, those of different ones side by side."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

import structlog

from bots.model.message import Address

QUIET_PAUSE = 0.02

Job = Callable[[], Awaitable[None]]

log = structlog.get_logger()


class Lanes:
    """A queue of jobs for each conversation that has any; a quiet conversation costs nothing.

    A job that raises is logged and the next one goes on: whoever submits a job handles what it
    expects to go wrong.
    """

    def __init__(self) -> None:
        self._waiting: dict[Address, deque[Job]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    def submit(self, address: Address, job: Job) -> bool:
        """Queue a job. While we are closing it is dropped (False): what it stands for is on disk."""
        if self._closing:
            return False
        queue = self._waiting.get(address)
        if queue is not None:
            queue.append(job)
            return True
        self._waiting[address] = deque((job,))
        task = asyncio.create_task(self._drain(address))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    @property
    def busy(self) -> int:
        """How many conversations have a job under way."""
        return len(self._waiting)

    async def quiet(self, which: Callable[[Address], bool], patience: float) -> None:
        """Wait until some conversations have no job, for `patience` seconds at most."""
        ending = time.monotonic() + patience
        while any(map(which, self._waiting)) and time.monotonic() < ending:  # noqa: ASYNC110 - it ends
            await asyncio.sleep(QUIET_PAUSE)

    async def close(self, patience: float) -> None:
        """Let the jobs under way end, for `patience` seconds at most; drop those behind them."""
        self._closing = True
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _drain(self, address: Address) -> None:
        queue = self._waiting[address]
        try:
            while queue and not self._closing:
                job = queue.popleft()
                try:
                    await job()
                except Exception:
                    log.exception("A job failed", bot=address.bot, channel=address.channel)
        finally:
            # No await between the last look at the queue and this: nothing can slip in between.
            self._waiting.pop(address, None)

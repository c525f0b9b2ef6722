"""Background tasks that must not die: one that ends is logged and started anew, ever later."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context

import structlog

from bots.errors import Unavailable

log = structlog.get_logger()

LONGEST = 30.0


class Supervisor:
    """Keeps the house's background tasks alive until it is closed."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def keep(self, name: str, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """Run `work` for ever: when it ends or raises, again after 1, 2, 4 … 30 seconds.

        Whoever wants it to end before the house does cancels the task.
        """
        return self._add(self._kept(name, work))

    def once(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run something beside the others; a failure is logged."""
        self._add(self._logged(name, work))

    async def close(self) -> None:
        """Cancel everything and wait for it to end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _add(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        # Of its own: what a request of that moment writes into every line of the log is not theirs.
        task = asyncio.create_task(work, context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _kept(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        delay = 1.0
        while True:
            started = asyncio.get_running_loop().time()
            try:
                await work()
                log.warning("A background task ended", task=name)
            except Unavailable as away:
                # Who finds that the database is away says so; what is above it is no news.
                log.warning("A background task waits for the database", task=name, why=away.why)
            except Exception:
                log.exception("A background task failed", task=name)
            except asyncio.CancelledError:
                if _are_we_cancelled():
                    raise
                log.warning("A background task was cancelled by something within it", task=name)
            if asyncio.get_running_loop().time() - started > LONGEST:
                delay = 1.0
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST)

    async def _logged(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception:
            log.exception("A background task failed", task=name)


def _are_we_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0

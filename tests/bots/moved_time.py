"""An event loop on which an hour of waiting takes no time: the clock moves to whatever comes next."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class _Selector(selectors.SelectSelector):
    """Instead of waiting it moves the time on by as long."""

    moved = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits for somebody else, and nothing will ever happen")
        self.moved += timeout
        return super().select(0)


class MovedLoop(asyncio.SelectorEventLoop):
    """Nothing of the world outside may be waited for on it, only time and one another."""

    def __init__(self) -> None:
        self._waits = _Selector()
        super().__init__(self._waits)

    def time(self) -> float:
        return self._waits.moved


def now() -> datetime:
    """The loop's time as a moment, for whatever takes a Clock."""
    return START + timedelta(seconds=asyncio.get_running_loop().time())


def in_moved_time(begin: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run it to its end, as quickly as its work alone takes."""
    with asyncio.Runner(loop_factory=MovedLoop) as runner:
        return runner.run(begin())

"""What stands in for the world around one channel: a shelf that forgets, a clock that moves by waiting."""

from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.actions import memory

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


class MemoryShelf(memory.MemoryShelf):
    """A Shelf that forgets with the test, and may be looked into."""

    @property
    def things(self) -> dict[tuple[int, str, str], Any]:
        """Everything, by workspace, shelf and key."""
        return {
            (*where, key): value
            for where, shelf in self._shelves.items()
            for key, value in shelf.items()
        }


class Moments:
    """A clock that moves by being waited for, and notes for how long."""

    def __init__(self) -> None:
        self.now = NOW
        self.waits: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **span: float) -> None:
        """Let time pass, in the words of timedelta."""
        self.now += timedelta(**span)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)

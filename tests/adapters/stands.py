"""What stands in for the world around one channel: a shelf that forgets, a clock that moves by waiting."""

from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


class MemoryShelf:
    """A Shelf that forgets with the test."""

    def __init__(self) -> None:
        self.things: dict[tuple[int, str, str], Any] = {}

    async def get(self, workspace: int, shelf: str, key: str) -> Any | None:
        return self.things.get((workspace, shelf, key))

    async def put(self, workspace: int, shelf: str, key: str, value: Any) -> None:
        self.things[workspace, shelf, key] = value

    async def all(self, workspace: int, shelf: str) -> dict[str, Any]:
        return {
            key[2]: value for key, value in self.things.items() if key[:2] == (workspace, shelf)
        }


class Moments:
    """A clock that moves by being waited for, and notes for how long."""

    def __init__(self) -> None:
        self.now = NOW
        self.waits: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)

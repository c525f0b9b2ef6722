"""What goes on in a conversation, as it is read while it goes on."""

from typing import Protocol

from bots.model.course import Point


class Course(Protocol):
    """Reading a conversation's messages and the moves of its hand-offs by their common numbers."""

    async def after(self, conversation: int, seq: int, *, limit: int) -> list[Point]:
        """The next points past a number, without a gap; none is ever added before another."""

    async def latest(self, conversation: int) -> int:
        """The number of its last point; 0 where there is none."""

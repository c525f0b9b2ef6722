"""An account that may send so many messages a second: who goes next, answers before what comes by itself."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from bots.model.turn import Outgoing
from bots.ports import Clock, Sleep

ANSWER = timedelta(minutes=1)
"""What is written so soon after the customer wrote answers them; they sit there and wait for it."""


def answers(row: Outgoing) -> bool:
    """Whether somebody waits for it, as nobody does for what a schedule or a reminder says."""
    return row.heard_at is not None and row.created_at - row.heard_at < ANSWER


class Turnstile:
    """The line before one account, in order but for answers, which stand before all others.

    Whoever came too early at a messenger is refused with a time to wait, and so is everybody else
    meanwhile: where ten thousand rows wait, that is nearly all they do. Here they wait for nothing
    but their turn.
    """

    def __init__(self, clock: Clock, sleep: Sleep) -> None:
        self._clock = clock
        self._sleep = sleep
        self._free = 0.0
        self._answers: deque[asyncio.Event] = deque()
        self._others: deque[asyncio.Event] = deque()

    def __len__(self) -> int:
        """How many wait."""
        return len(self._answers) + len(self._others)

    def idle(self) -> bool:
        """Whether whoever comes now goes at once."""
        return not len(self) and self._clock().timestamp() >= self._free

    async def turn(
        self,
        per_second: float,
        *,
        answer: bool,
        wait: Callable[[Callable[[], Awaitable[object]]], Awaitable[object]],
    ) -> bool:
        """Wait for the next turn; False where there was nothing to wait for.

        `wait` awaits what is begun by what it is given, and may be cancelled meanwhile.
        """
        if self.idle():
            self._took(per_second)
            return False
        line = self._answers if answer else self._others
        mine = asyncio.Event()
        line.append(mine)
        try:
            while True:
                if self._next() is not mine:
                    mine.clear()
                    await wait(mine.wait)
                elif (left := self._left(per_second)) > 0:
                    await wait(partial(self._sleep, left))
                else:
                    self._took(per_second)
                    return True
        finally:
            line.remove(mine)
            following = self._next()
            if following is not None:
                following.set()

    def _next(self) -> asyncio.Event | None:
        line = self._answers or self._others
        return line[0] if line else None

    def _took(self, per_second: float) -> None:
        self._free = self._clock().timestamp() + 1 / per_second

    def _left(self, per_second: float) -> float:
        now = self._clock().timestamp()
        # However the clock is set, nobody waits longer for one turn than a turn takes.
        self._free = min(self._free, now + 1 / per_second)
        return self._free - now

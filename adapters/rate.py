"""So many calls a second for one account: whoever comes too early waits for its turn."""

from collections import deque

from bots.errors import ChannelBusy
from bots.ports import Clock, Sleep

WINDOW = 1.05
"""A second of the messenger's, and what its clock and ours may differ by in the meantime."""

LONGEST_WAIT = 30.0


class Rate:
    """Turns in the order they were asked for. 0 `per_second` lets everybody pass at once."""

    def __init__(self, per_second: int, *, clock: Clock, sleep: Sleep) -> None:
        self._clock = clock
        self._sleep = sleep
        self._per_second = per_second
        self._turns: deque[float] = deque(maxlen=max(per_second, 1))

    @property
    def spare(self) -> bool:
        """Whether at most half of a second's calls are used: what is only nice to have needs that."""
        half = -(-self._per_second // 2)
        return len(self._turns) < max(half, 1) or self._turns[-half] + WINDOW <= self._now()

    async def turn(self) -> None:
        """Wait for the next turn. Raises ChannelBusy where it is half a minute away."""
        if self._per_second == 0:
            return
        now = self._now()
        if self._turns and self._turns[-1] > now + LONGEST_WAIT + WINDOW:
            # No turn is given out so far ahead: the clock was set back.
            self._turns.clear()
        at = self._earliest(now)
        if at > now + LONGEST_WAIT:
            raise ChannelBusy(WINDOW)
        self._turns.append(at)
        if at > now:
            await self._sleep(at - now)

    def _earliest(self, now: float) -> float:
        if len(self._turns) < self._per_second:
            return now
        return max(now, self._turns[0] + WINDOW)

    def _now(self) -> float:
        return self._clock().timestamp()

"""How much may be done in one group: Telegram counts all calls of a minute together."""

from collections import deque
from datetime import datetime, timedelta

from bots.ports import Clock

PER_MINUTE = 18
"""Calls a group is given: Telegram takes about 20 a minute, of all kinds together."""

MOST = 19
"""Calls within any minute, however they were spread: a burst counts too."""

BURST = 4
"""Calls that may be made at once after a quiet time."""

MINUTE = 60.0


class Budget:
    """A bucket that fills by the minute, and no more than `MOST` within any. It also knows how long Telegram
    bade us to wait. `per_minute` may be fewer than Telegram would take, never more.
    """

    def __init__(self, clock: Clock, per_minute: int) -> None:
        self._clock = clock
        self._rate = min(max(per_minute, 1), PER_MINUTE) / MINUTE
        self._tokens = float(BURST)
        self._filled_at = clock()
        self._made: deque[datetime] = deque()
        self._not_before: datetime | None = None

    @property
    def left(self) -> float:
        """The share of the bucket that is left, from 0 to 1."""
        if self._not_before is not None:
            return 0.0
        self._fill()
        return max(self._tokens, 0.0) / BURST

    def wait(self, cost: int) -> float:
        """Seconds until a call of so many messages may be made."""
        self._fill()
        waits = [0.0]
        now = self._clock()
        if self._not_before is not None:
            left = (self._not_before - now).total_seconds()
            if left > 0:
                waits.append(left)
            else:
                self._not_before = None
        short = min(cost, BURST) - self._tokens
        if short > 1e-9:
            waits.append(short / self._rate)
        over = len(self._made) + cost - MOST
        if over > 0 and self._made:
            last = self._made[min(over, len(self._made)) - 1]
            waits.append(MINUTE - (now - last).total_seconds())
        # What is shorter than a moment would be slept on for ever.
        wait = max(waits)
        return max(wait, 0.001) if wait > 0 else 0.0

    def spend(self, cost: int) -> None:
        """A call of so many messages is made."""
        self._tokens -= cost
        self._made.extend([self._clock()] * cost)

    def pause(self, seconds: float) -> None:
        """Nothing for so long."""
        until = self._clock() + timedelta(seconds=seconds)
        self._not_before = until if self._not_before is None else max(until, self._not_before)

    @property
    def ahead(self) -> timedelta:
        """By how much the last look at the clock is ahead of it: it was set back."""
        return self._filled_at - self._clock()

    def set_back(self, by: timedelta) -> None:
        """The clock was: all that is waited for is as far away as it was."""
        self._filled_at -= by
        self._made = deque(moment - by for moment in self._made)
        if self._not_before is not None:
            self._not_before -= by

    def _fill(self) -> None:
        now = self._clock()
        passed = max((now - self._filled_at).total_seconds(), 0.0)
        self._tokens = min(self._tokens + passed * self._rate, float(BURST))
        self._filled_at = now
        while self._made and (now - self._made[0]).total_seconds() >= MINUTE:
            self._made.popleft()

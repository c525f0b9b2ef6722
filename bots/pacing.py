"""How fast one chat may be written to, where a messenger refuses more: so many at once, then one by one."""

from bots.model.message import Address
from bots.ports import Clock, Pace

MOST = 10_000
"""Chats that are remembered; those written to longest ago are forgotten first."""


class Pacing:
    """A bucket of tokens for each chat that was written to lately."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._full: dict[Address, float] = {}

    def turn(self, address: Address, pace: Pace) -> float:
        """Take a chat's next turn to be written to; gives the seconds to wait for it."""
        now = self._clock().timestamp()
        most = pace.burst * pace.seconds
        # When the bucket is full again. However the clock is set, nobody waits longer than for one.
        full = min(max(self._full.pop(address, now), now), now + most) + pace.seconds
        if len(self._full) >= MOST:
            del self._full[next(iter(self._full))]
        self._full[address] = full
        return max(full - now - most, 0.0)

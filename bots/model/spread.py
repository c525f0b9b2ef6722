"""How values lie: a histogram cheap enough to be kept at every turn."""

from bisect import bisect_left
from collections.abc import Sequence


class Spread:
    """Counts values by the bound they stay within, and their sum. One thread adds to it."""

    __slots__ = ("_counts", "bounds", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        """`bounds` rise; past the last of them there is one place more."""
        self.bounds = bounds
        self.total = 0.0
        self._counts = [0] * (len(bounds) + 1)

    def add(self, value: float) -> None:
        """A value equal to a bound is within it."""
        self._counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    @property
    def within(self) -> list[int]:
        """How many were within each bound, and last how many there were at all."""
        sums, sum_ = [], 0
        for count in self._counts:
            sum_ += count
            sums.append(sum_)
        return sums

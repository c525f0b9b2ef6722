"""Ids that rise, so that what is newer lies at the end of every index."""

from collections.abc import Callable
from struct import unpack

_AT_ONCE = 1024


class Ids:
    """UUIDv7 (RFC 9562) as 32 hex digits, rising within the process.

    `nanoseconds` is the time since 1970, `random_bytes` gives so many of chance.
    """

    def __init__(
        self, nanoseconds: Callable[[], int], random_bytes: Callable[[int], bytes]
    ) -> None:
        self._nanoseconds = nanoseconds
        self._random_bytes = random_bytes
        self._last = 0
        self._chance: list[int] = []

    def __call__(self) -> str:
        # 48 bits of milliseconds and 12 bits of the fraction, never the same one twice.
        moment = (self._nanoseconds() << 12) // 1_000_000
        self._last = moment = max(moment, self._last + 1)
        # An f-string of such parts takes four times as long.
        return "%012x7%03x%016x" % (moment >> 12, moment & 0xFFF, self._random_bits() | 1 << 63)  # noqa: UP031

    def _random_bits(self) -> int:
        # Asking the system is dear, so it is asked for many at once.
        if not self._chance:
            self._chance = list(unpack(f">{_AT_ONCE}Q", self._random_bytes(8 * _AT_ONCE)))
        return self._chance.pop() >> 2

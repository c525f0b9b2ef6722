"""Ids that rise, so that what is newer lies at the end of every index."""

from collections.abc import Callable


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
        self._chance = b""
        self._used = 0

    def __call__(self) -> str:
        # 48 bits of milliseconds and 12 bits of the fraction, never the same one twice.
        moment = (self._nanoseconds() << 12) // 1_000_000
        self._last = moment = max(moment, self._last + 1)
        return f"{moment >> 12:012x}7{moment & 0xFFF:03x}{self._random_bits() | 1 << 63:016x}"

    def _random_bits(self) -> int:
        # Asking the system is dear, so it is asked for many at once.
        if self._used == len(self._chance):
            self._chance, self._used = self._random_bytes(8192), 0
        self._used += 8
        return int.from_bytes(self._chance[self._used - 8 : self._used]) >> 2

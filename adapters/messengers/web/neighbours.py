"""How much may come from one place on the internet, whatever names its visitors go by."""

from collections import Counter
from ipaddress import IPv6Address, ip_address

from bots.ports import Clock

SOCKETS = 200
BYTES = 500 * 1024 * 1024
PERIOD = 600.0
FRAMES = 1_000
MOMENT = 10.0


def place_of(host: str | None) -> str | None:
    """An address, or the /64 of it; None where it is one of our own network: a proxy's, perhaps."""
    try:
        address = ip_address(host or "")
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return place_of(str(address.ipv4_mapped))
        return str(IPv6Address(int(address) >> 64 << 64)) if address.is_global else None
    return str(address) if address.is_global else None


class Neighbours:
    """Counts the open sockets of a place, its frames within seconds and its bytes within minutes."""

    def __init__(
        self, clock: Clock, *, sockets: int = SOCKETS, bytes: int = BYTES, frames: int = FRAMES
    ) -> None:
        self._clock = clock
        self._most_frames = frames
        self._frames: Counter[str] = Counter()
        self._frames_since = 0.0
        self._most_sockets = sockets
        self._most_bytes = bytes
        self._sockets: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()
        self._since = 0.0

    def come(self, host: str | None) -> bool:
        """One more socket; False where there are too many. Whoever came has to `leave`."""
        place = place_of(host)
        if place is None:
            return True
        if self._sockets[place] >= self._most_sockets:
            return False
        self._sockets[place] += 1
        return True

    def leave(self, host: str | None) -> None:
        place = place_of(host)
        if place is None:
            return
        self._sockets[place] -= 1
        if self._sockets[place] <= 0:
            del self._sockets[place]

    def writes(self, host: str | None) -> bool:
        """One more frame; False where they come too fast."""
        place = place_of(host)
        if place is None:
            return True
        now = self._clock().timestamp()
        if now - self._frames_since > MOMENT:
            self._frames_since = now
            self._frames.clear()
        self._frames[place] += 1
        return self._frames[place] <= self._most_frames

    def may_send(self, host: str | None) -> bool:
        """Whether the place has sent less than it may, in this period."""
        self._turn_over()
        place = place_of(host)
        return place is None or self._bytes[place] < self._most_bytes

    def sent(self, host: str | None, size: int) -> None:
        """So many bytes were kept."""
        self._turn_over()
        place = place_of(host)
        if place is not None:
            self._bytes[place] += size

    def _turn_over(self) -> None:
        now = self._clock().timestamp()
        if now - self._since > PERIOD:
            self._since = now
            self._bytes.clear()

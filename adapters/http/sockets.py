"""What sockets of every dialect share: who may open one, how many, and how patient we are."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from starlette.requests import HTTPConnection

from adapters.http.origins import is_own

TOO_BIG = 1009
TRY_LATER = 1013
SESSION_OVER = 4401
FORBIDDEN = 4403
GONE = 4404
TOO_SLOW = 4408
TOO_FAST = 4429


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketLimits:
    """How much one socket may ask of us. Times are in seconds."""

    frame_bytes: int = 65_536
    frames: int = 200
    within: float = 10.0
    ping: float = 20.0
    idle: float = 60.0
    send: float = 8.0
    recheck: float = 2.0
    revalidate: float = 300.0
    of_one: int = 500
    of_place: int = 1_000
    in_all: int = 5_000


class Sockets:
    """Counts the open ones, in all, of each person and from each place, for one who registers ten
    times is ten people; knows whose pages may open one.
    """

    def __init__(
        self, *, origins: Collection[str] = (), limits: SocketLimits | None = None
    ) -> None:
        """`origins` are sites beside our own, such as `https://shop.example`."""
        self._origins = frozenset(origin.rstrip("/").lower() for origin in origins)
        self._open: Counter[object] = Counter()
        self._places: Counter[str] = Counter()
        self.limits = limits or SocketLimits()

    @property
    def open(self) -> int:
        """How many there are."""
        return self._open.total()

    def welcome(self, connection: HTTPConnection) -> bool:
        """Browsers always name the page's origin; programs that name none are no one's browser."""
        origin = connection.headers.get("origin")
        if origin is None or origin.lower() in self._origins:
            return True
        return is_own(origin, connection.headers.get("host", ""))

    def come(self, who: object, place: str | None) -> bool:
        """One more of somebody; False where there are too many. Whoever came has to `leave`.

        Who comes from no `place` that is known is counted as a person alone.
        """
        if self._open[who] >= self.limits.of_one or self.open >= self.limits.in_all:
            return False
        if place is not None and self._places[place] >= self.limits.of_place:
            return False
        self._open[who] += 1
        if place is not None:
            self._places[place] += 1
        return True

    def leave(self, who: object, place: str | None) -> None:
        _less(self._open, who)
        if place is not None:
            _less(self._places, place)


def _less(counted: Counter[Any], one: object) -> None:
    counted[one] -= 1
    if counted[one] <= 0:
        del counted[one]

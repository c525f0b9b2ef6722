"""How often a caller may call, per subject, and the headers that tell how often is left."""

from dataclasses import dataclass
from math import ceil
from typing import Any

from fastapi import Depends
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from bots.errors import TooMany
from bots.ports import Clock


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left of a limit; `reset` is when more is, in seconds since 1970."""

    limit: int
    remaining: int
    reset: int
    allowed: bool

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many calls within a while for each subject, such as a chapter's `5 per 5 minutes`."""

    name: str
    item: RateLimitItem


def per_minute(name: str, amount: int, *, minutes: int = 1) -> Allowance:
    """An allowance of `amount` calls within so many minutes."""
    return Allowance(name, RateLimitItemPerMinute(amount, minutes))


@dataclass(frozen=True, slots=True)
class Limited:
    """A route's own allowance, in place of its dialect's; None: the route counts for itself."""

    allowance: Allowance | None

    def __call__(self) -> None:
        """A dependency that does nothing: the route's class looks for it."""


def limited(allowance: Allowance) -> Any:
    """A route's own allowance as one of its dependencies; counted before anything is looked at.

    The subject is whoever calls: a key, a person, or the client's address where nobody need say.
    """
    return Depends(Limited(allowance))


UNCOUNTED = Depends(Limited(None))
"""For routes that call `dialect.spend` themselves, or have no limit although their dialect has."""


def allowance_of(dependencies: list[Any], general: Allowance | None) -> Allowance | None:
    """What counts the calls of a route: its own, or else its dialect's."""
    own = [each.dependency for each in dependencies if isinstance(each.dependency, Limited)]
    return own[-1].allowance if own else general


SHARES = 64


class Limits:
    """Counters in memory; a restart forgets them.

    At each hit the library looks through a whole storage for what has expired, two milliseconds
    with 30,000 users; many small storages keep that short.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows = [SlidingWindowCounterRateLimiter(MemoryStorage()) for _ in range(SHARES)]

    async def spend(self, allowance: Allowance, *subject: object) -> Standing:
        """Count a call, or find that it is one too many."""
        identifiers = (allowance.name, *map(str, subject))
        window = self._windows[hash(identifiers) % SHARES]
        allowed = await window.hit(allowance.item, *identifiers)
        left = await window.get_window_stats(allowance.item, *identifiers)
        return Standing(
            allowance.item.amount,
            left.remaining if allowed else 0,
            ceil(left.reset_time),
            allowed,
        )

    def refusal(self, standing: Standing) -> TooMany:
        """The problem of a call that was not allowed."""
        return TooMany(max(1.0, standing.reset - self._clock().timestamp()))

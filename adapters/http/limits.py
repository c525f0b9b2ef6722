"""How often a caller may call, per subject, and the headers that tell how often is left."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

import structlog
from fastapi import Depends
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError

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

WITHIN = 0.25
"""Seconds for Redis to count a call."""

AGAIN = timedelta(seconds=5)
"""How long it is left alone when it did not."""

log = structlog.get_logger()


class Limits:
    """Counters in Redis where there is one, for all processes; else, or while it is away, in memory.

    A restart forgets those in memory.

    At each hit the library looks through a whole storage for what has expired, two milliseconds
    with 30,000 users; many small storages keep that short.
    """

    def __init__(self, clock: Clock, *, redis_url: str | None = None, name: str = "") -> None:
        """Those who count together call themselves by the same name."""
        self._clock = clock
        self._shared = None if redis_url is None else _in_redis(redis_url, name)
        self._away_until: datetime | None = None
        self._windows = [SlidingWindowCounterRateLimiter(MemoryStorage()) for _ in range(SHARES)]

    async def spend(self, allowance: Allowance, *subject: object) -> Standing:
        """Count a call, or find that it is one too many."""
        identifiers = (allowance.name, *map(str, subject))
        if self._shared is not None and not self._is_away():
            try:
                async with asyncio.timeout(WITHIN):
                    return await _spent(self._shared, allowance.item, identifiers)
            except (StorageError, TimeoutError) as error:
                self._away_until = self._clock() + AGAIN
                log.warning("Redis counts no calls: this process does", reason=repr(error))
        window = self._windows[hash(identifiers) % SHARES]
        return await _spent(window, allowance.item, identifiers)

    def _is_away(self) -> bool:
        return self._away_until is not None and self._clock() < self._away_until

    def refusal(self, standing: Standing) -> TooMany:
        """The problem of a call that was not allowed."""
        return TooMany(max(1.0, standing.reset - self._clock().timestamp()))


async def _spent(
    window: SlidingWindowCounterRateLimiter, item: RateLimitItem, identifiers: Sequence[str]
) -> Standing:
    allowed = await window.hit(item, *identifiers)
    left = await window.get_window_stats(item, *identifiers)
    return Standing(item.amount, left.remaining if allowed else 0, ceil(left.reset_time), allowed)


def _in_redis(url: str, name: str) -> SlidingWindowCounterRateLimiter:
    # Heavy, and of an extra that few install.
    from limits.aio.storage import RedisStorage

    storage = RedisStorage(
        f"async+{url}",
        wrap_exceptions=True,
        implementation="redispy",
        key_prefix=f"{name}:limits",
    )
    return SlidingWindowCounterRateLimiter(storage)

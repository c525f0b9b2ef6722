"""A clock that is moved by hand, ids that count, the keys that callers have."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

KEY = "sk_live_key_of_the_tests_0001"

SHOP_KEY = "sk_live_key_of_the_shop_00001"

NOON = datetime(2024, 1, 10, 10, 15, tzinfo=UTC)


class Time:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **span: float) -> None:
        self.now += timedelta(**span)


def ids() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"{next(numbers):032x}"

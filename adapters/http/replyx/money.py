"""How the ReplyX contract writes money: roubles as a JSON number, out of and into whole kopecks."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import PlainSerializer, WithJsonSchema

from bots.errors import BadAmount
from bots.services.top_ups import LARGEST

Roubles = Annotated[
    int,
    PlainSerializer(lambda kopecks: kopecks / 100, return_type=float, when_used="json"),
    WithJsonSchema({"type": "number"}, mode="serialization"),
]
"""Kopecks inside; `1000.0` in an answer. Exact: a double tells kopecks of any sum below 10^13 apart."""

Amount = Annotated[
    Any,
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": LARGEST // 100}),
]
"""A sum that somebody sends; `kopecks` reads it."""


def kopecks(field: str, amount: object) -> int:
    """The sum exactly as it was written. Raises BadAmount."""
    if isinstance(amount, bool) or not isinstance(amount, int | float):
        raise BadAmount(field, "must be a number of roubles such as 1000.0")
    exact = Decimal(repr(amount))
    if not exact.is_finite() or not 0 < exact <= LARGEST // 100:
        raise BadAmount(field, f"must be more than 0 and at most {LARGEST // 100} roubles")
    if exact != round(exact, 2):
        raise BadAmount(field, "must have at most two decimals")
    return int(exact * 100)

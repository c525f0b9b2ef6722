"""Pages of lists by `limit` and `offset`: one set of bounds for all contracts that have them."""

from typing import Annotated, Any

from fastapi import Query

FURTHEST = 2**31 - 1
"""Nothing is listed that far; larger numbers are mistakes, not pages."""


def at_most(most: int, what: str = "entries") -> Any:
    """How many are wanted: from 1 to so many. The default stands beside it, as documented."""
    return Query(ge=1, le=most, description=f"How many {what}")


skipped = Query(ge=0, le=FURTHEST, description="How many to skip")

Offset = Annotated[int, skipped]


def has_more(offset: int, shown: int, total: int) -> bool:
    """Whether something comes after a page."""
    return offset + shown < total

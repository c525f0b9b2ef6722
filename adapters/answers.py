"""Answers of messengers' APIs before their own words are read: JSON or a proxy's page, and how long to wait."""

from typing import Any

import orjson

from bots.errors import ChannelBusy, ChannelDown, ChannelError, Rejected


def object_in(body: bytes) -> dict[str, Any] | None:
    """The JSON object of an answer; None for anything else."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return answer if isinstance(answer, dict) else None


def seconds_in(retry_after: str | None) -> float | None:
    """What the header `Retry-After` tells to wait; None where it is missing or tells a date."""
    if retry_after and retry_after.isascii() and retry_after.isdecimal():
        return float(retry_after)
    return None


def not_the_api(status: int, *, whose: str, wait: float) -> ChannelError:
    """An answer that is no JSON object: a proxy's page, or nothing at all. `wait` is for a 429."""
    if status == 429:
        return ChannelBusy(wait)
    if status == 413:
        return Rejected("413 the request is too large")
    return ChannelDown(f"{status} with a body that is not {whose}")

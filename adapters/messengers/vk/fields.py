"""Single values out of VK's JSON, whatever stands there: none of these raises."""

from datetime import UTC, datetime
from typing import Any

import orjson

CHATS = 2_000_000_000
"""Talks of several people have numbers from here on, https://dev.vk.com/ru/method/messages.send"""

MOST_CHATS = 100_000_000

_LONGEST = 2**63
_LATEST = 2**33


def mapping(raw: Any, key: str) -> dict[str, Any]:
    """A mapping in a mapping; an empty one where there is none."""
    value = raw.get(key) if isinstance(raw, dict) else None
    return value if isinstance(value, dict) else {}


def listed(raw: Any, key: str) -> list[Any]:
    """A list in a mapping; an empty one where there is none."""
    value = raw.get(key) if isinstance(raw, dict) else None
    return value if isinstance(value, list) else []


def string(value: Any) -> str:
    """A text that can be kept, "" for anything else: half a surrogate pair is replaced."""
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def whole(value: Any) -> int:
    """A whole number of at most 64 bits, 0 for anything else; True is none."""
    return value if type(value) is int and -_LONGEST <= value < _LONGEST else 0


def person(value: Any) -> int:
    """The number of somebody who writes to us alone: no community, no chat of several; else 0."""
    number = whole(value)
    return number if number > 0 and not CHATS <= number <= CHATS + MOST_CHATS else 0


def moment(value: Any) -> datetime | None:
    """Seconds since 1970 as a moment."""
    number = whole(value)
    return datetime.fromtimestamp(number, UTC) if 0 < number < _LATEST else None


def written(text: str) -> Any:
    """What a text of JSON holds; None where it is none."""
    try:
        return orjson.loads(text) if text else None
    except orjson.JSONDecodeError:
        return None

"""Values out of JSON that others wrote, whatever stands there: none of these raises."""

from datetime import UTC, datetime
from typing import Any

_LONGEST = 2**63
_LATEST = 2**33

DEEPEST = 20
"""Levels that are kept of a value; what lies below is left out."""


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


def moment(value: Any) -> datetime | None:
    """Seconds since 1970 as a moment, None for anything else."""
    if type(value) is int and 0 < value < _LATEST:
        return datetime.fromtimestamp(value, UTC)
    return None


def degrees(value: Any) -> float | None:
    """A latitude or longitude, None for anything else."""
    return value if type(value) in (int, float) and -180 <= value <= 180 else None


def kept(value: Any, depth: int = DEEPEST) -> Any:
    """All of a value that somebody wrote, the answers of a form for one, no deeper than can be stored."""
    if isinstance(value, str):
        return string(value)
    if isinstance(value, dict):
        return {string(key): kept(one, depth - 1) for key, one in value.items()} if depth else None
    if isinstance(value, list):
        return [kept(one, depth - 1) for one in value] if depth else None
    return value

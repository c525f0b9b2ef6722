"""Single values out of the Bot API's JSON, whatever stands there: none of these raises."""

from collections.abc import Mapping
from typing import Any

from adapters import foreign_json

_LONGEST_ID = 2**63


def string(value: Any) -> str | None:
    """A text that can be kept."""
    return foreign_json.string(value) if isinstance(value, str) else None


def id_of(value: Any) -> str | None:
    """Telegram's ids are 64-bit whole numbers; True is none of them, and zero is not either."""
    if type(value) is int and value and -_LONGEST_ID <= value < _LONGEST_ID:
        return str(value)
    return None


def whole(value: Any) -> int:
    """A number from zero up; zero for whatever is none."""
    return value if type(value) is int and 0 <= value < _LONGEST_ID else 0


def degrees(value: Any) -> bool:
    return type(value) in (int, float) and -180 <= value <= 180


def full_name(person: Mapping[str, Any]) -> str:
    first, last = string(person.get("first_name")), string(person.get("last_name"))
    return f"{first or ''} {last or ''}".strip()

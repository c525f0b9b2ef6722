"""Reading raw JSON of the Bot API in which anything may be missing or of another type."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_LONGEST_ID = 2**63
_LATEST_DATE = 2**33


def mapping(raw: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The object there, an empty one where there is none."""
    value = raw.get(key)
    return value if isinstance(value, dict) else {}


def string(value: Any) -> str | None:
    """A text that can be kept: half a surrogate pair, which JSON can hold, is replaced."""
    if not isinstance(value, str):
        return None
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


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


def moment(value: Any) -> datetime | None:
    if type(value) is int and 0 < value < _LATEST_DATE:
        return datetime.fromtimestamp(value, UTC)
    return None


def full_name(person: Mapping[str, Any]) -> str:
    first, last = string(person.get("first_name")), string(person.get("last_name"))
    return f"{first or ''} {last or ''}".strip()

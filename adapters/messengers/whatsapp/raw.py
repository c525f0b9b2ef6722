"""Reading JSON that anybody may have written: what is not as it should be is not there."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]

LONGEST_ID = 250
"""Message ids of WhatsApp have some sixty characters; nothing longer is kept."""

_SCOPED = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
_LATEST = 2**33


def mapping(value: Any, key: str) -> Json:
    """An object in an object; an empty one where there is none."""
    inner = value.get(key) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def mappings(value: Any, key: str) -> Iterator[Json]:
    """The objects of a list in an object."""
    listed = value.get(key) if isinstance(value, dict) else None
    if isinstance(listed, list):
        yield from (one for one in listed if isinstance(one, dict))


def string(value: Any) -> str | None:
    """A text that can be kept: half a surrogate pair, which JSON can hold, is replaced."""
    if not isinstance(value, str):
        return None
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def words(value: Any) -> str:
    """A text, or nothing."""
    return string(value) or ""


def identifier(value: Any) -> str | None:
    """An id that a message may be known by."""
    text = string(value)
    return text if text and len(text) <= LONGEST_ID else None


def number(value: Any) -> int | float | None:
    """A number that JSON can hold everywhere."""
    if type(value) in (int, float) and -(2**53) < value < 2**53:
        return value  # type: ignore[no-any-return]
    return None


def whole(value: Any) -> int | None:
    """A whole number, written as one or in words as Meta writes moments."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16:
        return int(value)
    return value if type(value) is int and abs(value) < 2**53 else None


def moment(value: Any) -> datetime | None:
    """Seconds since 1970."""
    seconds = whole(value)
    return datetime.fromtimestamp(seconds, UTC) if seconds and 0 < seconds < _LATEST else None


def phone_digits(value: Any) -> str | None:
    """A telephone number as WhatsApp names people by it: its digits."""
    digits = words(value).removeprefix("+")
    return digits if digits.isascii() and digits.isdecimal() and len(digits) <= 20 else None


def scoped_id(value: Any) -> str | None:
    """A person's id within one business, such as `RU.13491208655302741918`.

    https://developers.facebook.com/docs/whatsapp/business-scoped-user-ids
    """
    text = words(value)
    return text if _SCOPED.fullmatch(text) else None

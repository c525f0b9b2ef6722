"""Single values out of WhatsApp's JSON: what is not as it should be is not there."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from adapters import foreign_json

Json = dict[str, Any]

LONGEST_ID = 250
"""Message ids of WhatsApp have some sixty characters; nothing longer is kept."""

_SCOPED = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")


def mappings(value: Any, key: str) -> Iterator[Json]:
    """The objects of a list in an object."""
    listed = value.get(key) if isinstance(value, dict) else None
    if isinstance(listed, list):
        yield from (one for one in listed if isinstance(one, dict))


def string(value: Any) -> str | None:
    """A text that can be kept."""
    return foreign_json.string(value) if isinstance(value, str) else None


def words(value: Any) -> str:
    """A text, or nothing."""
    return foreign_json.string(value)


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
    """Seconds since 1970, written as a number or in words."""
    return foreign_json.moment(whole(value))


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

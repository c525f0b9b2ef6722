"""How the ReplyX contract writes our words: numbers as ids, moments, platforms, states, names."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import PlainSerializer

from bots.errors import NotFound

LARGEST_ID = 2**63 - 1

PathId = Annotated[str, Path(max_length=64, description="A number")]
"""An id in an address; what is no number is nobody's id."""

Status = Literal["active", "archived"]

_WEBSITE = "website"
_WEB = "web"


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Moment = Annotated[datetime, PlainSerializer(_utc, return_type=str, when_used="json")]
"""`2025-09-01T10:00:00Z`."""


def number_of(noun: str, id: str) -> int:
    """An id out of an address. Raises NotFound for what is no number."""
    if not (id.isascii() and id.isdigit()) or int(id) > LARGEST_ID:
        raise NotFound(noun, id)
    return int(id)


def platform_of(platform: str) -> str:
    """Our platform in the contract's words."""
    return _WEBSITE if platform == _WEB else platform


def own_platform(platform: str | None) -> str | None:
    """The contract's platform in ours."""
    return _WEB if platform == _WEBSITE else platform


def names_of(profile: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """First and last name; messengers that tell one name alone have the first word of it first."""
    first, last = profile.get("first_name"), profile.get("last_name")
    if first is None and last is None:
        first, _, last = str(profile.get("name") or "").strip().partition(" ")
    return _text(first), _text(last)


def _text(value: Any) -> str | None:
    return str(value).strip() or None if value is not None else None

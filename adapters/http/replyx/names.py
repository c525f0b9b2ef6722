"""How the ReplyX contract writes our words: moments, platforms, states, names."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import PlainSerializer

Status = Literal["active", "archived"]

_WEBSITE = "website"
_WEB = "web"


def utc(moment: datetime) -> str:
    """`2025-09-01T10:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Moment = Annotated[datetime, PlainSerializer(utc, return_type=str, when_used="json")]


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

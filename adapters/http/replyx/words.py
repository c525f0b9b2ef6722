"""How the ReplyX contract writes our words: moments, money, e-mail addresses, names."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, PlainSerializer, StringConstraints
from pydantic_core import PydanticCustomError

from bots.errors import Invalid
from bots.services.emails import LONGEST, normalised

SITE_TOKEN = "X-Site-Token"
"""The header in which a key for pages is shown, once."""


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _address(written: str) -> str:
    try:
        return normalised(written)
    except Invalid:
        raise PydanticCustomError("email", "Неверный формат email") from None


Moment = Annotated[datetime, PlainSerializer(_utc, return_type=str, when_used="json")]
"""`2025-08-01T10:00:00Z`."""

Email = Annotated[str, StringConstraints(max_length=LONGEST), AfterValidator(_address)]

Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)]
"""A first or last name."""


def roubles(kopecks: int) -> float:
    """A sum as the document shows it."""
    return kopecks / 100

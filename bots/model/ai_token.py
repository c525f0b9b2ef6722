"""A key of a models' provider: which models it opens, and how often it may be used."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAiToken:
    """A key as somebody gives it; the lowest `priority` is taken first.

    `once` is what the request that gave it is known by, which adds no second one.
    """

    name: str
    token: str
    models: tuple[str, ...]
    daily_limit: int
    monthly_limit: int
    priority: int = 1
    active: bool = True
    notes: str = ""
    once: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AiToken:
    """The same as it is shown: `mask` is all that is seen of the key. Usage is that of days in UTC."""

    id: int
    name: str
    mask: str
    models: tuple[str, ...]
    daily_limit: int
    monthly_limit: int
    daily_usage: int
    monthly_usage: int
    priority: int
    active: bool
    notes: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AiKey:
    """A key taken to be used once, and counted."""

    id: int
    token: str

"""What a time of talking came to, counted over chats and messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

GOOD = 4
"""A rating (of 5) from which on a customer counts as satisfied."""


class Period(NamedTuple):
    """From a moment on, up to another that is not in it."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformFigures:
    """Messages both ways, and how many different people they were with."""

    messages: int
    users: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Of one workspace in one period.

    `conversations` are those in which the customer said something, `escalated` those of them that
    were handed to people, each counted once. `answered_in` is the mean time in seconds from the
    first word that a customer had no answer to until the answer was sent; None where nothing was
    answered. `ratings` are those that customers gave (1 to 5), the last of each hand-off.
    """

    conversations: int
    escalated: int
    inbound: int
    outbound: int
    answered_in: float | None
    ratings: tuple[int, ...]
    platforms: Mapping[str, PlatformFigures] = field(default_factory=dict)

    @property
    def successful(self) -> int:
        """What the bot dealt with by itself."""
        return self.conversations - self.escalated

    @property
    def satisfaction(self) -> float | None:
        """The share of good ratings; None where nobody rated."""
        if not self.ratings:
            return None
        return sum(rating >= GOOD for rating in self.ratings) / len(self.ratings)

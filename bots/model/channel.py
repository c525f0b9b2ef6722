"""Channels as they are kept: which account is answered by which bot, and how it fares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Origin = Literal["settings", "folder", "command", "api"]

Status = Literal["connecting", "up", "down", "refused", "locked"]

DECLARED: frozenset[Origin] = frozenset(("settings", "folder"))
"""What the owner wrote down elsewhere, and changes there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelState:
    """How a channel fares, and since when; `why` is a sentence where it is not up.

    `title` is what the messenger calls us, such as `@shop_bot`.
    """

    status: Status
    since: datetime
    why: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRecord:
    """An account that a bot answers at; `name` is "" until it was opened once.

    `credentials` are None where no key at hand opens them. In the database there are none where the
    owner keeps them elsewhere (`DECLARED`).
    """

    workspace: int
    bot: str
    platform: str
    origin: Origin
    name: str = ""
    credentials: Mapping[str, str] | None = field(repr=False)
    settings: Mapping[str, Any] = field(default_factory=dict)
    updated_at: datetime | None = None

    def means(self, other: "ChannelRecord") -> bool:
        """Whether opening either comes to the same."""
        return (
            (self.bot, self.platform, self.origin) == (other.bot, other.platform, other.origin)
            and self.credentials == other.credentials
            and self.settings == other.settings
        )

"""A chat in a list of many, and what such a list is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bots.model.conversation import Conversation
from bots.model.message import Address
from bots.model.turn import MessageRecord

Handed = Literal["none", "requested", "active", "released"]
"""The state of a chat's last hand-off; none before the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which chats a list is to have; None is any."""

    closed: bool | None = None
    handoff: Handed | None = None
    platform: str | None = None
    bot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A chat in a list; `assistant` is the id of its bot's assistant, `last` its last message."""

    id: int
    address: Address
    platform: str
    assistant: int | None
    closed: bool
    handoff: Handed
    created_at: datetime
    profile: Mapping[str, Any] = field(default_factory=dict)
    last: MessageRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of a list, and how many there are in all."""

    chats: Sequence[Listed]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One chat; `taken_by` is who of our people has it, by name."""

    conversation: Conversation
    assistant: int | None = None
    assistant_name: str = ""
    taken_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Messages of a chat in order, how many it has in all, and the names of those of ours who wrote them."""

    messages: Sequence[MessageRecord]
    total: int
    names: Mapping[int, str] = field(default_factory=dict)

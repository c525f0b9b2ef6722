"""Everybody a bot talks with."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from bots.model.message import Address


class Recipient(NamedTuple):
    """A chat that the bot may write to by itself, and what is known of it."""

    id: int
    address: Address
    platform: str
    user_id: str
    user: Mapping[str, Any]
    context: Mapping[str, Any]


class Inside(NamedTuple):
    """A chat that is in the middle of something, and where (`Conversation.position`)."""

    id: int
    address: Address
    platform: str
    position: Mapping[str, Any]


class Audience(Protocol):
    """Everybody a bot talks with."""

    async def chats(self, workspace: int, bot: str, *, after: int, limit: int) -> list[Recipient]:
        """Chats that can be written to and that no person has, by rising id past `after`."""

    async def inside(self, workspace: int, bot: str, *, after: int, limit: int) -> list[Inside]:
        """Chats that are in a flow or wait for a person, by rising id past `after`."""

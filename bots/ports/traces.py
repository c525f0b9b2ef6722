"""What a conversation went through."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from bots.model.conversation import Conversation
from bots.model.turn import Event


class Traces(Protocol):
    """Looking at what a conversation went through, beside whoever writes it."""

    async def newest(self, workspace: int, *, limit: int) -> list[Conversation]:
        """The conversations that something happened in last, the newest first."""

    async def find(self, workspace: int, words: str, *, limit: int) -> list[Conversation]:
        """By `platform:chat`, `#number`, a session's or a user's id, whole; else by a part of them."""

    async def happened(self, conversation: int, *, limit: int) -> list[Event]:
        """The last things that happened, in order."""

    async def timers(self, conversation: int) -> list[tuple[datetime, Mapping[str, Any]]]:
        """What is still to fire, the next first: when, and `Timer.payload`."""

    async def under_way(self, conversation: int) -> list[tuple[datetime, str]]:
        """Slow actions that are waited for: since when, and which."""

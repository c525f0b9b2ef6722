"""Hand-offs, seen from outside of turns."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol

from bots.model.cases import Told
from bots.model.conversation import Conversation
from bots.model.episode import Episode
from bots.model.turn import MessageRecord


class Episodes(Protocol):
    """Reading hand-offs, always inside one workspace; turns write them."""

    async def open(self, workspace: int) -> list[tuple[Conversation, Episode]]:
        """Every chat that waits for a person or has one, the longest first."""

    async def of_chat(self, conversation: int, *, limit: int) -> list[Episode]:
        """A chat's hand-offs, the newest first."""

    async def conversation(self, workspace: int, id: int) -> Conversation:
        """A chat by its own number, as it is on disk. Raises NotFound."""

    async def of_same_person(self, chat: Conversation, *, limit: int) -> list[Conversation]:
        """Other chats of the workspace with the same number or remembered id, that can be written to."""

    async def messages(self, conversation: int, *, after: int, limit: int) -> list[MessageRecord]:
        """A chat's messages past a `seq`, in order."""

    async def message(
        self, workspace: int, message_id: str
    ) -> tuple[Conversation, MessageRecord] | None:
        """One message of a workspace, and its chat as it is on disk."""

    async def said_as(self, conversation: int, platform_message_id: str) -> list[MessageRecord]:
        """What the platform has under an id, the oldest first: a message, then what it was edited to."""

    async def platform_ids(self, message_id: str) -> list[str]:
        """What the platform calls the parts of a message that was sent, in order."""

    def told(self, workspace: int, *, since: datetime) -> AsyncIterator[Told]:
        """The events of hand-offs from a moment on, in order, read as they are asked for."""

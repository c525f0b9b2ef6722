"""Conversations and their history, for reading."""

from typing import Protocol

from bots.model.answer import Came
from bots.model.conversation import Conversation
from bots.model.message import Address
from bots.model.turn import MessageRecord


class Conversations(Protocol):
    """Reading conversations and their history, always inside one workspace."""

    async def by_chat(
        self,
        workspace: int,
        platform: str,
        chat_id: str,
        user_id: str | None = None,
        bot: str | None = None,
    ) -> Conversation:
        """The conversation of a platform's chat, the newest where several fit. Raises NotFound."""

    async def by_session(self, workspace: int, session_id: str) -> Conversation:
        """By an API client's own session id, or by `session_<uuid>`. Raises NotFound."""

    async def of_user(self, workspace: int, user_id: str) -> list[tuple[Conversation, int]]:
        """A user's conversations with their counts of messages, newest first."""

    async def history(
        self, conversation: int, *, limit: int, offset: int
    ) -> tuple[list[MessageRecord], int]:
        """Messages in order, and how many there are in all."""

    async def tail(self, address: Address, *, limit: int) -> list[MessageRecord]:
        """The last messages of a chat, oldest first; none where there is no conversation."""

    async def message(
        self, workspace: int, message_id: str
    ) -> tuple[Conversation, MessageRecord] | None:
        """One message of a workspace, and its conversation."""

    async def came_of(self, address: Address, external_id: str, message_id: str) -> Came:
        """What came of a message that was taken in, as far as it is on disk."""

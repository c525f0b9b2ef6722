"""Handing a conversation to a person."""

from collections.abc import Mapping
from typing import Any

from bots.model.account import Caller
from bots.model.conversation import Conversation
from bots.services.conversations import Conversations
from bots.services.runtime import Inbox


class Handoff:
    """Until a person gives it back, the bot is silent and the customer's messages wait."""

    def __init__(self, inbox: Inbox, conversations: Conversations) -> None:
        self._inbox = inbox
        self._conversations = conversations

    async def request(
        self,
        caller: Caller,
        chat_id: str,
        *,
        reason: str,
        priority: str = "normal",
        context: Mapping[str, Any] | None = None,
    ) -> Conversation:
        """Asking twice changes nothing. Raises NotFound."""
        conversation = await self._conversations.one(caller, chat_id)
        if conversation.owner != "bot":
            return conversation
        return await self._inbox.take_over(
            conversation.address, reason=reason, priority=priority, context=context
        )

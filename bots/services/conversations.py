"""Reading conversations and their history, never past what the caller may see."""

from bots.errors import NotFound
from bots.model.account import Caller
from bots.model.conversation import Conversation
from bots.model.message import Address
from bots.model.turn import MessageRecord
from bots.ports import Conversations as Store


class Conversations:
    """A caller whose key is bound to a bot sees that bot's conversations only."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of_user(self, caller: Caller, user_id: str) -> list[tuple[Conversation, int]]:
        """A user's conversations with their counts of messages, newest first."""
        found = await self._store.of_user(caller.workspace, user_id)
        return [(each, count) for each, count in found if _may_see(caller, each)]

    async def one(self, caller: Caller, chat_id: str) -> Conversation:
        """Raises NotFound."""
        conversation = await self._store.by_session(caller.workspace, chat_id)
        if not _may_see(caller, conversation):
            raise NotFound("conversation", chat_id)
        return conversation

    async def of_chat(
        self, caller: Caller, platform: str, chat_id: str, user_id: str | None = None
    ) -> Conversation:
        """A messenger's chat. Raises NotFound."""
        return await self._store.by_chat(
            caller.workspace, platform, chat_id, user_id, bot=caller.bot
        )

    async def message(self, caller: Caller, message_id: str) -> tuple[Conversation, MessageRecord]:
        """A message and where it was said. Raises NotFound."""
        found = await self._store.message(caller.workspace, message_id)
        if found is None or not _may_see(caller, found[0]):
            raise NotFound("message", message_id)
        return found

    async def history(
        self, conversation: Conversation, *, limit: int, offset: int
    ) -> tuple[list[MessageRecord], int]:
        """Messages in order, and how many there are in all."""
        return await self._store.history(conversation.id, limit=limit, offset=offset)

    async def tail(self, address: Address, *, limit: int) -> list[MessageRecord]:
        """The last messages of a chat, oldest first."""
        return await self._store.tail(address, limit=limit)


def _may_see(caller: Caller, conversation: Conversation) -> bool:
    return caller.bot in (None, conversation.address.bot)

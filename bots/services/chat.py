"""Talking to a bot over an API: the same turn as a messenger's, answered to the caller."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bots.errors import Conflict, Forbidden, NotFound, TakenBefore, Unavailable
from bots.model.account import Caller
from bots.model.answer import Answer
from bots.model.conversation import Conversation
from bots.model.message import Address, UnifiedMessage
from bots.ports import Clock, Conversations, NewId, Sleep
from bots.services.contexts import refuse_growth
from bots.services.runtime import Inbox, Published

CHANNEL = "api"
PATIENCE = 25.0
LOOKS_AGAIN = 0.1
"""Seconds between two looks for what came of a message that was taken before."""


class Chat:
    """`default_bot` answers where neither the caller's key nor the request names a bot.

    It is one workspace's; in the others the oldest bot of theirs does.
    """

    def __init__(
        self,
        inbox: Inbox,
        conversations: Conversations,
        published: Published,
        *,
        default_bot: str | None,
        clock: Clock,
        new_id: NewId,
        patience: float = PATIENCE,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._inbox = inbox
        self._conversations = conversations
        self._published = published
        self._default_bot = default_bot
        self._clock = clock
        self._new_id = new_id
        self._patience = patience
        self._sleep = sleep

    async def ask(
        self,
        caller: Caller,
        *,
        text: str,
        chat_id: str,
        user_id: str,
        platform: str = CHANNEL,
        context: Mapping[str, Any] | None = None,
        bot: str | None = None,
        external_id: str | None = None,
        message_id: str | None = None,
    ) -> Answer:
        """Raises NotFound("bot") for a bot that is not there, Conflict for another bot's chat.

        A repeated `external_id` is taken once: with the same `message_id` its answer is given again,
        with another one it raises TakenBefore.
        """
        ending = self._clock() + timedelta(seconds=self._patience)
        known = await self._known(caller.workspace, chat_id)
        address = self._address(caller, chat_id, bot, known)
        refuse_growth(known, context or {})
        message = UnifiedMessage(
            message_id=message_id or self._new_id(),
            address=address,
            platform=known.platform if known else platform,
            user_id=user_id,
            external_id=external_id or self._new_id(),
            timestamp=self._clock(),
            text=text,
            profile=_profile(context or {}),
        )
        try:
            return await self._inbox.ask(message, context=context or None, patience=self._patience)
        except TakenBefore:
            return await self._taken_before(message, ending)

    async def _taken_before(self, message: UnifiedMessage, ending: datetime) -> Answer:
        """What came of it: whoever was to tell may have died, and whoever answers be elsewhere."""
        where = message.address, message.external_id, message.message_id
        while True:
            came = await self._conversations.came_of(*where)
            over = self._clock() >= ending
            if came.answer is not None and (came.answer.settled or over):
                return came.answer
            if came.answer is None and not came.waits:
                raise TakenBefore("Another message was taken under this id")
            if came.answer is None and (came.fails or over):
                raise Unavailable("The message is kept, and nobody has answered it yet")
            await self._sleep(LOOKS_AGAIN)

    def bot_for(self, caller: Caller, wanted: str | None = None) -> str:
        """The bot that answers this caller, always one of their workspace. Raises NotFound."""
        own = self._published.names(caller.workspace)
        name = caller.bot or wanted or self._first(own)
        if name not in own:
            raise NotFound("bot", name)
        return name

    def _first(self, own: Sequence[str]) -> str:
        if self._default_bot in own:
            return str(self._default_bot)
        if not own:
            raise NotFound("bot", "(none is published)")
        # `assistant.9` is older than `assistant.10`.
        return min(own, key=lambda name: (len(name), name))

    async def _known(self, workspace: int, chat_id: str) -> Conversation | None:
        try:
            return await self._conversations.by_session(workspace, chat_id)
        except NotFound:
            return None

    def _address(
        self, caller: Caller, chat_id: str, wanted: str | None, known: Conversation | None
    ) -> Address:
        if known is None:
            return Address(caller.workspace, self.bot_for(caller, wanted), CHANNEL, chat_id)
        bot = known.address.bot
        if not self._published.answers(bot, caller.workspace):
            raise NotFound("bot", bot)
        if caller.bot not in (None, bot):
            raise Forbidden("This key belongs to another bot than the conversation")
        if wanted and caller.bot is None and wanted != bot:
            raise Conflict(f"This conversation is held with the bot {bot}")
        return known.address


def _profile(context: Mapping[str, Any]) -> dict[str, Any]:
    name = context.get("user_name")
    return {"name": name} if isinstance(name, str) else {}

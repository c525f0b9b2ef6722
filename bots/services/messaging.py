"""Writing to customers through their messenger, and reading and writing a chat's context."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from bots.errors import NotFound
from bots.model.account import Caller
from bots.model.answer import Delivery
from bots.model.conversation import Conversation, Opening
from bots.model.message import Address, Reply
from bots.model.turn import MessageRecord
from bots.services.contexts import refuse_growth
from bots.services.conversations import Conversations
from bots.services.runtime import Channels, Connected, Inbox, Outbox, Platform

PATIENCE = 5.0


class Messaging:
    """Of a bot's accounts at a platform the first is its default."""

    def __init__(
        self,
        inbox: Inbox,
        outbox: Outbox,
        conversations: Conversations,
        *,
        channels: Channels,
        patience: float = PATIENCE,
    ) -> None:
        self._inbox = inbox
        self._outbox = outbox
        self._conversations = conversations
        self._channels = channels
        self._patience = patience

    async def send(
        self,
        caller: Caller,
        *,
        platform: str,
        chat_id: str,
        reply: Reply,
        perhaps_again: bool = False,
    ) -> tuple[MessageRecord, Delivery]:
        """Say it and wait a few seconds for the messenger. Raises NotFound for no such chat.

        What is `perhaps_again` is not said where its id was: whoever said it died before telling so.
        """
        if perhaps_again:
            with suppress(NotFound):
                _, record = await self._conversations.message(caller, reply.message_id)
                return record, await self._outbox.delivery(
                    record.message_id, patience=self._patience
                )
        _, address, opening = await self._address(caller, platform, chat_id)
        record = await self._inbox.say(address, replace(reply, author="api"), opening=opening)
        delivery = await self._outbox.delivery(record.message_id, patience=self._patience)
        return record, delivery

    async def delivery(self, record: MessageRecord) -> Delivery:
        """How far a message that was said has come by now."""
        return await self._outbox.delivery(record.message_id, patience=0)

    async def context(
        self, caller: Caller, platform: str, chat_id: str, user_id: str
    ) -> Conversation:
        """Raises NotFound."""
        return await self._conversations.of_chat(caller, platform, chat_id, user_id)

    async def write_context(
        self,
        caller: Caller,
        platform: str,
        chat_id: str,
        user_id: str,
        context: Mapping[str, Any],
    ) -> Conversation:
        """Merge it; a messenger's chat nobody wrote in yet is opened. Raises NotFound."""
        known, address, opening = await self._address(caller, platform, chat_id, user_id)
        refuse_growth(known, context)
        return await self._inbox.write_context(address, context, opening=opening)

    def platforms(self, caller: Caller) -> list[tuple[Platform, bool]]:
        """Every platform we speak to, and whether a bot of theirs is connected to it."""
        return [
            (each, self._channels.is_up(each.name, caller.workspace))
            for each in self._channels.platforms()
        ]

    async def _address(
        self, caller: Caller, platform: str, chat_id: str, user_id: str | None = None
    ) -> tuple[Conversation | None, Address, Opening | None]:
        try:
            known = await self._conversations.of_chat(caller, platform, chat_id, user_id)
        except NotFound:
            if not any(each.writes_first for each in self._named(platform)):
                raise
        else:
            return known, known.address, None
        account = self._account(caller, platform)
        address = Address(caller.workspace, account.bot, account.channel, chat_id)
        return None, address, Opening(platform=platform, user_id=user_id or chat_id)

    def _account(self, caller: Caller, platform: str) -> Connected:
        for account in self._channels.accounts(platform, caller.workspace):
            if caller.bot in (None, account.bot):
                return account
        raise NotFound("platform", platform)

    def _named(self, platform: str) -> list[Platform]:
        return [each for each in self._channels.platforms() if each.name == platform]

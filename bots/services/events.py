"""Telling a chat's flow that something has happened: a payment came, an order was delivered."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from bots.errors import Invalid
from bots.model.account import Caller
from bots.model.message import Address, UnifiedMessage
from bots.ports import Clock, NewId
from bots.services.conversations import Conversations
from bots.services.runtime import Inbox

NAME = r"[^\W\d][\w-]*(?:\.[\w-]+)+"
"""Events that flows may name: words with a dot, `payment.paid`."""

LARGEST_DATA = 16_384
"""Bytes of JSON: a chat keeps what it was told for as long as it waits."""


class Events:
    """The way in for what happens around a chat: durable, in the chat's order, once by its id."""

    def __init__(
        self, inbox: Inbox, conversations: Conversations, *, clock: Clock, new_id: NewId
    ) -> None:
        self._inbox = inbox
        self._conversations = conversations
        self._clock = clock
        self._new_id = new_id

    async def emit(
        self, name: str, *, address: Address, data: Mapping[str, Any], id: str, platform: str = ""
    ) -> bool:
        """Tell a chat of an event; False where this `id` was told to it before.

        Returns once it is on disk. The chat must have a conversation: without one the event waits
        in the inbox for a person to see. Raises Invalid, Unavailable.
        """
        if not re.fullmatch(NAME, name):
            raise Invalid("event", "An event's name has a dot in it, such as payment.paid")
        if len(orjson.dumps(data)) > LARGEST_DATA:
            raise Invalid("data", f"The data of an event may have {LARGEST_DATA} bytes of JSON")
        return await self._inbox.take(
            UnifiedMessage(
                message_id=self._new_id(),
                address=address,
                platform=platform or address.channel.partition(":")[0],
                user_id="",
                # A channel's own ids are numbers: none of them looks like this. The length keeps
                # chat «a» with «b:c» and chat «a:b» with «c» apart.
                external_id=f"event:{len(address.chat_id)}:{address.chat_id}:{id}",
                timestamp=self._clock(),
                happening="event",
                metadata={"event": name, "data": dict(data)},
            )
        )

    async def emit_for(
        self,
        caller: Caller,
        name: str,
        *,
        platform: str,
        chat_id: str,
        data: Mapping[str, Any],
        id: str,
    ) -> bool:
        """The same for somebody outside. Raises NotFound for a chat they may not see."""
        found = await self._conversations.of_chat(caller, platform, chat_id)
        return await self.emit(
            name, address=found.address, data=data, id=id, platform=found.platform
        )

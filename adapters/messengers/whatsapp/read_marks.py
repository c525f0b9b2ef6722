"""What a customer sees of us meanwhile: that their message was read, that an answer is written.

Both are one call, about a message of theirs:
https://developers.facebook.com/docs/whatsapp/cloud-api/typing-indicators
"""

import structlog

from adapters.messengers.whatsapp.client import Client
from adapters.newest import Newest
from bots.errors import ChannelError
from bots.ports import Sleep

READ_AFTER = 0.4
"""Seconds after which what was taken is marked: several in a row cost one call."""

log = structlog.get_logger()


class ReadMarks:
    """The last message of each chat, as long as we remember it. Nothing here ever raises."""

    def __init__(self, client: Client, sleep: Sleep) -> None:
        self._client = client
        self._sleep = sleep
        self._last: Newest[str, str] = Newest(20_000)
        self._marking: set[str] = set()

    def heard(self, chat: str, message_id: str) -> None:
        """The customer wrote this."""
        self._last.put(chat, message_id)

    async def read(self, chat: str) -> None:
        """Mark the last message, and with it all before."""
        if chat in self._marking:
            return
        self._marking.add(chat)
        try:
            await self._sleep(READ_AFTER)
        finally:
            self._marking.discard(chat)
        await self._mark(chat, typing=False)

    async def typing(self, chat: str) -> None:
        """Show that an answer is on its way; where no message is remembered, nothing is shown."""
        await self._mark(chat, typing=True)

    async def _mark(self, chat: str, *, typing: bool) -> None:
        last = self._last.get(chat)
        if last is None:
            return
        try:
            await self._client.mark_read(last, typing=typing)
        except ChannelError as error:
            log.debug("A message was not marked", number=self._client.phone_id, why=str(error))

"""Files that customers sent, for those who may read the chat: fetched from the messenger when asked for."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from bots.errors import ChannelError, Conflict, NotFound, Rejected, Unavailable
from bots.model.account import Caller
from bots.ports import Channel, File
from bots.services.conversations import Conversations

LARGEST = 100 * 1024 * 1024
"""Bytes of one file; no messenger takes more from a customer."""

AT_ONCE = 2
"""Files fetched at the same time from one messenger: each is in memory while it is."""


class Files:
    """Nothing is kept here: a messenger may forget a file in time, and then it is not found."""

    def __init__(self, conversations: Conversations, channels: Mapping[str, Channel]) -> None:
        self._conversations = conversations
        self._channels = channels
        # One that does not answer keeps the files of the others from nobody.
        self._rooms: dict[str, asyncio.Semaphore] = {}

    async def of(self, caller: Caller, message_id: str, number: int) -> File:
        """An attachment of a message, the first being 1.

        Raises NotFound, Conflict for what the messenger does not give out, Unavailable where it does
        not answer.
        """
        conversation, record = await self._conversations.message(caller, message_id)
        if not 1 <= number <= len(record.attachments):
            raise NotFound("file", number)
        attachment = record.attachments[number - 1]
        came_by_messenger = record.author in ("customer", "operator")
        channel = self._channels.get(conversation.address.channel)
        if not (came_by_messenger and attachment.ref) or channel is None:
            raise NotFound("file", number)
        if (attachment.size or 0) > LARGEST:
            raise Conflict(_too_large(attachment.size or 0))
        async with self._rooms.setdefault(channel.platform, asyncio.Semaphore(AT_ONCE)):
            file = await _fetched(channel, attachment.ref)
        if len(file.content) > LARGEST:
            raise Conflict(_too_large(len(file.content)))
        return replace(file, name=attachment.name or file.name, mime=attachment.mime or file.mime)


async def _fetched(channel: Channel, ref: str) -> File:
    try:
        return await channel.fetch(ref)
    except Rejected as rejected:
        raise Conflict(f"The messenger does not give out this file: {rejected}") from rejected
    except ChannelError as error:
        raise Unavailable("The messenger does not give out files just now") from error


def _too_large(size: int) -> str:
    return f"The file has {size} bytes; files of {LARGEST} at most are given out"

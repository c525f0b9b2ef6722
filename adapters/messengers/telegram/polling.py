"""Long polling, for a machine without a public address."""

import asyncio
from functools import partial
from typing import Any, Protocol

from adapters import listening
from adapters.listening import Batch, Hearing
from adapters.messengers.telegram.errors import PollingConflict
from bots.errors import ChannelDown
from bots.ports import Listening, Received, Sleep


class Polled(Hearing, Protocol):
    """The bot whose updates are fetched."""

    async def updates(self, offset: int) -> list[Any]:
        """Wait for updates from `offset` on; what lies below it is forgotten."""

    async def read(self, update: Any) -> Received:
        """What an update holds. Raises Unavailable for a payment that cannot be noted."""

    async def delete_webhook(self) -> None:
        """Let polling have the updates."""


async def poll(channel: Polled, into: Listening, *, sleep: Sleep = asyncio.sleep) -> None:
    """Bring updates in until cancelled.

    The offset is the acknowledgement: it moves only after `into` has taken them, so an update that
    was not kept comes again. Raises ChannelUnauthorised alone, for a token that Telegram takes no
    more.
    """
    await listening.poll(channel, _Updates(channel).ask, into, sleep=sleep, refused_ends=True)


class _Updates:
    def __init__(self, channel: Polled) -> None:
        self._channel = channel
        self._offset = 0
        self._polls = False

    async def ask(self) -> Batch:
        if not self._polls:
            # As long as a webhook is set, Telegram gives nothing to pollers.
            await self._channel.delete_webhook()
            self._polls = True
        try:
            updates = await self._channel.updates(self._offset)
        except PollingConflict as conflict:
            self._polls = False
            raise ChannelDown(
                "Another program takes this bot's updates: stop it, or give it a bot of its own"
            ) from conflict
        received = [await self._channel.read(update) for update in updates]
        return Batch(received, partial(self._move_on, updates))

    async def _move_on(self, updates: list[Any]) -> None:
        offset = max([self._offset, *(_id_of(update) + 1 for update in updates)])
        if updates and offset == self._offset:
            raise ChannelDown("Telegram repeats updates that were acknowledged")
        self._offset = offset


def _id_of(update: Any) -> int:
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if type(number) is int else -1

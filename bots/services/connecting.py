"""Meeting an account at a messenger before it is kept: whose it is, and whether it can be served."""

import asyncio
from collections.abc import Callable

from bots.errors import ChannelDown
from bots.model.channel import ChannelRecord
from bots.ports import MessengerChannel

PATIENCE = 8.0
"""Seconds a messenger has to say who an account is, and again to take on that we listen."""


class Connecting:
    """Whoever connects an account over the API waits for the messenger's word."""

    def __init__(
        self,
        open: Callable[[ChannelRecord], MessengerChannel],
        url: Callable[[str], str | None],
        *,
        patience: float = PATIENCE,
    ) -> None:
        self._open = open
        self._url = url
        self._patience = patience

    async def meet(self, record: ChannelRecord) -> tuple[MessengerChannel, str]:
        """The account, and what the messenger calls it.

        Raises ChannelUnauthorised for a credential that is refused, another ChannelError where
        nobody answers.
        """
        channel = self._open(record)
        # The first account of a messenger has its library imported, which is no silence of theirs.
        await channel.load()
        try:
            async with asyncio.timeout(self._patience):
                return channel, await channel.check()
        except TimeoutError:
            raise ChannelDown("no answer in time") from None

    async def begin(self, channel: MessengerChannel) -> None:
        """Have messages brought to us. Raises a ChannelError."""
        try:
            async with asyncio.timeout(self._patience):
                await channel.begin(self._url(channel.platform))
        except TimeoutError:
            raise ChannelDown("no answer in time") from None

    async def end(self, channel: MessengerChannel) -> None:
        """Have nothing more brought. Raises a ChannelError."""
        try:
            async with asyncio.timeout(self._patience):
                await channel.end()
        except TimeoutError:
            raise ChannelDown("no answer in time") from None

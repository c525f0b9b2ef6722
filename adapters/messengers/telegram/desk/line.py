"""Calls to one group: all of them in one line, because Telegram counts them together."""

import asyncio
from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from adapters.messengers.telegram.client import Client
from bots.ports import Clock, Sleep


class Urgency(IntEnum):
    """What goes first; within one, what came first."""

    NOW = 0
    """A new request's card, a customer's text."""
    SOON = 1
    """Media, failures, answers to operators."""
    LATER = 2
    """Edits, reactions, cards."""
    COSMETIC = 3
    """Titles, pins, deletions; the first to be dropped."""


class Line:
    """One group's calls."""

    def __init__(self, client: Client, chat_id: str, *, clock: Clock, sleep: Sleep) -> None:
        self._client = client
        self.chat_id = chat_id
        self._clock = clock
        self._sleep = sleep
        self._turn = asyncio.Lock()

    async def call(
        self, method: str, parameters: Mapping[str, Any], urgency: Urgency, *, merge: str = ""
    ) -> Any:
        """Make a call when its turn has come; its `chat_id` is put in. Gives Telegram's result.

        Of two that wait with the same `merge` the later one is made, for both. Raises a ChannelError
        of `refused.py` for what the group refuses for good; what passes is waited for.
        """
        async with self._turn:
            return await self._client.call(method, {"chat_id": self.chat_id, **parameters})

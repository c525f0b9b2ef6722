"""Has Telegram call us, and looks now and then whether it does and whether it gets through."""

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog

from adapters.listening import Hearing
from adapters.messengers.telegram.fields import string, whole
from adapters.messengers.telegram.profile import Profile
from bots.errors import ChannelError, ChannelUnauthorised
from bots.ports import Sleep

LONGEST_PAUSE = 30.0
LOOK_AGAIN = 600.0
"""Seconds between two looks at a webhook that is ours."""
LOOK_SOON = 60.0
"""The same while Telegram does not get through."""
MANY = 100
"""So many updates that wait are too many, where they were fewer at the look before."""

log = structlog.get_logger()


async def keep_webhook(
    channel: Hearing, profile: Profile, url: str, *, pause: Sleep = asyncio.sleep
) -> None:
    """Have Telegram call us, and look now and then whether it still does; until cancelled.

    Raises ChannelUnauthorised.
    """
    watch = _Watch(channel, profile, url)
    told = ""
    wait = 1.0
    while True:
        try:
            await watch.look()
            wait, told = LOOK_SOON if channel.trouble else LOOK_AGAIN, ""
        except ChannelUnauthorised:
            raise
        except ChannelError as error:
            if str(error) != told:
                told = channel.trouble = str(error)
                log.warning(
                    "The webhook cannot be looked after, trying again",
                    why=told,
                    channel=channel.name,
                )
            wait = min(max(wait, 1.0) * 2, LONGEST_PAUSE) if wait < LOOK_SOON else 1.0
        await pause(wait)


class _Watch:
    """What the last look saw. The first one says nothing of errors: they are of the time before."""

    def __init__(self, channel: Hearing, profile: Profile, url: str) -> None:
        self._channel = channel
        self._profile = profile
        self._url = url
        self._waiting: int | None = None
        self._failed_at = 0
        self._told = False

    async def look(self) -> None:
        seen = await self._profile.webhook()
        if not await self._profile.is_set(self._url, seen):
            await self._profile.set_webhook(self._url)
            self._tell_of_another(string(seen.get("url")) or "")
        waiting = whole(seen.get("pending_update_count"))
        failed_at = whole(seen.get("last_error_date"))
        if self._waiting is not None:
            newer = failed_at > self._failed_at
            rising = waiting > max(self._waiting, MANY)
            # Telegram tries ever more seldom: until less waits, nothing has come of it.
            stuck = self._told and waiting >= self._waiting > 0
            self._judge(seen, waiting, bad=newer or rising or stuck)
        else:
            self._channel.trouble = None
        self._waiting, self._failed_at = waiting, failed_at

    def _tell_of_another(self, before: str) -> None:
        if not before or before == self._url:
            return
        if self._waiting is None:
            log.info("Telegram called another address before", channel=self._channel.name)
        else:
            log.warning(
                "Another server takes this bot's updates: stop it, or give it a bot of its own",
                channel=self._channel.name,
                address=before,
            )

    def _judge(self, seen: Mapping[str, Any], waiting: int, *, bad: bool) -> None:
        """Trouble is told once, and once that it is over. Where nothing waits all came in the end."""
        if bad:
            why = string(seen.get("last_error_message")) or "updates come faster than they go"
            sentence = f"Telegram does not get through to {self._url}: {why}"
            self._channel.trouble = sentence if waiting else None
            if not self._told:
                log.warning(
                    "Telegram does not get through to us",
                    channel=self._channel.name,
                    why=why,
                    waiting=waiting,
                )
        else:
            self._channel.trouble = None
            if self._told:
                log.info("Telegram gets through to us again", channel=self._channel.name)
        self._told = bad

"""Takes one strike of a schedule to everybody it is for, portion by portion, all strikes at one pace."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog

from bots.model.message import Address, UnifiedMessage
from bots.ports import Audience, Clock, NewId, Recipient, Sleep
from flows.audience import is_for
from flows.errors import RunError
from flows.model import Bot, Schedule
from flows.turn import CHATLESS

log = structlog.get_logger()

PORTION = 100
BETWEEN_PORTIONS = 0.25
"""Seconds: ten thousand chats take half a minute, and whoever writes meanwhile is not kept waiting."""

MOST_BUSY = 100
"""Chats with a turn under way, or waiting for one, above which no more are told."""

MOST_PATIENCE = 40
"""How often that is waited for: chats whose turns do not end keep nobody from hearing."""


class Telling:
    """However many bots strike at one moment, they take turns: no more is told a second than by one."""

    def __init__(
        self,
        *,
        audience: Audience,
        accept: Callable[[Sequence[UnifiedMessage]], Awaitable[None]],
        busy: Callable[[], int],
        clock: Clock,
        new_id: NewId,
        sleep: Sleep,
    ) -> None:
        self._audience = audience
        self._accept = accept
        self._busy = busy
        self._clock = clock
        self._new_id = new_id
        self._sleep = sleep
        self._turn = asyncio.Lock()

    async def without_chat(
        self, workspace: int, bot: Bot, schedule: Schedule, moment: datetime
    ) -> None:
        """Strike where there is no customer. Raises Unavailable."""
        nowhere = Address(workspace, bot.folder, CHATLESS, bot.folder)
        await self._accept([self._message(schedule, moment, nowhere, CHATLESS, CHATLESS)])

    async def portion(
        self, workspace: int, bot: Bot, schedule: Schedule, moment: datetime, after: int
    ) -> int | None:
        """Strike in the next chats past `after`; the last of them, None behind the last of all.

        Told again after a crash it reaches nobody twice: the inbox knows each message's id. Raises
        Unavailable.
        """
        async with self._turn:
            chats = await self._audience.chats(workspace, bot.folder, after=after, limit=PORTION)
            meant = [
                self._message(schedule, moment, chat.address, chat.platform, chat.user_id)
                for chat in chats
                if self._is_for(bot, schedule, chat)
            ]
            if meant:
                await self._accept(meant)
            if len(chats) < PORTION:
                return None
            await self._pause()
        return chats[-1].id

    async def _pause(self) -> None:
        for _ in range(MOST_PATIENCE):
            await self._sleep(BETWEEN_PORTIONS)
            if self._busy() <= MOST_BUSY:
                return

    def _is_for(self, bot: Bot, schedule: Schedule, chat: Recipient) -> bool:
        channels = schedule.target.only.channels if schedule.target.only is not None else ()
        if channels and chat.platform not in channels:
            return False
        try:
            return is_for(bot, schedule, user=chat.user, chat=chat.context, now=self._clock())
        except RunError as error:
            log.warning("A schedule's for has no value", bot=bot.folder, reason=str(error))
            return False

    def _message(
        self, schedule: Schedule, moment: datetime, address: Address, platform: str, user_id: str
    ) -> UnifiedMessage:
        return UnifiedMessage(
            message_id=self._new_id(),
            address=address,
            platform=platform,
            user_id=user_id,
            external_id=f"every:{address.chat_id}:{schedule.key}:{moment.timestamp():.0f}",
            timestamp=moment,
            happening="schedule",
            metadata={"key": schedule.key},
        )

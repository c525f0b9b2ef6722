"""Strikes the owners' timetables: each time once, through the lanes of the chats it is for."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from bots.errors import Unavailable
from bots.model.message import Address, UnifiedMessage
from bots.ports import Audience, Clock, NewId, Recipient, Shelf, Sleep
from flows.audience import is_for
from flows.errors import RunError
from flows.model import Bot, Schedule
from flows.turn import CHATLESS

log = structlog.get_logger()

LATEST = timedelta(hours=1)
"""What was missed by less than this, because we were down, is made up for; of several the last."""

PORTION = 100
BETWEEN_PORTIONS = 0.25
"""Seconds: ten thousand chats take half a minute, and whoever writes meanwhile is not kept waiting."""

LOOK_AGAIN = 60.0
"""Seconds after which the clock is looked at again: it may have been set."""

OUTAGE_PAUSE = 1.0
SHELF = "schedules"


class Bots(Protocol):
    """The live bots of all workspaces."""

    def names(self) -> Sequence[str]:
        """Those that answer."""

    def current(self, bot: str) -> Bot:
        """One of them."""

    def workspace_of(self, bot: str) -> int:
        """Whose it is."""


class Schedules:
    """Keeps on the shelf when each schedule last struck; what it wakes comes in as messages do."""

    def __init__(
        self,
        *,
        bots: Bots,
        audience: Audience,
        accept: Callable[[Sequence[UnifiedMessage]], Awaitable[None]],
        shelf: Shelf,
        clock: Clock,
        new_id: NewId,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._bots = bots
        self._audience = audience
        self._accept = accept
        self._shelf = shelf
        self._clock = clock
        self._new_id = new_id
        self._sleep = sleep
        self._struck: dict[tuple[str, str], datetime] = {}
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """A bot was published: its timetables may be others now."""
        self._woken.set()

    async def run(self) -> None:
        """Strike what is due, for ever."""
        while True:
            self._woken.clear()
            try:
                due = await self.strike_due()
            except Unavailable:
                await self._sleep(OUTAGE_PAUSE)
                continue
            left = LOOK_AGAIN if due is None else (due - self._clock()).total_seconds()
            await self._rest(min(max(left, 0.0), LOOK_AGAIN))

    async def strike_due(self) -> datetime | None:
        """Strike everything whose time has come; when the next one does. Raises Unavailable."""
        coming = []
        for name in self._bots.names():
            bot = self._bots.current(name)
            for schedule in bot.schedules:
                coming.append(await self._strike_if_due(bot, schedule))
        return min(coming, default=None)

    async def _strike_if_due(self, bot: Bot, schedule: Schedule) -> datetime:
        now, zone = self._clock(), ZoneInfo(bot.timezone)
        struck = await self._last(bot, schedule, now)
        if struck > now + LATEST:
            # The clock ran far ahead and was set back: nothing is to be silent until then, and what
            # has struck at these very times before is known by the ids of its messages.
            await self._note(bot, schedule, now)
            struck = now
        due = schedule.timetable.next_after(max(struck, now - LATEST), zone)
        if due > now:
            return due
        while (following := schedule.timetable.next_after(due, zone)) <= now:
            due = following
        await self._strike(bot, schedule, due)
        await self._note(bot, schedule, due)
        return following

    # ------------------------------------------------------------ when it last struck

    async def _last(self, bot: Bot, schedule: Schedule, now: datetime) -> datetime:
        """A schedule that is new counts from now."""
        known = self._struck.get((bot.folder, schedule.key))
        if known is not None:
            return known
        workspace = self._bots.workspace_of(bot.folder)
        kept = await self._shelf.get(workspace, SHELF, f"{bot.folder}:{schedule.key}")
        if not isinstance(kept, str):
            await self._note(bot, schedule, now)
            return now
        self._struck[bot.folder, schedule.key] = moment = datetime.fromisoformat(kept)
        return moment

    async def _note(self, bot: Bot, schedule: Schedule, moment: datetime) -> None:
        key, workspace = f"{bot.folder}:{schedule.key}", self._bots.workspace_of(bot.folder)
        await self._shelf.put(workspace, SHELF, key, moment.isoformat())
        self._struck[bot.folder, schedule.key] = moment

    # ------------------------------------------------------------ striking

    async def _strike(self, bot: Bot, schedule: Schedule, moment: datetime) -> None:
        """Told again after a crash, it reaches nobody twice: the inbox knows each message's id."""
        log.info("A schedule strikes", bot=bot.folder, schedule=schedule.timetable.text)
        workspace = self._bots.workspace_of(bot.folder)
        if not schedule.for_chats:
            nowhere = Address(workspace, bot.folder, CHATLESS, bot.folder)
            await self._accept([self._message(schedule, moment, nowhere, CHATLESS, CHATLESS)])
            return
        after = 0
        while True:
            chats = await self._audience.chats(workspace, bot.folder, after=after, limit=PORTION)
            if not chats:
                return
            meant = [
                self._message(schedule, moment, chat.address, chat.platform, chat.user_id)
                for chat in chats
                if self._is_for(bot, schedule, chat)
            ]
            await self._accept(meant)
            after = chats[-1].id
            await self._sleep(BETWEEN_PORTIONS)

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

    async def _rest(self, seconds: float) -> None:
        sleeping = asyncio.ensure_future(self._sleep(seconds))
        woken = asyncio.ensure_future(self._woken.wait())
        try:
            await asyncio.wait({sleeping, woken}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            woken.cancel()

"""Strikes the owners' timetables: each time once, through the lanes of the chats it is for."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

import structlog

from bots.errors import NotFound, Unavailable
from bots.ports import Clock, Shelf, Sleep
from bots.retry import wait_before
from flows.model import Bot, Schedule
from scheduler.telling import Telling

log = structlog.get_logger()

LATEST = timedelta(hours=1)
"""What was missed by less than this, because we were down, is made up for; of several the last."""

LOOK_AGAIN = 4.0
"""Seconds after which the clock is looked at again: it may have been set."""

NOTED_EVERY = 4
"""Portions after which it is noted how far a strike has come."""

OUTAGE_PAUSE = 1.0
SHELF = "schedules"


class Bots(Protocol):
    """The live bots of all workspaces."""

    def names(self) -> Sequence[str]:
        """Those that answer."""

    def current(self, bot: str) -> Bot:
        """One of them. Raises NotFound."""

    def workspace_of(self, bot: str) -> int:
        """Whose it is. Raises NotFound."""


class Half(NamedTuple):
    """A strike under way, by the clocks of `zone`: in all chats up to number `after`, as it was `at` then."""

    moment: datetime
    zone: str
    after: int
    at: datetime


@dataclass(slots=True)
class Entry:
    """A schedule of a bot as it is now; when it last struck, by the clocks of which zone.

    `due` is None while it strikes.
    """

    bot: Bot
    workspace: int
    schedule: Schedule
    struck: datetime
    zone: str
    half: Half | None = None
    due: datetime | None = None
    task: "asyncio.Task[None] | None" = None

    @property
    def key(self) -> tuple[str, str]:
        return self.bot.folder, self.schedule.key

    def since(self) -> datetime:
        """What has struck: everything up to then.

        Where the bot has moved to another zone, up to what its clocks showed when it last struck: what
        has struck at six does not at six of another zone on the same day.
        """
        steps = all(entry.steady for entry in self.schedule.timetable.entries)
        if steps or self.zone == self.bot.timezone:
            return self.struck
        shown = self.struck.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        return shown.replace(tzinfo=ZoneInfo(self.bot.timezone)).astimezone(UTC)

    def next_after(self, moment: datetime) -> datetime:
        return self.schedule.timetable.next_after(moment, ZoneInfo(self.bot.timezone))


class Schedules:
    """Keeps on the shelf when each schedule last struck; what it wakes comes in as messages do."""

    def __init__(
        self,
        *,
        bots: Bots,
        telling: Telling,
        shelf: Shelf,
        clock: Clock,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._bots = bots
        self._telling = telling
        self._shelf = shelf
        self._clock = clock
        self._sleep = sleep
        self._loaded: dict[str, Bot] = {}
        self._entries: dict[tuple[str, str], Entry] = {}
        self._looked: datetime | None = None
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """A bot was published: its timetables may be others now."""
        self._woken.set()

    async def run(self) -> None:
        """Strike what is due, for ever."""
        try:
            while True:
                self._woken.clear()
                try:
                    due = await self.strike_due()
                except Unavailable:
                    await self._sleep(OUTAGE_PAUSE)
                    continue
                left = LOOK_AGAIN if due is None else (due - self._clock()).total_seconds()
                await self._rest(min(max(left, 0.0), LOOK_AGAIN))
        finally:
            for entry in self._entries.values():
                _stop(entry)
            self._entries.clear()
            self._loaded.clear()

    async def strike_due(self) -> datetime | None:
        """Begin everything whose time has come; when the next one does. Raises Unavailable."""
        now = self._clock()
        set_back = self._looked is not None and now < self._looked
        self._looked = now
        await self._take_published(now)
        for entry in list(self._entries.values()):
            if entry.due is not None and (set_back or entry.due <= now):
                await self._strike_if_due(entry, now)
        dues = (entry.due for entry in self._entries.values())
        return min((due for due in dues if due is not None), default=None)

    async def _strike_if_due(self, entry: Entry, now: datetime) -> None:
        if entry.struck > now + LATEST:
            # The clock ran far ahead and was set back: nothing is to be silent until then, and what
            # has struck at these very times before is known by the ids of its messages.
            await self._note(entry, now, entry.bot.timezone)
        due = entry.next_after(max(entry.since(), now - LATEST))
        if due > now:
            entry.due = due
            return
        while (following := entry.next_after(due)) <= now:
            due = following
        self._begin(entry, Half(due, entry.bot.timezone, 0, now))

    # ------------------------------------------------------------ which there are

    async def _take_published(self, now: datetime) -> None:
        """A schedule that is new or was changed counts from now."""
        names = self._bots.names()
        shelves: dict[int, Mapping[str, Any]] = {}
        for name in names:
            try:
                bot, workspace = self._bots.current(name), self._bots.workspace_of(name)
            except NotFound:
                continue
            if self._loaded.get(name) is not bot:
                if bot.schedules and workspace not in shelves:
                    shelves[workspace] = await self._shelf.all(workspace, SHELF)
                await self._take(bot, workspace, shelves.get(workspace, {}), now)
                self._loaded[name] = bot
        for name in self._loaded.keys() - set(names):
            del self._loaded[name]
        for key in [key for key in self._entries if key[0] not in self._loaded]:
            _stop(self._entries.pop(key))

    async def _take(self, bot: Bot, workspace: int, kept: Mapping[str, Any], now: datetime) -> None:
        wanted = {schedule.key: schedule for schedule in bot.schedules}
        for key, entry in list(self._entries.items()):
            if key[0] == bot.folder and key[1] not in wanted:
                _stop(self._entries.pop(key))
                await self._shelf.put(entry.workspace, SHELF, ":".join(key), None)
        for schedule in wanted.values():
            before = self._entries.get((bot.folder, schedule.key))
            if before is not None and before.workspace == workspace:
                before.bot, before.schedule = bot, schedule
                if before.due is not None:
                    await self._strike_if_due(before, now)
                continue
            if before is not None:
                _stop(before)
            entry = Entry(bot, workspace, schedule, now, bot.timezone)
            noted = kept.get(":".join(entry.key))
            if noted is None:
                await self._note(entry, now, bot.timezone)
            else:
                _read(entry, noted)
            self._entries[entry.key] = entry
            await self._go_on(entry, now)

    async def _go_on(self, entry: Entry, now: datetime) -> None:
        """What was under way when we ended goes on, unless that is too long ago."""
        half = entry.half
        if half is not None and now - half.at >= LATEST:
            log.warning(
                "A schedule's strike is given up midway, having stood still for too long",
                bot=entry.bot.folder,
                schedule=entry.schedule.timetable.text,
                moment=half.moment.isoformat(),
            )
            await self._note(entry, half.moment, half.zone)
            half = None
        if half is not None:
            self._begin(entry, half)
        else:
            await self._strike_if_due(entry, now)

    async def _note(self, entry: Entry, struck: datetime, zone: str) -> None:
        value = {"struck": struck.isoformat(), "zone": zone}
        await self._shelf.put(entry.workspace, SHELF, ":".join(entry.key), value)
        entry.struck, entry.zone, entry.half = struck, zone, None

    async def _note_half(self, entry: Entry, half: Half) -> None:
        value = {
            "struck": entry.struck.isoformat(),
            "zone": entry.zone,
            "half": [half.moment.isoformat(), half.zone, half.after, half.at.isoformat()],
        }
        await self._shelf.put(entry.workspace, SHELF, ":".join(entry.key), value)

    # ------------------------------------------------------------ striking

    def _begin(self, entry: Entry, half: Half) -> None:
        log.info("A schedule strikes", bot=entry.bot.folder, schedule=entry.schedule.timetable.text)
        entry.due, entry.half = None, half
        entry.task = asyncio.create_task(self._strike(entry, half))

    async def _strike(self, entry: Entry, half: Half) -> None:
        """Until everybody is told; what keeps failing is given up in the end, and the next time comes."""
        tries, told = 0, half.after
        while True:
            half = entry.half or half
            try:
                await self._tell(entry, half)
                await self._note(entry, half.moment, half.zone)
                break
            except Unavailable:
                await self._sleep(OUTAGE_PAUSE)
            except Exception:
                reached = (entry.half or half).after
                tries = tries + 1 if reached == told else 1
                told, wait = reached, wait_before(tries)
                log.exception(
                    "A schedule's strike failed",
                    bot=entry.bot.folder,
                    schedule=entry.schedule.timetable.text,
                    next_in=wait.total_seconds() if wait else None,
                )
                if wait is None:
                    entry.struck, entry.zone, entry.half = half.moment, half.zone, None
                    break
                await self._sleep(wait.total_seconds())
        entry.due = entry.next_after(half.moment)
        self._woken.set()

    async def _tell(self, entry: Entry, half: Half) -> None:
        """Each portion by the bot as it is then."""
        workspace, moment, portions = entry.workspace, half.moment, 0
        if not entry.schedule.for_chats:
            await self._telling.without_chat(workspace, entry.bot, entry.schedule, moment)
            return
        while (after := await self._portion(entry, half)) is not None:
            entry.half = half = half._replace(after=after, at=self._clock())
            portions += 1
            if portions % NOTED_EVERY == 0:
                await self._note_half(entry, half)

    async def _portion(self, entry: Entry, half: Half) -> int | None:
        return await self._telling.portion(
            entry.workspace, entry.bot, entry.schedule, half.moment, half.after
        )

    async def _rest(self, seconds: float) -> None:
        sleeping = asyncio.ensure_future(self._sleep(seconds))
        woken = asyncio.ensure_future(self._woken.wait())
        try:
            await asyncio.wait({sleeping, woken}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            woken.cancel()


def _read(entry: Entry, noted: Any) -> None:
    """As it was noted; by earlier versions, the moment alone."""
    if isinstance(noted, str):
        entry.struck = datetime.fromisoformat(noted)
        return
    entry.struck, entry.zone = datetime.fromisoformat(noted["struck"]), noted["zone"]
    if "half" in noted:
        moment, zone, after, at = noted["half"]
        entry.half = Half(datetime.fromisoformat(moment), zone, after, datetime.fromisoformat(at))


def _stop(entry: Entry) -> None:
    if entry.task is not None:
        entry.task.cancel()

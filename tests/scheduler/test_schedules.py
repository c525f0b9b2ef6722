"""The owners' timetables over the whole runtime: each time once, for those it is meant for."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bots.errors import Unavailable
from bots.model.episode import Asked
from bots.model.message import UnifiedMessage
from scheduler.schedules import NOTED_EVERY, Schedules
from scheduler.telling import PORTION, Telling
from tests.bots.clockwork import Clockwork
from tests.bots.rig import WORKSPACE, Rig, bot_files, compiled

TIMED = """
flow: form
when: [/start]
steps:
  begin:
    - ask: your name?
      save: user.name
    - say: "hello {{ user.name }}"
---
flow: report
when: {every: daily 12:00}
steps:
  a:
    - do: slow.work
      with: {x: 1}
---
flow: news
when: {every: 18:00, for: user.name != 'boris'}
steps: {a: {say: "news for {{ user.name }}"}}
"""
"""The bot's clock is UTC, and the day begins at ten."""


@pytest.fixture
async def rig(database: Path) -> AsyncIterator[Rig]:
    one = Rig(database, {"counter": bot_files(TIMED, "user: {name: text}\n")})
    await one.open()
    try:
        yield one
    finally:
        await one.crash()


class Keeper:
    """The schedules of one life of the house, struck whenever a test says so.

    After `hangs_after` portions the house stands still; before each of them comes an outage or a bug.
    """

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.hangs_after: int | None = None
        self.fails: list[Exception] = []
        self.portions = 0
        self.schedules = self._new()

    def _new(self) -> Schedules:
        telling = Telling(
            audience=self.rig.stores.audience,
            accept=self._accept,
            busy=lambda: self.rig.lanes.busy,
            clock=self.rig.hands.now,
            new_id=self.rig.new_id,
            sleep=_no_time,
        )
        return Schedules(
            bots=self.rig.published,
            telling=telling,
            shelf=self.rig.stores.shelf,
            clock=self.rig.hands.now,
            sleep=_no_time,
        )

    async def _accept(self, messages: Sequence[UnifiedMessage]) -> None:
        if self.portions == self.hangs_after:
            await self.rig.hands.park(asyncio.get_running_loop().create_future())
        if self.fails:
            raise self.fails.pop()
        self.portions += 1
        await self.rig.inbox.accept(messages)

    async def publish(self, flows: str = TIMED, zone: str = "UTC") -> None:
        files = bot_files(flows, "user: {name: text}\n")
        files["bot.yaml"] = files["bot.yaml"].replace("timezone: UTC", f"timezone: {zone}")
        self.rig.files["counter"] = files
        await self.rig.published.publish(compiled("counter", files), files)
        await self.strike()

    async def strike(self) -> None:
        await self.schedules.strike_due()
        await self.rig.quiet()

    async def to(self, moment: datetime) -> None:
        """Time passes up to then, and whatever is due strikes."""
        await self.rig.passes((moment - self.rig.hands.time).total_seconds())
        await self.strike()

    async def at(self, clock: str) -> None:
        """Time passes up to then, and whatever is due strikes."""
        hour, minute = map(int, clock.split(":"))
        await self.to(self.rig.hands.time.replace(hour=hour, minute=minute))

    async def restart(self) -> None:
        await self.rig.restart()
        self.hangs_after = None
        self.schedules = self._new()

    def told(self, *chats: str) -> dict[str, int]:
        """How often each heard the news."""
        texts = {chat: self.rig.messenger.texts(chat) for chat in chats}
        return {chat: sum("news" in one for one in said) for chat, said in texts.items()}


async def _no_time(seconds: float) -> None:
    await asyncio.sleep(0)


@pytest.fixture
async def keeper(rig: Rig) -> Keeper:
    one = Keeper(rig)
    await one.schedules.strike_due()  # they count from now
    return one


# ---------------------------------------------------------------- without a chat


async def test_a_report_runs_at_its_time_and_once(rig: Rig, keeper: Keeper) -> None:
    await keeper.at("11:59")
    assert rig.world.calls == []
    await keeper.at("12:00")
    await keeper.at("12:30")
    assert len(rig.world.effects) == 1


async def test_its_conversation_is_nobody_s_and_stands_in_no_list(rig: Rig, keeper: Keeper) -> None:
    await keeper.at("12:00")
    assert await rig.stores.audience.chats(WORKSPACE, "counter", after=0, limit=10) == []
    assert rig.messenger.taken == []


async def test_a_new_timetable_counts_from_now(rig: Rig, keeper: Keeper) -> None:
    await keeper.at("11:00")
    await keeper.publish(TIMED.replace("daily 12:00", "'daily 10:30, 11:30'"))
    await keeper.at("11:29")
    assert rig.world.calls == []
    await keeper.at("11:30")
    assert len(rig.world.effects) == 1


async def test_one_that_was_changed_and_changed_back_counts_from_then(
    rig: Rig, keeper: Keeper
) -> None:
    await keeper.at("11:50")
    await keeper.publish(TIMED.replace("daily 12:00", "daily 13:00"))
    await keeper.at("12:30")
    await keeper.publish()
    await keeper.at("14:00")
    assert rig.world.effects == {}
    await keeper.to(rig.hands.time.replace(hour=12) + timedelta(days=1))
    assert len(rig.world.effects) == 1


async def test_a_report_does_not_wait_for_news_that_are_told_to_thousands(
    rig: Rig, keeper: Keeper
) -> None:
    await keeper.publish(
        TIMED.replace("daily 12:00", "daily 18:00").replace("18:00, for", "17:59, for")
    )
    await rig.hears("anna", "/start", "anna")
    keeper.hangs_after = 0
    await keeper.at("17:59")
    keeper.hangs_after = None
    await keeper.at("18:00")
    assert keeper.told("anna") == {"anna": 0}
    assert len(rig.world.effects) == 1


@pytest.mark.parametrize("failure", [Unavailable("the disk is full"), RuntimeError("a bug")])
async def test_what_fails_is_tried_again(rig: Rig, keeper: Keeper, failure: Exception) -> None:
    keeper.fails = [failure]
    await keeper.at("12:00")
    assert len(rig.world.effects) == 1


async def test_what_fails_for_ever_is_given_up_and_comes_the_next_day(
    rig: Rig, keeper: Keeper
) -> None:
    keeper.fails = [RuntimeError("a bug")] * 6
    await keeper.at("12:00")
    assert (rig.world.effects, keeper.fails) == ({}, [])
    await keeper.to(rig.hands.time + timedelta(days=1))
    assert len(rig.world.effects) == 1


# ---------------------------------------------------------------- for each chat


async def test_it_comes_to_every_chat_it_is_for_and_to_no_other(rig: Rig, keeper: Keeper) -> None:
    for chat in ("anna", "boris", "clara"):
        await rig.hears(chat, "/start", chat)
    await keeper.at("18:00")
    assert keeper.told("anna", "boris", "clara") == {"anna": 1, "boris": 0, "clara": 1}


async def test_who_cannot_be_written_to_or_has_a_person_is_passed_over(
    rig: Rig, keeper: Keeper
) -> None:
    for chat in ("anna", "clara", "dora"):
        await rig.hears(chat, "/start", chat)
    await rig.inbox.accept([rig.message("anna", "", happening="blocked")])
    await rig.inbox.take_over(rig.message("clara", "").address, Asked(reason="help"))
    await keeper.at("18:00")
    assert keeper.told("anna", "clara", "dora") == {"anna": 0, "clara": 0, "dora": 1}


async def test_who_is_at_a_question_hears_it_afterwards(rig: Rig, keeper: Keeper) -> None:
    await rig.hears("anna", "/start")
    await keeper.at("18:00")
    assert rig.messenger.texts("anna") == ["your name?"]
    await rig.hears("anna", "anna")
    assert rig.messenger.texts("anna") == ["your name?", "hello anna", "news for anna"]


async def test_thousands_are_told_in_portions(rig: Rig, keeper: Keeper) -> None:
    chats = [f"chat{number}" for number in range(250)]
    await rig.inbox.accept([rig.message(chat, "/start") for chat in chats])
    await rig.quiet()
    await rig.inbox.accept([rig.message(chat, chat) for chat in chats])
    await rig.quiet()
    await keeper.at("18:00")
    assert set(keeper.told(*chats).values()) == {1}


# ---------------------------------------------------------------- crashes and time missed


async def many(rig: Rig, count: int) -> list[str]:
    chats = [f"chat{number}" for number in range(count)]
    for said in ("/start", None):
        await rig.inbox.accept([rig.message(chat, said or chat) for chat in chats])
        await rig.quiet()
    return chats


async def test_a_crash_in_the_middle_tells_the_others_afterwards_and_nobody_twice(
    rig: Rig, keeper: Keeper
) -> None:
    chats = await many(rig, 150)
    keeper.hangs_after = keeper.portions + 1
    await keeper.at("18:00")
    assert 0 < sum(keeper.told(*chats).values()) < 150
    await keeper.restart()
    await keeper.at("18:10")
    assert set(keeper.told(*chats).values()) == {1}


@pytest.mark.parametrize(("down", "told"), [(40, {1}), (70, {0, 1})])
async def test_a_strike_that_takes_long_goes_on_after_a_crash_unless_we_were_down_for_long(
    rig: Rig, keeper: Keeper, down: int, told: set[int]
) -> None:
    chats = await many(rig, NOTED_EVERY * PORTION + 50)
    keeper.hangs_after = keeper.portions + NOTED_EVERY
    await keeper.at("18:00")
    assert sum(keeper.told(*chats).values()) == NOTED_EVERY * PORTION
    await keeper.restart()
    rig.hands.time += timedelta(minutes=down)
    await keeper.strike()
    assert set(keeper.told(*chats).values()) == told
    # Where it stood was noted: those who have been told are not gone through again.
    assert keeper.portions <= NOTED_EVERY + 1


async def test_a_schedule_that_is_edited_while_it_is_told_is_told_no_further(
    rig: Rig, keeper: Keeper
) -> None:
    chats = await many(rig, 150)
    keeper.hangs_after = keeper.portions + 1
    await keeper.at("18:00")
    await keeper.publish(TIMED.replace("18:00, for", "19:00, for"))
    keeper.hangs_after = None
    await keeper.at("18:30")
    assert sum(keeper.told(*chats).values()) == 100
    await keeper.at("19:00")
    assert sorted(keeper.told(*chats).values()) == [1] * 50 + [2] * 100


async def test_whom_it_is_for_may_be_edited_and_counts_from_then(rig: Rig, keeper: Keeper) -> None:
    for chat in ("anna", "boris"):
        await rig.hears(chat, "/start", chat)
    await keeper.at("17:59")
    await keeper.publish(TIMED.replace("!= 'boris'", "!= 'anna'"))
    await keeper.at("18:00")
    assert keeper.told("anna", "boris") == {"anna": 0, "boris": 1}


async def test_after_a_restart_what_has_struck_does_not_strike_again(
    rig: Rig, keeper: Keeper
) -> None:
    await keeper.at("12:00")
    await keeper.restart()
    await keeper.at("12:05")
    assert len(rig.world.effects) == 1


@pytest.mark.parametrize(("back", "runs"), [("12:59", 1), ("13:01", 0)])
async def test_what_was_missed_by_less_than_an_hour_is_made_up_for(
    rig: Rig, keeper: Keeper, back: str, runs: int
) -> None:
    hour, minute = map(int, back.split(":"))
    await rig.passes(timedelta(hours=hour - 10, minutes=minute).total_seconds())
    await keeper.restart()
    await keeper.strike()
    assert len(rig.world.effects) == runs


async def test_of_several_that_were_missed_the_last_is_made_up_for(
    rig: Rig, keeper: Keeper
) -> None:
    await keeper.publish(TIMED.replace("daily 12:00", "5m"))
    await rig.passes(1800)
    await keeper.strike()
    assert len(rig.world.effects) == 1


# ---------------------------------------------------------------- clocks

DAYS = [
    ("Europe/Berlin", "02:30", datetime(2026, 3, 28, 12), "29.03 03:00"),
    ("Europe/Berlin", "02:30", datetime(2026, 10, 24, 12), "25.10 02:30"),
    ("America/New_York", "02:30", datetime(2026, 3, 7, 12), "08.03 03:00"),
    ("America/New_York", "01:30", datetime(2026, 10, 31, 12), "01.11 01:30"),
    ("Asia/Tashkent", "02:30", datetime(2026, 3, 28, 12), "29.03 02:30"),
    ("Australia/Lord_Howe", "02:10", datetime(2026, 10, 3, 12), "04.10 02:30"),
    ("Australia/Lord_Howe", "01:40", datetime(2026, 4, 4, 12), "05.04 01:40"),
]


@pytest.mark.parametrize(("zone", "clock", "day_before", "strikes"), DAYS)
@pytest.mark.parametrize("restarts", [False, True])
async def test_in_the_night_in_which_the_clocks_change_it_strikes_once(
    rig: Rig, zone: str, clock: str, day_before: datetime, strikes: str, restarts: bool
) -> None:
    there = ZoneInfo(zone)
    rig.hands.time = day_before.replace(tzinfo=there).astimezone(UTC)
    keeper = Keeper(rig)
    await keeper.publish(TIMED.replace("daily 12:00", f"daily {clock}"), zone)
    struck: list[str] = []
    rig.hands.time += timedelta(hours=13)  # at about one in the night
    for _ in range(24):
        before = len(rig.world.effects)
        await keeper.to(rig.hands.time + timedelta(minutes=10))
        if restarts:
            await keeper.restart()
        if len(rig.world.effects) > before:
            struck.append(f"{rig.hands.time.astimezone(there):%d.%m %H:%M}")
    assert struck == [strikes]


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_zone_further_west_strikes_no_time_of_day_again(
    rig: Rig, keeper: Keeper, restarts: bool
) -> None:
    await keeper.publish(zone="Europe/Moscow")
    await keeper.to(rig.hands.time.replace(hour=9) + timedelta(days=1))  # noon in Moscow
    assert len(rig.world.effects) == 1
    await keeper.publish(zone="Europe/Berlin")
    if restarts:
        await keeper.restart()
    await keeper.to(rig.hands.time.replace(hour=11))  # noon in Berlin
    assert len(rig.world.effects) == 1
    await keeper.to(rig.hands.time + timedelta(days=1))
    assert len(rig.world.effects) == 2


@pytest.mark.parametrize(("changed_at", "runs"), [("9:30", 1), ("10:30", 0)])
async def test_in_a_zone_further_east_what_has_just_passed_is_made_up_for(
    rig: Rig, keeper: Keeper, changed_at: str, runs: int
) -> None:
    await keeper.publish(zone="Europe/Berlin")
    day = rig.hands.time + timedelta(days=1)
    await keeper.to(day)
    ran = len(rig.world.effects)
    hour, minute = map(int, changed_at.split(":"))
    rig.hands.time = day.replace(hour=hour, minute=minute)
    await keeper.publish(zone="Europe/Moscow")  # noon there was at nine
    assert len(rig.world.effects) - ran == runs


async def test_a_clock_that_leaps_an_hour_ahead_strikes_what_it_passed_over_once(
    rig: Rig, keeper: Keeper
) -> None:
    await keeper.at("11:30")
    rig.hands.time += timedelta(hours=1)
    await keeper.strike()
    await keeper.at("13:00")
    assert len(rig.world.effects) == 1


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_clock_that_ran_ahead_for_years_silences_nothing_when_it_is_set(
    rig: Rig, keeper: Keeper, restarts: bool
) -> None:
    await rig.hears("anna", "/start", "anna")
    right = rig.hands.time
    rig.hands.time = right.replace(year=right.year + 4, hour=18, minute=30)
    await keeper.strike()
    assert keeper.told("anna") == {"anna": 1}
    rig.hands.time = right
    if restarts:
        await keeper.restart()
    await keeper.at("17:59")
    assert keeper.told("anna") == {"anna": 1}
    await keeper.at("18:00")
    assert keeper.told("anna") == {"anna": 2}


async def test_a_clock_that_is_set_back_by_hours_strikes_nothing_again(
    rig: Rig, keeper: Keeper
) -> None:
    await rig.hears("anna", "/start", "anna")
    await keeper.at("18:00")
    await keeper.at("18:30")
    rig.hands.time -= timedelta(hours=3)
    await keeper.at("17:59")
    await keeper.at("18:00")
    await keeper.at("18:01")
    assert keeper.told("anna") == {"anna": 1}


# ---------------------------------------------------------------- its own clock


async def test_it_sleeps_until_the_next_time_and_wakes_when_a_bot_is_published(rig: Rig) -> None:
    clock = Clockwork()
    stopped = asyncio.Event()
    taken: list[tuple[datetime, UnifiedMessage]] = []

    async def accept(messages: Sequence[UnifiedMessage]) -> None:
        taken.extend((clock.now(), message) for message in messages)
        if len(taken) == 2:
            stopped.set()

    telling = Telling(
        audience=rig.stores.audience,
        accept=accept,
        busy=lambda: 0,
        clock=clock.now,
        new_id=rig.new_id,
        sleep=clock.sleep,
    )
    schedules = Schedules(
        bots=rig.published,
        telling=telling,
        shelf=rig.stores.shelf,
        clock=clock.now,
        sleep=clock.sleep,
    )
    running = asyncio.create_task(schedules.run())
    await stopped.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [(moment.hour, moment.minute) for moment, _ in taken] == [(12, 0), (12, 0)]
    assert taken[1][0] - taken[0][0] == timedelta(days=1)


async def test_it_never_sleeps_so_long_that_a_clock_that_is_set_makes_it_late(rig: Rig) -> None:
    clock = Clockwork()
    late: list[timedelta] = []
    struck = asyncio.Event()

    async def accept(messages: Sequence[UnifiedMessage]) -> None:
        late.append(clock.now() - clock.now().replace(hour=12, minute=0, second=0))
        struck.set()

    async def sleep(seconds: float) -> None:
        await clock.sleep(seconds)
        if clock.time.hour == 10 and clock.time.minute == 30:
            clock.time = clock.time.replace(hour=12, minute=0, second=0)

    telling = Telling(
        audience=rig.stores.audience,
        accept=accept,
        busy=lambda: 0,
        clock=clock.now,
        new_id=rig.new_id,
        sleep=sleep,
    )
    schedules = Schedules(
        bots=rig.published, telling=telling, shelf=rig.stores.shelf, clock=clock.now, sleep=sleep
    )
    running = asyncio.create_task(schedules.run())
    await struck.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert late[0] <= timedelta(seconds=5)
    assert max(clock.slept) <= 5

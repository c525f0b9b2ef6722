"""The owners' timetables over the whole runtime: each time once, for those it is meant for."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bots.errors import Unavailable
from bots.model.episode import Asked
from bots.model.message import UnifiedMessage
from scheduler.schedules import Schedules
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
    """The schedules of one life of the house, struck whenever a test says so."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.fails_after: int | None = None
        self.schedules = self._new()

    def _new(self) -> Schedules:
        return Schedules(
            bots=self.rig.published,
            audience=self.rig.stores.audience,
            accept=self._accept,
            shelf=self.rig.stores.shelf,
            clock=self.rig.hands.now,
            new_id=self.rig.new_id,
            sleep=_no_time,
        )

    async def _accept(self, messages: Sequence[UnifiedMessage]) -> None:
        if self.fails_after == 0:
            raise Unavailable("the disk is full")
        if self.fails_after is not None:
            self.fails_after -= 1
        await self.rig.inbox.accept(messages)

    async def at(self, clock: str) -> None:
        """Time passes up to then, and whatever is due strikes."""
        hour, minute = map(int, clock.split(":"))
        moment = self.rig.hands.time.replace(hour=hour, minute=minute)
        await self.rig.passes((moment - self.rig.hands.time).total_seconds())
        await self.schedules.strike_due()
        await self.rig.quiet()

    async def restart(self) -> None:
        await self.rig.restart()
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
    files = bot_files(TIMED.replace("daily 12:00", "'daily 10:30, 11:30'"), "user: {name: text}\n")
    await rig.published.publish(compiled("counter", files), files)
    await keeper.schedules.strike_due()
    await keeper.at("11:29")
    assert rig.world.calls == []
    await keeper.at("11:30")
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


async def test_a_crash_in_the_middle_tells_the_others_afterwards_and_nobody_twice(
    rig: Rig, keeper: Keeper
) -> None:
    chats = [f"chat{number}" for number in range(150)]
    await rig.inbox.accept([rig.message(chat, "/start") for chat in chats])
    await rig.quiet()
    await rig.inbox.accept([rig.message(chat, chat) for chat in chats])
    await rig.quiet()
    keeper.fails_after = 1
    with suppress(Unavailable):
        await keeper.at("18:00")
    await rig.quiet()
    assert 0 < sum(keeper.told(*chats).values()) < 150
    keeper.fails_after = None
    await keeper.restart()
    await keeper.at("18:10")
    assert set(keeper.told(*chats).values()) == {1}


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
    await keeper.schedules.strike_due()
    await rig.quiet()
    assert len(rig.world.effects) == runs


async def test_of_several_that_were_missed_the_last_is_made_up_for(rig: Rig) -> None:
    files = bot_files(TIMED.replace("daily 12:00", "5m"), "user: {name: text}\n")
    await rig.published.publish(compiled("counter", files), files)
    keeper = Keeper(rig)
    await keeper.schedules.strike_due()
    await rig.passes(1800)
    await keeper.schedules.strike_due()
    await rig.quiet()
    assert len(rig.world.effects) == 1


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_clock_that_ran_ahead_for_years_silences_nothing_when_it_is_set(
    rig: Rig, keeper: Keeper, restarts: bool
) -> None:
    await rig.hears("anna", "/start", "anna")
    right = rig.hands.time
    rig.hands.time = right.replace(year=right.year + 4, hour=18, minute=30)
    await keeper.schedules.strike_due()
    await rig.quiet()
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
    taken: list[tuple[datetime, UnifiedMessage]] = []

    async def accept(messages: Sequence[UnifiedMessage]) -> None:
        taken.extend((clock.now(), message) for message in messages)
        if len(taken) == 2:
            raise asyncio.CancelledError

    schedules = Schedules(
        bots=rig.published,
        audience=rig.stores.audience,
        accept=accept,
        shelf=rig.stores.shelf,
        clock=clock.now,
        new_id=rig.new_id,
        sleep=clock.sleep,
    )
    with pytest.raises(asyncio.CancelledError):
        await schedules.run()
    assert [(moment.hour, moment.minute) for moment, _ in taken] == [(12, 0), (12, 0)]
    assert taken[1][0] - taken[0][0] == timedelta(days=1)

"""Chores run at their times, in their zone, and one that fails comes again."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bots.ports import Sleep
from scheduler.cron import next_time
from scheduler.timetable import SETTLED, Chore, Timetable
from storage.sqlite import open_sqlite
from storage.stores import Stores
from tests.bots.clockwork import Clockwork

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
async def stores(database: Path) -> AsyncIterator[Stores]:
    ids = itertools.count()
    one = await open_sqlite(database, new_id=lambda: f"{next(ids):032x}", clock=lambda: START)
    try:
        yield one
    finally:
        await one.close()


def timetable(
    chore: Chore, clock: Clockwork, stores: Stores, sleep: Sleep | None = None
) -> Timetable:
    return Timetable(
        [chore],
        shelf=stores.shelf,
        clock=clock.now,
        sleep=sleep or clock.sleep,
        zone=ZoneInfo("UTC"),
    )


async def runs_from(clock: Clockwork, stores: Stores, until: datetime) -> list[datetime]:
    """When a chore of four in the night is done by a house that is up until then."""
    runs: list[datetime] = []

    async def work() -> None:
        runs.append(clock.now())

    async def sleep(seconds: float) -> None:
        if clock.time + timedelta(seconds=seconds) > until:
            raise asyncio.CancelledError
        await clock.sleep(seconds)

    chore = Chore(name="tidy", when="0 4 * * *", work=work)
    with pytest.raises(asyncio.CancelledError):
        await timetable(chore, clock, stores, sleep).run()
    return runs


async def test_a_machine_that_is_off_at_night_does_its_chores_by_day(stores: Stores) -> None:
    evening = timedelta(hours=9)
    assert await runs_from(Clockwork(START), stores, START + evening) == []
    for day in (1, 2, 5):
        morning = START + timedelta(days=day)
        runs = await runs_from(Clockwork(morning), stores, morning + evening)
        assert runs == [morning + SETTLED]


async def test_what_was_done_at_night_is_not_done_again_after_a_restart(stores: Stores) -> None:
    night = START + timedelta(hours=20)
    assert len(await runs_from(Clockwork(START), stores, night)) == 1
    assert await runs_from(Clockwork(night), stores, night + timedelta(hours=10)) == []


async def test_what_is_due_soon_after_the_start_is_done_once(stores: Stores) -> None:
    await runs_from(Clockwork(START), stores, START)
    just_before = START.replace(hour=3, minute=57) + timedelta(days=3)
    runs = await runs_from(Clockwork(just_before), stores, just_before + timedelta(hours=12))
    assert runs == [just_before.replace(hour=4, minute=0)]


def test_the_next_time_is_told_in_the_zone_of_the_timetable() -> None:
    after = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    due = next_time("0 4 * * *", after, ZoneInfo("Europe/Moscow"))
    assert due == datetime(2026, 3, 3, 1, 0, tzinfo=UTC)


def test_an_hour_that_does_not_exist_on_a_night_of_daylight_saving_does_not_stop_the_clock() -> (
    None
):
    after = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
    due = next_time("30 2 * * *", after, ZoneInfo("Europe/Berlin"))
    assert due > after


def test_a_timetable_that_never_comes_is_refused() -> None:
    with pytest.raises(ValueError, match="never comes"):
        next_time("0 0 30 2 *", datetime(2026, 3, 2, tzinfo=UTC), ZoneInfo("UTC"))


async def test_a_failing_chore_comes_again_at_its_next_time(stores: Stores) -> None:
    clock = Clockwork()
    runs: list[datetime] = []

    async def work() -> None:
        runs.append(clock.now())
        if len(runs) == 1:
            raise RuntimeError("a bug")
        if len(runs) == 3:
            raise asyncio.CancelledError

    chore = Chore(name="tidy", when="0 4 * * *", work=work)
    table = timetable(chore, clock, stores)
    with pytest.raises(asyncio.CancelledError):
        await table.run()
    assert [run.day for run in runs] == [3, 4, 5]
    assert {run.hour for run in runs} == {4}


async def test_a_clock_that_ran_ahead_for_years_stops_no_chore_when_it_is_set(
    stores: Stores,
) -> None:
    clock = Clockwork(datetime(2030, 3, 2, 10, 0, tzinfo=UTC))
    runs: list[datetime] = []

    async def work() -> None:
        runs.append(clock.now())
        raise asyncio.CancelledError

    async def sleep(seconds: float) -> None:
        if clock.time.year == 2030:
            clock.time = clock.time.replace(year=2026)
        else:
            await clock.sleep(seconds)

    chore = Chore(name="tidy", when="0 4 * * *", work=work)
    table = timetable(chore, clock, stores, sleep)
    with pytest.raises(asyncio.CancelledError):
        await table.run()
    assert runs == [datetime(2026, 3, 3, 4, tzinfo=UTC)]

"""Chores run at their times, in their zone, and one that fails comes again."""

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from scheduler.cron import next_time
from scheduler.timetable import Chore, Timetable
from tests.bots.clockwork import Clockwork


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


async def test_a_failing_chore_comes_again_at_its_next_time() -> None:
    clock = Clockwork()
    runs: list[datetime] = []

    async def work() -> None:
        runs.append(clock.now())
        if len(runs) == 1:
            raise RuntimeError("a bug")
        if len(runs) == 3:
            raise asyncio.CancelledError

    chore = Chore(name="tidy", when="0 4 * * *", work=work)
    table = Timetable([chore], clock=clock.now, sleep=clock.sleep, zone=ZoneInfo("UTC"))
    with pytest.raises(asyncio.CancelledError):
        await table.run()
    assert [run.day for run in runs] == [3, 4, 5]
    assert {run.hour for run in runs} == {4}


async def test_a_clock_that_ran_ahead_for_years_stops_no_chore_when_it_is_set() -> None:
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
    table = Timetable([chore], clock=clock.now, sleep=sleep, zone=ZoneInfo("UTC"))
    with pytest.raises(asyncio.CancelledError):
        await table.run()
    assert runs == [datetime(2026, 3, 3, 4, tzinfo=UTC)]

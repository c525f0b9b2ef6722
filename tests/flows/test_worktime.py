"""Working time: nights, days off, changes of the clocks, and that both directions agree."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.hours import parse_hours
from flows.worktime import LONGEST, Worktime

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Worktime(parse_hours("mon-fri 09:00-18:00"), MOSCOW)
HOUR = timedelta(hours=1)


def at(text: str, zone: ZoneInfo = MOSCOW) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-02 10:00", 2, "2026-03-02 12:00"),
        ("2026-03-02 17:00", 2, "2026-03-03 10:00"),
        ("2026-03-02 05:00", 1, "2026-03-02 10:00"),
        # Over a weekend.
        ("2026-03-06 17:30", 1, "2026-03-09 09:30"),
        ("2026-03-07 12:00", 9, "2026-03-09 18:00"),
        ("2026-03-02 09:00", 45, "2026-03-06 18:00"),
    ],
)
def test_so_much_working_time_is_over_then(start: str, hours: int, end: str) -> None:
    assert OFFICE.after(at(start), hours * HOUR) == at(end)
    assert OFFICE.worked(at(start), at(end)) == hours * HOUR


def test_whoever_always_works_is_an_ordinary_clock() -> None:
    always, start = Worktime(), at("2026-03-07 03:00")
    assert always.after(start, HOUR) == start + HOUR
    assert always.worked(start, start + HOUR) == HOUR
    assert always.open(start)


def test_a_night_shift_goes_over_midnight_and_over_a_change_of_the_clocks() -> None:
    night = Worktime(parse_hours("22:00-06:00"), BERLIN)
    assert night.after(at("2026-03-27 23:00", BERLIN), 2 * HOUR) == at("2026-03-28 01:00", BERLIN)
    # In the night to the 29th of March two o'clock is three o'clock.
    start = at("2026-03-28 22:00", BERLIN)
    assert night.worked(start, at("2026-03-29 06:00", BERLIN)) == 7 * HOUR
    assert night.after(start, 7 * HOUR) == at("2026-03-29 06:00", BERLIN)


def test_hours_that_are_named_twice_count_once() -> None:
    twice = Worktime(parse_hours("mon-fri 09:00-18:00, mon 10:00-12:00, mon 17:00-19:00"), MOSCOW)
    assert twice.worked(at("2026-03-02 00:00"), at("2026-03-03 00:00")) <= 10 * HOUR


def test_what_takes_for_ever_ends_all_the_same() -> None:
    rare = Worktime(parse_hours("sun 09:00-09:01"), MOSCOW)
    start = at("2026-03-02 00:00")
    assert rare.after(start, timedelta(days=400)) == start + LONGEST


@settings(max_examples=150, deadline=None)
@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
    minutes=st.integers(1, 60 * 24 * 10),
    hours=st.sampled_from(
        ["mon-fri 09:00-18:00", "22:00-06:00", "mon 09:00-12:00, wed 13:00-13:30", "24/7"]
    ),
)
def test_what_is_over_then_was_worked_by_then(start: datetime, minutes: int, hours: str) -> None:
    time = Worktime(parse_hours(hours), BERLIN)
    began, span = start.replace(tzinfo=UTC), timedelta(minutes=minutes)
    assert time.worked(began, time.after(began, span)) == span

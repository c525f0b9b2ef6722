"""Working hours, quiet hours and durations as owners write them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from flows.hours import parse_duration, parse_hours, parse_window

MONDAY = datetime(2026, 3, 2)


def at(day: int, clock: str) -> datetime:
    """A local moment of the week that begins on Monday, 2 March 2026."""
    hour, minute = map(int, clock.split(":"))
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("source", "open_at", "closed_at"),
    [
        (
            "пн-пт 09:00-21:00, сб-вс 10:00-18:00",
            [(0, "9:00"), (4, "20:59"), (5, "10:00"), (6, "17:59")],
            [(0, "8:59"), (4, "21:00"), (5, "9:59"), (6, "18:00")],
        ),
        ("mon-fri 9-18", [(0, "9:00"), (4, "17:59")], [(0, "18:00"), (5, "12:00")]),
        (
            "пн, ср, пт 10:00–14:00, вт 12–20",
            [(0, "10:00"), (1, "19:00"), (2, "13:00"), (4, "13:59")],
            [(1, "11:00"), (3, "12:00"), (5, "12:00")],
        ),
        ("ежедневно 10.00 - 22.00", [(0, "10:00"), (6, "21:00")], [(3, "9:00")]),
        ("круглосуточно", [(0, "0:00"), (6, "23:59")], []),
        ("24/7", [(2, "3:00")], []),
        ("09:00-18:00", [(6, "9:00")], [(6, "18:00")]),
        (
            "пн-пт 09:00-13:00, 14:00-18:00, сб-вс выходной",
            [(0, "12:59"), (4, "14:00")],
            [(0, "13:30"), (5, "12:00"), (6, "12:00")],
        ),
        (
            "пт-вс 22:00-06:00",
            [(4, "23:00"), (5, "5:59"), (6, "22:00"), (0, "3:00")],
            [(4, "5:00"), (0, "23:00"), (5, "12:00")],
        ),
        ("пятница-понедельник 10-12", [(4, "10:00"), (0, "11:00")], [(1, "10:00")]),
        ("будни 9-18, выходные 10-16", [(0, "17:00"), (6, "15:00")], [(6, "17:00")]),
        ("пн-пт круглосуточно", [(0, "0:00"), (4, "23:59")], [(5, "0:00")]),
        ("пн 09:00-24:00", [(0, "23:59")], [(1, "0:00")]),
    ],
)
def test_working_hours_are_open_when_the_owner_says(
    source: str, open_at: list[tuple[int, str]], closed_at: list[tuple[int, str]]
) -> None:
    hours = parse_hours(source)
    assert [moment for moment in open_at if not hours.open(at(*moment))] == []
    assert [moment for moment in closed_at if hours.open(at(*moment))] == []


def test_hours_are_read_back_as_they_were_written() -> None:
    assert parse_hours(" пн-пт  09:00-21:00,\n сб 10:00-18:00").text == (
        "пн-пт 09:00-21:00, сб 10:00-18:00"
    )


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", "не сказано"),
        ("чепуха", "«чепуха»"),
        ("пн-пт", "не сказано"),
        ("пн 09:00-18:00, вт", "не сказано"),
        ("пн-пт 25:00-26:00", "25:00-26:00"),
        ("пн-пт 9:70-10:00", "9:70-10:00"),
        ("пн 9-9", "одинаковы"),
        ("пн-пт 9 до 18", "«9»"),
        ("пн-пк 9-18", "«пк»"),
        ("сб выходной", "не сказано"),
    ],
)
def test_nonsense_in_hours_is_named(source: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_hours(source)


# ---------------------------------------------------------------- quiet hours

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("window", "moment", "expected"),
    [
        ("22:00-09:00", "2026-03-02T21:59", "2026-03-02T21:59:00+01:00"),
        ("22:00-09:00", "2026-03-02T22:00", "2026-03-03T09:00:00+01:00"),
        ("22:00-09:00", "2026-03-03T08:59", "2026-03-03T09:00:00+01:00"),
        ("22:00-09:00", "2026-03-03T09:00", "2026-03-03T09:00:00+01:00"),
        ("13:00-14:00", "2026-03-03T13:30", "2026-03-03T14:00:00+01:00"),
        ("22:00-09:00", "2026-03-28T23:00", "2026-03-29T09:00:00+02:00"),
        ("23:00-02:30", "2026-03-29T01:00", "2026-03-29T03:30:00+02:00"),
        ("22:00-00:00", "2026-03-02T23:00", "2026-03-03T00:00:00+01:00"),
    ],
)
def test_what_falls_into_quiet_hours_waits_for_their_end(
    window: str, moment: str, expected: str
) -> None:
    local = datetime.fromisoformat(moment).replace(tzinfo=BERLIN)
    assert parse_window(window).after(local).isoformat() == expected


def test_the_hour_that_comes_twice_in_autumn_is_waited_for_to_its_end() -> None:
    second = datetime(2026, 10, 25, 2, 10, tzinfo=BERLIN, fold=1)
    end = parse_window("23:00-02:30").after(second)
    assert end.astimezone(UTC) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("source", ["", "22:00", "ночью", "25:00-09:00", "22:00-22:00"])
def test_nonsense_in_quiet_hours_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="."):
        parse_window(source)


# ---------------------------------------------------------------- durations


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("3s", timedelta(seconds=3)),
        ("30m", timedelta(minutes=30)),
        ("24h", timedelta(hours=24)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(weeks=2)),
        ("1h30m", timedelta(minutes=90)),
        ("1h 30m", timedelta(minutes=90)),
        (" 90 мин ", timedelta(minutes=90)),
        ("2 часа", timedelta(hours=2)),
        ("1 ч. 5 мин.", timedelta(minutes=65)),
        ("3 дня", timedelta(days=3)),
        ("10 sec", timedelta(seconds=10)),
    ],
)
def test_durations_are_read_in_both_languages(source: str, expected: timedelta) -> None:
    assert parse_duration(source) == expected


@pytest.mark.parametrize("source", ["", "5", "h", "чушь", "-5m", "5x", "0s", "5m чушь", "99999w"])
def test_nonsense_in_durations_is_refused_by_name(source: str) -> None:
    with pytest.raises(ValueError, match=f"«{source}»"):
        parse_duration(source)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-02 10:00", "2026-03-02 12:30", 2.5),
        ("2026-03-02 08:00", "2026-03-02 22:00", 9),
        ("2026-03-06 17:00", "2026-03-09 10:00", 2),
        ("2026-03-07 10:00", "2026-03-08 10:00", 0),
        ("2026-03-02 10:00", "2026-03-16 10:00", 90),
        ("2026-03-02 12:00", "2026-03-02 11:00", 0),
    ],
)
def test_working_time_between_two_moments(start: str, end: str, hours: float) -> None:
    zone = ZoneInfo("Europe/Moscow")
    since, until = (datetime.fromisoformat(one).replace(tzinfo=zone) for one in (start, end))
    worked = parse_hours("пн-пт 09:00-18:00").worked(since, until)
    assert worked == timedelta(hours=hours)


def test_a_night_on_which_the_clock_is_put_forward_is_an_hour_shorter() -> None:
    zone = ZoneInfo("Europe/Berlin")
    since = datetime(2026, 3, 28, 20, 0, tzinfo=zone)
    until = datetime(2026, 3, 29, 20, 0, tzinfo=zone)
    assert parse_hours("22:00-06:00").worked(since, until) == timedelta(hours=7)
    assert parse_hours("24/7").worked(since, until) == timedelta(hours=23)

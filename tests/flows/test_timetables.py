"""Timetables: what owners write, and when it comes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.timetables import Timetable, parse_timetable

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=MOSCOW)


def coming(
    source: str, count: int = 3, *, after: datetime = MONDAY, zone: ZoneInfo = MOSCOW
) -> list[str]:
    """The next times, by the clock of the zone."""
    timetable = parse_timetable(source)
    times = []
    for _ in range(count):
        after = timetable.next_after(after, zone)
        times.append(f"{after.astimezone(zone):%a %d.%m %H:%M}")
    return times


@pytest.mark.parametrize(
    ("source", "times"),
    [
        ("mon-fri 10:00", ["Tue 03.03 10:00", "Wed 04.03 10:00", "Thu 05.03 10:00"]),
        ("пн-пт 10:00", ["Tue 03.03 10:00", "Wed 04.03 10:00", "Thu 05.03 10:00"]),
        ("ПН – ПТ 10.00", ["Tue 03.03 10:00", "Wed 04.03 10:00", "Thu 05.03 10:00"]),
        ("пн, ср, пт 18:30", ["Mon 02.03 18:30", "Wed 04.03 18:30", "Fri 06.03 18:30"]),
        ("вт чт 9:00", ["Tue 03.03 09:00", "Thu 05.03 09:00", "Tue 10.03 09:00"]),
        ("пн-пт 10:00, 18:00", ["Mon 02.03 18:00", "Tue 03.03 10:00", "Tue 03.03 18:00"]),
        ("пт 18:00, вс 12:00", ["Fri 06.03 18:00", "Sun 08.03 12:00", "Fri 13.03 18:00"]),
        ("сб-пн 12:00", ["Mon 02.03 12:00", "Sat 07.03 12:00", "Sun 08.03 12:00"]),
        ("daily 09:00", ["Tue 03.03 09:00", "Wed 04.03 09:00", "Thu 05.03 09:00"]),
        ("ежедневно в 09:00 и 21:00", ["Mon 02.03 21:00", "Tue 03.03 09:00", "Tue 03.03 21:00"]),
        ("каждый день 12:00", ["Mon 02.03 12:00", "Tue 03.03 12:00", "Wed 04.03 12:00"]),
        ("every day at 12:00", ["Mon 02.03 12:00", "Tue 03.03 12:00", "Wed 04.03 12:00"]),
        ("12:00", ["Mon 02.03 12:00", "Tue 03.03 12:00", "Wed 04.03 12:00"]),
        ("по будням 08:00", ["Tue 03.03 08:00", "Wed 04.03 08:00", "Thu 05.03 08:00"]),
        ("выходные 11:00", ["Sat 07.03 11:00", "Sun 08.03 11:00", "Sat 14.03 11:00"]),
        ("каждую среду 11:00", ["Wed 04.03 11:00", "Wed 11.03 11:00", "Wed 18.03 11:00"]),
        ("по понедельникам 10:00", ["Mon 09.03 10:00", "Mon 16.03 10:00", "Mon 23.03 10:00"]),
        ("every Friday 10:00", ["Fri 06.03 10:00", "Fri 13.03 10:00", "Fri 20.03 10:00"]),
        ("1st 10:00", ["Wed 01.04 10:00", "Fri 01.05 10:00", "Mon 01.06 10:00"]),
        ("1-го 10:00", ["Wed 01.04 10:00", "Fri 01.05 10:00", "Mon 01.06 10:00"]),
        ("1 и 15 числа 10:00", ["Sun 15.03 10:00", "Wed 01.04 10:00", "Wed 15.04 10:00"]),
        ("31st 10:00", ["Tue 31.03 10:00", "Sun 31.05 10:00", "Fri 31.07 10:00"]),
        ("последний день 23:00", ["Tue 31.03 23:00", "Thu 30.04 23:00", "Sun 31.05 23:00"]),
        ("last day 23:00", ["Tue 31.03 23:00", "Thu 30.04 23:00", "Sun 31.05 23:00"]),
        ("2h", ["Mon 02.03 12:00", "Mon 02.03 14:00", "Mon 02.03 16:00"]),
        ("every 2h", ["Mon 02.03 12:00", "Mon 02.03 14:00", "Mon 02.03 16:00"]),
        ("каждые 15 минут", ["Mon 02.03 10:15", "Mon 02.03 10:30", "Mon 02.03 10:45"]),
        ("каждый час", ["Mon 02.03 11:00", "Mon 02.03 12:00", "Mon 02.03 13:00"]),
    ],
)
def test_what_an_owner_writes_comes_when_they_mean(source: str, times: list[str]) -> None:
    assert coming(source) == times


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("пн-пт", "не сказано, во сколько"),
        ("пн-пт 10:00, сб", "не сказано, во сколько"),
        ("пн-пт 25:00", "нет такого времени: «25:00»"),
        ("пн-пд 10:00", "непонятно «пн-пд»"),
        ("когда-нибудь", "непонятно «когда-нибудь»"),
        ("32-го 10:00", "нет такого числа месяца: «32»"),
        ("7h", "не делит сутки на равные части"),
        ("каждые 50 минут", "не делит сутки на равные части"),
        ("24h", "не делит сутки на равные части"),
        ("", "не сказано, во сколько"),
    ],
)
def test_what_is_not_understood_is_told_in_words(source: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_timetable(source)


# ---------------------------------------------------------------- when the clocks change


CHANGES = [
    ("Europe/Berlin", datetime(2026, 3, 28, 12), "02:30", "Sun 29.03 03:00"),
    ("America/New_York", datetime(2026, 3, 7, 12), "02:30", "Sun 08.03 03:00"),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 12), "02:10", "Sun 04.10 02:30"),
    ("America/Havana", datetime(2026, 3, 7, 12), "00:00", "Sun 08.03 01:00"),
    # No clock ever changes there, nor at that time of the year elsewhere.
    ("Asia/Tashkent", datetime(2026, 3, 28, 12), "02:30", "Sun 29.03 02:30"),
    # On the other side of the day's border: a whole day was left out.
    ("Pacific/Apia", datetime(2011, 12, 29, 12), "10:00", "Sat 31.12 00:00"),
]


@pytest.mark.parametrize(("zone", "before", "written", "comes"), CHANGES)
def test_a_time_that_the_clocks_leave_out_comes_at_the_first_moment_after(
    zone: str, before: datetime, written: str, comes: str
) -> None:
    there = ZoneInfo(zone)
    first, second, _ = coming(f"daily {written}", after=before.replace(tzinfo=there), zone=there)
    assert first == comes
    assert second.endswith(written)


TWICE = [
    ("Europe/Berlin", datetime(2026, 10, 24, 12), "02:30", "Sun 25.10"),
    ("America/New_York", datetime(2026, 10, 31, 12), "01:30", "Sun 01.11"),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 12), "01:40", "Sun 05.04"),
]


@pytest.mark.parametrize(("zone", "before", "written", "day"), TWICE)
def test_a_time_that_the_clocks_bring_twice_comes_once_the_first_time(
    zone: str, before: datetime, written: str, day: str
) -> None:
    there = ZoneInfo(zone)
    timetable = parse_timetable(f"daily {written}")
    first = timetable.next_after(before.replace(tzinfo=there), there)
    assert first.astimezone(there).strftime("%a %d.%m %H:%M") == f"{day} {written}"
    assert first.astimezone(there).fold == 0
    again = timetable.next_after(first, there)
    assert again.astimezone(there).date() == first.astimezone(there).date() + timedelta(days=1)


ZONES = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Asia/Tashkent", "Australia/Lord_Howe", "Europe/Moscow"]
)
CLOCKS = st.lists(st.times().map(lambda at: at.strftime("%H:%M")), min_size=1, max_size=3)


@settings(max_examples=20)
@given(st.integers(1995, 2037), ZONES, CLOCKS)
def test_over_a_year_each_time_of_each_day_comes_exactly_once(
    year: int, zone_name: str, clocks: list[str]
) -> None:
    zone = ZoneInfo(zone_name)
    timetable = parse_timetable("daily " + ", ".join(sorted(set(clocks))))
    moment, end = datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)
    moment -= timedelta(seconds=1)
    came = []
    while (moment := timetable.next_after(moment, zone)) < end:
        came.append(moment)
    assert sorted(set(came)) == came
    shown = [one.astimezone(zone).strftime("%Y-%m-%d %H:%M") for one in came]
    assert len(set(shown)) == len(shown)
    wanted = {
        f"{day:%Y-%m-%d} {clock}"
        for day in (datetime(year, 1, 1) + timedelta(days=n) for n in range(366))
        if day.year == year
        for clock in set(clocks)
    }
    left_out = {one for one in wanted if not _exists(one, zone)}
    assert wanted - set(shown) <= left_out
    # What stands for those left out is the first moment of the new time.
    assert len(set(shown) - wanted) <= len(left_out)


def _exists(shown: str, zone: ZoneInfo) -> bool:
    local = datetime.strptime(shown, "%Y-%m-%d %H:%M").replace(tzinfo=zone)
    return local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)


@pytest.mark.parametrize("day", [datetime(2026, 3, 28, 23), datetime(2026, 10, 24, 23)])
def test_every_hour_is_an_hour_after_the_last_whatever_the_clocks_do(day: datetime) -> None:
    timetable = parse_timetable("every 1h")
    moment = day.replace(tzinfo=BERLIN).astimezone(UTC)
    for _ in range(8):
        following = timetable.next_after(moment, BERLIN)
        assert following - moment == timedelta(hours=1)
        moment = following


def test_a_step_of_hours_strikes_no_time_of_its_own_when_the_clocks_go_forward() -> None:
    evening = datetime(2026, 3, 28, 23, tzinfo=BERLIN)
    times = coming("2h", after=evening, zone=BERLIN)
    assert times == ["Sun 29.03 00:00", "Sun 29.03 03:00", "Sun 29.03 04:00"]


@given(
    st.sampled_from(["пн 10:00", "daily 00:00, 23:59", "31st 02:30", "last day 03:00", "15m"]),
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["Europe/Moscow", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
)
def test_times_only_go_on_and_none_between_two_is_left_out(
    source: str, moment: datetime, zone_name: str
) -> None:
    timetable, zone = parse_timetable(source), ZoneInfo(zone_name)
    following = timetable.next_after(moment, zone)
    assert following > moment
    halfway = moment + (following - moment) / 2
    assert timetable.next_after(halfway, zone) == following
    assert _fits(timetable, following, zone)


def _fits(timetable: Timetable, moment: datetime, zone: ZoneInfo) -> bool:
    """Whether its clock shows one of the times, or has just left one of them out."""
    before = (moment - timedelta(seconds=1)).astimezone(zone)
    after = moment.astimezone(zone)
    if before.utcoffset() == after.utcoffset():
        return any(after.time() in entry.times for entry in timetable.entries)
    leap = (before + timedelta(seconds=1)).time()
    passed = (at for entry in timetable.entries for at in entry.times)
    return any(leap <= at <= after.time() or at == after.time() for at in passed)

"""Timetables as owners write them: `пн-пт 10:00`, `daily 09:00, 18:00`, `1st 10:00`, `2h`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flows.hours import DAYS, GROUPS

LAST = 0
"""Stands among the days of a month for its last one."""

_LONGEST_GAP = 70
"""Days within which every timetable comes again: the 31st of two months."""

_EVERY_DAY = frozenset(range(7))
_INFLECTED = {
    day: place
    for names in (
        "понедельникам вторникам средам четвергам пятницам субботам воскресеньям",
        "понедельник вторник среду четверг пятницу субботу воскресенье",
        "mondays tuesdays wednesdays thursdays fridays saturdays sundays",
    )
    for place, day in enumerate(names.split())
}
_WEEK = {**DAYS, **_INFLECTED}
_GROUPED = {
    **GROUPS,
    "день": range(7),
    "day": range(7),
    "будням": range(5),
    "выходным": range(5, 7),
}
_NOISE = frozenset(
    [
        "в",
        "во",
        "и",
        "о",
        "at",
        "and",
        "on",
        "by",
        "по",
        "the",
        "of",
        "каждый",
        "каждую",
        "каждое",
        "каждые",
        "every",
    ]
)
_OF_MONTH = frozenset(["день", "дня", "day", "числа", "число", "month", "месяца"])
_LAST = frozenset(["last", "последний", "последнее", "последнего"])
_DASHES = re.compile(r"\s*[-–—−]\s*")
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})[:.](\d\d)(?!\d)")
_NTH = re.compile(r"(\d{1,2})(st|nd|rd|th|-?го|-?е|-?ое)?")
_STEP = re.compile(
    r"(?:(?:every|кажд(?:ые|ый|ую)|раз в)\s+)?(\d{1,4})?\s*"
    r"(?:(h|hours?|ч|час|часа|часов)|(m|min|mins|minutes?|м|мин|минут[уы]?))"
)
_STEPS = {"hourly": 60, "every hour": 60, "ежечасно": 60}
_LIKE = "пишите так: пн-пт 10:00, ежедневно 09:00, 1-го 10:00 или 2h"


@dataclass(frozen=True, slots=True)
class Entry:
    """Times of day, on days of the week or (where there are any) of the month.

    `steady` are the times of a step such as two hours: in the night in which an hour comes twice
    they come in both.
    """

    times: tuple[time, ...]
    weekdays: frozenset[int] = _EVERY_DAY
    monthdays: frozenset[int] = frozenset()
    steady: bool = False

    def on(self, day: date) -> bool:
        if not self.monthdays:
            return day.weekday() in self.weekdays
        last = (day + timedelta(days=1)).day == 1
        return day.day in self.monthdays or (last and LAST in self.monthdays)


@dataclass(frozen=True, slots=True)
class Timetable:
    """When something comes again and again, by the clock of a zone. `text` is the owner's."""

    text: str
    entries: tuple[Entry, ...] = field(repr=False)

    def next_after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The first time past a moment, in UTC.

        A time that a change of the clocks leaves out comes at the first moment after the change, one
        that it brings twice comes the first time.
        """
        day = moment.astimezone(zone).date()
        for step in range(_LONGEST_GAP):
            coming = [one for one in self._of(day + timedelta(days=step), zone) if one > moment]
            if coming:
                return min(coming)
        raise AssertionError(f"the timetable {self.text} never comes again")

    def _of(self, day: date, zone: ZoneInfo) -> Iterator[datetime]:
        for entry in self.entries:
            if entry.on(day):
                for at in entry.times:
                    local = datetime.combine(day, at, zone)
                    first = local.astimezone(UTC)
                    again = local.replace(fold=1).astimezone(UTC)
                    # Of a time that the clocks leave out the other reading lies before the change.
                    yield first if again >= first else _changed(again, first, zone)
                    if entry.steady and again > first:
                        yield again


def _changed(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first moment of the new time, to the second, where the clocks change between two moments."""
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def parse_timetable(source: str) -> Timetable:
    """What the owner means; ValueError says in words what is not understood."""
    text = " ".join(source.split())
    plain = _DASHES.sub("-", text.casefold().replace("ё", "е"))
    minutes = _step(plain, text)
    if minutes is not None:
        times = tuple(time(at // 60, at % 60) for at in range(0, 24 * 60, minutes))
        return Timetable(text, (Entry(times, steady=True),))
    return Timetable(text, tuple(_entries(plain, text)))


def _step(plain: str, text: str) -> int | None:
    """The minutes between two times, if that is what is written."""
    if plain in _STEPS:
        return _STEPS[plain]
    found = _STEP.fullmatch(plain)
    if found is None or (found.group(1) is None and " " not in plain):
        return None
    count, hours, _ = found.groups()
    minutes = int(count or 1) * (60 if hours else 1)
    if not minutes or 24 * 60 % minutes or (minutes > 60 and minutes % 60) or minutes == 24 * 60:
        raise ValueError(
            f"«{text}» не делит сутки на равные части: возьмите 5, 10, 15, 20 или 30 минут,"
            " 1, 2, 3, 4, 6, 8 или 12 часов (раз в день — ежедневно 09:00)"
        )
    return minutes


def _entries(plain: str, text: str) -> Iterator[Entry]:
    """Days without times go on to the next part, times without days are of the days before."""
    days: list[int] = []
    dates: list[int] = []
    dated = True
    for part in plain.split(","):
        times = tuple(_time(found, text) for found in _CLOCK.finditer(part))
        named, numbered = _named(_CLOCK.sub(" ", part), text)
        if named or numbered:
            days, dates = (named, numbered) if dated else (days + named, dates + numbered)
            dated = bool(times)
        if times:
            yield Entry(times, frozenset(days or range(7)), frozenset(dates))
            dated = True
    if not dated or not _CLOCK.search(plain):
        raise ValueError(f"в расписании «{text}» не сказано, во сколько, {_LIKE}")


def _time(found: re.Match[str], text: str) -> time:
    hour, minute = map(int, found.groups())
    if hour > 23 or minute > 59:
        raise ValueError(f"в расписании «{text}» нет такого времени: «{found.group()}»")
    return time(hour, minute)


def _named(words: str, text: str) -> tuple[list[int], list[int]]:
    """The days of the week, and those of the month, that a part names."""
    rest = [word for word in words.split() if word not in _NOISE]
    if len(rest) == 1 and rest[0] in _GROUPED:
        return list(_GROUPED[rest[0]]), []
    days: list[int] = []
    dates: list[int] = []
    of_month = any(word in _OF_MONTH for word in rest)
    for word in rest:
        number = _NTH.fullmatch(word)
        if word in _LAST:
            dates.append(LAST)
        elif number is not None and (number.group(2) or of_month):
            dates.append(_date(int(number.group(1)), text))
        elif word not in _OF_MONTH:
            days += _span(word, text)
    return days, dates


def _date(number: int, text: str) -> int:
    if not 1 <= number <= 31:
        raise ValueError(f"в расписании «{text}» нет такого числа месяца: «{number}»")
    return number


def _span(word: str, text: str) -> list[int]:
    if word in _GROUPED:
        return list(_GROUPED[word])
    first, _, last = word.partition("-")
    if first not in _WEEK or (last or first) not in _WEEK:
        raise ValueError(f"в расписании «{text}» непонятно «{word}», {_LIKE}")
    start, end = _WEEK[first], _WEEK[last or first]
    return [(start + step) % 7 for step in range((end - start) % 7 + 1)]

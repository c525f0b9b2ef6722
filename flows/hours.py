"""Working hours, quiet hours and durations as owners write them."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

WHOLE_DAY = 24 * 60
LONGEST_DURATION = timedelta(days=3660)

DAYS = {
    day: place
    for names in (
        "пн вт ср чт пт сб вс",
        "mon tue wed thu fri sat sun",
        "понедельник вторник среда четверг пятница суббота воскресенье",
        "monday tuesday wednesday thursday friday saturday sunday",
    )
    for place, day in enumerate(names.split())
} | {"tues": 1, "thur": 3, "thurs": 3}
GROUPS = {
    "ежедневно": range(7),
    "каждый день": range(7),
    "daily": range(7),
    "every day": range(7),
    "будни": range(5),
    "по будням": range(5),
    "weekdays": range(5),
    "выходные": range(5, 7),
    "по выходным": range(5, 7),
    "weekends": range(5, 7),
}
_ALWAYS = frozenset({"круглосуточно", "24/7", "24x7", "24х7", "всегда", "always"})
_CLOSED = frozenset({"выходной", "закрыто", "нет", "closed", "off"})
_DASHES = re.compile(r"\s*[-–—−]\s*")
_TIMES = re.compile(r"(\d{1,2})(?:[:.](\d\d))?-(\d{1,2})(?:[:.](\d\d))?")
_NAMES = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?")


@dataclass(frozen=True, slots=True)
class Hours:
    """Named working hours. `text` is how the owner wrote them."""

    text: str
    _week: tuple[tuple[tuple[int, int], ...], ...] = field(repr=False)

    def open(self, local: datetime) -> bool:
        """Whether it is working time at a local moment of the bot's zone."""
        minute = local.hour * 60 + local.minute
        return any(start <= minute < end for start, end in self._week[local.weekday()])

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """How much working time lies between two local moments of the bot's zone."""
        since, until, total = start.astimezone(UTC), end.astimezone(UTC), timedelta()
        for number in range((end.date() - start.date()).days + 1):
            midnight = datetime.combine(start.date() + timedelta(days=number), time())
            for opens, closes in self.spans(midnight.weekday()):
                # By the clock on the wall first: some days have 23 hours and some 25.
                local = midnight.replace(tzinfo=start.tzinfo)
                first = (local + timedelta(minutes=opens)).astimezone(UTC)
                last = (local + timedelta(minutes=closes)).astimezone(UTC)
                total += max(min(last, until) - max(first, since), timedelta())
        return total

    def spans(self, weekday: int) -> list[tuple[int, int]]:
        """The working times of a day (0 is Monday) in minutes from midnight, in order, none overlapping."""
        merged: list[tuple[int, int]] = []
        for start, end in sorted(self._week[weekday]):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], end))
            else:
                merged.append((start, end))
        return merged


def parse_hours(source: str) -> Hours:
    """`пн-пт 09:00-21:00, сб 10:00-18:00`; ValueError says in words what is not understood.

    Hours after midnight (`22:00-06:00`) belong to the day on which they begin.
    """
    text = " ".join(source.split())
    week: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    days: list[int] = []
    dated = False
    for part in _DASHES.sub("-", text.casefold()).split(","):
        named, spans, closed = _read_part(part.strip(), source)
        days = named if named and dated or not days else days + named
        dated = bool(spans) or closed
        for day in days or range(7):
            for start, end in spans:
                _work(week, day, start, end)
    if not dated or not any(week):
        raise ValueError(f"в часах «{text}» не сказано, с какого часа и до какого, {_LIKE}")
    return Hours(text, tuple(tuple(spans) for spans in week))


_LIKE = "пишите так: пн-пт 09:00-21:00, сб 10:00-18:00"


def _read_part(part: str, source: str) -> tuple[list[int], list[tuple[int, int]], bool]:
    """The days named between two commas, the spans of time and whether they are days off."""
    if part in _ALWAYS:
        return list(range(7)), [(0, WHOLE_DAY)], False
    closed = False
    for word in _CLOSED:
        if part.endswith(" " + word):
            part, closed = part.removesuffix(word).strip(), True
    spans = [_span(found, source) for found in _TIMES.finditer(part)]
    words = " ".join(_TIMES.sub(" ", part).split())
    for word in ("круглосуточно", "24/7"):
        if words.endswith(word):
            words, spans = words.removesuffix(word).strip(), [(0, WHOLE_DAY)]
    return _days(words, source), spans, closed


def _days(words: str, source: str) -> list[int]:
    if not words:
        return []
    if words in GROUPS:
        return list(GROUPS[words])
    days: list[int] = []
    for name in words.split():
        if not _NAMES.fullmatch(name):
            raise ValueError(f"в часах «{source}» непонятно «{name}», {_LIKE}")
        first, _, last = name.partition("-")
        start, end = _day(first, source), _day(last or first, source)
        days += [(start + step) % 7 for step in range((end - start) % 7 + 1)]
    return days


def _day(name: str, source: str) -> int:
    if name not in DAYS:
        raise ValueError(f"в часах «{source}» нет такого дня недели: «{name}», {_LIKE}")
    return DAYS[name]


def _span(found: re.Match[str], source: str) -> tuple[int, int]:
    hours, minutes, until, more = (int(number or 0) for number in found.groups())
    start, end = hours * 60 + minutes, until * 60 + more
    if start >= WHOLE_DAY or end > WHOLE_DAY or minutes > 59 or more > 59:
        raise ValueError(f"в часах «{source}» нет такого времени: «{found.group()}»")
    if start == end:
        raise ValueError(f"в часах «{source}» начало и конец одинаковы: «{found.group()}»")
    return start, end


def _work(week: list[list[tuple[int, int]]], day: int, start: int, end: int) -> None:
    if end > start:
        week[day].append((start, end))
        return
    week[day].append((start, WHOLE_DAY))
    week[(day + 1) % 7].append((0, end))


# ---------------------------------------------------------------- quiet hours


@dataclass(frozen=True, slots=True)
class Window:
    """A daily time of silence, `22:00-09:00`."""

    text: str
    start: time
    end: time

    def after(self, local: datetime) -> datetime:
        """The moment itself, or the end of the silence it falls in; `local` is aware."""
        clock = local.time()
        overnight = self.start > self.end
        inside = (
            clock >= self.start or clock < self.end if overnight else self.start <= clock < self.end
        )
        if not inside:
            return local
        day = local.date()
        if overnight and clock >= self.start:
            day += timedelta(days=1)
        end = datetime.combine(day, self.end, local.tzinfo)
        if local.tzinfo is None:
            return end
        if end.astimezone(UTC) <= local.astimezone(UTC):
            # The clock was put back and shows this hour for the second time.
            end = end.replace(fold=1)
        # A time the clock skips in spring is the next one that it does show.
        return end.astimezone(UTC).astimezone(local.tzinfo)


def parse_window(source: str) -> Window:
    text = " ".join(source.split())
    found = _TIMES.fullmatch(_DASHES.sub("-", text))
    if found is None:
        raise ValueError(f"«{text}» не похоже на тихие часы, пишите так: 22:00-09:00")
    start, end = _span(found, text)
    return Window(text, _clock(start), _clock(end))


def _clock(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


# ---------------------------------------------------------------- durations

_UNITS = {
    **dict.fromkeys(
        ["s", "sec", "second", "seconds", "с", "сек", "секунд", "секунда", "секунды", "секунду"], 1
    ),
    **dict.fromkeys(
        ["m", "min", "minute", "minutes", "м", "мин", "минут", "минута", "минуты", "минуту"], 60
    ),
    **dict.fromkeys(["h", "hour", "hours", "ч", "час", "часа", "часов"], 3_600),
    **dict.fromkeys(["d", "day", "days", "д", "дн", "день", "дня", "дней"], 86_400),
    **dict.fromkeys(
        ["w", "week", "weeks", "н", "нед", "неделя", "недели", "неделю", "недель"], 604_800
    ),
}
_DURATION = re.compile(r"(\d{1,9})\s*([^\W\d_]+)\.?")


def parse_duration(source: str) -> timedelta:
    """`30m`, `24h`, `1h30m`, `2 недели`; ValueError says in words how to write it."""
    text = source.strip().casefold()
    seconds, place = 0, 0
    for found in _DURATION.finditer(text):
        unit = _UNITS.get(found.group(2))
        if unit is None or text[place : found.start()].strip():
            break
        seconds += int(found.group(1)) * unit
        place = found.end()
    if not text or text[place:].strip():
        raise ValueError(f"«{source}» не похоже на срок, пишите так: 30s, 15m, 24h, 7d, 2w")
    if not seconds:
        raise ValueError(f"срок «{source}» должен быть больше нуля")
    if seconds > LONGEST_DURATION.total_seconds():
        raise ValueError(f"срок «{source}» больше десяти лет")
    return timedelta(seconds=seconds)

"""Times of day and moments in what people write: `в 14:30`, `в 7 вечера`, `завтра в полдень`."""

import re
from datetime import UTC, date, datetime, time, timedelta

from flows.dates import date_inside, only_inside, read_date, tidy
from flows.env import Env
from flows.moments import existing, localised
from flows.numerals import spelled_number

_NAMED = {
    "полдень": time(12),
    "в полдень": time(12),
    "noon": time(12),
    "at noon": time(12),
    "полночь": time(0),
    "в полночь": time(0),
    "midnight": time(0),
    "at midnight": time(0),
}
_PARTS = {
    **dict.fromkeys(("утра", "утром", "am", "a.m", "a.m.", "in the morning"), "morning"),
    **dict.fromkeys(("дня", "днем", "pm", "p.m", "p.m.", "in the afternoon"), "afternoon"),
    **dict.fromkeys(("вечера", "вечером", "in the evening"), "evening"),
    **dict.fromkeys(("ночи", "ночью", "at night"), "night"),
}
_PART = "|".join(sorted(map(re.escape, _PARTS), key=len, reverse=True))
_TIME = re.compile(
    r"(?:(?:в|во|на|к|at|около|примерно|часов в|ровно в)\s+)?(?:(утром|днем|вечером|ночью)\s+(?:в\s+)?)?"
    r"(\d{1,2})(?:\s?[:.\-ч]\s?(\d{2})|\s*(?:ч\.?|час|часа|часов|o'clock)(?:\s*(\d{1,2})\s*"
    r"(?:м|мин|минут|минуты|минуту)\.?)?)?\s*(" + _PART + r")?"
)
_COMPACT = re.compile(r"([01]\d|2[0-3])([0-5]\d)")
_HALF = re.compile(r"(?:в\s+)?(?:половин[аеу]\s+|пол[- ]?)(\w+)(?:\s+(" + _PART + r"))?")
_BEFORE = re.compile(r"без\s+(\w+(?:\s+пяти)?)(?:\s+минут)?\s+(\w+)(?:\s+(" + _PART + r"))?")
_PAST = re.compile(
    r"(?:at\s+)?(half|(?:a\s+)?quarter|\w+(?:\s+minutes)?)\s+(past|to)\s+(\w+)(?:\s+("
    + _PART
    + r"))?"
)
_SPELLED = re.compile(r"(?:в|к|at)\s+([^\W\d_]+)(?:\s+(?:час|часа|часов))?(?:\s+(" + _PART + r"))?")
_HOURS_OF = {
    "первого": 1,
    "второго": 2,
    "третьего": 3,
    "четвертого": 4,
    "пятого": 5,
    "шестого": 6,
    "седьмого": 7,
    "восьмого": 8,
    "девятого": 9,
    "десятого": 10,
    "одиннадцатого": 11,
    "двенадцатого": 12,
}
_MINUTES_TO = {"четверти": 15, "пяти": 5, "десяти": 10, "пятнадцати": 15, "двадцати": 20}
_AWAY = re.compile(
    r"(?:через|спустя|in)\s+(?:(.+?)\s+)?"
    r"(полчаса|час|часа|часов|ч|минут[уы]?|мин|hours?|minutes?|mins?|half an hour)"
)
_TIME_INSIDE = re.compile(
    r"(?:^|\s)((?:(?:в|к|на|at|около)\s+)?(?:"
    r"(?:(?:утром|днем|вечером|ночью)\s+(?:в\s+)?)?\d{1,2}:\d{2}(?:\s*(?:" + _PART + r"))?"
    r"|\d{1,2}(?:[.\-]\d{2})?\s*(?:ч|час|часа|часов)?\s*(?:" + _PART + r")"
    r"|\d{1,2}\s*(?:час|часа|часов|ч|o'clock)(?:\s+\d{1,2}\s+(?:мин|минут))?"
    r"|полдень|полночь|noon|midnight"
    r")|(?:в|к|at)\s+(?:(?:утром|днем|вечером)\s+)?\d{1,2}(?:[.\-]\d{2})?"
    r"(?![.\d])(?!\s*(?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|числ|-?го))"
    r"|(?:в\s+)?пол(?:овин[ауе]\s+|[- ]?)\w+(?:его|ого)(?:\s+(?:" + _PART + r"))?"
    r"|без\s+\w+(?:\s+минут)?\s+\w+(?:\s+(?:" + _PART + r"))?"
    r"|(?:в|at)\s+(?:час|два|три|четыре|пять|шесть|семь|восемь|девять|десять|одиннадцать"
    r"|двенадцать)(?:\s+(?:час|часа|часов))?(?:\s+(?:" + _PART + r"))?)(?=$|\s)"
)
_PART_OF_DAY = re.compile(
    r"(?<=\s)(?:(?:рано |поздно |ближе )?(?:утром|днем|вечером|ночью|[ск] утр[ау]|до обеда|после обеда"
    r"|к обеду|к вечеру|в обед|(?:в |во )?(?:первой|второй|первую|вторую) половин[еу] дня)"
    r"|(?:early |late )?(?:in the )?(?:morning|afternoon|evening)|at night|after lunch)(?=\s)"
)


def read_time(text: str) -> time | None:
    """The time of day the whole text names."""
    plain = tidy(text)
    if not plain or len(plain) > 40:
        return None
    if plain in _NAMED:
        return _NAMED[plain]
    try:
        return _in_digits(plain) or _in_words(plain)
    except ValueError:
        return None


def time_inside(text: str) -> time | None:
    """The only time of day named in a sentence."""
    return only_inside(tidy(text), _surely_time)


def _surely_time(part: str) -> time | None:
    found = _TIME_INSIDE.fullmatch(part)
    return None if found is None else read_time(part)


def _in_digits(plain: str) -> time | None:
    compact = _COMPACT.fullmatch(plain)
    if compact:
        return time(int(compact.group(1)), int(compact.group(2)))
    found = _TIME.fullmatch(plain)
    if found is None:
        return None
    before, hour, minute, more, after = found.groups()
    spoken = minute is None and len(hour) == 1
    return (_spoken if spoken else _clock)(int(hour), int(minute or more or 0), before or after)


def _in_words(plain: str) -> time | None:
    half = _HALF.fullmatch(plain)
    if half and half.group(1) in _HOURS_OF:
        return _spoken((_HOURS_OF[half.group(1)] - 1) or 12, 30, half.group(2))
    before = _BEFORE.fullmatch(plain)
    if before:
        return _minutes_before(*before.groups())
    past = _PAST.fullmatch(plain)
    if past:
        return _past_or_to(*past.groups())
    spelled = _SPELLED.fullmatch(plain)
    if spelled is None:
        return None
    hour = 1 if spelled.group(1) == "час" else spelled_number(spelled.group(1))
    return None if hour is None else _spoken(int(hour), 0, spelled.group(2))


def _past_or_to(minutes: str, side: str, hour: str, part: str | None) -> time | None:
    """`half past seven`, `quarter to five`."""
    share = minutes.split()[-1] if minutes.endswith("quarter") else minutes.split()[0]
    count = {"half": 30, "quarter": 15}.get(share) or spelled_number(share)
    named = spelled_number(hour)
    if count is None or named is None or not 0 < count < 60 or not 1 <= named <= 12:
        return None
    if side == "past":
        return _spoken(int(named), int(count), part)
    return _spoken((int(named) - 1) or 12, 60 - int(count), part)


def _minutes_before(minutes: str, hour: str, part: str | None) -> time | None:
    """`без пятнадцати три`."""
    words = minutes.split()
    less = _MINUTES_TO.get(words[0]) if words else None
    if len(words) == 2 and less is not None:
        less += 5
    if minutes.isdecimal():
        less = int(minutes)
    upcoming = 1 if hour == "час" else spelled_number(hour)
    if less is None or upcoming is None or not 0 < less < 60 or not 1 <= upcoming <= 24:
        return None
    return _spoken((int(upcoming) - 1) or 12, 60 - less, part)


def _spoken(hour: int, minute: int, part: str | None) -> time | None:
    """`в три` with no part of the day is the afternoon: nobody makes appointments at night."""
    return _clock(hour, minute, part or ("дня" if 1 <= hour <= 6 else None))


def _clock(hour: int, minute: int, part: str | None) -> time | None:
    """An hour of the twelve or of the twenty-four, in its part of the day."""
    if part is not None and hour <= 12:
        half = _PARTS[part]
        if half in ("afternoon", "evening"):
            hour = hour if hour == 12 else hour + 12
        elif half == "night":
            # `в 11 ночи` is before midnight, `в 2 ночи` after it.
            hour = {12: 0}.get(hour, hour + 12 if hour >= 9 else hour)
        elif hour == 12:
            hour = 0
    if hour == 24 and not minute:
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else None


# ---------------------------------------------------------------- moments


def read_date_time(text: str, env: Env) -> datetime | None:
    """The moment the whole text names; a time alone is the next such time."""
    plain = tidy(text)
    if not plain or len(plain) > 60:
        return None
    return _iso(text.strip(), env) or _away(plain, env) or _day_and_time(plain, env)


def date_time_inside(text: str, env: Env) -> datetime | None:
    """The moment of a sentence that names one day and one time."""
    plain = tidy(text)
    times = list(_TIME_INSIDE.finditer(plain))
    if len(times) != 1:
        return None
    clock = read_time(times[0].group(1))
    day = date_inside(_without(plain, times[0]), env)
    return None if clock is None or day is None else _moment(day, clock, env)


def day_of(text: str, env: Env) -> date | None:
    """The day of a text that may name a time or a part of it as well."""
    found = read_date(text, env) or _day_of_moment(text, env)
    plain = tidy(text)
    if found is not None or len(plain) > 60:
        return found
    less = " ".join(_PART_OF_DAY.sub(" ", f" {plain} ").split())
    return day_of(less, env) if less and less != plain else None


def _day_of_moment(text: str, env: Env) -> date | None:
    moment = read_date_time(text, env)
    return None if moment is None or not _names_day(text, env) else moment.date()


def _names_day(text: str, env: Env) -> bool:
    plain = tidy(text)
    if _iso(text.strip(), env) is not None or _away(plain, env) is not None:
        return True
    found = _TIME_INSIDE.search(plain)
    return found is not None and bool(_without(plain, found))


def _iso(text: str, env: Env) -> datetime | None:
    if len(text) < 15 or not text[:4].isdecimal():
        return None
    try:
        return localised(datetime.fromisoformat(text), env)
    except ValueError:
        return None


def _away(plain: str, env: Env) -> datetime | None:
    if plain in ("сейчас", "прямо сейчас", "now", "right now"):
        return env.local_now.replace(second=0, microsecond=0)
    found = _AWAY.fullmatch(plain)
    if found is None:
        return None
    number, unit = found.groups()
    count = 1 if number in (None, "a", "an") else spelled_number(number)
    if unit in ("полчаса", "half an hour"):
        count, unit = 30, "минут"
    if count is None or not 0 < count < 10_000:
        return None
    span = timedelta(hours=count) if unit[0] in "чh" else timedelta(minutes=count)
    moment = (env.now.astimezone(UTC) + span).astimezone(env.timezone)
    return moment.replace(second=0, microsecond=0)


def _day_and_time(plain: str, env: Env) -> datetime | None:
    alone = read_time(plain)
    if alone is not None:
        return _next(alone, env)
    found = _TIME_INSIDE.search(plain)
    if found is None:
        return _bare_end(plain, env)
    clock, rest = read_time(found.group(1)), _without(plain, found)
    if clock is None:
        return None
    if not rest:
        return _next(clock, env)
    day = read_date(rest, env)
    return None if day is None else _moment(day, clock, env)


def _bare_end(plain: str, env: Env) -> datetime | None:
    """`завтра 15`, `15.01 14.30`: the last word is the time."""
    rest, _, last = plain.rpartition(" ")
    clock = read_time(last) if last[:1].isdecimal() else None
    day = read_date(rest, env) if clock is not None and rest else None
    return None if day is None or clock is None else _moment(day, clock, env)


def _without(plain: str, found: re.Match[str]) -> str:
    return " ".join(f"{plain[: found.start(1)]} {plain[found.end(1) :]}".split())


def _next(clock: time, env: Env) -> datetime:
    moment = _moment(env.today, clock, env)
    return moment if moment >= env.now else _moment(env.today + timedelta(days=1), clock, env)


def _moment(day: date, clock: time, env: Env) -> datetime:
    return existing(datetime.combine(day, clock, env.timezone))

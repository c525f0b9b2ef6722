"""Moments in what people write: `завтра в полдень`, `через полчаса`, `next Monday 3pm`."""

import re
from datetime import UTC, date, datetime, time, timedelta

from flows.clocks import PART_OF_DAY, TIME_INSIDE, read_time, usual
from flows.dates import date_inside, read_date, tidy
from flows.env import Env
from flows.moments import existing, localised
from flows.numerals import spelled_number

LONGEST = 60
MOST_TIMES = 3
_NOW = frozenset({"сейчас", "прямо сейчас", "now", "right now", "hozir"})
_MINUTE = r"минут[уы]?|мин|minutes?|mins?|daqiqadan|minutdan"
_AWAY = re.compile(
    r"(?:через|спустя|in)\s+(?:(.+?)\s+)??"
    rf"(пол[- ]?часа|полчасика|час|часа|часов|часик|ч|{_MINUTE}|hours?|half an hour)"
    rf"(?:(?:\s+и|\s+and)?\s+(.+?)(?:\s+(?:{_MINUTE}))?)?"
)
_UZBEK_AWAY = re.compile(r"(?:(.+)\s+)?(soatdan|daqiqadan|minutdan)\s+(?:keyin|so'ng)")
_SPOKEN_SPANS = {
    "через четверть часа": 15,
    "in a quarter of an hour": 15,
    "in half an hour": 30,
    "in an hour and a half": 90,
    "yarim soatdan keyin": 30,
}


def read_date_time(text: str, env: Env) -> datetime | None:
    """The moment the whole text names; a time alone is the next such time."""
    plain = tidy(text)
    if not plain or len(plain) > LONGEST:
        return None
    return _iso(text.strip(), env) or _away(plain, env) or _day_and_time(plain, env)


def date_time_inside(text: str, env: Env) -> datetime | None:
    """The moment of a sentence that names one day and one time."""
    plain = tidy(text)
    times = list(TIME_INSIDE.finditer(plain))
    if not 1 <= len(times) <= MOST_TIMES:
        return None
    moments = set()
    for found in times:
        clock, day = read_time(found.group(1)), date_inside(_without(plain, found), env)
        if clock is not None and day is not None:
            moments.add(_moment(day, clock, env))
    return moments.pop() if len(moments) == 1 else None


def day_of(text: str, env: Env) -> date | None:
    """The day of a text that may name a time or a part of it as well."""
    found = read_date(text, env) or _day_of_moment(text, env)
    plain = tidy(text)
    if found is not None or len(plain) > LONGEST:
        return found
    less = " ".join(PART_OF_DAY.sub(" ", f" {plain} ").split())
    return day_of(less, env) if less and less != plain else None


def time_of(text: str, env: Env) -> time | None:
    """The time of day a text names, or that comes so soon: `через час`."""
    moment = _away(tidy(text), env) if len(text) <= LONGEST else None
    return read_time(text) if moment is None else moment.time()


def usual_time(text: str) -> time:
    """A time in the part of the day that a text names, or in the middle of the day."""
    found = PART_OF_DAY.search(f" {tidy(text)} ")
    return usual(found.group() if found is not None else "")


def _day_of_moment(text: str, env: Env) -> date | None:
    moment = read_date_time(text, env)
    return None if moment is None or not _names_day(text, env) else moment.date()


def _names_day(text: str, env: Env) -> bool:
    plain = tidy(text)
    if _iso(text.strip(), env) is not None or _away(plain, env) is not None:
        return True
    found = TIME_INSIDE.search(plain)
    if found is not None:
        return bool(_without(plain, found))
    return read_time(plain) is None


def _iso(text: str, env: Env) -> datetime | None:
    if len(text) < 15 or not text[:4].isdecimal():
        return None
    try:
        return localised(datetime.fromisoformat(text), env)
    except ValueError:
        return None


# ---------------------------------------------------------------- so far from now


def _away(plain: str, env: Env) -> datetime | None:
    if plain in _NOW:
        return env.local_now.replace(second=0, microsecond=0)
    minutes = _SPOKEN_SPANS.get(plain) or _minutes_away(plain)
    if not minutes or minutes > 600_000:
        return None
    moment = env.now.astimezone(UTC) + timedelta(minutes=minutes)
    return moment.astimezone(env.timezone).replace(second=0, microsecond=0)


def _minutes_away(plain: str) -> float | None:
    found = _AWAY.fullmatch(plain) or _UZBEK_AWAY.fullmatch(plain)
    if found is None:
        return None
    number, unit, *rest = found.groups()
    count = 1 if number in (None, "a", "an") else spelled_number(number)
    more = spelled_number(rest[0]) if rest and rest[0] else 0
    if unit.startswith(("пол", "half")):
        count, unit = (30, "минут") if number is None else (None, "")
    if count is None or more is None or not 0 <= more < 60:
        return None
    hours = unit[0] in "чhs"
    return None if more and not hours else count * (60 if hours else 1) + more


# ---------------------------------------------------------------- a day with a time


def _day_and_time(plain: str, env: Env) -> datetime | None:
    alone = read_time(plain)
    if alone is not None:
        return _next(alone, env)
    # Of `через 3 дня в 15:00` the days look like a time at first.
    for found in TIME_INSIDE.finditer(plain):
        clock, rest = _in_its_part(found.group(1), _without(plain, found))
        if clock is not None and not rest:
            return _next(clock, env)
        day = read_date(rest, env) if clock is not None else None
        if day is not None and clock is not None:
            return _moment(day, clock, env)
    return _bare_end(plain, env)


def _in_its_part(clock: str, rest: str) -> tuple[time | None, str]:
    """A time with the part of the day that stands apart from it: `завтра вечером | в 7`."""
    part = PART_OF_DAY.search(f" {rest} ")
    if part is None:
        return read_time(clock), rest
    less = " ".join(PART_OF_DAY.sub(" ", f" {rest} ").split())
    return read_time(f"{part.group().strip()} {clock}") or read_time(clock), less


def _bare_end(plain: str, env: Env) -> datetime | None:
    """`завтра 15`, `15.01 14.30`, `20 марта 18 00`: the last words are the time."""
    words = plain.split()
    for size in (2, 1):
        last = " ".join(words[-size:])
        clock = read_time(last) if last[:1].isdecimal() else None
        day = read_date(" ".join(words[:-size]), env) if clock is not None else None
        if day is not None and clock is not None:
            return _moment(day, clock, env)
    return None


def _without(plain: str, found: re.Match[str]) -> str:
    return " ".join(f"{plain[: found.start(1)]} {plain[found.end(1) :]}".split())


def _next(clock: time, env: Env) -> datetime:
    moment = _moment(env.today, clock, env)
    return moment if moment >= env.now else _moment(env.today + timedelta(days=1), clock, env)


def _moment(day: date, clock: time, env: Env) -> datetime:
    return existing(datetime.combine(day, clock, env.timezone))

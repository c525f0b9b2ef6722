"""Days in what people write: `завтра`, `в пятницу`, `15.01`, `через 3 дня`, `January 15`."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from flows.calendar_words import (
    AROUND,
    AWAY,
    DAYS,
    LAST,
    MONTH_ENDINGS,
    MONTH_SPANS,
    MONTHS,
    NEXT,
    ORDINAL_ENDINGS,
    ORDINAL_STEMS,
    SPANS,
    THIS,
    WEEKDAYS,
    YEAR_SPANS,
)
from flows.env import Env
from flows.numerals import spelled_number

_SPOKEN = frozenset({"ru", "en"})
_RECENT = timedelta(days=90)
"""A day without a year that passed so lately is meant as the past one, not next year's."""

_NUMERIC = re.compile(
    r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})|(\d{1,2})([./-])(\d{1,2})(?:\5(\d{4}|\d{2}))?"
)
_ORDINAL = re.compile(r"(\d{1,2})(?:[-‑]?(?:го|ое|е|й|ого|му|ому|st|nd|rd|th))?")
_WORD = re.compile(r"\d+(?:[-‑](?:го|ое|е|й|ого|му|ому))?(?:st|nd|rd|th|го|ое)?|[^\W\d_]+")


def read_date(text: str, env: Env) -> date | None:
    """The day the whole text names, looked at from the present day of the bot's zone."""
    plain = tidy(text)
    if not plain or len(plain) > 60:
        return None
    found = _read(plain, env)
    if found is None and _worth_guessing(plain, env):
        return _guessed(plain, env)
    return found


def date_inside(text: str, env: Env) -> date | None:
    """The only day named somewhere in a sentence."""
    return only_inside(tidy(text), lambda part: _read(part, env))


def tidy(text: str) -> str:
    return " ".join(text.casefold().replace("ё", "е").replace(",", " ").split()).strip(" .!?")


def only_inside(text: str, read: Callable[[str], Any]) -> Any | None:
    """What `read` makes of runs of words, longest first; None unless exactly one value comes."""
    words = text.split()[:40]
    found, place = set(), 0
    while place < len(words):
        taken = 1
        for length in range(min(5, len(words) - place), 0, -1):
            run = words[place : place + length]
            # A bare number in a sentence is no day and no hour.
            if run[0] in AROUND and length == 1 or " ".join(run).isdecimal():
                continue
            value = read(" ".join(run).strip(" .!?;:()"))
            if value is not None:
                found.add(value)
                taken = length
                break
        place += taken
    return found.pop() if len(found) == 1 else None


def _read(plain: str, env: Env) -> date | None:
    today = env.today
    if plain in DAYS:
        return today + timedelta(days=DAYS[plain])
    try:
        return _numeric(plain, env) or _worded(_WORD.findall(plain), plain, today)
    except (ValueError, OverflowError):
        return None


# ---------------------------------------------------------------- digits


def _numeric(plain: str, env: Env) -> date | None:
    bare = " ".join([word for word in plain.split() if word not in AROUND])
    found = _NUMERIC.fullmatch(bare.removesuffix("г").strip(" ."))
    if found is None:
        return None
    year, month, day, first, sign, second, late = found.groups()
    if year:
        return date(int(year), int(month), int(day))
    if sign == "/" and env.language == "en":
        first, second = (second, first) if int(first) <= 12 else (first, second)
    if late is None:
        return _nearest(int(second), int(first), env.today)
    return date(int(late) + (2000 if len(late) == 2 else 0), int(second), int(first))


def _nearest(month: int, day: int, today: date) -> date | None:
    """The day of this year unless it is long gone; 29 February waits for its year."""
    for year in range(today.year - 1, today.year + 9):
        try:
            candidate = date(year, month, day)
        except ValueError:
            continue
        if candidate >= today - _RECENT:
            return candidate
    return None


# ---------------------------------------------------------------- words


def _worded(words: list[str], plain: str, today: date) -> date | None:
    if AWAY.intersection(words):
        return _distance(words, today)
    words = [word for word in words if word not in AROUND]
    text = " ".join(words)
    if text in DAYS:
        return today + timedelta(days=DAYS[text])
    if not words:
        return None
    return _weekday(words, today) or _with_month(words, today) or _day_alone(words, plain, today)


def _weekday(words: list[str], today: date) -> date | None:
    named = [word for word in words if word in WEEKDAYS]
    rest = [word for word in words if word not in WEEKDAYS]
    if len(named) != 1:
        return None
    wanted = WEEKDAYS[named[0]]
    ahead = (wanted - today.weekday()) % 7
    if not rest:
        return today + timedelta(days=ahead or 7)
    if len(rest) != 1:
        # `в пятницу 20 марта`: the number decides.
        return _with_month(rest, today)
    if rest[0] in THIS:
        return today + timedelta(days=ahead)
    if rest[0] in NEXT:
        return today + timedelta(days=7 - today.weekday() + wanted)
    if rest[0] in LAST:
        return today - timedelta(days=(today.weekday() - wanted) % 7 or 7)
    return None


def _with_month(words: list[str], today: date) -> date | None:
    """`15 января`, `15-го янв 2027`, `January 15th`."""
    months = [word for word in words if MONTH_ENDINGS.fullmatch(word)]
    numbers = [word for word in words if word not in months]
    if len(months) != 1 or not 1 <= len(numbers) <= 2:
        return None
    month = MONTHS[months[0][:3]]
    day = _ORDINAL.fullmatch(numbers[0])
    if day is None:
        spelled = spelled_day(" ".join(numbers))
        return None if spelled is None else _nearest(month, spelled, today)
    if len(numbers) == 1:
        return _nearest(month, int(day.group(1)), today)
    if not (numbers[1].isdecimal() and len(numbers[1]) in (2, 4)):
        return None
    year = int(numbers[1]) + (2000 if len(numbers[1]) == 2 else 0)
    return date(year, month, int(day.group(1)))


def spelled_day(text: str) -> int | None:
    """`пятнадцатое`, `двадцать первого`: a day of the month in words."""
    *tens, last = text.split()
    for stem, value in ORDINAL_STEMS.items():
        if last.startswith(stem) and last[len(stem) :] in ORDINAL_ENDINGS:
            if not tens:
                return value
            more = {"двадцать": 20, "тридцать": 30}.get(tens[0]) if len(tens) == 1 else None
            return more + value if more and value < 10 else None
    return None


def _distance(words: list[str], today: date) -> date | None:
    """`через 3 дня`, `через неделю`, `in two weeks`, `2 дня назад`."""
    ago = words[-1] in ("назад", "ago")
    start = 0 if ago else max(words.index(word) + 1 for word in AWAY.intersection(words))
    count, unit = _counted(words[start : len(words) - ago])
    if count is None:
        return None
    count = -count if ago else count
    if unit in SPANS:
        return today + timedelta(days=count * SPANS[unit])
    if unit in MONTH_SPANS:
        return months_on(today, count)
    return months_on(today, count * 12) if unit in YEAR_SPANS else None


def _counted(words: list[str]) -> tuple[int | None, str]:
    if not words:
        return None, ""
    *number, unit = words
    if number in ([], ["a"], ["an"]):
        return 1, unit
    count = spelled_number(" ".join(number))
    return (int(count), unit) if count is not None and count < 3000 else (None, "")


def months_on(day: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    for last in range(day.day, 27, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, day.day)


def _day_alone(words: list[str], plain: str, today: date) -> date | None:
    """`15-го`, `на 15 число`: the nearest such day to come."""
    joined = " ".join(words)
    number = _ORDINAL.fullmatch(joined)
    day = int(number.group(1)) if number else spelled_day(joined)
    said = number is None or "числ" in plain or number.group(1) != joined
    if day is None or not 1 <= day <= 31 or not said:
        return None
    for ahead in range(4):
        month = months_on(today.replace(day=1), ahead)
        try:
            candidate = month.replace(day=day)
        except ValueError:
            continue
        if candidate >= today:
            return candidate
    return None


# ---------------------------------------------------------------- other languages


def _worth_guessing(plain: str, env: Env) -> bool:
    """Short, with words in it, and of a language whose days are not spelled out above."""
    if env.language in _SPOKEN or len(plain) > 40:
        return False
    words = plain.split()
    return len(words) <= 4 and not all(word.isdecimal() for word in words)


def _guessed(plain: str, env: Env) -> date | None:
    # Heavy: a third of a second at first use, and only for languages other than the two above.
    import dateparser  # type: ignore[import-untyped]

    try:
        found: datetime | None = dateparser.parse(
            plain,
            languages=[env.language],
            settings={
                "RELATIVE_BASE": env.local_now.replace(tzinfo=None),
                "PREFER_DATES_FROM": "future",
                "DATE_ORDER": "DMY",
                "REQUIRE_PARTS": ["day", "month"],
            },
        )
    except ValueError:
        # A language it has never heard of.
        return None
    return None if found is None else found.date()

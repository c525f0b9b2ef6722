"""Days in words, seen from the present one: `в пятницу`, `15 января`, `через 3 дня`."""

import re
from datetime import date, timedelta

from flows.calendar_words import (
    AGO,
    AROUND,
    AWAY_BEFORE,
    AWAY_BEHIND,
    DAYS,
    LAST,
    MONTH_NAME,
    MONTH_SPANS,
    MONTHS,
    NEXT,
    ORDINAL_ENDINGS,
    ORDINALS,
    SPANS,
    TENS,
    THIS,
    WEEKDAYS,
    YEAR_SPANS,
    YEARS_OFF,
)
from flows.numerals import spelled_number

_RECENT = timedelta(days=90)
"""A day without a year that passed so lately is meant as the past one, not next year's."""
_YEARS_AHEAD = 20
"""A year of two digits is at most so far ahead; `15.01.90` is a birthday."""
_WEEKS = frozenset({"неделе", "недели", "неделю", "week", "hafta"})
_ORDINAL = re.compile(r"(\d{1,2})(?:[-‑]?(?:го|ое|е|й|ого|му|ому|ом|st|nd|rd|th))?")


def worded(words: list[str], plain: str, today: date) -> date | None:
    if len(words) > 1 and _is_distance(words):
        return _weekday_of_a_week(words, today) or _distance(words, today)
    words = _with_years(words, today)
    words = [word for word in words if word not in AROUND]
    text = " ".join(words)
    if text in DAYS:
        return today + timedelta(days=DAYS[text])
    if not words:
        return None
    return _weekday(words, today) or _with_month(words, today) or _day_alone(words, plain, today)


def _with_years(words: list[str], today: date) -> list[str]:
    """`15 января прошлого года`, `5 числа следующего месяца` with the year or month they mean."""
    for place, word in enumerate(words[:-1]):
        if word not in YEARS_OFF:
            continue
        unit = words[place + 1]
        if unit in YEAR_SPANS:
            return [*words[:place], str(today.year + YEARS_OFF[word]), *words[place + 2 :]]
        if unit in MONTH_SPANS:
            month = months_on(today.replace(day=1), YEARS_OFF[word])
            name = next(stem for stem, number in MONTHS.items() if number == month.month)
            named = [word for word in words[:place] if word not in AROUND]
            return [*named, name, str(month.year), *words[place + 2 :]]
    return words


def _weekday(words: list[str], today: date) -> date | None:
    named = [word for word in words if word in WEEKDAYS]
    rest = [word for word in words if word not in WEEKDAYS]
    if len(named) != 1:
        return None
    wanted = WEEKDAYS[named[0]]
    ahead = (wanted - today.weekday()) % 7
    if not rest:
        return today + timedelta(days=ahead or 7)
    if len(rest) != 1 and not (len(rest) == 2 and rest[0] in NEXT | THIS and rest[1] in _WEEKS):
        # `в пятницу 20 марта`: the number decides.
        return _with_month(rest, today)
    if rest[0] in THIS:
        return today + timedelta(days=ahead)
    if rest[0] in NEXT:
        return today + timedelta(days=7 - today.weekday() + wanted)
    if rest[0] in LAST:
        return today - timedelta(days=(today.weekday() - wanted) % 7 or 7)
    return _day_alone(rest, " ".join(rest), today)


def _with_month(words: list[str], today: date) -> date | None:
    """`15 января`, `15-го янв 2027`, `January 15th`."""
    months = [word for word in words if MONTH_NAME.fullmatch(word)]
    numbers = [word for word in words if word not in months]
    if len(months) != 1 or not 1 <= len(numbers) <= 3:
        return None
    month = month_of(months[0])
    year = numbers.pop() if len(numbers) > 1 and numbers[-1].isdecimal() else None
    day = _day_number(" ".join(numbers))
    if day is None or year is not None and (len(year) not in (2, 4) or words[-1] != year):
        return None
    return nearest(month, day, today) if year is None else date(full_year(year, today), month, day)


def month_of(word: str) -> int:
    return MONTHS.get(word[:4]) or MONTHS[word[:3]]


def _day_number(text: str) -> int | None:
    number = _ORDINAL.fullmatch(text)
    return int(number.group(1)) if number else spelled_day(text)


def spelled_day(text: str) -> int | None:
    """`пятнадцатое`, `двадцать первого`, `twenty first`: a day of the month in words."""
    *tens, last = text.replace("-", " ").split() or [""]
    value = ORDINALS.get(last)
    if value is None:
        endings = (size for size in (2, 3, 4) if last[-size:] in ORDINAL_ENDINGS)
        value = next((ORDINALS[last[:-size]] for size in endings if last[:-size] in ORDINALS), None)
    if value is None or not tens:
        return value
    more = TENS.get(tens[0]) if len(tens) == 1 else None
    return more + value if more and value < 10 else None


def _is_distance(words: list[str]) -> bool:
    """Whether the day is told by how far away it is."""
    apart = words[-1] in AGO or words[-1] in AWAY_BEHIND or words[-2:] == ["from", "now"]
    return apart or bool(AWAY_BEFORE.intersection(words))


def _distance(words: list[str], today: date) -> date | None:
    """`через 3 дня`, `через неделю`, `in two weeks`, `2 дня назад`, `3 kundan keyin`."""
    ago = words[-1] in AGO
    if ago or words[-1] in AWAY_BEHIND:
        words = words[:-1]
    elif words[-2:] == ["from", "now"]:
        words = words[:-2]
    before = [place + 1 for place, word in enumerate(words) if word in AWAY_BEFORE]
    count, unit = _counted(words[max(before, default=0) :])
    if count is None:
        return None
    count = -count if ago else count
    if unit in SPANS:
        return today + timedelta(days=count * SPANS[unit])
    if unit in MONTH_SPANS:
        return months_on(today, count)
    return months_on(today, count * 12) if unit in YEAR_SPANS else None


def _weekday_of_a_week(words: list[str], today: date) -> date | None:
    """`через неделю в среду`, `в среду через две недели`."""
    named = [word for word in words if word in WEEKDAYS]
    rest = [word for word in words if word not in WEEKDAYS and word not in ("в", "во", "on")]
    if len(named) != 1 or not rest or SPANS.get(rest[-1]) != 7:
        return None
    day = _distance(rest, today)
    return None if day is None else day + timedelta(days=WEEKDAYS[named[0]] - day.weekday())


def _counted(words: list[str]) -> tuple[int | None, str]:
    """How many of which; half a week is no number of days."""
    words = [word for word in words if word not in ("of", "примерно", "где-то", "ровно")]
    if not words:
        return None, ""
    *number, unit = words
    if unit == "полгода" and not number:
        return 6, "месяц"
    if number in ([], ["a"], ["an"], ["одну"], ["the"]):
        return 1, unit
    count = spelled_number(" ".join(number))
    return (count, unit) if isinstance(count, int) and 0 <= count < 3000 else (None, "")


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
    if day is None or not said:
        return None
    return coming(day, today)


def coming(day: int, today: date) -> date | None:
    """The nearest day of that number, today's at the earliest."""
    if not 1 <= day <= 31:
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


# ---------------------------------------------------------------- years and numbers left out


def full_year(written: str, today: date) -> int:
    """`26` is 2026 and `90` is 1990."""
    year = int(written)
    if len(written) == 4:
        return year
    return 2000 + year if 2000 + year <= today.year + _YEARS_AHEAD else 1900 + year


def nearest(month: int, day: int, today: date) -> date | None:
    """The day of this year unless it is long gone; 29 February waits for its year."""
    for year in range(today.year - 1, today.year + 9):
        try:
            candidate = date(year, month, day)
        except ValueError:
            continue
        if candidate >= today - _RECENT:
            return candidate
    return None

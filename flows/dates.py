"""Days in what people write: `завтра`, `в пятницу`, `15.01`, `через 3 дня`, `January 15`."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from flows.calendar_words import AROUND, DAYS, MONTH_NAME
from flows.env import Env
from flows.lands import month_first
from flows.worded_dates import full_year, nearest, worded

LONGEST = 60
_SPOKEN = frozenset({"ru", "en", "uz"})
_NUMERIC = re.compile(
    r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})|(\d{1,2})([./-])(\d{1,2})(?:\5(\d{4}|\d{2}))?"
)
_SPACED = re.compile(r"(\d{1,2}) (\d{1,2}) (\d{4})|(\d{2})(\d{2})((?:19|20)\d{2})")
_TO = r"(?: ?[-–—] ?| (?:по|и|или|to|and|or|yoki) )"
_RANGES = (
    re.compile(rf"(?P<first>\d{{1,2}}){_TO}(?P<last>\d{{1,2}})[- ](?P<month>[^\W\d_]+)"),
    re.compile(rf"(?P<month>[^\W\d_]+) (?P<first>\d{{1,2}}){_TO}(?P<last>\d{{1,2}})(?!\w)"),
)
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-–—](?=[^\W\d_])")
_WORD = re.compile(
    r"\d+(?:[-‑](?:го|ое|е|й|ого|му|ому))?(?:st|nd|rd|th|го|ое)?|[^\W\d_]+(?:'[^\W\d_]+)*"
)


def read_date(text: str, env: Env) -> date | None:
    """The day the whole text names, looked at from the present day of the bot's zone."""
    plain = tidy(text)
    if not plain or len(plain) > LONGEST:
        return None
    found = _read(plain, env)
    if found is None and _worth_guessing(plain, env):
        return _guessed(plain, env)
    return found


def date_inside(text: str, env: Env) -> date | None:
    """The only day named somewhere in a sentence."""
    found = dates_inside(text, env)
    return found[0] if len(found) == 1 else None


def dates_inside(text: str, env: Env) -> list[date]:
    """The different days named in a sentence, in its order; both ends of a range."""
    plain = tidy(text)
    ends = _ends(plain)
    if ends:
        return [day for day in (_read(end, env) for end in ends) if day is not None]
    return all_inside(_HYPHEN.sub(" ", plain), lambda part: _read(part, env))


def _ends(plain: str) -> list[str]:
    """The two days of `15-16 марта` or `с 15 по 17 марта`."""
    for pattern in _RANGES:
        found = pattern.search(plain)
        if found is not None and MONTH_NAME.fullmatch(found["month"]):
            return [f"{found['first']} {found['month']}", f"{found['last']} {found['month']}"]
    return []


def tidy(text: str) -> str:
    plain = text.casefold()
    if not plain.isascii():
        plain = re.sub("[ʻʼ‘’`´]", "'", plain.replace("ё", "е"))
    return " ".join(plain.replace(",", " ").split()).strip(" .!?)")


def only_inside(text: str, read: Callable[[str], Any]) -> Any | None:
    """What `read` makes of runs of words; None unless exactly one value comes."""
    found = all_inside(text, read)
    return found[0] if len(found) == 1 else None


def all_inside(text: str, read: Callable[[str], Any]) -> list[Any]:
    """The different values `read` makes of runs of words, the longest runs first."""
    words = text.split()[:40]
    found: list[Any] = []
    place = 0
    while place < len(words):
        taken = 1
        for length in range(min(5, len(words) - place), 0, -1):
            run = words[place : place + length]
            # A bare number in a sentence is no day and no hour.
            if run[0] in AROUND and length == 1 or " ".join(run).isdecimal():
                continue
            value = read(" ".join(run).strip(" .!?;:()"))
            if value is not None:
                found.append(value)
                taken = length
                break
        place += taken
    return list(dict.fromkeys(found))


def _read(plain: str, env: Env) -> date | None:
    today = env.today
    if plain in DAYS:
        return today + timedelta(days=DAYS[plain])
    if _ends(plain):
        return None
    try:
        return _numeric(plain, env) or worded(_WORD.findall(plain), plain, today)
    except (ValueError, OverflowError):
        return None


# ---------------------------------------------------------------- digits


def _numeric(plain: str, env: Env) -> date | None:
    bare = " ".join([word for word in plain.split() if word not in AROUND])
    bare = bare.removesuffix("г").strip(" .")
    spaced = _SPACED.fullmatch(bare)
    if spaced is not None:
        day, month, year = (part for part in spaced.groups() if part is not None)
        return date(int(year), int(month), int(day))
    found = _NUMERIC.fullmatch(bare)
    if found is None:
        return None
    year, month, day, first, sign, second, late = found.groups()
    if year:
        return date(int(year), int(month), int(day))
    if sign == "/" and env.language == "en":
        fits = int(first) <= 12 if month_first(env) else int(second) > 12
        first, second = (second, first) if fits else (first, second)
    if late is None:
        return nearest(int(second), int(first), env.today)
    return date(full_year(late, env.today), int(second), int(first))


# ---------------------------------------------------------------- other languages


def _worth_guessing(plain: str, env: Env) -> bool:
    """Short, with words in it, and of a language whose days are not spelled out above."""
    if env.language in _SPOKEN or len(plain) > 40:
        return False
    words = plain.split()
    return len(words) <= 4 and not all(word.isdecimal() for word in words)


def _guessed(plain: str, env: Env) -> date | None:
    # Heavy: a third of a second at first use, and only for languages other than those above.
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

"""Says of an answer that does not fit what it was understood as, and what is wanted instead."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

from flows import clocks, contacts, dates, days_and_times, formats, numerals, places
from flows.calendar_words import MONTH_NAME, SOME_TIME, WEEKEND
from flows.env import Env
from flows.lands import land_of, sample_phone
from flows.reasons import reason
from flows.worded_dates import coming, month_of, nearest

LONGEST = 200
_LIKE_DAY = re.compile(
    r"\d{1,2}[./-]\d{1,2}(?:[./-]\d{2,4})?|\d{1,2}(?:-?го)? [^\W\d_]+(?: \d{4})?|[^\W\d_]+ \d{1,2}|\d{4}-\d\d-\d\d"
)
_DENIED = re.compile(r"(?:не|not) (?!раньше|позже|позднее|before|later)")
_WITH_COLON = re.compile(r"(?<![\d:])\d{1,2}:\d{2}(?![\d:])")
_LIKE_CLOCK = re.compile(r"(?:в |at |soat )?\d{1,2}[:.]\d{2}(?: ?[ap]m)?|(?:в |at )?\d{1,2}")
_CLOCK = re.compile(r"(?<![\d:.])([01]?\d|2[0-4])[:.]([0-5]\d)(?![\d:.])")
_ADDRESS = re.compile(r"[^\s@]{1,64}@[^\s@]{0,100}")

Explained = str | None


def misfit(base: str, text: str, env: Env, least: float = 1, most: float = 5) -> str:
    """One sentence in the bot's language; bounds are those of a rating."""
    explain = _EXPLAINED.get(base)
    said = " ".join(text.split())
    found = explain(said, env) if explain is not None and 0 < len(said) <= LONGEST else None
    if base == "rating":
        return found or _rating(said, env, least, most)
    return found or reason(base, env.language, sample=sample_phone(land_of(env)))


def beyond(base: str, value: float, env: Env, least: float | None, most: float | None) -> str:
    """Why a text of that length, or a number, is too little or too much."""
    low = least is not None and value < least
    name = f"{'text' if base == 'text' else 'number'}_{'min' if low else 'max'}"
    bounds = {"min": _number(least, env), "max": _number(most, env)}
    return reason(name, env.language, said=_number(value, env), **bounds)


def _number(value: float | None, env: Env) -> str:
    return "" if value is None else formats.grouped(value, env.language)


def _listed(found: Iterable[str]) -> str:
    return ", ".join(list(found)[:4])


# ---------------------------------------------------------------- numbers


def _of_number(said: str, env: Env) -> Explained:
    ways = numerals.two_ways(said, env.language)
    if ways is not None:
        return reason("number_two_ways", env.language, said=said, first=ways[0], second=ways[1])
    found = numerals.numbers_in(said, env.language)
    if len(found) > 1:
        listed = _listed(_number(number, env) for number in found)
        return reason("number_several", env.language, found=listed)
    one = found[0] if found else None
    return None if one is None else reason("number_bound", env.language, said=_number(one, env))


def _of_integer(said: str, env: Env) -> Explained:
    number = numerals.written_number(said, env.language)
    if not isinstance(number, float):
        return _of_number(said, env)
    shown, near = _number(number, env), _number(round(number), env)
    return reason("integer_fraction", env.language, said=shown, near=near)


def _rating(said: str, env: Env, least: float, most: float) -> str:
    number = numerals.written_number(said, env.language) if len(said) <= 20 else None
    name = "rating" if number is None else "rating_beyond"
    return reason(name, env.language, said=_number(number, env), min=f"{least:g}", max=f"{most:g}")


# ---------------------------------------------------------------- days and times


def _of_date(said: str, env: Env) -> Explained:
    plain = dates.tidy(said)
    found = dates.dates_inside(plain, env)
    if len(found) > 1:
        listed = _listed(formats.written_date(day, env) for day in found)
        return reason("date_several", env.language, found=listed)
    if plain.isdecimal() and len(plain) < 3:
        day = coming(int(plain), env.today)
        if day is not None:
            first = formats.written_date(day, env)
            return reason("date_number", env.language, said=plain, first=first)
    clock = clocks.read_time(plain)
    if clock is not None:
        return reason("date_time_of_day", env.language, said=formats.written_time(clock, env))
    denied = _DENIED.match(plain) is not None
    some = found[0] if found and not denied else _some_day(plain, env)
    if some is not None:
        first = formats.written_date(some, env)
        return reason("date_vague", env.language, said=said.strip(" .!?"), first=first)
    return _no_day(said, plain, env)


def _some_day(plain: str, env: Env) -> date | None:
    """One of the days that `на выходных` or `в марте` may mean."""
    today = env.today
    if WEEKEND.search(plain):
        return today + timedelta(days=(5 - today.weekday()) % 7 or 7)
    months = [word for word in plain.split() if MONTH_NAME.fullmatch(word)]
    if months and not any(map(str.isdecimal, plain)):
        return nearest(month_of(months[0]), 15, today)
    vague = SOME_TIME.search(plain) is not None or clocks.vague_time(plain) is not None
    return today + timedelta(days=7 - today.weekday()) if vague else None


def _no_day(said: str, plain: str, env: Env) -> Explained:
    like = _LIKE_DAY.fullmatch(plain)
    words = [word for word in plain.split() if word.isalpha()]
    if like is None or not all(map(MONTH_NAME.fullmatch, words)):
        return None
    return reason("date_none", env.language, said=said.strip(" .!?"))


def _of_time(said: str, env: Env) -> Explained:
    plain = dates.tidy(said)
    several = list(dict.fromkeys(found.group() for found in _CLOCK.finditer(plain)))
    if len(several) > 1:
        return reason("time_several", env.language, found=_listed(several))
    usual = clocks.vague_time(plain)
    if usual is not None:
        first = formats.written_time(usual, env)
        return reason("time_vague", env.language, said=said.strip(" .!?"), first=first)
    day = days_and_times.day_of(plain, env)
    if day is not None:
        return reason("time_day", env.language, said=formats.written_date(day, env))
    if _LIKE_CLOCK.fullmatch(plain):
        return reason("time_none", env.language, said=said.strip(" .!?"))
    return None


def _of_date_time(said: str, env: Env) -> Explained:
    plain = dates.tidy(said)
    clock = _WITH_COLON.search(plain)
    if clock is not None and clocks.read_time(clock.group()) is None:
        return reason("time_none", env.language, said=clock.group())
    found = dates.dates_inside(plain, env)
    if len(found) > 1:
        return _of_date(said, env)
    day = days_and_times.day_of(plain, env) or (found[0] if found else None)
    if day is not None:
        first = formats.written_time(days_and_times.usual_time(plain), env)
        shown = formats.written_date(day, env)
        return reason("date_time_day", env.language, said=shown, first=first)
    if _LIKE_CLOCK.fullmatch(plain):
        return _of_time(said, env)
    return _no_day(said, plain, env) or (_of_time(said, env) if len(plain) < 30 else None)


# ---------------------------------------------------------------- telephones, addresses, places


def _of_phone(said: str, env: Env) -> Explained:
    land = land_of(env)
    sample = sample_phone(land)
    found = contacts.phones_in(said, land)
    if len(found) > 1:
        listed = _listed(map(formats.written_phone, found))
        return reason("phone_several", env.language, found=listed)
    digits = contacts.phone_digits(said)
    count, wanted = len(digits), len(contacts.phone_digits(sample))
    if not 5 <= count <= 20:
        return None
    whole = wanted - 1 if land in contacts.SEVENS and digits[0] not in "78" else wanted
    if count == whole:
        return reason("phone_wrong", env.language, said=said, sample=sample)
    return reason("phone_digits", env.language, count=count, wanted=wanted, sample=sample)


def _of_email(said: str, env: Env) -> Explained:
    found = contacts.emails_in(said)
    if len(found) > 1:
        return reason("email_several", env.language, found=_listed(found))
    like = _ADDRESS.search(said)
    if like is None:
        return None
    address = like.group().strip(".,;:!?<>()")
    domain = address.partition("@")[2]
    if "," in domain or ".." in address:
        guess = re.sub(r"\.{2,}", ".", address.replace(",", "."))
        if contacts.emails_in(guess):
            return reason("email_guess", env.language, said=address, guess=guess)
    if contacts.mixed(domain):
        return reason("email_letters", env.language, said=address)
    if "." not in domain and said.count("@") == 1:
        return reason("email_ending", env.language, said=address)
    return None


def _of_url(said: str, env: Env) -> Explained:
    found = contacts.urls_in(said)
    if len(found) < 2:
        return None
    return reason("url_several", env.language, found=_listed(found))


def _of_location(said: str, env: Env) -> Explained:
    if places.coordinates(said) is not None:
        return reason("location_far", env.language, said=said)
    return reason("location_link", env.language) if places.shows_link(said) else None


_EXPLAINED: Mapping[str, Callable[[str, Env], Explained]] = {
    "number": _of_number,
    "integer": _of_integer,
    "date": _of_date,
    "time": _of_time,
    "date_time": _of_date_time,
    "phone": _of_phone,
    "email": _of_email,
    "url": _of_url,
    "location": _of_location,
}

"""How numbers, money, dates and telephones are written for people, by language."""

import functools
from datetime import date, datetime, time, timedelta
from typing import Any

import phonenumbers
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date
from babel.numbers import get_currency_symbol, get_territory_currencies

from flows.env import Env
from flows.moments import Moment, localised

NBSP = "\u00a0"
_BULLET = "•"


@functools.lru_cache(64)
def locale_of(language: str) -> Locale:
    """The locale of a language code; English where the code is unknown."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


@functools.lru_cache(64)
def _signs(language: str) -> tuple[str, str]:
    """What stands between thousands and before the fraction."""
    symbols = locale_of(language).number_symbols
    signs = symbols.get("latn", symbols)
    return str(signs["group"]).replace("\u202f", NBSP), str(signs["decimal"])


# ---------------------------------------------------------------- numbers


def plain_number(value: float) -> str:
    """As a program would write it, without the noise of binary fractions and with no `.0`."""
    if isinstance(value, int):
        return str(value)
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.12g}"


def grouped(value: float, language: str, *, digits: int | None = None) -> str:
    """`1 500,5`: thousands apart, the language's own comma; `digits` after it, else as needed."""
    group, decimal = _signs(language)
    whole = float(value).is_integer()
    if digits is None:
        text = f"{int(value):,}" if whole else f"{value:,.6f}".rstrip("0")
    else:
        text = f"{value:,.{digits}f}"
    integer, _, fraction = text.partition(".")
    integer = integer.replace(",", group)
    return f"{integer}{decimal}{fraction}" if fraction else integer


@functools.lru_cache(256)
def _currency(code: str, language: str) -> tuple[str, bool]:
    """A currency's sign, and whether it stands before the amount."""
    locale = locale_of(language)
    pattern = locale.currency_formats["standard"]
    return get_currency_symbol(code, locale), "¤" in pattern.prefix[0]


@functools.lru_cache(64)
def currency_of(language: str) -> str:
    """The currency of the land where most speakers of a language live."""
    subtags = get_global("likely_subtags").get(language, "")
    territory = subtags.split("_")[-1] if subtags else "RU"
    currencies = get_territory_currencies(territory)
    return currencies[0] if currencies else "RUB"


def money(value: float, language: str, currency: str | None = None) -> str:
    """`1 500 ₽`, with kopecks only where there are some; never torn apart at a line's end."""
    amount = round(value, 2)
    text = grouped(amount, language, digits=None if float(amount).is_integer() else 2)
    sign, before = _currency(currency or currency_of(language), language)
    if before:
        return f"-{sign}{text[1:]}" if text.startswith("-") else f"{sign}{text}"
    return f"{text}{NBSP}{sign}"


def percent(value: float, language: str) -> str:
    """A share as a percentage: 0.15 is 15 %."""
    text = grouped(round(value * 100, 1), language)
    return f"{text}%" if language.startswith("en") else f"{text}{NBSP}%"


@functools.lru_cache(64)
def _plural_rule(language: str) -> Any:
    return locale_of(language).plural_form


def plural(value: float, forms: tuple[str, ...], language: str) -> str:
    """The number with the form it asks for; forms in the order one, few, many, other."""
    # Neither English nor Uzbek has three: a bot that speaks them writes in Russian here.
    if language == "ru" or (len(forms) == 3 and language in ("en", "uz")):
        place = _russian_form(value, len(forms))
    elif language == "en":
        place = 0 if value == 1 else len(forms) - 1
    else:
        form = _plural_rule(language)(value)
        place = ("one", "few", "many", "other").index(form) if form in _FORMS else 3
        place = min(place, len(forms) - 1)
    return f"{grouped(value, language)} {forms[place]}"


_FORMS = frozenset({"one", "few", "many", "other"})


def _russian_form(value: float, known: int) -> int:
    if isinstance(value, float) and not value.is_integer():
        place = 1
    else:
        last, hundred = abs(int(value)) % 10, abs(int(value)) % 100
        if last == 1 and hundred != 11:
            place = 0
        elif 2 <= last <= 4 and not 12 <= hundred <= 14:
            place = 1
        else:
            place = 2
    return min(place, known - 1)


# ---------------------------------------------------------------- dates


@functools.lru_cache(64)
def _months(language: str) -> dict[int, str]:
    return dict(locale_of(language).months["format"]["wide"])


@functools.lru_cache(64)
def _weekdays(language: str) -> dict[int, str]:
    return dict(locale_of(language).days["stand-alone"]["wide"])


def written_date(moment: date, env: Env) -> str:
    """`15 января`, with the year where it is not the present one."""
    if isinstance(moment, datetime):
        moment = localised(moment, env)
    this_year = moment.year == env.today.year
    if env.language == "ru":
        text = f"{moment.day} {_months('ru')[moment.month]}"
        return text if this_year else f"{text} {moment.year}"
    if env.language == "en":
        text = f"{_months('en')[moment.month]} {moment.day}"
        return text if this_year else f"{text}, {moment.year}"
    return _foreign_date(moment.year, moment.month, moment.day, this_year, env.language)


@functools.lru_cache(1024)
def _foreign_date(year: int, month: int, day: int, this_year: bool, language: str) -> str:
    locale = locale_of(language)
    skeletons = locale.datetime_skeletons
    pattern = skeletons["MMMMd"].pattern if this_year and "MMMMd" in skeletons else "long"
    return format_date(date(year, month, day), pattern, locale=locale)


def written_time(moment: datetime | time, env: Env) -> str:
    if isinstance(moment, datetime):
        moment = localised(moment, env)
    return f"{moment.hour:02}:{moment.minute:02}"


def written_date_time(moment: datetime, env: Env) -> str:
    """`2 марта в 14:30`."""
    joint = {"ru": " в ", "en": " at ", "uz": ", soat "}.get(env.language, ", ")
    return f"{written_date(moment, env)}{joint}{written_time(moment, env)}"


def weekday(moment: date, env: Env) -> str:
    local = localised(moment, env) if isinstance(moment, datetime) else moment
    return _weekdays(env.language)[local.weekday()]


def written_moment(moment: Moment, env: Env) -> str:
    """Whatever it is, in the fullest form it has."""
    if isinstance(moment, datetime):
        return written_date_time(moment, env)
    return written_date(moment, env) if isinstance(moment, date) else written_time(moment, env)


_SPANS = {
    "ru": (
        (86400, ("день", "дня", "дней")),
        (3600, ("час", "часа", "часов")),
        (60, ("минута", "минуты", "минут")),
        (1, ("секунда", "секунды", "секунд")),
    ),
    "en": (
        (86400, ("day", "days")),
        (3600, ("hour", "hours")),
        (60, ("minute", "minutes")),
        (1, ("second", "seconds")),
    ),
    "uz": (
        (86400, ("kun",)),
        (3600, ("soat",)),
        (60, ("daqiqa",)),
        (1, ("soniya",)),
    ),
}


def written_span(span: timedelta, language: str) -> str:
    """`2 дня 3 часа`: the two largest units."""
    left = abs(int(span.total_seconds()))
    speech = language if language in _SPANS else "en"
    parts: list[str] = []
    for size, forms in _SPANS[speech]:
        count, left = divmod(left, size)
        if count and len(parts) < 2:
            parts.append(plural(count, forms, speech))
    return " ".join(parts) or plural(0, _SPANS[speech][-1][1], speech)


# ---------------------------------------------------------------- telephones and secrets


def written_phone(number: str) -> str:
    """`+7 999 123-45-67`; what is no telephone number stays as it is."""
    if len(number) == 12 and number.startswith("+7") and number[1:].isdigit():
        return f"+7 {number[2:5]} {number[5:8]}-{number[8:10]}-{number[10:]}"
    return _foreign_phone(number)


@functools.lru_cache(1024)
def _foreign_phone(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number, "RU")
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def masked(text: str) -> str:
    """Enough to recognise one's own, too little to learn another's."""
    name, at, domain = text.partition("@")
    if at:
        return f"{name[:1]}{_BULLET * 3}@{domain}"
    digits = sum(map(str.isdigit, text))
    if 7 <= digits <= 12 and digits * 2 >= len(text):
        shown = written_phone(text)
        keep = len(shown) - 2
        country = shown.find(" ") if shown.startswith("+") else 0
        return "".join(
            _BULLET if sign.isdigit() and country <= place < keep else sign
            for place, sign in enumerate(shown)
        )
    hidden = max(len(text) - 4, (len(text) + 1) // 2)
    return _BULLET * hidden + text[hidden:]


def machine_text(value: Any) -> str:
    """A value as one program tells it another: ISO dates, plain numbers."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return plain_number(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)

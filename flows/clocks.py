"""Times of day in what people write: `в 14:30`, `в 7 вечера`, `полпятого`, `half past four`."""

import re
from collections.abc import Sequence
from datetime import time

from flows.dates import only_inside, tidy
from flows.number_words import WORDS
from flows.numerals import number_tokens, spelled_number, spelled_words

LONGEST = 50
_NOON, _MIDNIGHT = time(12), time(0)
_NAMED = {
    **dict.fromkeys(("полдень", "noon", "midday", "12 noon", "tush", "peshin"), _NOON),
    **dict.fromkeys(("полночь", "midnight", "yarim tun"), _MIDNIGHT),
}
_PARTS = {
    **dict.fromkeys(("утра", "утром", "утречком", "am", "a.m", "a.m.", "ertalab"), "morning"),
    **dict.fromkeys(("in the morning", "this morning"), "morning"),
    **dict.fromkeys(("дня", "днем", "pm", "p.m", "p.m.", "kunduzi"), "afternoon"),
    **dict.fromkeys(("in the afternoon", "this afternoon"), "afternoon"),
    **dict.fromkeys(("вечера", "вечером", "вечерком", "in the evening", "kechqurun"), "evening"),
    **dict.fromkeys(("this evening", "tonight"), "evening"),
    **dict.fromkeys(("ночи", "ночью", "at night", "tunda"), "night"),
}
PART = "|".join(sorted(map(re.escape, _PARTS), key=len, reverse=True))
_BEFORE_HOUR = (
    r"(?:(?:ровно в|часов в|часа в|часиков в|часам к|где-то в|где-нибудь в|примерно в|в районе|около|примерно|ближе к|soat|at|by|around"
    r"|about|в|во|на|к|ко)\s+)?"
)
_AFTER_HOUR = r"(?:\s*(?:ровно|sharp|по мск|мск|по москве|часов|-?\s?(?:da|ga)))?"
_EARLY = (
    r"(?:(утром|утречком|днем|вечером|ночью|ertalab|kunduzi|kechqurun|tunda)\s+(?:в\s+|soat\s+)?)?"
)
_TIME = re.compile(
    _BEFORE_HOUR + _EARLY + r"(\d{1,2})(?:\s?[:.\-]\s?(\d{2})(?::\d{2})?|\s(\d{2})"
    r"|\s*(?:ч\.?|час|часа|часов|o'clock|h)(?:\s*(\d{1,2})\s*(?:м|мин|минут|минуты|минуту)?\.?)?)?\s*("
    + PART
    + r")?"
    + _AFTER_HOUR
)
_COMPACT = re.compile(r"([01]\d|2[0-3])([0-5]\d)")
_ORDINAL_HOURS = {
    **dict.fromkeys(("первого", "первый", "час"), 1),
    **dict.fromkeys(("второго", "второй"), 2),
    **dict.fromkeys(("третьего", "третий"), 3),
    **dict.fromkeys(("четвертого", "четвертый"), 4),
    "пятого": 5,
    "шестого": 6,
    "седьмого": 7,
    "восьмого": 8,
    "девятого": 9,
    "десятого": 10,
    "одиннадцатого": 11,
    "двенадцатого": 12,
}
_INTO = re.compile(
    r"(?:(половин[аеу]|четверть|пол|(?:\w+\s+){1,2}минут[аыу]?)[\s-]*)(\w+)(?:\s+(" + PART + r"))?"
)
_HALF_AN_HOUR = re.compile(r"half\s+(\w+)(?:\s+(" + PART + r"))?")
_TO = re.compile(r"без\s+(\w+(?:\s+пяти)?)(?:\s+минут[ыу]?)?\s+(\w+)(?:\s+(" + PART + r"))?")
_PAST = re.compile(
    r"(half|(?:a\s+)?quarter|\w+(?:[\s-]\w+)?(?:\s+minutes)?)\s+(past|after|to|till|before)\s+(\w+)"
    r"(?:\s+(" + PART + r"))?"
)
_MINUTES_TO = {"четверти": 15, "пяти": 5, "десяти": 10, "пятнадцати": 15, "двадцати": 20}
_NO_HOUR = frozenset({"пара", "пару", "парочку", "couple", "пол", "half", "yarim"})
_PREPOSITION = re.compile(_BEFORE_HOUR)
_LATE = re.compile(r"\s+(" + PART + r")$")
_OCLOCK = frozenset(
    [
        *("час", "часа", "часов", "минут", "минуты", "минуту", "ровно", "o'clock", "hours"),
        *("sharp", "da", "ga", "soat"),
    ]
)

_HOUR = "|".join(sorted([word for word, value in WORDS.items() if value <= 24], reverse=True))
_HOUR_OR_TEN = f"(?:{_HOUR}|двадцать|twenty)"
_MINUTES = "(?:ноль ноль|тридцать|сорок|двадцать|пятнадцать|десять|thirty|fifteen|forty-five|yarim)"
_ORDINAL_HOUR = f"(?:{'|'.join(_ORDINAL_HOURS)})"
TIME_INSIDE = re.compile(
    r"(?:^|\s)((?:(?:ровно в|часов в|часа в|где-то в|ближе к|в|к|на|at|by|около|soat|around)\s+)?(?:"
    r"(?:(?:утром|днем|вечером|ночью|ertalab|kechqurun)\s+(?:в\s+|soat\s+)?)?\d{1,2}:\d{2}(?::00)?"
    r"(?:\s*(?:" + PART + r"))?(?:\s?-?da)?"
    r"|\d{1,2}(?:[.\- ]\d{2})?\s*(?:ч|час|часа|часов)?\s*(?:" + PART + r")"
    r"|\d{1,2}\s*(?:час|часа|часов|ч|o'clock|h)(?:\s*\d{1,2}(?:\s*(?:м|мин|минут))?)?"
    r"|полдень|полночь|noon|midnight|midday"
    rf"|(?:пол(?:овин[ауе])?|четверть|{_HOUR_OR_TEN} минут[аыу]?)[\s-]*{_ORDINAL_HOUR}"
    r"(?:\s+(?:" + PART + r"))?"
    r"|без\s+\w+(?:\s+пяти)?(?:\s+минут)?\s+(?:" + _HOUR + r"|час)(?:\s+(?:" + PART + r"))?"
    rf"|(?:{_HOUR}|час)(?:\s+{_MINUTES})?(?:\s+(?:час|часа|часов))?\s+(?:" + PART + r")"
    rf"|(?:half|(?:a )?quarter|{_HOUR}(?: minutes)?) (?:past|to|till) (?:{_HOUR})(?:\s+(?:{PART}))?"
    r")|(?:в|к|at|by|soat|около|ближе к|часам к|around|about)\s+(?:(?:утром|днем|вечером)\s+)?\d{1,2}(?:[.\- ]\d{2})?"
    r"(?![.\d])(?!\s*(?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|числ|-?го))(?:\s?-?da)?"
    rf"|(?:в|к|at|by|часов в|часа в|около|ближе к|around|about)\s+(?:{_HOUR_OR_TEN}|час)(?:\s+{_MINUTES}|\s+(?:один|два|три))?"
    r"(?:\s+(?:час|часа|часов))?(?:\s+(?:" + PART + r"))?"
    rf"|soat\s+(?:{_HOUR})(?:\s+yarim)?(?:da)?)(?=$|\s)"
)
PART_OF_DAY = re.compile(
    r"(?<=\s)(?:(?:рано |поздно |ближе )?(?:с утра|утром|утречком|днем|вечером|вечерком|ночью"
    r"|[ск] утр[ау]|до обеда|после обеда|к обеду|в обед|к вечеру|после работы"
    r"|(?:в |во )?(?:первой|второй|первую|вторую) половин[еу] дня)"
    r"|(?:early |late )?(?:in the )?(?:morning|afternoon|evening)|at night|after lunch|lunchtime"
    r"|ertalab|kunduzi|kechqurun|tushdan keyin)(?=\s)"
)
_USUAL = (
    (re.compile(r"утр|morning|ertalab|до обеда|перв"), time(10)),
    (re.compile(r"вечер|evening|night|tonight|kechqurun|после работы"), time(19)),
    (re.compile(r"ноч|tun"), time(23)),
    (re.compile(r"обед|дн[яе]|lunch|afternoon|kun|tush"), time(14)),
)
_ABOUT = re.compile(
    r"(?:после|до|с|от|не раньше|не позже|не позднее|позже|раньше|между|after|before|from|between"
    r"|any ?time|later)\s+(?:в\s+)?(\d{1,2}(?::\d{2})?)(?:\b.*)?"
)


_FROM_TO = re.compile(r"(?:в )?(\d{1,2})\s?[-–—]\s?\d{1,2}")


def read_time(text: str) -> time | None:
    """The time of day the whole text names."""
    plain = tidy(text)
    if not plain or len(plain) > LONGEST:
        return None
    bare = plain[_PREPOSITION.match(plain).end() :]  # type: ignore[union-attr]
    if bare in _NAMED:
        return _NAMED[bare]
    try:
        return _in_digits(plain) or _in_words(bare)
    except ValueError:
        return None


def time_inside(text: str) -> time | None:
    """The only time of day named in a sentence."""
    return only_inside(tidy(text), _surely_time)


def vague_time(plain: str) -> time | None:
    """An example of the many times that `утром` or `после 5` may mean."""
    bound = _ABOUT.fullmatch(plain) or _FROM_TO.fullmatch(plain)
    if bound is not None:
        return read_time(bound.group(1))
    found = PART_OF_DAY.search(f" {plain} ")
    return None if found is None else usual(found.group())


def usual(part: str) -> time:
    """A time in a part of the day."""
    return next((clock for words, clock in _USUAL if words.search(part)), time(12))


def _surely_time(part: str) -> time | None:
    found = TIME_INSIDE.fullmatch(part)
    return None if found is None else read_time(part)


# ---------------------------------------------------------------- digits and words


def _in_digits(plain: str) -> time | None:
    compact = _COMPACT.fullmatch(plain)
    if compact:
        return time(int(compact.group(1)), int(compact.group(2)))
    found = _TIME.fullmatch(plain)
    if found is None:
        return None
    before, hour, minute, apart, more, after = found.groups()
    spoken = minute is None and len(hour) == 1
    minutes = int(minute or apart or more or 0)
    return (_spoken if spoken else _clock)(int(hour), minutes, before or after)


def _in_words(bare: str) -> time | None:
    into = _INTO.fullmatch(bare)
    if into and into.group(2) in _ORDINAL_HOURS and into.group(2) != "час":
        return _minutes_into(*into.groups())
    to = _TO.fullmatch(bare)
    if to:
        return _minutes_to(*to.groups())
    past = _PAST.fullmatch(bare)
    if past:
        return _past_or_to(*past.groups())
    half = _HALF_AN_HOUR.fullmatch(bare)
    if half:
        return _past_or_to("half", "past", *half.groups())
    return _spelled(bare)


def _minutes_into(minutes: str, hour: str, part: str | None) -> time | None:
    """`половина пятого`, `десять минут пятого`: of the hour that is running."""
    count: float | None = 15 if minutes == "четверть" else 30
    if not minutes.startswith(("пол", "четверть")) or " минут" in minutes:
        count = spelled_number(minutes.partition(" минут")[0])
    if not isinstance(count, int) or not 0 < count < 60:
        return None
    return _spoken((_ORDINAL_HOURS[hour] - 1) or 12, count, part)


def _past_or_to(minutes: str, side: str, hour: str, part: str | None) -> time | None:
    """`half past seven`, `quarter to five`."""
    share = minutes.removeprefix("a ").removesuffix(" minutes").removesuffix(" minute")
    count = {"half": 30, "quarter": 15}.get(share) or spelled_number(share)
    named = spelled_number(hour)
    if not isinstance(count, int) or not isinstance(named, int):
        return None
    if not 0 < count < 60 or not 1 <= named <= 12:
        return None
    if side in ("past", "after"):
        return _spoken(named, count, part)
    return _spoken((named - 1) or 12, 60 - count, part)


def _minutes_to(minutes: str, hour: str, part: str | None) -> time | None:
    """`без пятнадцати три`."""
    words = minutes.split()
    less = _MINUTES_TO.get(words[0]) if words else None
    if len(words) == 2 and less is not None:
        less += 5
    if minutes.isdecimal():
        less = int(minutes)
    upcoming = 1 if hour == "час" else spelled_number(hour)
    if less is None or not isinstance(upcoming, int):
        return None
    if not 0 < less < 60 or not 1 <= upcoming <= 24:
        return None
    return _spoken((upcoming - 1) or 12, 60 - less, part)


def _spelled(bare: str) -> time | None:
    """`пять вечера`, `семнадцать тридцать`, `час`, `besh yarimda`."""
    late = _LATE.search(bare)
    part = late.group(1) if late is not None else None
    words = number_tokens(bare[: late.start()] if late is not None else bare)
    words = [word.removesuffix("da") if word not in WORDS else word for word in words]
    hours = [word for word in words if word not in _OCLOCK]
    if not hours:
        return _spoken(1, 0, part) if words == ["час"] else None
    if len(hours) > 4 or not all(word in WORDS or word == "yarim" for word in hours):
        return None
    return None if hours[0] in _NO_HOUR else _of_hours(hours, part)


def _of_hours(words: Sequence[str], part: str | None) -> time | None:
    for cut in (2, 1):
        hour = spelled_words(words[:cut])
        minute = _spelled_minutes(words[cut:])
        if isinstance(hour, float) and hour % 1 == 0.5 and not words[cut:]:
            hour, minute = int(hour), 30
        if isinstance(hour, int) and 0 <= hour <= 24 and minute is not None:
            return _spoken(hour, minute, part)
    return None


def _spelled_minutes(words: Sequence[str]) -> int | None:
    """`тридцать`, `ноль пять`, `ноль ноль`; a bare `пять` is no minute of a clock."""
    if not words:
        return 0
    zero = WORDS.get(words[0]) == 0
    value = spelled_words(words[1:] if zero else words)
    fits = isinstance(value, int) and (0 <= value < 10 if zero else 10 <= value < 60)
    return value if fits else None  # type: ignore[return-value]


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

"""Numbers in what people write: digits with any separators, words, stars."""

import re

from flows.matching import fold

_UNITS_RU = "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать"
_TEENS_RU = "тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать"
_TENS_RU = "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто"
_HUNDREDS_RU = "сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот"
_UNITS_EN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    " fifteen sixteen seventeen eighteen nineteen"
)
_TENS_EN = "twenty thirty forty fifty sixty seventy eighty ninety"


def _numbered(words: str, first: int, step: int = 1) -> dict[str, int]:
    return {word: first + place * step for place, word in enumerate(words.split())}


_WORDS: dict[str, int] = {
    **_numbered(f"{_UNITS_RU} {_TEENS_RU}", 0),
    **_numbered(_TENS_RU, 20, 10),
    **_numbered(_HUNDREDS_RU, 100, 100),
    **_numbered(_UNITS_EN, 0),
    **_numbered(_TENS_EN, 20, 10),
    "одна": 1,
    "одну": 1,
    "одно": 1,
    "две": 2,
    **_numbered("двое трое четверо пятеро шестеро семеро восьмеро", 2),
    **_numbered("вдвоем втроем вчетвером впятером вшестером", 2),
    "пара": 2,
    "пару": 2,
}
_THOUSANDS = frozenset({"тысяча", "тысячи", "тысяч", "тысячу", "тыс", "thousand", "к", "k"})
_MILLIONS = frozenset({"миллион", "миллиона", "миллионов", "млн", "million"})
_HALF = {"полтора": 1.5, "полторы": 1.5}

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?")
_NUMBER = re.compile(
    r"(?<![\w.,])[-−–]?\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?(?![\w])"
    r"|(?<![\w.,])[-−–]?\d+(?:[.,]\d+)*"
)
_STAR = re.compile(r"[⭐★🌟✨🌠]")
_MARKS = {
    "единица": 1,
    "единичка": 1,
    "кол": 1,
    "двойка": 2,
    "двоечка": 2,
    "тройка": 3,
    "троечка": 3,
    "четверка": 4,
    "четверочка": 4,
    "пятерка": 5,
    "пятерочка": 5,
    "десятка": 10,
}
_OF_FIVE = {
    "отлично": 5,
    "хорошо": 4,
    "удовлетворительно": 3,
    "нормально": 3,
    "плохо": 2,
    "ужасно": 1,
    "excellent": 5,
    "good": 4,
    "average": 3,
    "poor": 2,
    "terrible": 1,
}
_AROUND_MARK = frozenset(
    [
        *("на", "ставлю", "оценка", "моя", "твердая", "твердую", "балл", "балла", "баллов"),
        *("звезда", "звезды", "звезд", "звездочка", "звездочки", "звездочек", "оценю", "ну"),
        *("думаю", "пусть", "будет", "конечно", "однозначно", "с", "плюсом", "минусом"),
        *("star", "stars", "point", "points", "i", "give", "a", "it", "s", "rating"),
    ]
)


def one_number(text: str, language: str) -> int | float | None:
    """The only number in a text, in digits; None where there is none or several differ."""
    found = {_value(match.group(), language) for match in _NUMBER.finditer(text)}
    return found.pop() if len(found) == 1 else None


def spelled_number(text: str) -> int | float | None:
    """A number the whole text spells: `двадцать пять`, `полторы тысячи`, `2 тыс`."""
    total: float = 0
    current: float | None = None
    for word in _TOKEN.findall(fold_keeping_points(text)):
        if word in _THOUSANDS or word in _MILLIONS:
            size = 1_000 if word in _THOUSANDS else 1_000_000
            total += (1 if current is None else current) * size
            current = 0
        elif word in _HALF and current is None:
            current = _HALF[word]
        elif _PLAIN.fullmatch(word) and current is None:
            current = float(word.replace(",", "."))
        elif word in _WORDS:
            value = _WORDS[word]
            if current and not _joins(current, value):
                return None
            current = (current or 0) + value
        else:
            return None
    if current is None:
        return None
    total += current
    return int(total) if float(total).is_integer() else total


def _joins(before: float, value: int) -> bool:
    """`двадцать` takes `пять` after it, `сто` takes `двадцать`; `пять` takes nothing."""
    if value < 10:
        return before % 10 == 0 and before % 100 != 10
    return value < 100 and before % 100 == 0


def fold_keeping_points(text: str) -> str:
    return " ".join(text.casefold().replace("ё", "е").split())


def written_number(text: str, language: str) -> int | float | None:
    """A number as an answer: alone, in words, or the only one in a short sentence."""
    stripped = text.strip()
    whole = _NUMBER.fullmatch(stripped)
    if whole:
        return _value(stripped, language)
    if len(text) > 60:
        return None
    spelled = spelled_number(stripped)
    if spelled is not None:
        return spelled
    words = stripped.split()
    if len(words) > 5:
        return None
    folded = fold(stripped).split()
    if "половиной" in folded:
        return None
    if any(word in _THOUSANDS or word in _MILLIONS for word in folded):
        return _spelled_among(folded)
    alone = one_number(stripped, language)
    return _spelled_among(folded) if alone is None else alone


def _spelled_among(words: list[str]) -> int | float | None:
    """The only number among a few words: `нас будет двое`, `двадцать пять рублей`."""
    places = [place for place, word in enumerate(words) if spelled_number(word) is not None]
    if not places or len(words) > 4 or places[-1] - places[0] + 1 != len(places):
        return None
    return spelled_number(" ".join(words[places[0] : places[-1] + 1]))


def _value(written: str, language: str) -> int | float:
    """Digits with separators; one comma or point is the fraction unless it groups thousands."""
    text = "".join(written.split()).replace("−", "-").replace("–", "-")
    points, commas = text.count("."), text.count(",")
    if points and commas:
        grouping = "." if text.rfind(",") > text.rfind(".") else ","
        text = text.replace(grouping, "")
    elif points > 1 or commas > 1:
        text = text.replace(".", "").replace(",", "")
    elif commas and language == "en" and len(text.rpartition(",")[2]) == 3:
        text = text.replace(",", "")
    text = text.replace(",", ".")
    if "." not in text:
        return int(text[:18])
    try:
        number = float(text[:40])
    except ValueError:
        return 0
    return int(number) if number.is_integer() else number


def mark(text: str, most: int) -> int | None:
    """A rating: `5`, `пять`, `5 звёзд`, `5 из 5`, stars alone, `пятёрка`, `отлично`."""
    stars = len(_STAR.findall(text))
    words = fold(text).split()
    if stars and not words:
        return stars
    if len(words) == 3 and words[1] in ("из", "of", "out") and words[2].isdecimal():
        words = words[:1] if int(words[2]) == most else []
    elif len(words) == 2 and "/" in text and words[1].isdecimal():
        words = words[:1] if int(words[1]) == most else []
    words = [word for word in words if word not in _AROUND_MARK]
    if len(words) != 1:
        return None
    if words[0].isdecimal():
        return int(words[0][:9])
    if most == 5 and words[0] in _OF_FIVE:
        return _OF_FIVE[words[0]]
    return _MARKS.get(words[0], _WORDS.get(words[0]))


_COORDINATES = re.compile(r"(-?\d{1,3}\.\d+)\s*[,; ]\s*(-?\d{1,3}\.\d+)")


def coordinates(text: str) -> dict[str, float] | None:
    """`55.7558, 37.6173` as a place."""
    found = _COORDINATES.fullmatch(text.strip())
    if found is None:
        return None
    latitude, longitude = float(found.group(1)), float(found.group(2))
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return {"latitude": latitude, "longitude": longitude}


def plain(value: object) -> float | None:
    """A number an owner wrote in a file, quoted or not."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return int(number) if number.is_integer() else number

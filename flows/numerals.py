"""Numbers in what people write: digits with any separators, and words."""

import re
from collections.abc import Sequence

from flows.number_words import (
    AND_A_HALF,
    HALF_OF,
    HALVES,
    MINUS,
    PARTS_OF_ONE,
    SCALES,
    SHORT_SCALES,
    SMALL_SCALES,
    UZBEK,
    WHOLES,
    WORDS,
)

LONGEST = 80
MOST_WORDS = 10
FEW_WORDS = 6
"""In a longer sentence a number is seldom the answer."""

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*")
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?")
_GROUPED = re.compile(r"(?<![\d.,])(\d{1,3}(?: \d{3})+)(?!\d)")
_NUMBER = re.compile(
    r"(?<![\w.,])[-−–]?\d{1,3}(?:[ \u00a0\u202f']\d{3})+(?:[.,]\d+)?(?![\w])"
    r"|(?<![\w.,])[-−–]?\d+(?:[.,]\d+)*"
)
_TWO_WAYS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
_BOUNDS = frozenset(
    [
        *(
            "ни",
            "вторая",
            "третья",
            "третьих",
            "четвертая",
            "или",
            "до",
            "от",
            "больше",
            "меньше",
            "более",
            "менее",
            "не",
            "свыше",
            "между",
        ),
        *("or", "over", "under", "between", "less", "more", "not", "than", "yoki", "than"),
    ]
)
"""Beside these a number is an end of a range, one of two, or a part of a fraction."""
_NOTHING = frozenset({"ни одного", "ни одной", "нисколько", "none", "not one", "hech qancha"})
_TIDY = re.compile(
    r"[-−–]?(?:\d{1,3}(?:[ \u00a0\u202f']\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
    r"|\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?"
    r"|\d{1,3}\.\d{3},\d+|\d{1,3},\d{3}\.\d+)"
)
"""Unlike `1.5.2` and dates."""


def one_number(text: str, language: str) -> int | float | None:
    """The only number in a text, in digits; None where there is none or several differ."""
    found = set(numbers_in(text, language))
    return found.pop() if len(found) == 1 else None


def numbers_in(text: str, language: str) -> list[int | float]:
    """The different numbers written in digits; of `5-7` both ends."""
    parted = re.sub(r"(?<=\d)\s?[-−–—]\s?(?=\d)", " , ", text)
    written = [match.group() for match in _NUMBER.finditer(parted)]
    return list(dict.fromkeys(_value(one, language) for one in written if _TIDY.fullmatch(one)))


def written_number(text: str, language: str) -> int | float | None:
    """A number as an answer: alone, in words, or the only one in a short sentence."""
    stripped = text.strip().strip("!?;:()").removesuffix(".").strip()
    if _NUMBER.fullmatch(stripped):
        read = _TIDY.fullmatch(stripped) and not two_ways(stripped, language)
        return _value(stripped, language) if read else None
    if len(stripped) > LONGEST:
        return None
    words = number_tokens(stripped)
    spelled = 0 if " ".join(words) in _NOTHING else spelled_words(words)
    if spelled is not None:
        return spelled
    if len(words) > FEW_WORDS or _BOUNDS.intersection(words) or len(bare_numbers(text)) > 1:
        return None
    return _among(words)


def bare_numbers(text: str) -> list[int | float]:
    return numbers_in(text, "")


def two_ways(written: str, language: str) -> tuple[str, str] | None:
    """`1.500` is fifteen hundred to one and one and a half to another, except in English."""
    plain = written.strip().lstrip("-−–")
    if language == "en" or not _TWO_WAYS.fullmatch(plain):
        return None
    whole, fraction = re.split("[.,]", plain)
    short = fraction.rstrip("0")
    return f"{whole}{fraction}", f"{whole},{short}" if short else whole


def spelled_number(text: str) -> int | float | None:
    """A number the whole text spells: `двадцать пять`, `полторы тысячи`, `2 тыс`."""
    return spelled_words(number_tokens(text))


def number_tokens(text: str) -> list[str]:
    plain = text.casefold().replace("ё", "е")
    if not plain.isascii():
        plain = re.sub("[ʻʼ‘’`]", "'", plain.replace("\u00a0", " ").replace("\u202f", " "))
    plain = _GROUPED.sub(lambda found: found.group().replace(" ", ""), plain)
    return _TOKEN.findall(plain)


def spelled_words(words: Sequence[str]) -> int | float | None:
    """The number all these words make together."""
    if not words or len(words) > MOST_WORDS:
        return None
    if words[0] in MINUS and len(words) > 1:
        positive = spelled_words(words[1:])
        return None if positive is None else -positive
    if len(words) == 4 and words[1] in WHOLES and words[3] in PARTS_OF_ONE:
        whole, part = WORDS.get(words[0]), WORDS.get(words[2])
        both = whole is not None and part is not None
        return whole + part * PARTS_OF_ONE[words[3]] if both else None  # type: ignore[operator]
    amount = _Amount()
    place = 0
    while place < len(words):
        taken = amount.take(words, place)
        if not taken:
            return None
        place += taken
    return amount.value()


class _Amount:
    """A number on its way from word to word: what is settled, and the part being named."""

    def __init__(self) -> None:
        self._total: float = 0
        self._current: float | None = None
        self._scale = float("inf")
        self._ended = False

    def take(self, words: Sequence[str], place: int) -> int:
        """So many words were understood from this place on; none where the number breaks."""
        for phrase, more in AND_A_HALF.items():
            if tuple(words[place : place + len(phrase)]) == phrase and self._add(more):
                return len(phrase)
        word, following = words[place], words[place + 1 : place + 2]
        if word in ("and", "a", "an", "of", "и") and self._joins(word, following, place):
            return 1
        if word in SMALL_SCALES:
            return int(self._times(SMALL_SCALES[word]))
        scale = SCALES.get(word) or (SHORT_SCALES.get(word) if self._current else None)
        if scale is not None:
            return int(self._settle(scale))
        return int(self._number(word))

    def value(self) -> int | float | None:
        if self._current is None:
            return None
        total = self._total + self._current
        return int(total) if float(total).is_integer() else round(total, 6)

    def _joins(self, word: str, following: Sequence[str], place: int) -> bool:
        """`a hundred`, `half a million`, `one hundred and five`, `a couple of thousand`."""
        scaled = bool(following) and (following[0] in SMALL_SCALES or following[0] in SCALES)
        if word in ("a", "an"):
            return scaled or bool(following) and following[0] in ("couple", "half")
        if word in ("of", "и"):
            return scaled and word == "of" and self._current is not None
        return bool(following) and following[0] in WORDS and bool(self._current or self._total)

    def _add(self, more: float) -> bool:
        if not self._current or self._ended:
            return False
        self._current += more
        self._ended = True
        return True

    def _times(self, size: int) -> bool:
        if self._current is not None and not 0 < self._current < size:
            return False
        self._current = (1 if self._current is None else self._current) * size
        return True

    def _settle(self, scale: int) -> bool:
        if scale >= self._scale:
            return False
        self._total += (1 if self._current is None else self._current) * scale
        self._current, self._scale, self._ended = 0, scale, False
        return True

    def _number(self, word: str) -> bool:
        if self._ended:
            return False
        if word in HALVES:
            return self._half(HALVES[word])
        if word in HALF_OF and self._current is None:
            self._current, self._ended = HALF_OF[word], True
            return True
        value = WORDS.get(word)
        if value is None:
            return self._digits(word)
        # In Uzbek eleven is ten and one.
        teen = word in UZBEK and self._current == UZBEK["o'n"] and 0 < value < 10
        if self._current and not teen and not _fits_behind(self._current, value):
            return False
        self._current = (self._current or 0) + value
        return True

    def _half(self, half: float) -> bool:
        """`yarim` stands behind a number, `полтора` and `half` before everything else."""
        if self._current and half == 0.5 and self._current % 1 == 0:
            self._current += half
        elif self._current is not None:
            return False
        else:
            self._current = half
        self._ended = True
        return True

    def _digits(self, word: str) -> bool:
        if self._current or not _PLAIN.fullmatch(word):
            return False
        number = float(word.replace(",", ".")[:40])
        if self._current == 0 and number >= self._scale:
            return False
        self._current = int(number) if number.is_integer() else number
        return True


def _fits_behind(before: float, value: int) -> bool:
    """`двадцать` takes `пять` after it, `сто` takes `двадцать`; `пять` takes nothing."""
    if not 0 < value < 100:
        return False
    if value < 10:
        return before % 10 == 0 and before % 100 != 10
    return before % 100 == 0


def _among(words: list[str]) -> int | float | None:
    """The only number among a few words: `нас будет двое`, `двадцать пять рублей`."""
    spans = _spans(words)
    if len(spans) != 1:
        return None
    first, end = spans[0]
    # In a sentence a half alone is too often something else: `пол помыть`, `half of it`.
    if end - first == 1 and words[first] in HALVES and HALVES[words[first]] == 0.5:
        return None
    return spelled_words(words[first:end])


def _spans(words: list[str]) -> list[tuple[int, int]]:
    """Where numbers stand among the words, each as long as it goes."""
    found, place = [], 0
    while place < len(words):
        ends = range(len(words), place, -1)
        end = next((end for end in ends if spelled_words(words[place:end]) is not None), place)
        if end > place:
            found.append((place, end))
        place = max(end, place + 1)
    return found


def _value(written: str, language: str) -> int | float:
    """Digits with separators; one comma or point is the fraction unless it groups thousands."""
    text = "".join(written.split()).replace("−", "-").replace("–", "-").replace("'", "")
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


def plain(value: object) -> float | None:
    """A number an owner wrote in a file, quoted or not."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return int(number) if number.is_integer() else number

"""How words are compared: case, ё, punctuation and emoji do not matter."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from flows.positions import position

SHORTEST_BEGINNING = 3
LONGEST_NUMBER = 6
LONGEST_KEPT = 120

_STRANGE = re.compile(r"[^\w\s]|_")
_AT = frozenset({"в", "во", "на", "к", "at"})
_HOURS = frozenset({"ч", "час", "часа", "часов"})


def fold(text: str) -> str:
    """The form under which words are equal; empty for a text of signs and emoji alone."""
    return _folded(text) if len(text) <= LONGEST_KEPT else _fold(text)


def _fold(text: str) -> str:
    folded = text.casefold()
    if folded.isalpha():
        return folded.replace("ё", "е")
    # Some phones write й and ё as two signs.
    composed = unicodedata.normalize("NFC", folded).replace("ё", "е")
    return " ".join(_STRANGE.sub(" ", composed).split())


# Labels come round in every turn, and a message is looked at on several rungs of the ladder.
_folded = lru_cache(8192)(_fold)


def which(text: str, labels: Sequence[str], numbered: int | None = None) -> int | None:
    """The label a customer meant: by its words, else by its position, «2» or «второй вариант».

    The first `numbered` labels have positions; without it all do.
    """
    wanted = fold(text)
    folded = [fold(label) for label in labels]
    if not wanted:
        plain = text.strip()
        return _only([place for place, label in enumerate(labels) if plain and label == plain])
    if wanted in folded:
        return folded.index(wanted)
    return position(wanted, len(labels) if numbered is None else numbered)


def begun(text: str, labels: Sequence[str]) -> int | None:
    """The only label that begins with the words: «маникюр» means «Маникюр — 2 000 ₽».

    A number may be short, it is one whole word of the label: «12» and «в 12» mean «12:00».
    """
    wanted = fold(text)
    numbers = _numbers(wanted)
    if numbers:
        beginnings = [_leading_numbers(fold(label), len(numbers)) for label in labels]
        return _only([place for place, begins in enumerate(beginnings) if begins == numbers])
    if len(wanted) < SHORTEST_BEGINNING:
        return None
    return _only(
        [place for place, label in enumerate(labels) if fold(label).startswith(wanted + " ")]
    )


def _numbers(folded: str) -> list[int]:
    """The numbers of «12», «в 12», «к 12 30», «12 часов»; empty where there is more."""
    words = folded.split()
    if words[:1] and words[0] in _AT:
        del words[0]
    if words[-1:] and words[-1] in _HOURS:
        words.pop()
    return [int(word) for word in words] if _all_numbers(words) else []


def _leading_numbers(folded: str, count: int) -> list[int]:
    words = folded.split()[:count]
    return [int(word) for word in words] if _all_numbers(words) else []


def _all_numbers(words: Sequence[str]) -> bool:
    return all(word.isdecimal() and len(word) <= LONGEST_NUMBER for word in words)


def _only(places: list[int]) -> int | None:
    return places[0] if len(places) == 1 else None

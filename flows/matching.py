"""How words are compared: case, ё, punctuation and emoji do not matter."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

SHORTEST_BEGINNING = 3

_STRANGE = re.compile(r"[^\w\s]|_")
_ORDINALS = {
    "перв": 0,
    "втор": 1,
    "трет": 2,
    "четверт": 3,
    "пят": 4,
    "шест": 5,
    "седьм": 6,
    "восьм": 7,
    "девят": 8,
    "десят": 9,
}
_ENDINGS = frozenset(
    {"ый", "ой", "ий", "ая", "ое", "ую", "ые", "ого", "ому", "ом", "ья", "ье", "ью", "ьего", "ьему"}
)
_ENGLISH = {
    "first": 0,
    "second": 1,
    "third": 2,
    "fourth": 3,
    "fifth": 4,
    "sixth": 5,
    "seventh": 6,
    "eighth": 7,
    "ninth": 8,
    "tenth": 9,
}
_FILLERS = frozenset(
    [
        "вариант",
        "варианта",
        "номер",
        "пункт",
        "кнопка",
        "кнопку",
        "под",
        "давайте",
        "выбираю",
        "хочу",
        "пожалуйста",
        "option",
        "number",
        "the",
        "one",
        "button",
        "please",
    ]
)
_NUMBERED = re.compile(r"(\d{1,3})(?:й|ый|ой|ий|я|ая|е|ое|ю|ую|го|st|nd|rd|th)?")


def fold(text: str) -> str:
    """The form under which words are equal; empty for a text of signs and emoji alone."""
    folded = text.casefold()
    if folded.isalpha():
        return folded.replace("ё", "е")
    # Some phones write й and ё as two signs.
    composed = unicodedata.normalize("NFC", folded).replace("ё", "е")
    return " ".join(_STRANGE.sub(" ", composed).split())


# Labels come round in every turn, what customers write does not.
fold_label = lru_cache(4096)(fold)


def which(text: str, labels: Sequence[str]) -> int | None:
    """The label a customer meant: by its words, else by its position, «2» or «второй вариант»."""
    wanted = fold(text)
    folded = [fold_label(label) for label in labels]
    if not wanted:
        plain = text.strip()
        return _only([place for place, label in enumerate(labels) if plain and label == plain])
    if wanted in folded:
        return folded.index(wanted)
    place = _position(wanted)
    return place if place is not None and 0 <= place < len(labels) else None


def begun(text: str, labels: Sequence[str]) -> int | None:
    """The only label that begins with the words: «маникюр» means «Маникюр — 2 000 ₽»."""
    wanted = fold(text)
    if len(wanted) < SHORTEST_BEGINNING:
        return None
    return _only(
        [place for place, label in enumerate(labels) if fold_label(label).startswith(wanted + " ")]
    )


def _only(places: list[int]) -> int | None:
    return places[0] if len(places) == 1 else None


def _position(folded: str) -> int | None:
    """The position named by words that name nothing else."""
    words = folded.split()
    # «2-й» was folded into two words.
    if len(words) > 1 and words[0].isdecimal() and not words[1].isdecimal() and len(words[1]) < 3:
        words[:2] = [words[0] + words[1]]
    words = [word for word in words if word not in _FILLERS]
    return _ordinal(words[0]) if len(words) == 1 else None


def _ordinal(word: str) -> int | None:
    numbered = _NUMBERED.fullmatch(word)
    if numbered:
        return int(numbered.group(1)) - 1
    if word in _ENGLISH:
        return _ENGLISH[word]
    for stem, place in _ORDINALS.items():
        if word.startswith(stem) and word[len(stem) :] in _ENDINGS:
            return place
    return None

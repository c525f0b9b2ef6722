"""Places in a list as people name them: «2», «второй вариант», «последний», «1-3», «все, кроме первого»."""

import re

from flows.number_words import WORDS

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
    [
        *("ый", "ой", "ий", "ая", "ое", "ую", "ые", "ого", "ому", "ом", "ым", "ей", "ых"),
        *("ья", "ье", "ью", "ьего", "ьему", "ьим", "ьи"),
    ]
)
_WHOLE_WORDS = {
    **dict.fromkeys(("first", "birinchi"), 0),
    **dict.fromkeys(("second", "ikkinchi"), 1),
    **dict.fromkeys(("third", "uchinchi"), 2),
    **dict.fromkeys(("fourth", "to'rtinchi"), 3),
    **dict.fromkeys(("fifth", "beshinchi"), 4),
    **dict.fromkeys(("sixth", "oltinchi"), 5),
    "seventh": 6,
    "eighth": 7,
    "ninth": 8,
    "tenth": 9,
}
_FROM_THE_END = {"последн": 1, "предпоследн": 2}
_LAST = {"last": 1, "oxirgi": 1, "penultimate": 2}
_FILLERS = frozenset(
    [
        *(
            "вариант",
            "варианта",
            "вариантом",
            "варианты",
            "номер",
            "номера",
            "номером",
            "пункт",
            "пункта",
        ),
        *("пункты", "кнопка", "кнопку", "под", "давайте", "давай", "выбираю", "хочу", "беру"),
        *("возьму", "пожалуйста", "из", "списка", "пусть", "будет", "в", "мне", "нам", "тогда"),
        *("option", "options", "number", "numbers", "the", "one", "ones", "button", "please"),
        *("i", "choose", "take", "want", "my", "choice", "is", "variant", "raqam"),
    ]
)
_NUMBERED = re.compile(r"(\d{1,3})(?:й|ый|ой|ий|я|ая|е|ое|ю|ую|го|st|nd|rd|th)?")
_ALL = frozenset(
    [
        *("все", "всё", "все варианты", "все сразу", "все из списка", "все подряд", "давайте все"),
        *("all", "all of them", "everything", "all of these", "every one", "hammasi", "barchasi"),
    ]
)
_BOTH = frozenset({"оба", "обе", "и то и другое", "и то и то", "both", "both of them", "ikkalasi"})
_EXCEPT = re.compile(r"(?:все|всё|all|everything)\b,?\s+(?:кроме|без|except|but)\s+(.+)")
_FIRST_OF = re.compile(r"(перв|последн|first|last)(?:ые|ых|ие|их)?\s+(\w+)")
_BETWEEN = re.compile(r"[,;\n/]|\s(?:и|and|va|\+|плюс)\s|\s+")
_RANGE = re.compile(r"(?:с\s+|from\s+)?(\d{1,3})\s*(?:[-–—]|по|to|до)\s*(\d{1,3})")


def position(folded: str, count: int) -> int | None:
    """The place among `count` that folded words name, when they name nothing else."""
    words = folded.split()
    # «2-й» was folded into two words.
    if len(words) > 1 and words[0].isdecimal() and not words[1].isdecimal() and len(words[1]) < 3:
        words[:2] = [words[0] + words[1]]
    named = [word for word in words if word not in _FILLERS] or words[-1:]
    place = _place(named[0], count) if len(named) == 1 else None
    return place if place is not None and 0 <= place < count else None


def positions(text: str, count: int) -> list[int]:
    """The different places a text lists; none where any part of it is something else."""
    plain = " ".join(text.casefold().replace("ё", "е").split()).strip(" .!")
    if len(plain) > 120 or not plain:
        return []
    if plain in _ALL or (plain in _BOTH and count == 2):
        return list(range(count))
    spared = all_but(plain)
    if spared:
        left_out = positions(spared, count)
        return [place for place in range(count) if place not in left_out] if left_out else []
    group = _FIRST_OF.fullmatch(plain)
    if group is not None and 0 < (size := WORDS.get(group.group(2), 0)) <= count:
        few = range(size) if group.group(1) in ("перв", "first") else range(count - size, count)
        return list(few)
    return _listed(plain, count)


def all_but(text: str) -> str:
    """What is left out of everything: `все, кроме лука`; empty for anything else."""
    found = _EXCEPT.fullmatch(text.casefold().strip(" .!"))
    return "" if found is None else found.group(1)


def _listed(plain: str, count: int) -> list[int]:
    found: list[int] = []
    for part in _RANGE.sub(_spread, plain).replace(" - ", " ").split(","):
        for word in _BETWEEN.split(part.strip()):
            if not word or word in _FILLERS or word in ("и", "and", "va"):
                continue
            place = _place(word.strip("."), count)
            if place is None or not 0 <= place < count:
                return []
            found.append(place)
    return list(dict.fromkeys(found))


def _spread(found: re.Match[str]) -> str:
    """`1-3` as each of its numbers; what goes down is no range."""
    first, last = int(found.group(1)), int(found.group(2))
    return " ".join(map(str, range(first, last + 1))) if first < last <= first + 50 else "?"


def _place(word: str, count: int) -> int | None:
    numbered = _NUMBERED.fullmatch(word)
    if numbered:
        return int(numbered.group(1)) - 1
    if word in _WHOLE_WORDS:
        return _WHOLE_WORDS[word]
    if word in _LAST:
        return count - _LAST[word]
    if word in WORDS:
        return WORDS[word] - 1
    for size in (2, 3, 4):
        stem, ending = word[:-size], word[-size:]
        if ending in _ENDINGS and stem in _ORDINALS:
            return _ORDINALS[stem]
        if ending in ("ий", "яя", "ее", "юю", "его", "ему") and stem in _FROM_THE_END:
            return count - _FROM_THE_END[stem]
    return None

"""Which label a text comes near to: one with a slip of the finger, or in another case of its words."""

from collections.abc import Sequence

from flows.matching import fold

LONGEST = 60
_SHORTEST = 4
_LONG = 9
_STEM = 4
_ENDING = 3
_SHORT_STEM = 3
_CASES = frozenset({"а", "у", "е", "ы", "и", "ом", "ой", "ов", "ам", "ами", "s", "es"})
"""What a short word may have more or less: «лука» for «Лук»."""


def nearest_label(text: str, labels: Sequence[str]) -> int | None:
    """The only label that the words nearly are; None where two are as near, or none is."""
    wanted = fold(text[: LONGEST * 2])
    # A number that is nearly another one is another one.
    if not _SHORTEST <= len(wanted) <= LONGEST or any(map(str.isdecimal, wanted)):
        return None
    folded = [fold(label) for label in labels]
    near = [place for place, label in enumerate(folded) if _near(wanted, label)]
    return near[0] if len(near) == 1 else None


def _near(wanted: str, label: str) -> bool:
    # A beginning such as «не» or «un» turns a word over.
    if label[:1] != wanted[0] or any(map(str.isdecimal, label)):
        return False
    return _other_form(wanted.split(), label.split()) or _slips(wanted, label) <= _allowed(label)


def _allowed(label: str) -> int:
    """A slip in a short word makes another word."""
    if len(label) < _SHORTEST + 1:
        return 0
    return 1 if len(label) < _LONG else 2


def _other_form(words: Sequence[str], label: Sequence[str]) -> bool:
    """`доставкой` for «Доставка»: every word begins the same and only its ending differs."""
    return len(words) == len(label) and all(map(_same_stem, words, label))


def _same_stem(word: str, other: str) -> bool:
    if word == other:
        return True
    same = next(
        (place for place, pair in enumerate(zip(word, other, strict=False)) if pair[0] != pair[1]),
        min(len(word), len(other)),
    )
    if same == _SHORT_STEM:
        return same in (len(word), len(other)) and (word[same:] or other[same:]) in _CASES
    return same >= _STEM and len(word) - same <= _ENDING and len(other) - same <= _ENDING


def _slips(wanted: str, label: str) -> int:
    """How many letters are wrong, missing, superfluous or in each other's place; 3 is many."""
    if abs(len(wanted) - len(label)) > 2:
        return 3
    before: list[int] = []
    row = list(range(len(label) + 1))
    for place, letter in enumerate(wanted, 1):
        older, before, row = before, row, [place]
        for other, expected in enumerate(label, 1):
            least = min(before[other] + 1, row[-1] + 1, before[other - 1] + (letter != expected))
            if (
                place > 1
                and other > 1
                and letter == label[other - 2]
                and wanted[place - 2] == expected
            ):
                least = min(least, older[other - 2] + 1)
            row.append(least)
        if min(row) > 2:
            return 3
    return row[-1]

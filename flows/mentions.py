"""Which label a sentence names in passing: «запишите на стрижку» names «Стрижка — 900 ₽»."""

from collections.abc import Sequence
from typing import NamedTuple

from flows.matching import fold
from flows.stems import stem

SHORTEST_TELLING = 4


class _Word(NamedTuple):
    """A word as it is compared; a number or a little word tells nothing alone."""

    stem: str
    tells: bool


def mentioned(text: str, labels: Sequence[str]) -> int | None:
    """The only label a sentence names: whole, by its beginning, or else by one of its words.

    The words may stand in other forms than in the label.
    """
    sentence = f" {' '.join(word.stem for word in _words(text))} "
    split = [_words(label) for label in labels]
    runs = [_longest_beginning(label, sentence) for label in split]
    fitting = [place for place, run in enumerate(runs) if run]
    if not fitting:
        return _only([place for place, label in enumerate(split) if _any_tells(label, sentence)])
    # «педикюр с покрытием» names no plain «педикюр», «педикюр» no longer one where there is both.
    fullest = [place for place in fitting if not any(set(run) > set(runs[place]) for run in runs)]
    whole = [place for place in fullest if runs[place] == split[place]]
    rest = [place for place in fullest if all(runs[place] != runs[one] for one in whole)]
    named = whole + rest
    # «стрижку и маникюр»: the second is named as well, though not by its beginning.
    others = [place for place in range(len(split)) if place not in fitting]
    used = {word.stem for place in fitting for word in runs[place]}
    named += [
        place
        for place in others
        if _any_tells([word for word in split[place] if word.stem not in used], sentence)
    ]
    return _only(named)


def _words(text: str) -> list[_Word]:
    return [
        _Word(stem(word), word.isalpha() and len(word) >= SHORTEST_TELLING)
        for word in fold(text).split()
    ]


def _longest_beginning(label: Sequence[_Word], sentence: str) -> Sequence[_Word]:
    if label and _within(label, sentence):
        return label
    lengths = range(len(label) - 1, 0, -1)
    return next((label[:length] for length in lengths if _tells(label[:length], sentence)), ())


def _any_tells(label: Sequence[_Word], sentence: str) -> bool:
    return any(_tells([word], sentence) for word in label)


def _tells(run: Sequence[_Word], sentence: str) -> bool:
    """Whether the words stand in the sentence and are more than numbers and little words."""
    return any(word.tells for word in run) and _within(run, sentence)


def _within(run: Sequence[_Word], sentence: str) -> bool:
    return f" {' '.join(word.stem for word in run)} " in sentence


def _only(places: list[int]) -> int | None:
    return places[0] if len(places) == 1 else None

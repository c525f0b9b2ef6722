"""Triggers that catch everything, and ones that nothing is left for by what stands before them."""

from collections import ChainMap
from collections.abc import Iterator

from flows import complaints
from flows.errors import Place
from flows.matching import fold
from flows.model import Target
from flows.patterns import Pattern
from flows.report import Report
from flows.yaml_text import Scalar

_SHORTEST = 3
# Words that half of all messages hold, by their folded forms.
_COMMON = """
    да нет не это что как так вот или для все уже еще мне вам вас вы мы он она они мой
    yes not the and you are for this that with what how can have
"""
_EVERYWHERE = frozenset(_COMMON.split())
_First = tuple[Place, Target]
_ANYTHING = ("", "привет", "Where is my order?", "12345", "🙂")


class Heard:
    """What is listened for inside messages, in the order in which it is looked for."""

    def __init__(self, report: Report, before: "Heard | None" = None) -> None:
        self._report = report
        earlier: ChainMap[str, _First] = ChainMap() if before is None else before._phrases
        self._phrases: ChainMap[str, _First] = earlier.new_child()
        self._meanings: dict[str, _First] = {}

    def phrase(self, written: Scalar, key: str, target: Target, *, always: bool) -> None:
        """One of `contains`; without `always` it leaves some messages to those after it."""
        if len(key) < _SHORTEST or key in _EVERYWHERE:
            self._report(complaints.SHORT_PHRASE, written.place, name=written.text)
            return
        for beginning in _inside(key):
            found = self._phrases.get(beginning)
            if found is not None and found[1] != target:
                place = found[0]
                self._report(
                    complaints.SHADOWED_PHRASE,
                    written.place,
                    name=written.text,
                    other=beginning,
                    first=place,
                )
                return
        if always:
            self._phrases.setdefault(key, (written.place, target))

    def pattern(self, written: Scalar, pattern: Pattern) -> None:
        if all(pattern.search(text) for text in _ANYTHING):
            self._report(complaints.MATCHES_ALL, written.place, name=written.text)

    def meaning(self, written: Scalar, target: Target) -> None:
        first = self._meanings.setdefault(fold(written.text), (written.place, target))
        if first[1] != target:
            self._report(complaints.SAME_MEANING, written.place, first=first[0])


def _inside(key: str) -> Iterator[str]:
    """Every phrase that would be found in this one: it begins where a word does."""
    for start in range(len(key)):
        if start == 0 or key[start - 1] == " ":
            yield from (key[start:end] for end in range(start + _SHORTEST, len(key) + 1))

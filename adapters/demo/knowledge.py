"""Answers out of a bot's own knowledge files: the section whose words fit the question best."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.stems import alike, stems

_HEADING = re.compile(r"^#{1,6}[ \t]+(.*)$", re.MULTILINE)
_ENOUGH = 0.5
_IN_BODY = 0.7


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the text under it, with the stems of both."""

    source: str
    title: str
    text: str
    title_stems: frozenset[str]
    stems: frozenset[str]


class Knowledge:
    """The sections of some sources, ready to be searched."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._sections = [
            section for name, text in sources.items() for section in _sections(name, text)
        ]
        found_in: Counter[str] = Counter()
        for section in self._sections:
            found_in.update(section.stems)
        self._found_in = found_in

    def answer(self, question: str, sources: Iterable[str] | None = None) -> dict[str, Any]:
        """`found` is False where no section is about most of what was asked."""
        asked = list(dict.fromkeys(stems(question)))
        wanted = None if sources is None else set(sources)
        best, best_score = None, 0.0
        weights = {word: self._weight(word) for word in asked}
        whole = sum(weights.values())
        for section in self._sections:
            if wanted is not None and section.source not in wanted:
                continue
            score = sum(_fit(word, section) * weight for word, weight in weights.items())
            if score > best_score:
                best, best_score = section, score
        if best is None or best_score < _ENOUGH * whole:
            return {"found": False, "text": ""}
        return {
            "found": True,
            "text": best.text,
            "title": best.title,
            "source": best.source,
            "confidence": round(min(best_score / whole, 0.95), 2),
        }

    def _weight(self, word: str) -> float:
        """Rare words tell more; a word that stands nowhere tells the most against an answer."""
        frequency = sum(count for stem, count in self._found_in.items() if alike(word, stem))
        return math.log(1 + len(self._sections) / (frequency or 0.5))


def _fit(word: str, section: Section) -> float:
    if any(alike(word, stem) for stem in section.title_stems):
        return 1.0
    return _IN_BODY if any(alike(word, stem) for stem in section.stems) else 0.0


def _sections(source: str, text: str) -> Iterable[Section]:
    pieces = _HEADING.split(text)
    for title, body in zip(pieces[1::2], pieces[2::2], strict=True):
        if body := body.strip():
            title_stems = frozenset(stems(title))
            yield Section(source, title.strip(), body, title_stems, title_stems | set(stems(body)))
    if body := pieces[0].strip():
        yield Section(source, "", body, frozenset(), frozenset(stems(body)))

"""Answers out of a bot's own knowledge files: the section whose words fit the question best."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.stems import alike, stems

_HEADING = re.compile(r"^#{1,6}[ \t]+(.*)$", re.MULTILINE)
_SENTENCE = re.compile(r"[.!?…;\n]+")
_ENOUGH = 0.5
_ENOUGH_FOR_A_PART = 0.8
_MOST_SENTENCES = 20
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
        """`found` is False where no section is about most of what was asked.

        A long message is about much else; then one sentence of it that fits well is enough.
        """
        wanted = None if sources is None else set(sources)
        sections = [one for one in self._sections if wanted is None or one.source in wanted]
        found = self._best(question, sections)
        if found is not None and found[1] >= _ENOUGH:
            return _answer(*found)
        sentences = [part for part in _SENTENCE.split(question) if len(set(stems(part))) > 1]
        parts = [self._best(part, sections) for part in sentences[:_MOST_SENTENCES]]
        fitting = [part for part in parts if part is not None and part[1] >= _ENOUGH_FOR_A_PART]
        if not fitting:
            return {"found": False, "text": ""}
        return _answer(*max(fitting, key=lambda part: part[1]))

    def _best(self, question: str, sections: Sequence[Section]) -> tuple[Section, float] | None:
        """The section that fits best, and how much of the question it is about."""
        weights = {word: self._weight(word) for word in dict.fromkeys(stems(question))}
        best, best_score = None, 0.0
        for section in sections:
            score = sum(_fit(word, section) * weight for word, weight in weights.items())
            if score > best_score:
                best, best_score = section, score
        return None if best is None else (best, best_score / sum(weights.values()))

    def _weight(self, word: str) -> float:
        """Rare words tell more; a word that stands nowhere tells the most against an answer."""
        frequency = sum(count for stem, count in self._found_in.items() if alike(word, stem))
        return math.log(1 + len(self._sections) / (frequency or 0.5))


def _answer(section: Section, share: float) -> dict[str, Any]:
    return {
        "found": True,
        "text": section.text,
        "title": section.title,
        "source": section.source,
        "confidence": round(min(share, 0.95), 2),
    }


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

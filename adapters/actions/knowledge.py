"""Answers out of a bot's own knowledge: the sections whose words fit the question best."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.actions.job import Act, Job, by_name, gives, may, needs, spec
from flows.model import Example, Source
from flows.stems import Forms, stems

_HEADING = re.compile(r"^#{1,6}[ \t]+(.*)$", re.MULTILINE)
_SENTENCE = re.compile(r"[.!?…;\n]+")
_ENOUGH = 0.5
_ENOUGH_FOR_A_PART = 0.8
_MOST_SENTENCES = 20
_IN_BODY = 0.7


_ENOUGH_TO_SHOW = 0.3
_MOST_PASSAGES = 5
_QUESTION = needs("text", "вопрос клиента", "the customer's question")
_SOURCES = may(
    "sources",
    "источники из knowledge в bot.yaml; без них — все",
    "sources of bot.yaml; all if none",
)
_PASSAGE = {
    "text": gives("text", "найденный текст", "what was found"),
    "title": gives("text", "заголовок над ним", "the heading above it"),
    "source": gives("text", "источник", "the source"),
    "score": gives("number", "насколько подходит, от 0 до 1", "how well it fits, from 0 to 1"),
}

SPECS = by_name(
    spec(
        "knowledge.answer",
        "ответ из базы знаний — раздел, который подходит к вопросу",
        "an answer from the bot's knowledge: the section that fits the question",
        takes={
            "question": _QUESTION,
            "sources": _SOURCES,
            "tone": may("text", "тон; пригодится языковой модели", "the tone, for a model"),
        },
        gives={
            "found": gives("yes_no", "нашлось ли", "whether there is one"),
            **_PASSAGE,
            "passages": gives("list", "что ещё подходит", "what else fits"),
        },
        example=Example({"question": "нужна ли бирка?", "sources": ["faq"]}, {"found": True}),
    ),
    spec(
        "knowledge.search",
        "разделы базы знаний, похожие на запрос, лучшие первыми",
        "sections of the bot's knowledge like the query, best first",
        takes={
            "query": needs("text", "что искать", "what to look for"),
            "sources": _SOURCES,
            "limit": may("integer", "не больше стольких", "at most so many"),
        },
        gives=_PASSAGE,
        listed=True,
        example=Example({"query": "доставка", "limit": 1}, [{"source": "delivery"}]),
    ),
)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the text under it, with the stems of both."""

    source: str
    title: str
    text: str
    title_stems: frozenset[str]
    stems: frozenset[str]


class Knowledge:
    """The sections of some sources (source -> path -> text), ready to be searched."""

    def __init__(self, sources: Mapping[str, Mapping[str, str]]) -> None:
        self._sections = [
            section
            for name, files in sources.items()
            for text in files.values()
            for section in _sections(name, text)
        ]
        self._titled: dict[str, list[int]] = {}
        self._having: dict[str, list[int]] = {}
        for place, section in enumerate(self._sections):
            for stem in section.title_stems:
                self._titled.setdefault(stem, []).append(place)
            for stem in section.stems:
                self._having.setdefault(stem, []).append(place)
        self._forms = Forms(self._having)

    def answer(self, question: str, sources: Iterable[str] | None = None) -> dict[str, Any]:
        """`found` is False where no section is about most of what was asked.

        A long message is about much else; then one sentence of it that fits well is enough.
        """
        ranked = self._ranked(question, sources)
        passages = _passages(ranked)
        if ranked and ranked[0][1] >= _ENOUGH:
            return {"found": True, **_passage(*ranked[0]), "passages": passages}
        sentences = [part for part in _SENTENCE.split(question) if len(set(stems(part))) > 1]
        best = [
            found[0]
            for part in sentences[:_MOST_SENTENCES]
            if (found := self._ranked(part, sources))
        ]
        fitting = [one for one in best if one[1] >= _ENOUGH_FOR_A_PART]
        if not fitting:
            return {"found": False, "text": "", "passages": passages}
        return {
            "found": True,
            **_passage(*max(fitting, key=lambda one: one[1])),
            "passages": passages,
        }

    def search(
        self, query: str, sources: Iterable[str] | None = None, *, limit: int = _MOST_PASSAGES
    ) -> list[dict[str, Any]]:
        """What has something in common with the query, best first."""
        return [_passage(*one) for one in self._ranked(query, sources)[:limit]]

    def _ranked(self, question: str, sources: Iterable[str] | None) -> list[tuple[Section, float]]:
        """Sections with how much of the question they are about, best first, none about nothing."""
        wanted = None if sources is None else set(sources)
        words = {word: self._forms.of(word) for word in dict.fromkeys(stems(question))}
        weights = {word: self._weight(forms) for word, forms in words.items()}
        whole = sum(weights.values())
        scores: dict[int, float] = {}
        for word, forms in words.items():
            for place, fit in self._fits(forms).items():
                scores[place] = scores.get(place, 0.0) + fit * weights[word]
        found = [
            (self._sections[place], scores[place] / whole)
            for place in sorted(scores)
            if wanted is None or self._sections[place].source in wanted
        ]
        return sorted(found, key=lambda one: -one[1])

    def _fits(self, forms: Iterable[str]) -> dict[int, float]:
        """The sections that have a word in one of its forms; a heading says what one is about."""
        fits: dict[int, float] = {}
        for form in forms:
            fits |= dict.fromkeys(self._having[form], _IN_BODY)
        for form in forms:
            fits |= dict.fromkeys(self._titled.get(form, ()), 1.0)
        return fits

    def _weight(self, forms: Iterable[str]) -> float:
        """Rare words tell more; a word that stands nowhere tells the most against an answer."""
        frequency = sum(len(self._having[form]) for form in forms)
        return math.log(1 + len(self._sections) / (frequency or 0.5))


class KnowledgeBase:
    """The actions over every bot's knowledge; it is prepared once and anew when it changes."""

    def __init__(self) -> None:
        self._prepared: dict[str, tuple[Mapping[str, Mapping[str, str]], Knowledge]] = {}
        self.acts: Mapping[str, Act] = {
            "knowledge.answer": self._answer,
            "knowledge.search": self._search,
        }

    async def _answer(self, job: Job) -> dict[str, Any]:
        return self._of(job).answer(job.text("question"), job.names("sources"))

    async def _search(self, job: Job) -> list[dict[str, Any]]:
        limit = _MOST_PASSAGES if job.arguments.get("limit") is None else int(job.number("limit"))
        query, sources = job.text("query"), job.names("sources")
        return self._of(job).search(query, sources, limit=max(0, limit))

    def _of(self, job: Job) -> Knowledge:
        texts = job.bot.knowledge
        known = self._prepared.get(job.address.bot)
        if known is None or known[0] != texts:
            known = self._prepared[job.address.bot] = (texts, Knowledge(texts))
        return known[1]


def texts_of(sources: Mapping[str, Source], files: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The texts of each source of a bot: one file, or all files of a folder."""
    return {
        name: {
            path: text
            for path, text in files.items()
            if source.path and (path == source.path or path.startswith(f"{source.path}/"))
        }
        for name, source in sources.items()
    }


def _passages(ranked: Sequence[tuple[Section, float]]) -> list[dict[str, Any]]:
    return [_passage(*one) for one in ranked[:_MOST_PASSAGES] if one[1] >= _ENOUGH_TO_SHOW]


def _passage(section: Section, share: float) -> dict[str, Any]:
    return {
        "text": section.text,
        "title": section.title,
        "source": section.source,
        "score": round(min(share, 0.95), 2),
    }


def _sections(source: str, text: str) -> Iterable[Section]:
    pieces = _HEADING.split(text)
    for title, body in zip(pieces[1::2], pieces[2::2], strict=True):
        if body := body.strip():
            title_stems = frozenset(stems(title))
            yield Section(source, title.strip(), body, title_stems, title_stems | set(stems(body)))
    if body := pieces[0].strip():
        yield Section(source, "", body, frozenset(), frozenset(stems(body)))

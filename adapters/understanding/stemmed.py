"""A modest understanding that ships with the house: words in common with a described meaning.

An owner writes `means: "the customer wants a person: «call a person», «are you a robot»"`. The
sentence and each example in «» are compared with the message by stems of words. It is cheap, never
very sure, and silent where too little fits; a language model does better behind the same port.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from flows.stems import alike, stem, stems

_EXAMPLE = re.compile(r"«([^»]+)»")
_LONGEST = 400
_MOST_WORDS = 30

# Words that describe the one who writes, not what is written about.
_FRAMING_WORDS = """
    клиент клиента покупатель гость хочет хотел хочу просит спрашивает спросить
    узнать интересуется говорит пишет customer client wants asks says wonders
"""
_FRAMING = frozenset(map(stem, _FRAMING_WORDS.split()))
_ENOUGH = 0.6
_ENOUGH_WITH_TWO = 0.45
_PHRASE = range(2, 4)
_LEAST = 0.5
_SPAN = 0.44


class StemmedUnderstanding:
    """The port `Understanding` by words in common; `question` and `language` do not matter to it."""

    async def choose(
        self, text: str, candidates: Mapping[str, str], *, question: str | None, language: str
    ) -> list[tuple[str, float]]:
        return self.at_once(text, candidates)

    def at_once(self, text: str, candidates: Mapping[str, str]) -> list[tuple[str, float]]:
        """The candidates that have enough in common with a text, best first, and how sure that is."""
        said = tuple(
            dict.fromkeys(word for word in stems(text[:_LONGEST]) if word not in _FRAMING)
        )[:_MOST_WORDS]
        alone = len(text.split()) == 1
        scores = {key: _closeness(said, words, alone) for key, words in candidates.items()}
        found = [(key, round(_LEAST + _SPAN * score, 2)) for key, score in scores.items() if score]
        return sorted(found, key=lambda one: -one[1])


def _closeness(said: tuple[str, ...], sentence: str, alone: bool) -> float:
    """How well the best part of a description fits; all of it together needs two words."""
    parts = _described(sentence)
    whole = frozenset().union(*parts)
    scores = [_overlap(said, words, alone) for words in parts]
    return max((*scores, _overlap(said, whole, alone, least=2)))


@lru_cache(maxsize=2_000)
def _described(sentence: str) -> tuple[frozenset[str], ...]:
    """The stems of the sentence itself and of each of its examples."""
    parts = [_EXAMPLE.sub(" ", sentence), *_EXAMPLE.findall(sentence)]
    described = (frozenset(stems(part)) - _FRAMING for part in parts)
    return tuple(words for words in described if words)


def _overlap(said: tuple[str, ...], words: frozenset[str], alone: bool, *, least: int = 1) -> float:
    """The share of what was said that the description has too; 0 where that is too little."""
    if alone and len(words) in _PHRASE:
        # «фото» is not «зачем нужно фото»; but of a list of topics each one stands for itself.
        return 0.0
    common = sum(any(alike(word, other) for other in words) for word in said)
    if common < least:
        return 0.0
    share = common / len(said)
    enough = _ENOUGH_WITH_TWO if common >= 2 else _ENOUGH
    return share if share >= enough else 0.0

"""A modest understanding that ships with the house: words in common with a described meaning.

An owner writes `means: "the customer wants a person: «call a person», «are you a robot»"`. Each
topic the sentence lists and each example in quotes is compared with the message by stems of words.
It is cheap, never very sure, and silent where too little fits; a language model does better behind
the same port.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from flows.stems import alike, stem, stems

_EXAMPLE = re.compile(r"«([^»]+)»|“([^”]+)”|\"([^\"]+)\"")
_NEXT_TOPIC = re.compile(r"[,;:.\n—]|\s(?:или|либо|и|or|and|например|for example|such as)\s")
_LONGEST = 400
_MOST_WORDS = 30

# Words that describe the one who writes or asks for something, not what is asked for.
_FRAMING_WORDS = """
    клиент клиента покупатель гость хочет хотел хочу просит спрашивает спросить узнать интересуется
    говорит пишет нужен нужна позовите позови соедините дайте
    customer client wants asks says wonders would like need get something call connect give let another
"""
_FRAMING = frozenset(map(stem, _FRAMING_WORDS.split()))
_LIGHT_WORDS = """
    сегодня завтра послезавтра вчера сейчас понедельник вторник среда среду четверг пятница пятницу
    суббота субботу воскресенье неделя утром вечером днем день приедет приехать
    today tomorrow yesterday now monday tuesday wednesday thursday friday saturday sunday week day come
"""
_LIGHT = {stem(word): 0.3 for word in _LIGHT_WORDS.split()} | dict.fromkeys(_FRAMING, 0.25)
"""What such words weigh, and words of time: «завтра» is said of everything."""

_UNKNOWN = 0.5
"""What a word that no meaning has weighs in the message."""
_RARE = {1: 1.0, 2: 0.7}
"""What a word weighs by the number of meanings that have it."""
_COMMON = 0.5
_ANOTHER_FORM = 0.9

_OF_MESSAGE, _OF_TOPIC = 0.45, 0.35
"""The shares that two words in common must have of what was said and of the topic."""
_ALONE = 0.72
"""How well a topic must fit that has a single word in common with the message."""
_OF_WHOLE = 0.6
"""The share of what was said that words from several topics of a meaning must have."""

_LEAST, _SPAN = 0.5, 0.44


class StemmedUnderstanding:
    """The port `Understanding` by words in common; `question` and `language` do not matter to it."""

    async def choose(
        self, text: str, candidates: Mapping[str, str], *, question: str | None, language: str
    ) -> list[tuple[str, float]]:
        return self.at_once(text, candidates)

    def at_once(self, text: str, candidates: Mapping[str, str]) -> list[tuple[str, float]]:
        """The candidates that have enough in common with a text, best first, and how sure that is."""
        said = tuple(dict.fromkeys(stems(text[:_LONGEST])))[:_MOST_WORDS]
        weighed = _Weights(said, {key: _topics(words) for key, words in candidates.items()})
        scores = {key: weighed.closeness(key) for key in candidates}
        found = [(key, round(_LEAST + _SPAN * score, 2)) for key, score in scores.items() if score]
        return sorted(found, key=lambda one: -one[1])


Topics = tuple[frozenset[str], ...]


class _Weights:
    """The words of a message against those of all meanings; a word that few of them have says more."""

    def __init__(self, said: Sequence[str], meanings: Mapping[str, Topics]) -> None:
        self._said = said
        self._meanings = meanings
        self._words = {key: frozenset().union(*topics) for key, topics in meanings.items()}
        self._total = sum(map(self._weight, said))

    def _weight(self, word: str) -> float:
        light = _LIGHT.get(word, 1.0)
        having = sum(_found(word, words) > 0 for words in self._words.values())
        return light * (_RARE.get(having, _COMMON) if having else _UNKNOWN)

    def closeness(self, key: str) -> float:
        """How well the best topic of a meaning fits, or several of them together."""
        topics = self._meanings[key]
        telling, common, count = self._overlap(self._words[key])
        whole = common / self._total if telling and count > 1 else 0.0
        best = max((self._fit(topic) for topic in topics), default=0.0)
        return max(best, 0.8 * whole if whole >= _OF_WHOLE else 0.0)

    def _fit(self, topic: frozenset[str]) -> float:
        telling, common, _ = self._overlap(topic)
        if not telling:
            return 0.0
        of_message = common / self._total
        of_topic = min(1.0, common / sum(map(self._weight, topic)))
        if of_message < _OF_MESSAGE or of_topic < _OF_TOPIC:
            return 0.0
        fit = 2 * of_message * of_topic / (of_message + of_topic)
        return 0.0 if telling == 1 and fit < _ALONE else fit

    def _overlap(self, words: frozenset[str]) -> tuple[int, float, int]:
        """The words of the message among these: how many that tell something, their weight, how many."""
        shares = {word: _found(word, words) for word in self._said}
        found = [word for word in self._said if shares[word]]
        telling = [word for word in found if word not in _LIGHT]
        return len(telling), sum(self._weight(word) * shares[word] for word in found), len(found)


def _found(word: str, words: frozenset[str]) -> float:
    if word in words:
        return 1.0
    return _ANOTHER_FORM if any(alike(word, other) for other in words) else 0.0


@lru_cache(maxsize=2_000)
def _topics(sentence: str) -> Topics:
    """The stems of each topic of a description and of each of its examples."""
    examples = ["".join(found) for found in _EXAMPLE.findall(sentence)]
    listed = _NEXT_TOPIC.split(_EXAMPLE.sub(",", sentence))
    described = (frozenset(stems(part)) - _FRAMING for part in listed)
    topics = (*described, *(frozenset(stems(example)) for example in examples))
    return tuple(dict.fromkeys(topic for topic in topics if topic - _LIGHT.keys()))

"""Words of a text by their stems, so that «возврата» and «возврат» are one word."""

import re
from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer  # type: ignore[import-untyped]

_WORD = re.compile(r"[a-z]+|[а-я]+|\d+")
_LITTLE_WORDS = """
    а б бы быть в вам вас ваш ваша ваше ваши во вот все всё вы да для до его ее если есть еще же за и
    из или им их к как какая какие какой какую ко ли либо меня мне мной мой моя мы на нам нас наш не
    него нее нет ни но ну о об он она они оно от по под при про с сам свой себя со так также там те
    тебя то тоже тот тут ты у уже чего чем что чтобы это эта эти этот я можно нужно надо очень просто
    пожалуйста здравствуйте привет спасибо добрый день подскажите скажите будет был была были
    сколько скольки когда где куда дайте до сих пор перед после около
    a an and are at be by can could do does for from have how i if in is it me my of on or our please
    so that the their there they this to us was we what when where which who why will with you your
    s t m re ll ve d don doesn didn hasn haven isn aren not hello hi thanks about much many
"""
_SILENT = frozenset(_LITTLE_WORDS.split())
_STEMMERS = (snowballstemmer.stemmer("russian"), snowballstemmer.stemmer("english"))
_SHORTEST = 4
_REFLEXIVE = "ся"
_LONGEST = 60
"""Letters of the longest word that has other forms; whatever is longer nobody need remember."""


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """`word` is in lower case, ё written as е."""
    russian, english = _STEMMERS
    if word.isascii():
        return str(english.stemWord(word))
    stemmed = str(russian.stemWord(word))
    if word.endswith(("ться", "тся", "лся", "лась", "лись")):
        return stemmed + _REFLEXIVE
    # «Подошёл» and «подошли» are one word, whose vowel comes and goes.
    return f"{stemmed[:-2]}л" if stemmed.endswith("шел") else stemmed


def stems(text: str) -> list[str]:
    """The stems of the words that say something, in order; little words are left out."""
    words = _WORD.findall(text.casefold().replace("ё", "е"))
    return [stem(word) if len(word) <= _LONGEST else word for word in words if word not in _SILENT]


def alike(one: str, other: str) -> bool:
    """The same stem, or two forms that the stemmer cuts differently («верните», «вернуть»)."""
    if one == other:
        return True
    if one.endswith(_REFLEXIVE) or other.endswith(_REFLEXIVE):
        # «Записаться» is another word than «записать».
        return False
    if len(one) > len(other):
        one, other = other, one
    return len(one) >= _SHORTEST and len(other) - len(one) <= 2 and other.startswith(one)


class Forms:
    """The words of some texts by the words that are `alike`: found without a look at each."""

    def __init__(self, words: Iterable[str]) -> None:
        self._begun: dict[str, list[str]] = {}
        for word in set(words):
            for beginning in _beginnings(word):
                self._begun.setdefault(beginning, []).append(word)

    def of(self, word: str) -> list[str]:
        """Those of the words that are alike to this one, each once."""
        near = {one for start in _beginnings(word) for one in self._begun.get(start, ())}
        return [one for one in near if alike(word, one)]


def _beginnings(word: str) -> tuple[str, ...]:
    """Two words that are alike have one of these in common."""
    return word, word[:-1], word[:-2]

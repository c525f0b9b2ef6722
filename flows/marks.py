"""Ratings as people give them: `5`, `пять`, `на четвёрку`, `5 из 5`, stars, `отлично`."""

import re

from flows.matching import fold
from flows.number_words import WORDS

_STAR = re.compile("[⭐★🌟✨🌠]")
_HOLLOW = re.compile("[☆✩]")
_OUT_OF = re.compile(r"(.+?)\s*(?:/|\\| из | of | out of )\s*(\d{1,3}|пяти|десяти|five|ten)")
_MOSTS = {"пяти": 5, "five": 5, "десяти": 10, "ten": 10}
_MARKS = {
    spelling: mark
    for mark, spellings in (
        (1, "единица единицу единичка единичку кол"),
        (2, "двойка двойку двоечка двоечку"),
        (3, "тройка тройку троечка троечку"),
        (4, "четверка четверку четверочка четверочку"),
        (5, "пятерка пятерку пятерочка пятерочку"),
        (6, "шестерка шестерку"),
        (7, "семерка семерку"),
        (8, "восьмерка восьмерку"),
        (9, "девятка девятку"),
        (10, "десятка десятку десяточка"),
    )
    for spelling in spellings.split()
}
_OF_FIVE = {
    **dict.fromkeys(("отлично", "excellent", "perfect", "супер", "превосходно", "a'lo"), 5),
    **dict.fromkeys(("хорошо", "good", "yaxshi"), 4),
    **dict.fromkeys(("удовлетворительно", "нормально", "average", "ok", "так себе"), 3),
    **dict.fromkeys(("плохо", "poor", "bad", "yomon"), 2),
    **dict.fromkeys(("ужасно", "terrible", "awful", "кошмар", "отвратительно"), 1),
}
_AROUND = frozenset(
    [
        *("на", "ставлю", "оценка", "моя", "твердая", "твердую", "балл", "балла", "баллов"),
        *("звезда", "звезды", "звезд", "звезду", "звездочка", "звездочки", "звездочек", "оценю"),
        *("думаю", "пусть", "будет", "конечно", "однозначно", "с", "плюсом", "минусом", "ну"),
        *("поставлю", "вам", "все", "максимум", "честно", "очень", "наверное", "о"),
        *("star", "stars", "point", "points", "i", "give", "a", "an", "it", "s", "rating", "solid"),
        *("would", "say", "you", "yulduz", "ball", "baho"),
    ]
)


def mark(text: str, most: int) -> int | None:
    """A rating of a scale up to `most`, which may be given out of that scale: `8 из 10`."""
    plain = text.casefold().strip()
    if len(plain) > 60:
        return None
    stars, said = len(_STAR.findall(plain)), fold(plain)
    if stars and not said:
        hollow = len(_HOLLOW.findall(plain))
        return stars if not hollow or stars + hollow == most else None
    whole = _OUT_OF.fullmatch(plain.strip(" .!"))
    if whole is not None:
        if (_MOSTS.get(whole.group(2)) or int(whole.group(2))) != most:
            return None
        said = fold(whole.group(1))
    if said in _OF_FIVE and most == 5:
        return _OF_FIVE[said]
    return _of_words([word for word in said.split() if word not in _AROUND], plain, most)


def _of_words(words: list[str], plain: str, most: int) -> int | None:
    if len(words) != 1:
        return None
    word = words[0]
    if word.isdecimal():
        # `-5` is no five; `5-` is, with regret.
        return None if plain.startswith(("-", "−")) else int(word[:9])
    if most == 5 and word in _OF_FIVE:
        return _OF_FIVE[word]
    return _MARKS.get(word, WORDS.get(word))

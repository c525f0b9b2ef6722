"""What people write around the name of what they choose: «давайте на маникюр, пожалуйста»."""

from collections.abc import Sequence

from flows.matching import begun, fold, which
from flows.mentions import mentioned
from flows.nearness import nearest_label
from flows.stems import stem

# No «не», «без» or «кроме», which turn a choice over, and no «да», which is an answer itself.
_WORDS = """
    а в во вот для до ж же за и к ко ладно на ну о об ок окей от по про с со так тогда то у уж
    хорошо бы буду будем будет быть было давай давайте можно можем надо нужен нужна нужно нужны лучше
    хочу хотим хотел хотела хотели хотелось предпочту предпочитаю пожалуй пожалуйста плиз
    наверно наверное скорее думаю пусть просто мне меня мой моя мое мои нам нас я мы вас вам это этот
    эта эту эти беру берем возьму возьмем выбираю выбрал выбрала выберу выбрать вариант интересует
    интересуют подходит подойдет подойдут подходят устроит устраивает спасибо
    запиши запишите записать записаться оформи оформите оформить сделай сделайте дай дайте
    a an and at be book choose d for fine get give go good i id it let like ll m make me my of ok okay
    on one please prefer s suits take thanks that the then this to want we well with works would
"""
_ASIDES = frozenset(_WORDS.split())


def named_among_asides(text: str, labels: Sequence[str], numbered: int) -> int | None:
    """The only label that a text names and says nothing else: «запишите меня на маникюр».

    The label may be there in part and in another form, or as its position among the `numbered`.
    """
    words = without_asides(text)
    plain = " ".join(words)
    if not plain:
        return None
    if plain != fold(text):
        for place in (which(plain, labels, numbered), begun(plain, labels)):
            if place is not None:
                return place
    place = mentioned(plain, labels)
    if place is not None and _all_within(words, labels[place]):
        return place
    return nearest_label(plain, labels)


def without_asides(text: str) -> list[str]:
    return [word for word in fold(text).split() if word not in _ASIDES]


def _all_within(words: Sequence[str], label: str) -> bool:
    known = {stem(word) for word in fold(label).split()}
    return all(stem(word) in known for word in words)

"""Words that are equal, and the button a customer meant."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.asides import named_among_asides
from flows.matching import begun, fold, which
from flows.mentions import mentioned

REASONS = ["Брак", "Не подошёл размер", "Не тот товар", "Передумал"]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("📦 Где мой заказ?", "где мой заказ"),
        ("Ещё!", "еще"),
        ("  ПРИВЕТ,   мир ", "привет мир"),
        ("не-а", "не а"),
        ("й и\u0306", "й й"),
        ("❤️", ""),
        ("2️⃣", "2"),
        ("snake_case", "snake case"),
        ("", ""),
    ],
)
def test_words_are_equal_whatever_their_case_signs_and_emoji(text: str, folded: str) -> None:
    assert fold(text) == folded


@settings(deadline=None)
@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Брак", 0),
        ("брак!", 0),
        ("не подошел размер", 1),
        ("2", 1),
        ("второй", 1),
        ("вторая", 1),
        ("2-й вариант", 1),
        ("вариант 4", 3),
        ("третий пункт", 2),
        ("№3", 2),
        ("3️⃣", 2),
        ("second", 1),
        ("the first one", 0),
        ("5", None),
        ("0", None),
        ("первый заказ", None),
        ("2 3", None),
        ("хочу", None),
        ("🙂", None),
        ("", None),
    ],
)
def test_a_button_is_meant_by_its_words_or_its_position(text: str, place: int | None) -> None:
    assert which(text, REASONS) == place


def test_a_label_wins_over_a_position() -> None:
    assert which("2", ["1 человек", "3", "2"]) == 2
    assert which("3", ["5", "4", "3", "2"]) == 2


def test_labels_of_emoji_alone_are_matched_as_they_are() -> None:
    assert which("👎", ["👍", "👎"]) == 1
    assert which("🙂", ["👍", "👎"]) is None


def test_the_beginning_of_one_label_alone_means_it() -> None:
    services = ["Маникюр — 2 000 ₽", "Стрижка женская — 2 500 ₽", "Стрижка мужская — 1 500 ₽"]
    assert begun("маникюр", services) == 0
    assert begun("стрижка мужская", services) == 2
    assert begun("стрижка", services) is None
    assert begun("м", services) is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("12", 1),
        ("в 12", 1),
        ("в 12:00", 1),
        ("к 12 часам", None),
        ("12 часов", 1),
        ("в 9", 2),
        ("9", 2),
        ("at 14", None),
        ("14:30", 4),
        ("в", None),
    ],
)
def test_an_hour_names_the_label_that_begins_with_it(text: str, place: int | None) -> None:
    assert begun(text, ["11:00", "12:00", "09:00", "14:00", "14:30"]) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("хочу на маникюр завтра", 0),
        ("педикюр с покрытием, пожалуйста", 2),
        ("педикюр", None),
        ("можно педикюр на 1 500?", None),
        ("маникюр и педикюр с покрытием", None),
        ("маникюр или окрашивание", None),
        ("нужна стрижка", 4),
        ("запишите на женскую стрижку", 4),
        ("хотела окрасить волосы", None),
        ("есть время на окрашивании?", 3),
        ("запишите меня на педикюры", None),
        ("к вам на маникюры и окрашивания", None),
        ("без разницы", None),
        ("хочу записаться", None),
        ("", None),
    ],
)
def test_a_sentence_names_a_label_by_its_beginning_or_by_a_word(
    text: str, place: int | None
) -> None:
    labels = [
        "Маникюр — 2 000 ₽",
        "Педикюр — 1 500 ₽",
        "Педикюр с покрытием — 2 500 ₽",
        "Окрашивание",
        "Женская стрижка",
        "Без покрытия",
    ]
    assert mentioned(text, labels) == place


def test_a_sentence_that_names_a_whole_label_does_not_mean_the_longer_one() -> None:
    labels = ["Маникюр", "Маникюр с покрытием"]
    assert mentioned("хочу маникюр", labels) == 0
    assert mentioned("хочу маникюр с покрытием", labels) == 1
    assert mentioned("на женскую стрижку", ["Женская стрижка", "Стрижка бороды"]) == 0


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("на маникюр", 0),
        ("Запишите меня на маникюр, пожалуйста!", 0),
        ("давайте в 15:30", 2),
        ("15:30 подойдёт", 2),
        ("пусть будет вторая", 1),
        ("лучше с доставкой", 3),
        ("курьером, пожалуйста", 4),
        ("размер", 5),
        ("i would like the manicure please", None),
        # Whoever says more than a name, or turns it over, has not named it.
        ("без доставки", None),
        ("не курьером", None),
        ("сколько стоит маникюр", None),
        ("хочу маникюр завтра", None),
        ("маникюр или курьером", None),
        ("давайте", None),
        ("", None),
    ],
)
def test_a_label_may_be_named_among_words_that_only_ask_for_it(
    text: str, place: int | None
) -> None:
    labels = ["Маникюр — 2 000 ₽", "Стрижка", "15:30", "Доставка", "Курьер", "Не подошёл размер"]
    assert named_among_asides(text, labels, 6) == place

"""What a bot knows, searched by what customers write, however long that is."""

import time
from itertools import product

from adapters.actions.knowledge import Knowledge
from flows.stems import Forms, alike, stem

SOON = 2.0
"""Seconds of the processor: some twenty times what the slowest takes."""

LETTERS = "абвгдеклмнопрст"
WORDS = ["".join(word) + "ок" for word in product(LETTERS, repeat=4)]


def test_a_question_of_any_length_is_answered_soon() -> None:
    own = WORDS[:20_000]
    sections = [
        f"## {' '.join(own[at : at + 2])}\n{' '.join(own[at : at + 30])}"
        for at in range(0, 20_000, 30)
    ]
    knowledge = Knowledge({"faq": {"faq.md": "\n".join(sections)}})
    began = time.process_time()
    for words in (
        WORDS[-2_000:],
        WORDS[:2_000],
        ["а" * 20_000],
        [f"{word}. " for word in own[::9]],
    ):
        knowledge.answer(" ".join(words)[:20_000])
    assert time.process_time() - began < SOON


def test_a_word_without_end_is_not_remembered() -> None:
    before = stem.cache_info().currsize
    Knowledge({"faq": {"faq.md": "## Доставка\nЕдет."}}).answer("б" * 19_999)
    assert stem.cache_info().currsize <= before + 2


def test_forms_are_those_that_are_alike() -> None:
    words = ["заказ", "заказа", "заказали", "заказывать", "записать", "записаться", "как", "каков"]
    forms = Forms(words)
    for word in [*words, "заказал", "запи", "ка", "закаж"]:
        assert sorted(forms.of(word)) == sorted(one for one in words if alike(word, one))


def test_the_section_whose_heading_says_it_comes_first() -> None:
    text = "## Возврат\nВернём деньги.\n## Доставка\nВозврат курьером тоже бывает."
    found = Knowledge({"faq": {"faq.md": text}}).answer("возвраты")
    assert (found["found"], found["title"]) == (True, "Возврат")
    assert [one["title"] for one in found["passages"]] == ["Возврат", "Доставка"]

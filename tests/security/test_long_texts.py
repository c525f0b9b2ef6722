"""A customer's text of any length and kind is read soon: none of our own patterns runs away."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bots.shaping import split
from flows.answers import BASE_TYPES
from flows.env import Env
from flows.matching import begun, fold, which

ENV = Env(language="ru", timezone=ZoneInfo("Europe/Moscow"), now=datetime(2026, 11, 25, tzinfo=UTC))
LONG = 100_000
SOON = 4.0
"""Seconds of the processor: some twenty times what the slowest takes."""

PIECES = [
    "a", "9", " ", "1 ", "-", "a@", "a.", "a@a.", "+7", "(", "слово ", "двадцать ", "через ",
    "завтра ", "1.", "12:", "в ", "ё", "и\u0306", "а1 b2-", "http://", "😀", "👨\u200d", "\n", "да ",
    "²", "٣", "1e", "ſ", "ΐ", "ﷺ", "1,", "сто тысяч ", "с 1 до 2 ", "5/", "пн-", "\0", "\u0301",
    "по пятницам ", "не ", "www.", "//", "{{", "2026-11-25 ", "25 ноября ", "полвторого ", "ы" * 50 + " ",
]  # fmt: skip


def texts() -> list[str]:
    return [(piece * (LONG // len(piece) + 1))[:LONG] for piece in PIECES]


@pytest.mark.parametrize("kind", BASE_TYPES)
def test_an_answer_of_any_text_is_read_soon(kind: str) -> None:
    for text in texts():
        began = time.process_time()
        BASE_TYPES[kind].parse(text, (), ENV)
        assert time.process_time() - began < SOON, text[:20]


def test_words_of_any_text_are_compared_soon() -> None:
    labels = ["Маникюр — 2 000 ₽", "Педикюр", "Второй вариант"]
    for text in texts():
        began = time.process_time()
        fold(text)
        which(text, labels)
        begun(text, labels)
        assert time.process_time() - began < SOON, text[:20]


def test_a_text_of_any_kind_is_cut_soon() -> None:
    for text in texts():
        began = time.process_time()
        assert all(part for part in split(text, 4096))
        assert time.process_time() - began < SOON, text[:20]

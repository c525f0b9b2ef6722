"""Plain rephrasings are understood, other sentences mean nothing, and nothing is taken for another."""

from collections.abc import Mapping

import pytest

from adapters.understanding.stemmed import StemmedUnderstanding
from flows.meanings import CLOSE, ENOUGH
from tests.adapters.understanding.phrases import (
    AT_THE_SALON,
    BEYOND_WORDS,
    DESK,
    ENGLISH,
    RUSSIAN,
    SALON,
    SHOP,
)

SAID = [
    *((SHOP, text, meant) for text, meant in RUSSIAN),
    *((DESK, text, meant) for text, meant in ENGLISH),
    *((SALON, text, meant) for text, meant in AT_THE_SALON),
]


def understood(text: str, meanings: Mapping[str, str]) -> list[str]:
    """The meanings that the engine would act upon, or ask about."""
    ranked = StemmedUnderstanding().at_once(text, meanings)
    sure = [(key, confidence) for key, confidence in ranked if confidence >= ENOUGH]
    return [key for key, confidence in sure if sure[0][1] - confidence <= CLOSE]


@pytest.mark.parametrize(("meanings", "text", "meant"), SAID, ids=lambda one: str(one)[:40])
def test_a_phrase_means_what_people_mean_by_it(
    meanings: Mapping[str, str], text: str, meant: str
) -> None:
    assert understood(text, meanings) == [key for key in meant.split("|") if key]


@pytest.mark.parametrize(("meanings", "text"), BEYOND_WORDS, ids=lambda one: str(one)[:40])
def test_where_words_do_not_tell_nothing_is_guessed(meanings: Mapping[str, str], text: str) -> None:
    assert understood(text, meanings) == []


def test_there_are_enough_phrases_of_each_language_to_trust_it() -> None:
    assert min(len(RUSSIAN), len(ENGLISH)) > 60


def test_a_word_of_one_meaning_says_more_than_a_word_of_all() -> None:
    meanings = {
        "new": "the customer asks about a new parcel",
        "old": "the customer asks about a lost parcel",
        "box": "the customer asks about a parcel box",
    }
    assert understood("lost parcel", meanings) == ["old"]


def test_hostile_texts_mean_nothing_and_cost_little() -> None:
    for text in ("а" * 100_000, "вернуть " * 50_000, "«" * 10_000, "\u0000" * 1000):
        StemmedUnderstanding().at_once(text, SHOP)

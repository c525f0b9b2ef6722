"""Answers meant to do harm: huge ones, digits of other scripts, marks nobody sees."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.answers import BASE_TYPES, Fit, Misfit, answer_type
from flows.nearness import nearest_label
from flows.positions import positions
from tests.flows.test_said import PLAIN, Said, env_of, written

ORDER = answer_type("номер_заказа", base="text", clean="digits", matches=r"\d{5,8}")
SCRIPTS = ("٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "０１２３４５６７８９", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")
MARKS = "\u200e\u200f\u202a\u202c\u2066\u2069\u200b\ufeff"
FRAGMENTS = st.sampled_from(
    [
        *("1", "1 ", "٣", "²", "½", "Ⅷ", "@", "a@", ".", "a.", "-", "+", "+7", "8 (", "/", ":"),
        *("в ", "в 5 ", "пол", "без ", "через ", "два ", "тысяч ", "с половиной ", "half past "),
        *("15.", "15-16 ", "марта ", "утром ", "⭐", "https://", "ll=", "°", "'", "\u202e", "👍🏽"),
        *("yarim ", "o'n ", "все кроме ", "1-", "\n", "\0", "\ud83d", "ё", "İ", "ß", "a" * 100),
    ]
)
HUGE = st.builds(
    lambda parts, times: ("".join(parts) * times)[:10_000],
    st.lists(FRAGMENTS, min_size=1, max_size=6),
    st.sampled_from([1, 2, 10, 10_000]),
)
TIDY = {
    "phone": re.compile(r"\+[0-9]{7,15}"),
    "number": re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:e[+-][0-9]+)?"),
    "integer": re.compile(r"-?[0-9]+"),
    "rating": re.compile(r"[1-5]"),
    "time": re.compile(r"[0-9]{2}:[0-9]{2}"),
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "date_time": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}"),
    "location": re.compile(r"-?[0-9.]+ -?[0-9.]+"),
}


@settings(deadline=None, max_examples=150)
@given(HUGE, st.sampled_from(sorted(BASE_TYPES)), st.sampled_from(["ru", "en", "uz", "de"]))
def test_any_text_is_a_tidy_value_or_a_sentence(text: str, kind: str, language: str) -> None:
    env = env_of(language)
    outcome = BASE_TYPES[kind].parse(text, (), env)
    if isinstance(outcome, Misfit):
        assert outcome.reason
        assert len(outcome.reason) < 600
    elif kind in TIDY:
        assert TIDY[kind].fullmatch(written(outcome.value)), outcome
    BASE_TYPES[kind].find(text, env)
    ORDER.parse(text, (), env)


@settings(deadline=None, max_examples=100)
@given(HUGE)
def test_any_text_names_choices_that_are_there(text: str) -> None:
    assert all(0 <= place < 4 for place in positions(text, 4))
    assert nearest_label(text, ["Доставка", "Самовывоз", text[:50]]) in (None, 0, 1, 2)


FITTING = [said for said in PLAIN if said.refused is None and not said.kind.startswith("text")]
IN_DIGITS = [said for said in FITTING if said.kind in ("phone", "time", "number", "date_time")]


def parsed(said: Said, text: str) -> Any:
    outcome = BASE_TYPES[said.kind.split()[0]].parse(text, (), env_of(said.language))
    return outcome.value if isinstance(outcome, Fit) else outcome


@pytest.mark.parametrize("mark", MARKS)
def test_marks_nobody_sees_change_nothing(mark: str) -> None:
    for said in FITTING:
        if "=" not in said.kind:
            marked = f"{mark}{mark.join(said.text)}{mark}"
            assert parsed(said, marked) == parsed(said, said.text), said


@pytest.mark.parametrize("script", SCRIPTS)
def test_digits_of_every_script_are_digits(script: str) -> None:
    other = str.maketrans("0123456789", script)
    for said in IN_DIGITS:
        if "=" not in said.kind:
            assert parsed(said, said.text.translate(other)) == parsed(said, said.text), said

"""Styled words in WhatsApp's own signs, where they would be understood."""

from typing import Any

import pytest

from adapters.messengers.whatsapp.markup import last_apart, parts_of
from bots.model.message import Entity
from bots.shaping import units


def marked(text: str, *entities: tuple[Any, ...]) -> str:
    """The text with these words styled; one part is expected."""
    (part,) = parts_of(text, styled(text, *entities), 4096)
    return part


def styled(text: str, *entities: tuple[Any, ...]) -> list[Entity]:
    return [
        Entity(kind=kind, start=text.index(words), length=len(words), url="".join(url))
        for kind, words, *url in entities
    ]


@pytest.mark.parametrize(
    ("kind", "result"),
    [
        ("bold", "Это *важно*!"),
        ("italic", "Это _важно_!"),
        ("strikethrough", "Это ~важно~!"),
        ("code", "Это ```важно```!"),
        ("pre", "Это ```важно```!"),
        ("underline", "Это важно!"),
        ("spoiler", "Это важно!"),
    ],
)
def test_each_style_has_its_sign(kind: str, result: str) -> None:
    assert marked("Это важно!", (kind, "важно")) == result


def test_styles_may_lie_inside_of_each_other() -> None:
    text = "Очень важное слово"
    assert marked(text, ("bold", text), ("italic", "важное")) == "*Очень _важное_ слово*"
    assert marked("слово", ("bold", "слово"), ("italic", "слово")) == "*_слово_*"


def test_styles_that_cross_are_not_torn() -> None:
    assert marked("раз два три", ("bold", "раз два"), ("italic", "два три")) == "*раз два* три"


def test_every_line_is_styled_by_itself() -> None:
    assert marked("раз\nдва\n\nтри", ("bold", "раз\nдва\n\nтри")) == "*раз*\n*два*\n\n*три*"


def test_spaces_stay_outside() -> None:
    assert marked("это важно да", ("bold", " важно ")) == "это *важно* да"


@pytest.mark.parametrize(
    ("text", "words"),
    [("цена 5*3 руб", "5*3"), ("недоделанный", "дел"), ("слово2", "слово")],
)
def test_what_would_not_be_understood_stays_plain(text: str, words: str) -> None:
    assert marked(text, ("bold", words)) == text


def test_a_quote_stands_behind_a_sign() -> None:
    assert marked("Он сказал:\nраз\nдва\nи ушёл", ("quote", "раз\nдва")) == (
        "Он сказал:\n> раз\n> два\nи ушёл"
    )


def test_addresses_are_written_out_and_other_styles_keep_their_words() -> None:
    text = "Наш сайт и важно"
    styles = [("link", "сайт", "https://a.b"), ("bold", "важно")]
    assert marked(text, *styles) == "Наш сайт (https://a.b) и *важно*"
    assert marked("https://a.b", ("link", "https://a.b", "https://a.b")) == "https://a.b"


def test_styles_count_characters() -> None:
    assert marked("😀😀 важно", ("bold", "важно")) == "😀😀 *важно*"


def test_a_style_goes_on_in_the_next_part() -> None:
    text = "слово " * 30
    parts = parts_of(text, styled(text, ("bold", text)), 100)
    assert len(parts) > 1
    assert all(part.startswith("*слово") and part.endswith("слово*") for part in parts)
    assert all(units(part) <= 100 for part in parts)
    assert " ".join(part.strip("*") for part in parts) == text.strip()


def test_no_part_is_too_long_however_many_styles() -> None:
    text = "а б " * 100
    many = [Entity(kind="code", start=at * 4, length=1) for at in range(100)]
    assert all(units(part) <= 120 for part in parts_of(text, many, 120))


def test_styles_past_the_end_do_no_harm() -> None:
    wild = [
        Entity(kind="bold", start=-5, length=3),
        Entity(kind="bold", start=3, length=0),
        Entity(kind="link", start=99, length=9, url="https://a.b"),
        Entity(kind="bold", start=0, length=99),
    ]
    assert parts_of("Привет", wild, 4096) == ["*Привет*"]


def test_the_last_part_is_set_apart() -> None:
    assert last_apart([], 10) == ([], "")
    assert last_apart(["раз", "два"], 10) == (["раз"], "два")
    before, last = last_apart(["Слово за словом. Слово за словом."], 20)
    assert (before, last) == (["Слово за словом."], "Слово за словом.")

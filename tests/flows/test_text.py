"""Texts: what is put in place of braces, and which braces are refused."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.env import Env
from flows.errors import RunError
from flows.expressions import ExpressionError
from flows.text import parse_text

ENV = Env("ru", ZoneInfo("Europe/Moscow"), datetime(2026, 3, 2, 7, 0, tzinfo=UTC))
DATA: dict[str, Any] = {
    "user": {"name": None, "phone": "+79991234567"},
    "заявка": {"id": "В-77", "days": 3},
    "номер": "12345",
    "день": date(2026, 3, 5),
    "бронь": {"start": "2026-03-02T14:30:00+03:00", "id": 7},
    "услуга": {"name": "Стрижка", "price": 1500},
    "фото": ["a", "b"],
}


def said(source: str, **more: Any) -> str:
    return parse_text(source).render({**DATA, **more}, ENV)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Просто текст", "Просто текст"),
        (
            "Здравствуйте, {{ user.name | default('рады видеть вас') }}!",
            "Здравствуйте, рады видеть вас!",
        ),
        (
            "Заявка № {{ заявка.id }}. Ответим за {{ заявка.days | plural('день', 'дня', 'дней') }}.",
            "Заявка № В-77. Ответим за 3 дня.",
        ),
        ("{{ услуга.name }} — {{ услуга.price | money }}", "Стрижка — 1\u00a0500\u00a0₽"),
        (
            "телефон {{ user.phone | phone }}, фото: {{ фото | len }} шт.",
            "телефон +7 999 123-45-67, фото: 2 шт.",
        ),
        ("Записала вас на {{ бронь.start | date_time }}.", "Записала вас на 2 марта в 14:30."),
        ("сутки-{{ бронь.id }}", "сутки-7"),
        ("[{{ нет_такого.поля }}]", "[]"),
        ("На {{ день }} всё занято", "На 5 марта всё занято"),
        ("{{ {'a': '}}'}['a'] }}!", "}}!"),
        ("{{ 'a' if номер else 'b' }}{{ номер }}", "a12345"),
        ("{ одна скобка }", "{ одна скобка }"),
        ("{{ yes }}, {{ 1 > 2 }}", "да, нет"),
        ("{{ 0.1 + 0.2 }} и {{ 4 / 2 }}", "0.3 и 2"),
        ("{{ фото }}", "a, b"),
        ("{{ days(1) + hours(3) }}", "1 день 3 часа"),
        ("", ""),
    ],
)
def test_texts_read_as_their_owner_expects(source: str, expected: str) -> None:
    assert said(source) == expected


def test_a_text_that_is_exactly_one_expression_keeps_the_type() -> None:
    assert parse_text("{{ фото }}").value(DATA, ENV) == ["a", "b"]
    assert parse_text("{{ день }}").value(DATA, ENV) == date(2026, 3, 5)
    assert parse_text("№ {{ номер }}").value(DATA, ENV) == "№ 12345"
    assert parse_text("{{ номер }} ").value(DATA, ENV) == "12345 "
    assert parse_text("слова").value(DATA, ENV) == "слова"
    assert parse_text("").value(DATA, ENV) == ""


def test_signs_of_percent_are_plain_words_around_what_is_filled_in() -> None:
    words = "%s {{ x }} %(x)s 100% %% {{ x }}%"
    assert parse_text(words).render({"x": "%d"}, ENV) == "%s %d %(x)s 100% %% %d%"
    assert parse_text("%s{{ x }}").value({"x": 5}, ENV) == "%s5"
    address = replace(parse_text("https://a.ru/%D0%B0?q={{ x }}"), address=True)
    assert address.value({"x": "100%&"}, ENV) == "https://a.ru/%D0%B0?q=100%25%26"
    assert (
        replace(parse_text("https://a.ru/%D0"), address=True).value({}, ENV) == "https://a.ru/%D0"
    )


def test_a_text_tells_what_it_reads_and_whether_it_reads_anything() -> None:
    text = parse_text("{{ user.phone | phone }} {{ номер }}")
    assert not text.constant
    assert text.names == {"user", "номер"}
    assert text.paths == {"user.phone", "номер"}
    assert parse_text("слова").constant


@pytest.mark.parametrize(
    ("source", "column"),
    [
        ("Привет, {{ name", 9),
        ("Привет, name }}", 14),
        ("{{ }}", 3),
        ("Ваш {{ номер + }} тут", 15),
        ("{{ a }} и {{ b..c }}", 16),
        ("{{ 'a }}", 1),
        ("{{ a | monei }}", 8),
    ],
)
def test_a_broken_text_names_its_column(source: str, column: int) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse_text(source)
    assert refused.value.column == column


def test_no_value_and_no_text_grows_without_end() -> None:
    with pytest.raises(RunError):
        said("{{ длинное }}", длинное="я" * 10_001)
    with pytest.raises(RunError):
        said("{{ a }}{{ a }}{{ a }}", a="я" * 9_000)


@settings(deadline=None)
@given(st.text(alphabet="{}' aж|.\n", max_size=30))
def test_any_text_is_read_or_refused(source: str) -> None:
    try:
        text = parse_text(source)
    except ExpressionError:
        return
    with suppress(RunError):
        text.render(DATA, ENV)


# ---------------------------------------------------------------- filters


@pytest.mark.parametrize(
    ("source", "russian", "english"),
    [
        ("{{ '2026-01-15' | date }}", "15 января", "January 15"),
        ("{{ '2024-01-15' | date }}", "15 января 2024", "January 15, 2024"),
        ("{{ at | time }}", "14:30", "14:30"),
        ("{{ at | date_time }}", "2 марта в 14:30", "March 2 at 14:30"),
        ("{{ at | weekday }}", "понедельник", "Monday"),
        ("{{ '09:05:00' | time }}", "09:05", "09:05"),
        ("{{ 'когда-нибудь' | date }}", "когда-нибудь", "когда-нибудь"),
        ("{{ 1234567.5 | money }}", "1\u00a0234\u00a0567,50\u00a0₽", "$1,234,567.50"),
        ("{{ '990' | money('EUR') }}", "990\u00a0€", "€990"),
        ("{{ -5 | money }}", "-5\u00a0₽", "-$5"),
        ("{{ 0.155 | percent }}", "15,5\u00a0%", "15.5%"),
        ("{{ [1, 2, 3] | join(' / ') }}", "1 / 2 / 3", "1 / 2 / 3"),
        ("{{ ['а', 'б'] | lines }}", "а\nб", "а\nб"),
        ("{{ 'ёлка' | upper }}{{ 'Я' | lower }}", "ЁЛКАя", "ЁЛКАя"),
        ("{{ 'анна мария' | title }}", "Анна Мария", "Анна Мария"),
        ("{{ '+79991234567' | mask }}", "+7 ••• •••-••-67", "+7 ••• •••-••-67"),
        ("{{ 'anna@mail.ru' | mask }}", "a•••@mail.ru", "a•••@mail.ru"),
        ("{{ '4276123412345678' | mask }}", "••••••••••••5678", "••••••••••••5678"),
        ("{{ 2.5 | round }} {{ 1.005 | round(2) }}", "3 1.01", "3 1.01"),
        ("{{ '1 500,50' | number }}", "1500.5", "1500.5"),
        ("{{ 'семь' | int | default('?') }}", "?", "?"),
        ("{{ contains('Всё ещё', 'ВСЕ') }}", "да", "yes"),
        ("{{ starts('+7999', '+7') and ends('a.jpg', '.JPG') }}", "да", "yes"),
        (
            "{{ [3, 1, 2] | last }}{{ [3, 1] | min }}{{ [3, 1] | max }}{{ [3, 1] | sum }}",
            "2134",
            "2134",
        ),
        ("{{ str(5) + str('2026-03-02') }}", "52026-03-02", "52026-03-02"),
        ("{{ abs(-3) }}", "3", "3"),
        ("{{ today }} {{ now | time }}", "2 марта 10:00", "March 2 10:00"),
    ],
)
def test_filters_speak_both_languages(source: str, russian: str, english: str) -> None:
    moscow = ZoneInfo("Europe/Moscow")
    data = {"at": datetime(2026, 3, 2, 14, 30, tzinfo=moscow)}
    assert parse_text(source).render(data, ENV) == russian
    assert parse_text(source).render(data, Env("en", moscow, ENV.now)) == english


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "0 дней"),
        (1, "1 день"),
        (2, "2 дня"),
        (5, "5 дней"),
        (11, "11 дней"),
        (14, "14 дней"),
        (21, "21 день"),
        (102, "102 дня"),
        (111, "111 дней"),
        (1.5, "1,5 дня"),
        (12500, "12\u00a0500 дней"),
        ("3", "3 дня"),
        (None, ""),
    ],
)
def test_russian_plurals_take_their_form(number: object, expected: str) -> None:
    assert said("{{ n | plural('день', 'дня', 'дней') }}", n=number) == expected


@pytest.mark.parametrize("language", ["en", "uz"])
def test_three_forms_are_russian_ones_whatever_a_bot_speaks(language: str) -> None:
    text = parse_text("{{ n | plural('день', 'дня', 'дней') }}")
    env = Env(language, ENV.timezone, ENV.now)
    assert [text.render({"n": number}, env) for number in (1, 3, 5)] == [
        "1 день",
        "3 дня",
        "5 дней",
    ]


def test_english_plurals_take_their_form() -> None:
    english = Env("en", ENV.timezone, ENV.now)
    text = parse_text("{{ n | plural('day', 'days') }}")
    assert [text.render({"n": n}, english) for n in (0, 1, 2)] == ["0 days", "1 day", "2 days"]


def test_other_languages_are_written_their_own_way() -> None:
    uzbek = Env("uz", ENV.timezone, ENV.now)
    text = parse_text("{{ d | date }}, {{ d | weekday }}, {{ 1500 | money }}")
    assert text.render({"d": date(2026, 3, 5)}, uzbek) == "5-mart, payshanba, 1\u00a0500\u00a0soʻm"


def test_a_moment_is_shown_in_the_zone_of_the_bot() -> None:
    assert said("{{ at | date_time }}", at="2026-03-02T22:30:00Z") == "3 марта в 01:30"
    assert said("{{ at }}", at=time(9, 5)) == "09:05"

"""YAML is read as text with places, and its errors are told in the owner's words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.report import Report
from flows.yaml_text import Listing, Mapped, Node, Scalar, read_yaml


def read(text: str) -> tuple[list[Node], list[str]]:
    report = Report()
    nodes = read_yaml("x.yaml", text, report)
    return nodes, [str(complaint) for complaint in report.found]


def told(text: str) -> str:
    _, complaints = read(text)
    assert len(complaints) == 1
    return complaints[0]


@pytest.mark.parametrize("text", ["on: x", "no: yes", "12:30: 1:30", "a: 0123", "a: +79991234567"])
def test_a_scalar_stays_what_was_written(text: str) -> None:
    nodes, complaints = read(text)
    key, value = text.rsplit(": ", 1)
    assert complaints == []
    assert isinstance(nodes[0], Mapped)
    (written_key, written_value), *_ = nodes[0].entries
    assert isinstance(written_value, Scalar)
    assert (written_key.text, written_value.text) == (key, value)


def test_every_key_and_value_knows_its_line_and_column() -> None:
    nodes, _ = read("шаги:\n  - say: Привет\n  - ask: 'Как?'\n")
    top = nodes[0]
    assert isinstance(top, Mapped)
    steps = top.get("шаги")
    assert isinstance(steps, Listing)
    second = steps.items[1]
    assert isinstance(second, Mapped)
    key, value = second.entries[0]
    assert (key.place.line, key.place.column) == (3, 5)
    assert (value.place.line, value.place.column) == (3, 10)


def test_documents_of_one_file_are_parted_by_dashes() -> None:
    nodes, _ = read("flow: a\n---\nflow: b\n---\n")
    assert len(nodes) == 2


def test_quotes_make_text_of_anything() -> None:
    nodes, _ = read("a: '5'\nb: 5\nc: |\n  5\n")
    assert isinstance(nodes[0], Mapped)
    values = [value for _, value in nodes[0].entries]
    assert [isinstance(value, Scalar) and value.plain for value in values] == [False, True, False]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("text: {{ name }}, привет", "1: E001 текст, который начинается с {{, возьмите в кавычки"),
        ("text: {{ name }}", "1: E001 текст, который начинается с {{, возьмите в кавычки"),
        ("about:Текст\nwhen: /a", "1: E001 после двоеточия нужен пробел: «about: Текст»"),
        ("flow:а\nabout: Текст", "1: E001 после двоеточия нужен пробел: «flow: а»"),
        (
            "- ask: Имя?\n  save:имя\n  as: text",
            "2: E001 после двоеточия нужен пробел: «save: имя»",
        ),
        ("a: 1\n12:30\nb: 2", "2: E001 «12:30» — не ключ и не пункт списка"),
        (
            'a:\n- say: "Привет\n- say: Как дела?\n- say: "Пока"',
            "2: E001 кавычка, открытая в этой строке, закрылась только в строке 4",
        ),
        ("- 'Да\n- 'Нет'", "1: E001 кавычка, открытая в этой строке, закрылась только в строке 2"),
        ("a: 1\ntext: Ваш заказ: готов", "2: E001 в тексте есть двоеточие с пробелом — возьмите"),
        ("- say: *важно*", "1: E001 текст не может начинаться с «*» — возьмите его в кавычки"),
        ("- %скидка", "1: E001 текст не может начинаться с «%» — возьмите его в кавычки"),
        ("say: @имя", "1: E001 текст не может начинаться с «@» — возьмите его в кавычки"),
        ("say: `код`", "1: E001 текст не может начинаться с «`» — возьмите его в кавычки"),
        ("a: !важно", "1: E001 текст не может начинаться с «!» — возьмите его в кавычки"),
        ('a: "Да" нет', "1: E001 после закрывающей кавычки что-то стоит"),
        ("a:\n\t- x", "2: E001 отступ сделан табуляцией — замените её пробелами"),
        ("a:\n  - x\n - y", "3: E001 отступ этой строки в пробелах — 1, а строки над ней начин"),
        ("a: b\n  c: d", "2: E001 отступ этой строки в пробелах — 2, а строки над ней"),
        ("a:\n  # c\n\n  - b: 1\n     c: d", "5: E001 отступ этой строки в пробелах — 5, а стр"),
        ("- ask: Имя?\nsave: имя", "2: E001 строка не на своём месте"),
        ("a:\n  -ask: Имя?\n   save: имя", "2: E001 после «-» нужен пробел: «- ask: Имя?»"),
        ("a:\n- b\n-Латте\n", "3: E001 после «-» нужен пробел: «- Латте»"),
        ("flow: a\n--\nflow: b", "2: E001 сценарии в одном файле разделяет строка из трёх"),
        ("- ask: Имя?\n  save имя\n  as: text", "2: E001 «save имя» — не ключ и не пункт списка"),
        (
            "- ask: |\n  Имя\n  и город?\n  save: имя",
            "3: E001 «и город?» — не ключ и не пункт списка. Если это ключ, после него нужны",
        ),
        (
            "- ask: |\n    Имя\n   save: имя",
            "3: E001 отступ этой строки в пробелах — 3",
        ),
        ("a: [x,\n  y]\n b: 1", "3: E001 отступ этой строки в пробелах — 1"),
        (
            'm: "\\d{5}"',
            "1: E001 в двойных кавычках «\\d» не прочитать — возьмите текст в одинарные",
        ),
        ("say: “Заказ: готов”", "1: E001 для YAML кавычки “ — просто буквы — возьмите текст в"),
        ("a: [x, y\nb: 1", "1: E001 кавычка или скобка открыта и не закрыта"),
        ("b: 1\na: 'x\n", "2: E001 кавычка или скобка открыта и не закрыта"),
        ("a: &x 1", "1: E001 ссылки YAML («&x») не поддерживаются"),
        ("*a: b", "1: E001 ссылки YAML («*a») не поддерживаются"),
        ("a: !!python/object 1", "1: E001 метки YAML"),
        ("a: 1\nb: 2\na: 3", "3: E003 ключ «a» уже есть в строке 1 — оставьте один"),
        ("a: \x07", "1: E001 в файле есть недопустимый символ"),
        ("[" * 41, "1: E001 слишком глубокая вложенность"),
        ("a: " + "я" * 600_000, "1: E001 файл больше мегабайта — разделите его на несколько"),
    ],
)
def test_what_yaml_refuses_is_told_with_a_cure(text: str, complaint: str) -> None:
    assert told(text).startswith(f"x.yaml:{complaint}")


def test_a_text_cut_by_a_comment_is_warned_about() -> None:
    assert told("say: Заказ #5 готов") == (
        "x.yaml:1: W010 «#5 готов» пропадёт: # с пробелом начинает комментарий."
        " Возьмите текст в кавычки"
    )


@pytest.mark.parametrize("text", ["a: b # c", "a: b   ## c", "# c", "a: 'b' #c", "a: b#c"])
def test_a_comment_that_looks_meant_is_left_alone(text: str) -> None:
    assert read(text)[1] == []


def test_a_text_cut_by_a_comma_is_warned_about() -> None:
    assert told("then: {say: Привет, друг}") == (
        "x.yaml:1: E004 запятая внутри {…} разрезала текст: «друг» стало отдельным ключом."
        " Возьмите текст в кавычки"
    )


def test_braces_with_whole_pairs_cut_nothing() -> None:
    assert read("a: {say: Привет, then: done, share: phone}")[1] == []


@given(st.text(alphabet="ab{}[]:,#&*!|>'\"%@`- \n\tё", max_size=60))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    read(text)

"""`fmt` puts quotes around texts that YAML refuses or cuts, and touches nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.quoting import quote
from flows.report import Report
from flows.yaml_text import Listing, Mapped, Scalar, read_yaml

HEAD = "flow: меню   # сценарий\n\nsteps:\n  а:\n"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("- say: {{ имя }}, привет", '- say: "{{ имя }}, привет"'),
        ("- say: {{ имя }}", '- say: "{{ имя }}"'),
        ("- say: Ваш заказ: готов", '- say: "Ваш заказ: готов"'),
        ("- say: Вот список:", '- say: "Вот список:"'),
        ("- say: *важно* прочесть", '- say: "*важно* прочесть"'),
        ("- say: *важно", '- say: "*важно"'),
        ("- say: %скидка%", '- say: "%скидка%"'),
        ("- say: @имя", '- say: "@имя"'),
        ("- say: !важно", '- say: "!важно"'),
        ("- say: &раз два", '- say: "&раз два"'),
        ('- say: "Да" и точка', "- say: '\"Да\" и точка'"),
        ("- say: Заказ #5 готов", '- say: "Заказ #5 готов"'),
        ("- say: Заказ #5 готов  # комментарий", '- say: "Заказ #5 готов"  # комментарий'),
        ("- say: *важно*   # комментарий", '- say: "*важно*"   # комментарий'),
        ("- {say: Привет, друг}", '- {say: "Привет, друг"}'),
        ("- {say: Раз, два, три}", '- {say: "Раз, два, три"}'),
        (
            "- {ask: Раз, два, retry: Ещё, пожалуйста}",
            '- {ask: "Раз, два", retry: "Ещё, пожалуйста"}',
        ),
        (
            "- say:\n    text: Итог: да\n    once: yes",
            '- say:\n    text: "Итог: да"\n    once: yes',
        ),
    ],
)
def test_a_text_that_needs_quotes_gets_them(written: str, expected: str) -> None:
    assert quote(HEAD + indented(written)) == HEAD + indented(expected)


@pytest.mark.parametrize(
    "written",
    [
        "- say: Привет, {{ имя }}!  # комментарий",
        "- say: 'Ваш заказ: готов'",
        "- say: |\n    Ваш заказ: готов\n    #5",
        "- ask: Ну?\n  buttons: [Да, Нет]",
        "- ask: Ну?\n  buttons: [Да, Нет",
        "- say: Ваш заказ: готов\n    и это ещё не всё",
        "- say: да\n   сбито: нет",
    ],
)
def test_what_is_right_or_not_understood_stays(written: str) -> None:
    text = HEAD + indented(written)
    assert quote(text) == text


def test_line_ends_and_everything_else_are_kept() -> None:
    text = "flow: меню\r\n\r\n# *звёзды*\r\nsteps:\r\n  а:\r\n  - say: *важно*\r\n\r\n"
    assert quote(text) == text.replace("*важно*", '"*важно*"')


@settings(max_examples=150, deadline=None)
@given(st.text("абв {}:#*&!%@`\"'-,.|>?=[]№5", min_size=1, max_size=20))
def test_what_was_meant_is_what_is_read_and_a_second_run_changes_nothing(words: str) -> None:
    text = HEAD + indented(f"- say: {words}\n- say: дальше")
    once = quote(text)
    assert quote(once) == once
    if once != text:
        assert once.splitlines()[:4] == text.splitlines()[:4]
        assert once.splitlines()[5:] == text.splitlines()[5:]
        read = said(once)
        assert read is None or words.strip().startswith(read)


def said(text: str) -> str | None:
    """What the first action says; None where the file still cannot be read."""
    report = Report()
    nodes = read_yaml("a", text, report)
    if report.errors or not nodes:
        return None
    steps = nodes[0]
    for key in ("steps", "а"):
        assert isinstance(steps, Mapped)
        found = steps.get(key)
        assert found is not None
        steps = found
    action = steps.items[0] if isinstance(steps, Listing) else steps
    value = action.get("say") if isinstance(action, Mapped) else None
    return value.text if isinstance(value, Scalar) else None


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.split("\n"))


def test_a_variable_of_the_environment_hides_nothing_that_wants_quotes() -> None:
    bot = "bot: Ваш заказ: готов\nchannels: {telegram: {token: ${TOKEN}}}\n"
    assert quote(bot) == bot.replace("Ваш заказ: готов", '"Ваш заказ: готов"')

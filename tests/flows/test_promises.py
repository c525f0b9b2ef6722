"""`needs` and `gives`: values are of the types they promise, at load and while a dialog runs."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.answers import BASE_TYPES, answer_type
from flows.env import Env
from flows.promises import conform
from tests.flows.loading import said

ENV = Env("ru", ZoneInfo("UTC"), datetime(2026, 3, 2, 10, tzinfo=UTC))
ORDER = answer_type("номер", base="text", clean="digits", matches=r"\d{5}")
MOMENT = datetime(2026, 3, 5, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("text", "да", "да"),
        ("text", 5, "5"),
        ("text", 5.0, "5"),
        ("text", "", ""),
        ("number", "1 500,50", 1500.5),
        ("number", 3, 3),
        ("integer", 3.0, 3),
        ("integer", "три", 3),
        ("yes_no", False, False),
        ("yes_no", "да", True),
        ("date", date(2026, 3, 5), date(2026, 3, 5)),
        ("date", "2026-03-05", date(2026, 3, 5)),
        ("date", MOMENT, date(2026, 3, 5)),
        ("date_time", MOMENT.isoformat(), MOMENT),
        ("time", "12:30", time(12, 30)),
        ("phone", "8 (999) 123-45-67", "+79991234567"),
        ("photos", ("a", "b"), ["a", "b"]),
        ("location", {"latitude": 1, "longitude": 2}, {"latitude": 1, "longitude": 2}),
        ("any", {"x": [1]}, {"x": [1]}),
        ("choice", {"id": 1}, {"id": 1}),
        ("rating", 5, 5),
    ],
)
def test_a_value_is_taken_as_its_type_has_it(kind: str, value: Any, kept: Any) -> None:
    fit = conform(BASE_TYPES[kind], value, ENV)
    assert fit is not None
    assert fit.value == kept
    assert type(fit.value) is type(kept)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", {"a": 1}),
        ("text", [1]),
        ("number", "много"),
        ("number", True),
        ("integer", 2.5),
        ("yes_no", "может быть"),
        ("yes_no", 1),
        ("date", "вчера или сегодня"),
        ("date", 5),
        ("phone", "123"),
        ("phone", {"phone": "+79991234567"}),
        ("photos", "a"),
        ("location", 5),
        ("rating", 50),
    ],
)
def test_a_value_of_another_type_is_none(kind: str, value: Any) -> None:
    assert conform(BASE_TYPES[kind], value, ENV) is None


@pytest.mark.parametrize("kind", sorted(BASE_TYPES))
def test_what_is_empty_fits_every_type(kind: str) -> None:
    fit = conform(BASE_TYPES[kind], None, ENV)
    assert fit is not None
    assert fit.value is None


def test_an_owners_type_holds_for_values_too() -> None:
    fit = conform(ORDER, 12345, ENV)
    assert fit is not None
    assert fit.value == "12345"
    assert conform(ORDER, "123", ENV) is None


# ---------------------------------------------------------------- while a dialog runs

FLOWS = """
flow: а
when: [/a]
steps:
  а:
    - ask: Что передать?
      save: что
    - call: б
      with: {номер: "{{ что }}"}
      save: итог
    - say: "{{ итог.сумма }} {{ итог.кто | default('никто') }}"
---
flow: б
needs: {номер: номер}
gives: {сумма: number, кто: text}
steps:
  а:
    - set: {сумма: "{{ chat.сумма }}"}
    - say: Номер {{ номер }}.
---
flow: в
when: [/v]
steps:
  а:
    - ask: Имя?
      save: имя
    - say: "{{ имя }}"
"""
BOT = """
types: {номер: {as: text, clean: digits, matches: '\\d{5}'}}
meanwhile:
  - when: {event: error}
    then: {say: Ой.}
"""


def test_a_value_comes_in_the_form_of_its_type(talk: Any) -> None:
    dialog = talk(FLOWS, BOT, chat={"сумма": "1 500"})
    dialog.hears("/a", "Что передать?").hears("12-345", "Номер 12345.", "1500 никто")


def test_a_value_that_does_not_fit_is_a_named_error(talk: Any) -> None:
    dialog = talk(FLOWS, BOT).hears("/a").hears("абв", "Что передать?", "Ой.")
    (error,) = dialog.play.happenings("error")
    assert error["reason"] == "«номер» сценария «б» — это номер, а дали текст (3)"
    assert (error["flow"], error["step"]) == ("а", "а")
    assert dialog.idle


def test_a_result_that_does_not_fit_is_a_named_error(talk: Any) -> None:
    dialog = talk(FLOWS, BOT, chat={"сумма": "много"})
    dialog.hears("/a", "Что передать?").hears("12345", "Номер 12345.", "Ой.")
    (error,) = dialog.play.happenings("error")
    assert "результат «сумма» сценария «б» — это number, а дали текст (5)" in error["reason"]


def test_a_caller_gets_the_variables_that_were_promised(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - call: б
          save: кто
        - say: "{{ кто.имя }} {{ кто.тайна | default('—') }}"
    ---
    flow: б
    gives: {имя: text}
    steps:
      а:
        - ask: Имя?
          save: имя
        - set: {тайна: да}
    """
    talk(flows).hears("/a", "Имя?").hears("Аня", "Аня —")


PRESSED = """
flow: а
when: [/a]
steps:
  а:
    - say:
        text: Вот.
        buttons:
          Открыть: {call: б, with: {номер: "{{ chat.номер }}"}}
---
flow: б
needs: {номер: номер}
steps:
  а:
    - say: Номер {{ номер }}.
---
flow: в
when: [/v]
steps:
  а:
    - ask: Имя?
      save: имя
    - say: "{{ имя }}"
"""


def test_a_button_of_no_use_harms_nothing_that_is_under_way(talk: Any) -> None:
    dialog = talk(PRESSED, BOT, chat={"номер": "нет"}).hears("/a", "Вот.").hears("/v", "Имя?")
    dialog.presses("Открыть", "Эта кнопка уже не действует.", "Имя?").hears("Аня", "Аня")
    assert (
        "«номер» сценария «б» — это номер, а дали текст (3)"
        in dialog.play.happenings("error")[0]["reason"]
    )


def test_what_was_to_begin_later_with_a_wrong_value_harms_nothing(talk: Any, bot: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - later: {after: 1h, call: б, with: {число: "{{ chat.число }}"}, if_busy: now}
        - ask: Имя?
          save: имя
        - say: "{{ имя }}"
    ---
    flow: б
    needs: {число: text}
    steps:
      а: [{say: "{{ число }}"}]
    """
    dialog = talk(flows, chat={"число": "много"}).hears("/a", "Имя?")
    dialog.play.edit(bot(flows.replace("{число: text}", "{число: number}")))
    dialog.passes("1h").says().hears("Аня", "Аня")
    assert (
        "«число» сценария «б» — это number, а дали текст (5)"
        in dialog.play.happenings("error")[0]["reason"]
    )


# ---------------------------------------------------------------- at load


def flow_with(steps: str, more: str = "") -> str:
    lines = "\n".join(f"    {line}" for line in steps.strip().splitlines())
    return f"flow: меню\nwhen: [/start]\n{more}steps:\n  шаг:\n{lines}\n"


OTHER = """
flow: другой
when: [/other]
needs:
  номер: {as: номер_заказа, optional: yes}
  телефон: {as: phone, optional: yes}
  день: {as: date, optional: yes}
  фото: {as: photos, optional: yes}
steps:
  шаг:
    - say: "{{ номер }} {{ телефон }} {{ день }} {{ фото }}"
"""


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (
            "- call: другой\n  with: {номер: абв}",
            "flows/0.yaml:5: E028 «другой»: «номер» — это номер_заказа, а «абв» не подходит",
        ),
        ("- start: другой\n  with: {телефон: 12}", "E028 «другой»: «телефон» — это phone, а «12»"),
        ("- later: {after: 1h, call: другой, with: {день: вдруг}}", "E028 «другой»: «день»"),
        (
            "- say: {text: Да, buttons: {Ну: {call: другой, with: {номер: абв}}}}",
            "E028 «другой»: «номер»",
        ),
        (
            """
- ask: Сколько?
  save: сколько
  as: number
- call: другой
  with: {день: "{{ сколько }}"}
""",
            "flows/0.yaml:8: E028 «другой»: «день» — это date, а «сколько» — number",
        ),
        (
            '- call: другой\n  with: {фото: "{{ user.name }}"}',
            "E028 «другой»: «фото» — это photos, а «user.name» — text",
        ),
    ],
)
def test_a_value_of_a_wrong_type_is_told_at_load(steps: str, told: str) -> None:
    found = said(flow_with(steps), OTHER)
    assert any(told in one for one in found), found


@pytest.mark.parametrize(
    "steps",
    [
        '- call: другой\n  with: {номер: 12345, телефон: "{{ user.phone }}", день: null}',
        '- ask: Номер?\n  save: н\n  as: integer\n- call: другой\n  with: {номер: "{{ н }}"}',
        '- ask: Кто?\n  save: к\n- call: другой\n  with: {день: "{{ к }}", номер: "№ {{ к }}"}',
    ],
)
def test_what_may_fit_is_let_pass(steps: str) -> None:
    assert not [one for one in said(flow_with(steps), OTHER) if "E028" in one]


def test_a_promise_that_is_never_kept_is_told() -> None:
    more = "gives: {имя: text, город: text}\n"
    told = said(flow_with("- ask: Имя?\n  save: имя\n- done", more))
    (found,) = [one for one in told if "W026" in one]
    assert found.startswith("flows/0.yaml:1: W026 сценарий «меню» обещает «город» и нигде не даёт")
    assert found.endswith("добавьте в done: {город: …} или уберите из gives")

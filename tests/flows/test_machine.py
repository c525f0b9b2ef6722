"""A flow's moves are a table held by a state machine."""

from typing import Any

from flows.machine import CANCELLED, DONE, allowed
from tests.flows.loading import loaded

RETURN = """
    flow: меню
    when: привет
    steps:
      номер:
        - ask: Номер?
          save: номер
      проверка:
        - ask: Верно?
          as: yes_no
          save: верно
          buttons:
            Да: yes
            Исправить: {go: номер}
          timeout: {after: 1h, then: done}
        - if: not верно
          then: {go: cancel}
      конец:
        - say: Готово
    meanwhile:
      - when: заново
        then: {go: номер}
    """


def test_a_flow_moves_as_it_is_written() -> None:
    flow = loaded(RETURN).flows["меню"]
    assert allowed(flow, "", "номер")
    assert allowed(flow, "номер", "проверка")
    assert allowed(flow, "проверка", "номер")
    assert allowed(flow, "проверка", "конец")
    assert allowed(flow, "проверка", DONE)
    assert allowed(flow, "проверка", CANCELLED)
    assert allowed(flow, "конец", DONE)


def test_a_flow_does_not_jump_where_nothing_leads() -> None:
    flow = loaded(RETURN).flows["меню"]
    assert not allowed(flow, "", "конец")
    assert not allowed(flow, "номер", "конец")
    assert not allowed(flow, "номер", DONE)
    assert not allowed(flow, "конец", "проверка")


def test_a_handler_of_the_flow_and_a_cancel_may_come_in_any_step() -> None:
    flow = loaded(RETURN).flows["меню"]
    assert all(allowed(flow, step, "номер") for step in flow.steps)
    assert all(allowed(flow, step, CANCELLED) for step in flow.steps)


def test_a_button_of_an_older_message_may_be_pressed_in_any_step() -> None:
    flow = loaded(
        """
        flow: меню
        when: привет
        steps:
          а: {say: {text: Да, buttons: {К а: {go: а}}}}
          б: {ask: Ну?}
        """
    ).flows["меню"]
    assert allowed(flow, "б", "а")


def test_a_step_that_is_no_longer_there_may_be_left_for_any_other() -> None:
    flow = loaded(RETURN).flows["меню"]
    assert allowed(flow, "старый шаг", "конец")
    assert not allowed(flow, "старый шаг", "другой старый шаг")


def test_the_machine_moves_a_plain_object() -> None:
    flow = loaded(RETURN).flows["меню"]

    class Dialog:
        state = "номер"

    dialog = Dialog()
    assert flow.machine.machine.events["проверка"].trigger(dialog)
    assert dialog.state == "проверка"


def test_a_step_may_be_called_as_a_final_state_is() -> None:
    flow = loaded("flow: меню\nwhen: а\nsteps: {done: {say: Да}, готово: {say: Нет}}").flows["меню"]
    assert allowed(flow, "done", "готово")
    assert not allowed(flow, "done", DONE)
    assert allowed(flow, "готово", DONE)


def test_a_flow_goes_on_where_another_may_not_be_started(talk: Any) -> None:
    flows = """
    flow: меню
    when: [/меню]
    steps:
      раз: {start: закрыто}
      два: {say: Дальше.}
    ---
    flow: закрыто
    only_if: 1 > 2
    steps: {а: {say: Не здесь.}}
    """
    talk(flows).hears("/меню", "Дальше.")

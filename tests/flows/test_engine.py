"""One step at a time: what goes in stays as it was, what comes out is JSON, what is slow waits."""

import copy
import json
from collections.abc import Mapping
from typing import Any

import pytest

from flows import engine
from flows.turn import Around, Chosen, DropRun, Fired, Heard, Returned, Run, Understand

SLOW = """
flow: заказ
when: [/order]
steps:
  номер:
    - ask: Номер?
      save: номер
  поиск:
    - do: slow.find
      with: {x: "{{ номер }}"}
      save: заказ
    - say: "{{ заказ.status }}"
  ещё:
    - ask: Ещё?
      save: ещё
    - say: "Ещё: {{ ещё }}"
---
flow: справка
when: [/help]
steps:
  а:
    - say: Справка.
"""
WORDS = """
meanwhile:
  - when: [/cancel, отмена]
    then:
      - say: Хорошо.
      - go: cancel
"""


@pytest.fixture
def waiting(talk: Any) -> Any:
    """A dialog that waits for a slow action."""
    dialog = talk(SLOW, WORDS, actions={"slow.find": {"status": "в пути"}})
    dialog.hears("/order", "Номер?")
    dialog.play.held = True
    return dialog.hears("5")


def test_a_slow_action_is_a_turn_of_its_own(waiting: Any) -> None:
    waiting.says()
    assert not waiting.play.settled
    (run,) = waiting.play.running.values()
    assert (run.action, run.arguments, run.quick) == ("slow.find", {"x": "5"}, False)
    waiting.play.answer_actions()
    waiting.says("в пути", "Ещё?")
    assert waiting.play.settled


def test_what_is_written_while_an_action_runs_is_heard_after_it(waiting: Any) -> None:
    waiting.hears("да").hears("/help").says()
    waiting.play.answer_actions()
    waiting.says("в пути", "Ещё?", "Ещё: да", "Справка.")


def test_only_so_much_is_kept_while_an_action_runs(waiting: Any) -> None:
    for n in range(510):
        waiting.hears(str(n))
    mail = waiting.play.position["mail"]
    assert (len(mail), mail[0]["text"], mail[-1]["text"]) == (500, "0", "499")


def test_cancel_is_heard_at_once_and_drops_the_action(waiting: Any) -> None:
    (wait,) = waiting.play.running
    waiting.hears("отмена", "Хорошо.")
    assert not waiting.play.running
    assert waiting.idle
    step = engine.advance(
        waiting.play.bot,
        waiting.play.position,
        Returned(wait=wait, value={}),
        Around(now=waiting.play.now),
    )
    assert step.effects == ()


def test_start_is_heard_at_once_too(talk: Any) -> None:
    dialog = talk(SLOW, WORDS + "start: справка\n", actions={"slow.find": {}})
    dialog.hears("/order")
    dialog.play.held = True
    dialog.hears("5").news()
    dialog.hears("/start", "Справка.")
    assert not dialog.play.running


def test_the_dropped_action_is_named(talk: Any) -> None:
    dialog = talk(SLOW, WORDS, actions={"slow.find": {}})
    dialog.hears("/order")
    dialog.play.held = True
    dialog.hears("5")
    (wait,) = dialog.play.running
    step = engine.advance(
        dialog.play.bot,
        dialog.play.position,
        Heard(text="/cancel"),
        Around(now=dialog.play.now),
    )
    assert DropRun(wait=wait) in step.effects


def test_a_position_is_never_changed_and_always_json(waiting: Any) -> None:
    position = waiting.play.position
    kept = copy.deepcopy(position)
    around = Around(now=waiting.play.now)
    (wait,) = waiting.play.running
    whats = (
        Heard(text="привет"),
        Returned(wait=wait, value={"status": "x"}),
        Returned(wait=wait, failed="нет"),
        Heard(text="/cancel"),
        Fired(payload={"kind": "expires"}),
    )
    for what in whats:
        step = engine.advance(waiting.play.bot, position, what, around)
        assert position == kept
        assert json.loads(json.dumps(step.position)) == step.position


def test_what_ends_a_step_and_goes_on_is_its_last_effect(talk: Any) -> None:
    flows = """
    flow: а
    when: [{means: что-то}]
    steps:
      а:
        - say: Сейчас.
        - do: x.y
          save: x
        - ask: Ну?
          save: ну
    """
    dialog = talk(flows, actions={"x.y": 1})
    around = Around(now=dialog.play.now)
    first = engine.advance(dialog.play.bot, {}, Heard(text="эй"), around)
    understand = first.effects[-1]
    assert isinstance(understand, Understand)
    assert understand.candidates == {"а": "что-то"}
    chosen = Chosen(wait=understand.wait, ranked=(("а", 0.8),))
    second = engine.advance(dialog.play.bot, first.position, chosen, around)
    assert second.understood.confidence == 0.8
    run = second.effects[-1]
    assert isinstance(run, Run)
    assert run.quick
    third = engine.advance(
        dialog.play.bot, second.position, Returned(wait=run.wait, value=1), around
    )
    assert third.understood.rung == ""


def test_a_choice_or_result_nobody_waits_for_is_let_pass(talk: Any) -> None:
    dialog = talk(SLOW, WORDS, actions={"slow.find": {}}).hears("/order", "Номер?")
    around = Around(now=dialog.play.now)
    position: Mapping[str, Any] = dialog.play.position
    for what in (Chosen(wait="w99", ranked=(("заказ", 1.0),)), Returned(wait="w99")):
        step = engine.advance(dialog.play.bot, position, what, around)
        assert step.effects == ()
        assert step.position == position


def test_the_step_is_the_last_one_entered(talk: Any) -> None:
    dialog = talk(SLOW, WORDS, actions={"slow.find": {"status": "в пути"}})
    dialog.hears("/order")
    assert dialog.play.step == "номер"
    dialog.hears("5")
    assert dialog.play.step == "ещё"


def test_entities_are_what_the_flow_gives_once_it_is_over(talk: Any) -> None:
    flows = """
    flow: заказ
    when: [{contains: заказ}]
    gives: {номер: text, статус: text, всё: any}
    steps:
      а:
        - ask: Номер?
          save: номер
        - do: slow.find
          save: всё
        - done: {номер: "{{ номер }}", статус: "{{ всё.status }}"}
    """
    dialog = talk(flows, actions={"slow.find": {"status": "в пути"}})
    dialog.hears("мой заказ", "Номер?")
    assert dialog.play.understood.entities == {}
    dialog.hears("5")
    assert dialog.play.understood.entities == {"номер": "5", "статус": "в пути"}
    assert dialog.play.understood.intent == "заказ"


def test_the_trigger_is_the_message_that_woke_the_task(talk: Any) -> None:
    flows = """
    flow: меню
    when: [/menu]
    steps:
      а:
        - ask: Что?
          buttons:
            Задача: {call: задача}
            Помощник: {call: помощник}
        - go: а
    ---
    flow: задача
    when: [{contains: задач}]
    steps:
      а:
        - say: "[{{ trigger.text }}]"
        - call: помощник
    ---
    flow: помощник
    steps:
      а:
        - say: "({{ trigger.text }})"
    """
    dialog = talk(flows, "meanwhile:\n  - when: эй\n    then: {call: помощник}\n")
    dialog.hears("моя задача", "[моя задача]", "(моя задача)")
    dialog.hears("/menu", "Что?").presses("Задача", "[]", "()", "Что?")
    dialog.presses("Помощник", "(/menu)", "Что?")
    dialog.hears("эй", "(эй)", "Что?")


def test_dates_survive_in_variables(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - ask: Когда?
          save: день
          as: date
        - ask: "{{ день | date }}?"
          as: yes_no
          save: да
        - say: "{{ день + days(1) | date }}"
    """
    dialog = talk(flows)
    dialog.hears("/a").hears("завтра", "Когда?", "3 марта?").hears("да", "4 марта")


def test_lists_are_walked_one_by_one(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - do: x.y
          save: все
        - each: все
          then:
            - say: "{{ item.n }}"
            - each: item.внутри
              then:
                - say: "{{ item }}"
        - say: Всё.
    """
    data = [{"n": 1, "внутри": ["а", "б"]}, {"n": 2, "внутри": []}]
    dialog = talk(flows, actions={"x.y": lambda _: data})
    dialog.hears("/a", "1", "а", "б", "2", "Всё.")
    talk(flows, actions={"x.y": None}).hears("/a", "Всё.")


def test_a_case_is_chosen_by_its_value(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - do: x.y
          save: x
        - choose: x
          cases:
            1: [{say: один}]
            yes: [{say: да}]
            слово: [{say: слово}]
          else: [{say: иначе}]
    """
    values: list[Any] = [1, 1.0, True, "слово", None, "1"]
    dialog = talk(flows, actions={"x.y": values})
    for expected in ("один", "один", "да", "слово", "иначе", "один"):
        dialog.hears("/a", expected)


def test_a_question_waits_in_a_handler_too(talk: Any) -> None:
    flows = """
    flow: форма
    about: Форма
    when: [/form]
    steps:
      а:
        - ask: Имя?
          save: имя
          meanwhile:
            - when: зачем
              then:
                - ask: Правда интересно?
                  as: yes_no
                  save: интересно
                - if: интересно
                  then: {say: Так надо.}
        - say: "{{ имя }} {{ интересно }}"
    """
    dialog = talk(flows).hears("/form", "Имя?").hears("зачем", "Правда интересно?")
    dialog.hears("да", "Так надо.", "Продолжим «Форма»?").hears("Аня", "Аня *")


def test_what_was_written_before_a_request_for_a_person_does_not_withdraw_it(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - do: slow.find
        - handoff: поддержка
          say: Зову.
        - say: Вернулись.
    """
    dialog = talk(flows, "queues: {поддержка: {}}\n", actions={"slow.find": 1})
    dialog.play.held = True
    dialog.hears("/a").hears("ау").says()
    dialog.play.answer_actions()
    dialog.says("Зову.")
    assert dialog.play.owner == "queue"


def test_a_lost_action_does_not_hold_the_chat_for_ever(waiting: Any) -> None:
    waiting.play.running.clear()
    waiting.passes("24h").says()
    assert waiting.idle


def test_a_chat_the_bot_has_again_unnoticed_goes_on(talk: Any) -> None:
    flows = "flow: а\nwhen: [/a]\nsteps:\n  а:\n    - handoff: п\n    - say: Вернулись.\n"
    dialog = talk(flows, "queues: {п: {}}\n").hears("/a")
    dialog.play.owner = "bot"
    dialog.hears("/a", "Вернулись.")


def test_a_very_long_message_is_cut(talk: Any) -> None:
    dialog = talk("flow: а\nwhen: [/a]\nsteps:\n  а:\n    - ask: Что?\n      save: x\n")
    dialog.hears("/a").hears("ы" * 50_000)
    assert len(json.dumps(dialog.play.position, ensure_ascii=False)) < 25_000


def test_what_was_written_before_a_cancel_is_not_heard_after_it(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - do: slow.x
        - ask: Имя?
          save: имя
    """
    dialog = talk(flows, actions={"slow.x": 1})
    dialog.play.held = True
    dialog.hears("/a").hears("ну что там").hears("отмена", "Хорошо, остановились.")
    assert dialog.idle


def test_a_circle_is_heard_once(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - say: Снова.
        - if: not стоп
          then: {go: а}
        - set: {стоп: yes}
    """
    talk(flows).hears("/a", "Снова.", "Что-то пошло не так. Уже разбираемся.")


def test_a_second_press_while_the_first_is_acted_on_is_let_pass(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - ask: Отправить?
          save: x
          as: yes_no
        - do: slow.x
        - ask: Имя?
          save: имя
    """
    dialog = talk(flows, actions={"slow.x": 1}).hears("/a", "Отправить?")
    payload = dialog.play.offered[0].payload
    dialog.play.held = True
    dialog.play.press_payload(payload)
    dialog.play.press_payload(payload)
    dialog.says()
    dialog.play.answer_actions()
    dialog.says("Имя?")

"""Interruption and return, cancel, back, calls and limits."""

import json
from typing import Any

import pytest

FORM = """
flow: форма
about: Заполнить форму.
when: [/form]
steps:
  имя:
    - ask: Имя?
      save: имя
  город:
    - ask: Город?
      save: город
      as: choice
      buttons: [Москва, Пермь]
  конец:
    - say: "{{ имя }}, {{ город }}"
---
flow: справка
when: [/help]
steps:
  а:
    - say: Вот справка.
---
flow: опрос
about: Пройти опрос
when: [/poll]
steps:
  а:
    - ask: Нравится?
      as: yes_no
      save: нравится
    - say: Спасибо!
"""


@pytest.fixture
def dialog(talk: Any) -> Any:
    return talk(FORM)


def test_an_interruption_that_only_answers_repeats_the_question_at_once(dialog: Any) -> None:
    dialog.hears("/form", "Имя?").hears("/help", "Вот справка.", "Имя?")
    dialog.hears("Аня", "Город?")


def test_after_an_interruption_that_asked_the_customer_is_asked_whether_to_go_on(
    dialog: Any,
) -> None:
    dialog.hears("/form", "Имя?").hears("/poll", "Нравится?")
    dialog.hears("да", "Спасибо!", "Продолжим «Заполнить форму»?")
    assert dialog.buttons == ["Да", "Нет"]
    dialog.hears("да", "Имя?")
    dialog.hears("Аня", "Город?").hears("пермь", "Аня, Пермь")


def test_no_cancels_the_suspended_task(dialog: Any) -> None:
    dialog.hears("/form").hears("/poll").hears("да").news()
    dialog.presses("Нет", "Хорошо, остановились.")
    assert dialog.idle
    assert dialog.counted("task_cancelled") == 1


def test_anything_else_is_heard_as_if_the_suspended_question_were_asked(dialog: Any) -> None:
    dialog.hears("/form").hears("/poll").hears("да").news()
    dialog.hears("Аня", "Город?")
    dialog.hears("/poll").hears("нет").news()
    dialog.hears("/help", "Вот справка.", "Город?")


def test_the_buttons_of_go_on_are_stale_once_it_has_been_answered(dialog: Any) -> None:
    dialog.hears("/form").hears("/poll").hears("да")
    offered = dialog.play.offered[0].payload
    dialog.hears("Аня").news()
    dialog.play.press_payload(offered)
    dialog.says("Эта кнопка уже не действует.", "Город?")


SEVERAL = (
    FORM
    + """
---
flow: ещё
about: Ещё одно
when: [/more]
steps:
  а:
    - ask: Сколько?
      as: number
      save: сколько
    - say: Записали.
"""
)


def test_several_interrupted_tasks_are_listed_newest_first(talk: Any) -> None:
    dialog = talk(SEVERAL)
    dialog.hears("/form").hears("/more").hears("/poll").news()
    dialog.hears("да", "Спасибо!", "К чему вернёмся?")
    assert dialog.buttons == ["Ещё одно", "Заполнить форму", "Ни к чему"]
    dialog.presses("Заполнить форму", "Имя?")
    dialog.hears("Аня", "Город?").hears("Пермь", "Аня, Пермь", "Продолжим «Ещё одно»?")
    dialog.hears("да", "Сколько?").hears("5", "Записали.")
    assert dialog.idle


def test_yes_to_the_list_is_the_newest_and_answers_nothing_beneath(talk: Any) -> None:
    dialog = talk(SEVERAL).hears("/form").hears("/poll").hears("/more").news()
    dialog.hears("5", "Записали.", "К чему вернёмся?").hears("да", "Нравится?")
    dialog.hears("да", "Спасибо!", "Продолжим «Заполнить форму»?")


def test_none_of_the_interrupted_tasks_ends_them_all(talk: Any) -> None:
    dialog = talk(SEVERAL)
    dialog.hears("/form").hears("/more").hears("/poll").hears("да").news()
    dialog.hears("ни к чему", "Хорошо, остановились.")
    assert dialog.idle


MENU = """
flow: меню
when: [/menu]
steps:
  а:
    - ask: Что делать?
      buttons:
        Ничего: {say: Хорошо.}
    - go: а
---"""


def test_a_menu_is_never_offered_but_repeated(talk: Any) -> None:
    dialog = talk(MENU + FORM)
    dialog.hears("/menu", "Что делать?").hears("/poll", "Нравится?")
    dialog.hears("да", "Спасибо!", "Что делать?")


@pytest.mark.parametrize(
    ("policy", "then"), [("auto", ("Спасибо!", "Имя?")), ("never", ("Спасибо!",))]
)
def test_a_bot_may_resume_by_itself_or_never(talk: Any, policy: str, then: tuple[str, ...]) -> None:
    dialog = talk(FORM, f"defaults: {{resume: {policy}}}\n")
    dialog.hears("/form").hears("/poll").news()
    dialog.hears("да", *then)
    assert dialog.idle == (policy == "never")


def test_a_flow_that_is_under_way_is_never_begun_twice(dialog: Any) -> None:
    dialog.hears("/form", "Имя?").hears("Аня", "Город?").hears("/poll", "Нравится?")
    dialog.hears("/form", "Город?")
    assert len(dialog.play.position["stack"]) == 1


def test_interruptions_nest_five_deep_and_the_oldest_is_dropped_with_a_note(talk: Any) -> None:
    flows = "\n---\n".join(
        f"flow: ф{n}\nabout: Дело {n}\nwhen: [/f{n}]\nsteps:\n  а:\n    - ask: Вопрос {n}?\n"
        f"      as: number\n      save: x\n"
        for n in range(8)
    )
    dialog = talk(flows)
    for n in range(6):
        dialog.hears(f"/f{n}", f"Вопрос {n}?")
    dialog.hears("/f6", "Начатых дел стало слишком много, «Дело 0» закрыто.", "Вопрос 6?")
    assert len(dialog.play.position["stack"]) == 6


# ---------------------------------------------------------------- cancel

CALLS = """
flow: меню
when: [/menu]
steps:
  а:
    - ask: Что?
      buttons:
        Запись: {call: запись}
        Подсказка: {call: подсказка}
    - say: Что-нибудь ещё?
    - go: а
---
flow: запись
when: [/book]
steps:
  а:
    - call: контакты
      save: контакт
    - say: "Записала: {{ контакт.имя }}"
meanwhile:
  - when: {event: cancel}
    then: {say: Не записываю.}
---
flow: контакты
gives: {имя: text}
steps:
  а:
    - ask: Имя?
      save: имя
    - ask: Фамилия?
      save: фамилия
    - done: {имя: "{{ имя }} {{ фамилия }}"}
---
flow: подсказка
steps:
  а:
    - ask: Какая?
      save: какая
"""
WORDS = """
meanwhile:
  - when: [/cancel, отмена]
    then:
      - say: Хорошо.
      - go: cancel
  - when: назад
    then: {go: back}
  - when: помощь
    then: {call: подсказка}
"""


def test_cancel_ends_the_task_with_its_helpers_and_the_caller_goes_on(talk: Any) -> None:
    dialog = talk(CALLS, WORDS)
    dialog.hears("/menu", "Что?").presses("Запись", "Имя?")
    dialog.hears("отмена", "Хорошо.", "Не записываю.", "Что-нибудь ещё?", "Что?")


def test_cancel_in_a_helper_that_the_menu_called_ends_the_menu(talk: Any) -> None:
    dialog = talk(CALLS, WORDS)
    dialog.hears("/menu").presses("Подсказка").news()
    dialog.hears("отмена", "Хорошо.")
    assert dialog.idle


def test_a_handlers_helper_is_a_task_of_its_own(talk: Any) -> None:
    dialog = talk(CALLS, WORDS)
    dialog.hears("/book", "Имя?").hears("помощь", "Какая?")
    dialog.hears("отмена", "Хорошо.", "Продолжим «запись»?")
    dialog.hears("да", "Имя?")


def test_results_come_back_to_the_caller(talk: Any) -> None:
    dialog = talk(CALLS, WORDS)
    dialog.hears("/book", "Имя?").hears("Аня", "Фамилия?").hears("Ли", "Записала: Аня Ли")
    assert dialog.play.happenings("task_done") == [{"flow": "запись", "step": "а"}]


def test_variables_stay_within_their_flow(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - set: {x: 1, y: 2, z: null}
        - call: б
          with: {y: "{{ y }}"}
        - say: "{{ x }}{{ z }}"
    ---
    flow: б
    needs: {y: number}
    steps:
      а:
        - if: y == 3
          then: {set: {x: 5}}
        - set: {z: 3}
        - say: "[{{ x }}][{{ y }}][{{ z }}]"
    """
    talk(flows).hears("/a", "[][2][3]", "1")


def test_start_leaves_everything_and_keeps_the_person(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - ask: Имя?
          save: user.name
        - start: б
          with: {кто: "{{ user.name }}"}
    ---
    flow: б
    needs: {кто: text}
    steps:
      а:
        - ask: "{{ кто }}, дальше?"
          save: x
    """
    dialog = talk(flows, "user: {name: text}\n")
    dialog.hears("/a").hears("Аня", "Имя?", "Аня, дальше?")
    assert [frame["flow"] for frame in dialog.play.position["stack"]] == ["б"]
    assert dialog.play.user == {"name": "Аня"}


# ---------------------------------------------------------------- back


def test_back_puts_the_last_answered_question_again_and_forgets_its_answer(talk: Any) -> None:
    dialog = talk(FORM, WORDS.replace("  - when: помощь\n    then: {call: подсказка}\n", ""))
    dialog.hears("/form", "Имя?").hears("Аня", "Город?")
    dialog.hears("назад", "Имя?")
    assert dialog.play.variables["имя"] is None
    dialog.hears("Оля", "Город?").hears("Пермь", "Оля, Пермь")


def test_back_goes_into_a_helper_that_has_ended(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - call: б
          save: кто
        - set: {привет: "{{ кто.имя }}"}
        - ask: Город?
          save: город
        - say: "{{ привет }} из {{ город }}"
    ---
    flow: б
    gives: {имя: text}
    steps:
      а:
        - ask: Имя?
          save: имя
        - done: {имя: "{{ имя }}"}
    """
    dialog = talk(flows)
    dialog.hears("/a", "Имя?").hears("Аня", "Город?").hears("назад", "Имя?")
    dialog.hears("Оля", "Город?").hears("Пермь", "Оля из Пермь")


def test_back_restores_what_the_person_had_before(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - ask: Имя?
          save: user.name
        - ask: Город?
          save: город
    """
    dialog = talk(flows, "user: {name: text}\n", user={"name": "Аня"})
    dialog.hears("/a").hears("Оля", "Имя?", "Город?")
    assert dialog.play.user == {"name": "Оля"}
    dialog.hears("назад", "Имя?")
    assert dialog.play.user == {"name": "Аня"}


def test_nothing_goes_back_past_an_action_with_an_effect(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - ask: Имя?
          save: имя
        - do: bank.pay
        - ask: Город?
          save: город
    """
    dialog = talk(flows, actions={"bank.pay": True})
    dialog.hears("/a").hears("Аня", "Имя?", "Город?")
    dialog.hears("назад", "Дальше назад нельзя.", "Город?")


def test_back_from_the_first_question_of_a_called_task_is_the_menu(talk: Any) -> None:
    dialog = talk(CALLS, WORDS)
    dialog.hears("/menu").presses("Запись").news()
    dialog.hears("назад", "Что?")


def test_back_with_nothing_before_it_says_so(dialog: Any) -> None:
    dialog.hears("/form", "Имя?").hears("назад", "Дальше назад нельзя.", "Имя?")


# ---------------------------------------------------------------- limits and failures


def test_a_loop_is_stopped_and_named_and_the_task_ends(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      раз:
        - set: {x: 1}
      два:
        - if: x == 1
          then: {go: раз}
          else:
            - ask: Имя?
              save: имя
    """
    dialog = talk(flows)
    dialog.hears("/a", "Что-то пошло не так. Уже разбираемся.")
    (error,) = dialog.play.happenings("error")
    assert "раз → два → раз" in error["reason"] or "два → раз → два" in error["reason"]
    assert dialog.idle


def test_a_loop_through_actions_that_answer_at_once_is_stopped_too(talk: Any, fails: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      раз:
        - do: x.y
          failed: {go: раз}
        - ask: Имя?
          save: имя
    """

    dialog = talk(flows, actions={"x.y": fails})
    dialog.hears("/a", "Что-то пошло не так. Уже разбираемся.")
    assert dialog.play.called["x.y"] <= 100


SLOW_ROUND = """
flow: а
when: [/a]
steps:
  раз:
    - do: slow.look
      save: найдено
  два:
    {said}
    - if: найдено == 1
      then: {{go: раз}}
      else:
        - ask: Имя?
          save: имя
"""


def test_a_loop_through_slow_actions_is_stopped_and_named(talk: Any) -> None:
    dialog = talk(SLOW_ROUND.format(said="- set: {x: 1}"), actions={"slow.look": 1})
    dialog.hears("/a", "Что-то пошло не так. Уже разбираемся.")
    (error,) = dialog.play.happenings("error")
    assert "раз → два → раз" in error["reason"]
    assert dialog.play.called["slow.look"] == 500
    assert dialog.idle


def test_a_loop_through_slow_actions_does_not_flood_the_customer(talk: Any) -> None:
    dialog = talk(SLOW_ROUND.format(said="- say: Смотрим"), actions={"slow.look": 1})
    dialog.hears("/a", *["Смотрим"] * 100, "Что-то пошло не так. Уже разбираемся.")
    (error,) = dialog.play.happenings("error")
    assert "больше 100 сообщений подряд" in error["reason"]


def test_a_long_list_may_be_gone_over_by_slow_actions(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      раз:
        - do: x.list
          save: много
        - each: много
          then:
            - do: slow.look
        - say: Готово
    """
    dialog = talk(flows, actions={"x.list": list(range(700)), "slow.look": 1})
    dialog.hears("/a", "Готово")


def test_flows_that_call_one_another_without_end_are_stopped(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - call: б
    ---
    flow: б
    steps:
      а:
        - if: chat.x == 1
          then:
            - ask: Имя?
              save: имя
        - call: в
    ---
    flow: в
    steps:
      а:
        - call: б
    """
    dialog = talk(flows)
    dialog.hears("/a", "Что-то пошло не так. Уже разбираемся.")
    (error,) = dialog.play.happenings("error")
    assert "б" in error["reason"]
    assert "без конца" in error["reason"]
    assert dialog.idle


def test_every_task_that_ends_has_begun_even_if_tasks_call_one_another_without_end(
    talk: Any,
) -> None:
    flows = """
        flow: круг
        when: [/go]
        steps: {а: [{call: круг}]}
    """
    play = talk(flows).hears("/go", "Что-то пошло не так. Уже разбираемся.").play
    ends = ("task_done", "task_cancelled", "task_expired", "task_failed", "task_dropped")
    ended = sum(len(play.happenings(end)) for end in ends)
    assert len(play.happenings("task_started")) == ended > 1


def test_a_failed_action_without_failed_wakes_the_bots_handler_and_the_task_ends(
    talk: Any,
    fails: Any,
) -> None:
    flows = """
    flow: меню
    when: [/menu]
    steps:
      а:
        - ask: Что?
          buttons:
            Проверить: {call: проверка}
        - say: Ещё?
        - go: а
    ---
    flow: проверка
    when: [/check]
    steps:
      а:
        - do: x.y
          save: x
        - say: Не дойдёт.
    """
    bot = """
    meanwhile:
      - when: {event: error}
        then: {say: Ой.}
    """

    dialog = talk(flows, bot, actions={"x.y": fails})
    dialog.hears("/menu").presses("Проверить").says("Что?", "Ой.", "Ещё?", "Что?")


def test_failed_goes_on_with_the_next_action_and_nothing_is_saved(talk: Any, fails: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - do: x.y
          save: x
          failed: {say: Не вышло.}
        - say: "x={{ x | default('пусто') }}"
    """

    talk(flows, actions={"x.y": fails}).hears("/a", "Не вышло.", "x=пусто")


def test_an_error_within_the_error_handler_ends_everything(talk: Any, fails: Any) -> None:
    flows = "flow: а\nwhen: [/a]\nsteps:\n  а:\n    - do: x.y\n"
    bot = """
    meanwhile:
      - when: {event: error}
        then: {do: x.y}
    """

    dialog = talk(flows, bot, actions={"x.y": fails})
    dialog.hears("/a", "Что-то пошло не так. Уже разбираемся.")
    assert dialog.idle


def test_a_menu_may_come_round_as_often_as_one_likes(talk: Any) -> None:
    dialog = talk(MENU + FORM).hears("/menu")
    for _ in range(600):
        dialog.presses("Ничего")
    assert dialog.counted("error") == 0


def test_a_task_that_asks_five_hundred_times_has_gone_astray(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - ask: Ещё?
          save: x
        - go: а
    """
    dialog = talk(flows).hears("/a")
    for _ in range(501):
        dialog.hears("да")
    (error,) = dialog.play.happenings("error")
    assert "500" in error["reason"]


def test_a_failing_handler_does_not_end_what_it_interrupted(talk: Any, fails: Any) -> None:
    bot = """
    meanwhile:
      - when: эй
        then: {do: x.y}
    """
    dialog = talk(FORM, bot, actions={"x.y": fails})
    dialog.hears("/form", "Имя?").hears("эй", "Что-то пошло не так. Уже разбираемся.", "Имя?")


def test_a_failing_handler_wakes_the_handler_of_errors(talk: Any, fails: Any) -> None:
    bot = """
    meanwhile:
      - when: эй
        then: {do: x.y}
      - when: {event: error}
        then: {say: Ой.}
    """
    dialog = talk(FORM, bot, actions={"x.y": fails})
    dialog.hears("/form", "Имя?").hears("эй", "Ой.", "Имя?").hears("Аня", "Город?")


def test_a_helper_that_fails_in_the_handler_of_errors_fails_once(talk: Any, fails: Any) -> None:
    flows = """
    flow: меню
    when: [/menu]
    steps:
      а:
        - ask: Что?
          buttons:
            Проверить: {call: проверка}
        - go: а
    ---
    flow: проверка
    when: [/check]
    steps:
      а:
        - do: x.y
    ---
    flow: человек
    steps:
      а:
        - do: x.y
    """
    bot = """
    meanwhile:
      - when: {event: error}
        then: {call: человек}
    """
    dialog = talk(flows, bot, actions={"x.y": fails})
    dialog.hears("/menu", "Что?")
    dialog.presses("Проверить", "Что-то пошло не так. Уже разбираемся.", "Что?")


def test_a_circle_of_failures_is_stopped(talk: Any, fails: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - call: б
        - go: а
    ---
    flow: б
    when: [/b]
    steps:
      а:
        - do: x.y
        - ask: Ну?
          save: ну
    """
    dialog = talk(flows, actions={"x.y": fails}).hears("/a")
    assert dialog.idle
    assert dialog.play.called["x.y"] < 10


def test_cancel_within_a_handlers_question_leaves_what_it_interrupted(talk: Any) -> None:
    bot = """
    meanwhile:
      - when: эй
        then:
          - ask: Что такое?
            save: chat.что
    """
    dialog = talk(FORM, bot)
    dialog.hears("/form", "Имя?").hears("эй", "Что такое?")
    dialog.hears("отмена", "Хорошо, остановились.", "Продолжим «Заполнить форму»?")
    dialog.hears("да", "Имя?")


def test_done_in_a_flows_handler_ends_the_flow(talk: Any) -> None:
    flows = FORM.replace(
        "---\nflow: справка",
        "meanwhile:\n  - when: хватит\n    then: [{say: Ладно.}, done]\n---\nflow: справка",
        1,
    )
    dialog = talk(flows)
    dialog.hears("/form", "Имя?").hears("хватит", "Ладно.")
    assert dialog.idle


def test_again_asks_the_last_question_anew(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - ask: Раз?
          save: раз
        - ask: Два?
          save: два
        - if: два == 'нет'
          then: {go: again}
        - say: "{{ раз }} {{ два }}"
    """
    dialog = talk(flows)
    dialog.hears("/a", "Раз?").hears("1", "Два?").hears("нет", "Два?").hears("2", "1 2")


def test_a_question_asked_again_from_another_step_is_in_its_own_step_as_before(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      раз:
        - ask: Раз?
          save: раз
          timeout: {after: 10m, then: {go: три}}
      два:
        - say: Спасибо.
      три:
        - if: empty(раз)
          then: {go: again}
        - say: Всё.
    """
    dialog = talk(flows).hears("/a", "Раз?").passes("10m", "Раз?")
    assert dialog.play.step == "раз"
    dialog.passes("10m", "Раз?").hears("1", "Спасибо.", "Всё.")


def test_a_handler_may_go_to_a_step_of_its_flow(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      раз:
        - ask: Раз?
          save: раз
      два:
        - ask: Два?
          save: два
    meanwhile:
      - when: сначала
        then: {go: раз}
    """
    dialog = talk(flows)
    dialog.hears("/a", "Раз?").hears("1", "Два?").hears("сначала", "Раз?")
    dialog.hears("3", "Два?")
    assert dialog.play.variables["раз"] == "3"


def test_cancel_in_the_middle_of_a_farewell_ends_it(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - ask: Имя?
          save: имя
    meanwhile:
      - when: {event: cancel}
        then:
          - ask: Почему?
            save: почему
          - say: Жаль.
    """
    dialog = talk(flows)
    dialog.hears("/a", "Имя?").hears("отмена", "Почему?").hears("так", "Жаль.")
    assert dialog.idle
    dialog.hears("/a", "Имя?").hears("отмена", "Почему?")
    dialog.hears("отмена", "Хорошо, остановились.")
    assert dialog.idle


ORDER = """
flow: заказ
when: [{contains: [где заказ]}]
steps:
  а:
    - ask: Номер?
      save: номер
      as: заказ
    - say: "Заказ {{ номер }}."
    - ask: Всё в порядке?
      as: yes_no
      save: да
"""
NUMBERS = "types: {заказ: {as: text, clean: digits, matches: '\\d{5}'}}\n"


def test_a_question_about_another_thing_begins_the_flow_anew(talk: Any) -> None:
    dialog = talk(ORDER, NUMBERS)
    dialog.hears("где заказ 12345", "Заказ 12345.", "Всё в порядке?")
    dialog.hears("так где заказ 12345?", "Всё в порядке?")
    dialog.hears("а где заказ 12346?", "Заказ 12346.", "Всё в порядке?").hears("да")
    assert dialog.idle


def test_no_to_several_interrupted_tasks_ends_them_all(talk: Any) -> None:
    dialog = talk(SEVERAL)
    dialog.hears("/form").hears("/more").hears("/poll").hears("да").news()
    dialog.hears("нет, спасибо", "Хорошо, остановились.")
    assert dialog.idle


# ---------------------------------------------------------------- lists

LISTS = """
flow: а
when: [/a]
steps:
  а:
    - set: {вещи: "{{ chat.вещи }}"}
    - each: вещи
      then:
        - if: item.say
          then:
            - say: "{{ item.name }}"
    - say: Всё.
"""


def test_a_list_of_ten_thousand_is_gone_over_in_time_and_kept_twice_at_most(talk: Any) -> None:
    things = [{"name": f"вещь {n}", "say": n % 1000 == 0} for n in range(10_000)]
    flows = LISTS.replace(
        "          then:\n            - say", "          then:\n            - ask"
    )
    flows = flows.replace('"{{ item.name }}"', '"{{ item.name }}"\n              save: x')
    dialog = talk(flows, chat={"вещи": things}).hears("/a", "вещь 0")
    alone = len(json.dumps(things))
    for number in range(1, 10):
        dialog.hears("да", f"вещь {number * 1000}")
        assert len(json.dumps(dialog.play.position)) < 2.1 * alone
    dialog.hears("да", "Всё.")
    assert "lists" not in json.dumps(dialog.play.position)


def test_what_is_said_of_a_list_is_limited_and_the_error_names_the_loop(talk: Any) -> None:
    things = [{"name": str(n), "say": True} for n in range(500)]
    dialog = talk(LISTS, chat={"вещи": things}).hears("/a")
    (error,) = dialog.play.happenings("error")
    assert "больше 100 действий" in error["reason"]
    assert "а, each: вещи, элемент 100 из 500" in error["reason"]
    assert dialog.idle


def test_a_list_that_changes_meanwhile_is_gone_over_as_it_was(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - set: {вещи: "{{ ['раз', 'два'] }}"}
        - each: вещи
          then:
            - set: {вещи: "{{ вещи + [item] }}"}
            - ask: "{{ item }}?"
              save: x
        - say: "{{ вещи | join(', ') }}"
    """
    dialog = talk(flows).hears("/a", "раз?").hears("да", "два?")
    dialog.hears("да", "раз, два, раз, два")


def test_lists_may_nest_and_the_outer_element_comes_back(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - each: "[['раз', 'два'], [], ['три']]"
          then:
            - say: "из {{ item | len }}"
            - each: item
              then:
                - ask: "{{ item }}?"
                  save: x
            - say: "было {{ item | len }}"
        - say: "{{ item | default('ничего') }}"
    """
    dialog = talk(flows).hears("/a", "из 2", "раз?").hears("да", "два?")
    dialog.hears("да", "было 2", "из 0", "было 0", "из 1", "три?").hears("да", "было 1", "ничего")


def test_going_back_within_a_list_leads_to_its_elements(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - each: "['раз', 'два']"
          then:
            - ask: "{{ item }}?"
              save: x
      б:
        - ask: Дальше?
          save: дальше
        - say: "{{ x }} {{ дальше }}"
    """
    dialog = talk(flows).hears("/a", "раз?").hears("1", "два?").hears("2", "Дальше?")
    dialog.hears("назад", "два?").hears("назад", "раз?").hears("3", "два?")
    dialog.hears("4", "Дальше?").hears("да", "4 да")


def test_a_list_in_a_position_of_old_is_gone_over_to_its_end(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - each: "['раз', 'два']"
          then:
            - ask: "{{ item }}?"
              save: x
        - say: Всё.
    """
    dialog = talk(flows).hears("/a", "раз?")
    position = json.loads(json.dumps(dialog.play.position))
    (frame,) = position["stack"]
    frame["loops"][0][1] = frame.pop("lists")[frame["loops"][0][1]]
    dialog.play.position = position
    dialog.hears("да", "два?").hears("назад", "раз?").hears("да", "два?").hears("да", "Всё.")


def test_an_earlier_question_asked_again_within_a_list_leaves_the_list(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - ask: Начнём?
          save: начнём
        - each: "['раз', 'два']"
          then:
            - if: начнём == 'снова'
              then: {go: again}
            - say: "{{ item }}"
        - say: Всё.
    """
    dialog = talk(flows).hears("/a", "Начнём?").hears("снова", "Начнём?")
    dialog.hears("да", "раз", "два", "Всё.")


def test_a_question_of_one_list_asked_again_within_another_leaves_the_other(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - each: "[1]"
          then: [{ask: Ещё?, save: ещё}]
        - each: "['раз', 'два']"
          then:
            - say: "{{ item }}"
            - if: ещё == 'да'
              then: {go: again}
        - say: Всё.
    """
    dialog = talk(flows).hears("/a", "Ещё?").hears("да", "раз", "Ещё?")
    dialog.hears("нет", "раз", "два", "Всё.")


def test_a_loop_over_several_flows_is_named_with_its_flows(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      раз:
        - call: б
        - go: раз
    ---
    flow: б
    steps:
      два:
        - set: {x: 1}
    """
    dialog = talk(flows).hears("/a", "Что-то пошло не так. Уже разбираемся.")
    (error,) = dialog.play.happenings("error")
    assert (
        "а: раз → б: два → а: раз" in error["reason"]
        or "б: два → а: раз → б: два" in (error["reason"])
    )


# ---------------------------------------------------------------- what `trigger` is

TRIGGER = """
flow: меню
when: [/menu]
steps:
  а:
    - ask: Что?
      buttons:
        Задача: {call: задача}
        Помощь: {call: помощь}
---
flow: задача
when: [{contains: задача}]
steps:
  а:
    - say: "[{{ trigger.text }}]"
    - call: помощь
---
flow: помощь
steps:
  а:
    - say: "({{ trigger.text }})"
"""
WAKING = """
meanwhile:
  - when: {contains: эй}
    then: [{say: "<{{ trigger.text }}>"}, {call: помощь}]
"""


def test_the_trigger_of_a_task_is_its_message_and_its_helpers_see_it(talk: Any) -> None:
    talk(TRIGGER, WAKING).hears("новая задача", "[новая задача]", "(новая задача)")


def test_the_trigger_of_a_task_from_a_button_is_empty(talk: Any) -> None:
    talk(TRIGGER, WAKING).hears("/menu", "Что?").presses("Задача", "[]", "()")


def test_a_helper_of_a_menu_sees_the_menus_trigger(talk: Any) -> None:
    talk(TRIGGER, WAKING).hears("/menu", "Что?").presses("Помощь", "(/menu)")


def test_the_trigger_of_a_handler_is_the_message_that_woke_it(talk: Any) -> None:
    dialog = talk(TRIGGER, WAKING).hears("/menu", "Что?")
    dialog.hears("эй вы", "<эй вы>", "(эй вы)", "Что?")


def test_twenty_calls_may_nest_and_one_more_is_an_error(talk: Any) -> None:
    def chain(length: int) -> Any:
        flows = ["flow: ф0\nwhen: [/a]\nsteps:\n  а:\n    - call: ф1\n    - say: Назад.\n"]
        flows += [f"flow: ф{n}\nsteps:\n  а:\n    - call: ф{n + 1}\n" for n in range(1, length)]
        flows.append(f"flow: ф{length}\nsteps:\n  а:\n    - say: Дно.\n")
        return talk("---\n".join(flows)).hears("/a")

    chain(20).says("Дно.", "Назад.")
    dialog = chain(21).says("Что-то пошло не так. Уже разбираемся.")
    (error,) = dialog.play.happenings("error")
    assert error["reason"].endswith("ф18 → ф19 → ф20 → ф21")


def test_a_call_is_no_interruption_and_asks_nothing_on_its_return(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - call: б
        - ask: Город?
          save: город
    ---
    flow: б
    when: [/b]
    steps:
      а:
        - ask: Имя?
          save: имя
    """
    talk(flows).hears("/a", "Имя?").hears("Аня", "Город?")


def test_nothing_goes_back_past_a_person(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - ask: Имя?
          save: имя
        - handoff: люди
        - ask: Город?
          save: город
    """
    dialog = talk(flows).hears("/a", "Имя?").hears("Аня")
    dialog.play.give_back()
    dialog.says("Город?").hears("назад", "Дальше назад нельзя.", "Город?")


def test_flows_that_start_one_another_run_only_so_many_slow_actions(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      раз: [{do: slow.look}, {start: б}]
    ---
    flow: б
    steps:
      два: [{do: slow.look}, {start: а}]
    """
    dialog = talk(flows, "", {"slow.look": 1})
    dialog.hears("/a", "Что-то пошло не так. Уже разбираемся.")
    (error,) = dialog.play.happenings("error")
    assert error["reason"] == (
        "больше 500 медленных действий подряд без ожидания: а: раз → б: два → а: раз"
    )
    assert dialog.idle


def test_a_question_that_cannot_be_said_was_neither_asked_nor_left(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      раз: {ask: "{{ 1 / (0 if empty(x) else 1) }}", save: x}
    """
    dialog = talk(flows).hears("/a", "Что-то пошло не так. Уже разбираемся.")
    assert dialog.counted("asked") == dialog.counted("left") == 0


def test_a_failure_whose_own_flow_fails_too_ends_both_with_a_word(talk: Any) -> None:
    flows = """
    flow: беда
    when: [/беда, {event: error}]
    steps:
      а:
        - ask: "Что случилось? {{ 1 / (1 if empty(user.name) else 0) }}"
          save: что
    ---
    flow: дело
    when: [/дело]
    steps:
      а:
        - set: {user.name: Аня}
        - say: "{{ 1 / (1 if empty(user.name) else 0) }}"
    """
    dialog = talk(flows, "user: {name: text}\n").hears("/беда", "Что случилось? 1")
    dialog.hears("/дело", "Что-то пошло не так. Уже разбираемся.")
    assert [one["flow"] for one in dialog.play.happenings("error")] == ["дело", "беда"]
    assert dialog.idle

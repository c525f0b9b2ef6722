"""Going back past handlers, called tasks and actions, and where there is no way back."""

from typing import Any

FORM = """
flow: форма
about: Форма
when: [/form]
steps:
  имя:
    - ask: Имя?
      save: имя
  город:
    - ask: Город?
      save: город
    - say: "{{ имя }}, {{ город }}"
"""
CURIOUS = """
meanwhile:
  - when: зачем
    then:
      - ask: Вам правда интересно?
        as: yes_no
        save: интерес
      - do: log.pay
      - say: Так надо.
"""


def test_what_a_handler_asked_and_did_is_not_in_the_way(talk: Any) -> None:
    dialog = talk(FORM, CURIOUS, {"log.pay": 1}).hears("/form").hears("Аня").news()
    dialog.hears("зачем").hears("да", "Вам правда интересно?", "Так надо.", "Продолжим «Форма»?")
    dialog.hears("да", "Город?").hears("назад", "Имя?")
    dialog.hears("назад", "Дальше назад нельзя.", "Имя?")


def test_a_flow_that_cannot_go_back_says_so_once_and_goes_on(talk: Any) -> None:
    flows = """
    flow: ф
    when: [/f]
    steps:
      а:
        - ask: Сколько?
          save: n
          as: number
          tries: 1
          else: {go: back}
        - say: "{{ n }}"
    """
    dialog = talk(flows).hears("/f", "Сколько?")
    dialog.hears("много", "Дальше назад нельзя.", "Сколько?").hears("5", "5")


BOOKING = """
flow: меню
when: [/start]
steps:
  а:
    - ask: Что?
      buttons: {Бронь: {call: бронь}}
    - ask: Ещё?
      save: ещё
---
flow: бронь
when: [/book]
steps:
  а:
    - do: calendar.pay
    - ask: Имя?
      save: user.name
"""


def test_a_called_task_that_has_acted_is_not_left_by_going_back(talk: Any) -> None:
    dialog = talk(BOOKING, "user: {name: text}\n", {"calendar.pay": 1}).hears("/start", "Что?")
    dialog.presses("Бронь", "Имя?").hears("назад", "Дальше назад нельзя.", "Имя?")


def test_nothing_goes_back_past_a_called_task_that_has_acted(talk: Any) -> None:
    dialog = talk(BOOKING, "user: {name: text}\n", {"calendar.pay": 1}).hears("/start")
    dialog.presses("Бронь").hears("Аня").news()
    dialog.hears("назад", "Дальше назад нельзя.", "Ещё?")
    assert dialog.play.user == {"name": "Аня"}
    assert dialog.play.called == {"calendar.pay": 1}


def test_going_back_restores_what_a_handler_remembered_of_the_person(talk: Any) -> None:
    handler = "user: {vip: yes_no}\nmeanwhile: [{when: вип, then: {set: {user.vip: yes}}}]\n"
    dialog = talk(FORM, handler).hears("/form").hears("Аня").hears("вип").news()
    assert dialog.play.user == {"vip": True}
    dialog.hears("назад", "Имя?")
    assert dialog.play.user == {"vip": None}


def test_a_step_after_go_back_is_come_to_where_nothing_was_answered(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      раз:
        - go: back
      два:
        - say: Дальше.
    """
    talk(flows).hears("/a", "Дальше назад нельзя.", "Дальше.")


BUTTONS = """
flow: анкета
when: [/form]
steps:
  а:
    - ask: Имя?
      save: имя
      as: text
      buttons: {Назад: {go: back}}
    - ask: Город?
      save: город
      buttons: {Пермь: Пермь, Ещё раз: {go: again}, Назад: [{say: Хорошо.}, {go: back}], Где я: {say: Тут.}}
    - say: "{{ имя }}, {{ город | default('не знаю') }}"
"""


def test_a_button_leads_back_to_the_question_before(talk: Any) -> None:
    dialog = talk(BUTTONS).hears("/form", "Имя?").hears("Аня", "Город?")
    dialog.presses("Назад", "Хорошо.", "Имя?").hears("Оля", "Город?")
    dialog.presses("Ещё раз", "Город?").presses("Назад", "Хорошо.", "Имя?")
    dialog.hears("Яна", "Город?").hears("Пермь", "Яна, Пермь")


def test_a_button_that_leads_back_does_not_lead_past_the_first_question(talk: Any) -> None:
    dialog = talk(BUTTONS).hears("/form", "Имя?")
    dialog.presses("Назад", "Дальше назад нельзя.", "Имя?").hears("Аня", "Город?")


def test_going_back_returns_to_a_question_whose_button_only_acted(talk: Any) -> None:
    form = BUTTONS.replace('    - say: "{{', '    - ask: Всё?\n    - say: "{{')
    dialog = talk(form).hears("/form").hears("Аня").news()
    dialog.presses("Где я", "Тут.", "Всё?").hears("назад", "Город?")

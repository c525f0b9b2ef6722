"""A person is asked for, takes the chat, gives it back, or never comes."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.turn import Outcome, RequestPerson

NIGHT = datetime(2026, 3, 2, 23, 0, tzinfo=ZoneInfo("Europe/Moscow"))

FLOWS = """
flow: форма
about: Форма
when: [/form]
steps:
  а:
    - ask: Имя?
      save: имя
      remind: {after: 1h, say: Жду.}
    - say: Спасибо.
---
flow: заказ
when: [/order]
steps:
  а:
    - ask: Номер?
      save: номер
      as: number
    - say: Нашла.
---
flow: человек
when: [/human]
steps:
  зов:
    - handoff: поддержка
      note: "Тема: {{ trigger.text }}"
      say: Зову.
      unanswered:
        after: 15m
        then:
          - say: "Все заняты: {{ handoff.outcome }}."
      offline:
        - say: Мы спим.
      closed:
        - say: Закрыто.
      cancel:
        - say: Хорошо, сами.
  после:
    - say: "{{ handoff.outcome }} {{ handoff.operator }}"
"""
BOT = """
hours: {день: пн-вс 09:00-21:00}
queues: {поддержка: {hours: день}}
meanwhile:
  - when: [/cancel]
    then: {go: cancel}
"""


@pytest.fixture
def dialog(talk: Any) -> Any:
    return talk(FLOWS, BOT)


def test_the_request_carries_queue_and_note_and_the_bot_falls_silent(dialog: Any) -> None:
    dialog.hears("/human", "Зову.")
    assert dialog.play.requests == [
        RequestPerson(queue="поддержка", note="Тема: /human", source="phrase", timed=True)
    ]
    assert dialog.play.owner == "queue"
    dialog.hears("ау").says()
    assert dialog.play.understood.rung == "other"


def test_releasing_falls_through_with_the_outcome(dialog: Any) -> None:
    dialog.hears("/human", "Зову.")
    dialog.play.person_comes()
    dialog.hears("/order").says()
    dialog.play.give_back(operator="Оля")
    dialog.says("released Оля")
    assert dialog.idle


def test_closing_runs_its_block_and_goes_on(dialog: Any) -> None:
    dialog.hears("/human", "Зову.")
    dialog.play.give_back("closed")
    dialog.says("Закрыто.", "closed ")


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("unanswered", "Все заняты: unanswered."),
        ("offline", "Мы спим."),
        ("cancel", "Хорошо, сами."),
    ],
)
def test_the_other_outcomes_run_their_block_and_end_the_flow(
    dialog: Any, outcome: Outcome, said: str
) -> None:
    dialog.hears("/human", "Зову.")
    dialog.play.give_back(outcome)
    dialog.says(said)
    assert dialog.idle
    assert dialog.play.happenings("handoff_missed")[0]["outcome"] == outcome


def test_nobody_coming_in_time_runs_its_block_and_leaves_a_missed_request(dialog: Any) -> None:
    dialog.hears("/human", "Зову.").passes("15m", "Все заняты: unanswered.")
    assert dialog.play.owner == "bot"
    assert dialog.counted("handoff_missed") == 1


def test_the_clock_of_the_unanswered_stops_when_a_person_comes(dialog: Any) -> None:
    dialog.hears("/human", "Зову.")
    dialog.play.person_comes()
    dialog.passes("15m").says()


def test_outside_the_queues_hours_the_step_goes_offline(talk: Any) -> None:
    dialog = talk(FLOWS, BOT, now=NIGHT)
    dialog.hears("/human", "Мы спим.")
    assert dialog.idle
    assert not dialog.play.requests
    assert dialog.play.happenings("handoff_missed")[0]["queue"] == "поддержка"


def test_cancel_withdraws_the_request_by_the_steps_own_way(dialog: Any) -> None:
    dialog.hears("/human", "Зову.").hears("/cancel", "Хорошо, сами.")
    assert dialog.play.owner == "bot"
    assert dialog.idle


def test_start_withdraws_the_request(talk: Any) -> None:
    dialog = talk(FLOWS, BOT + "start: форма\n")
    dialog.hears("/human", "Зову.").hears("/start", "Имя?")
    assert dialog.play.owner == "bot"
    dialog.passes("20m").says()


def test_a_command_works_while_the_request_waits(dialog: Any) -> None:
    dialog.hears("/human", "Зову.").hears("/order", "Номер?").hears("5", "Нашла.")
    assert dialog.play.owner == "queue"
    dialog.hears("ау").says()
    dialog.play.give_back()
    dialog.says("released ")


def test_a_person_may_be_asked_for_from_outside(dialog: Any) -> None:
    dialog.hears("/form", "Имя?")
    dialog.play.take_over(queue="продажи", reason="важный клиент")
    assert dialog.play.requests == [RequestPerson(queue="продажи", note="важный клиент")]
    dialog.passes("2h").says().hears("Аня").says()
    dialog.play.give_back()
    dialog.says("Имя?").hears("Аня", "Спасибо.")


def test_a_person_may_be_asked_for_where_nothing_is_under_way(dialog: Any) -> None:
    dialog.play.take_over()
    dialog.hears("ау").says()
    dialog.play.give_back()
    dialog.says()
    assert dialog.idle


def test_a_second_request_from_outside_changes_nothing(dialog: Any) -> None:
    dialog.play.take_over()
    dialog.play.take_over()
    assert len(dialog.play.requests) == 1


def test_a_chat_given_back_without_a_request_repeats_its_question(dialog: Any) -> None:
    dialog.hears("/form", "Имя?")
    dialog.play.person_comes()
    dialog.play.give_back()
    dialog.says("Имя?")


def test_going_back_from_a_withdrawn_request_puts_the_question_before_it(talk: Any) -> None:
    flows = """
    flow: человек
    when: [/human]
    steps:
      а:
        - ask: О чём?
          save: тема
        - handoff: поддержка
          say: Зову.
          cancel: {go: back}
    """
    dialog = talk(flows, BOT).hears("/human", "О чём?").hears("о доставке", "Зову.")
    dialog.hears("/cancel", "О чём?")
    assert dialog.play.owner == "bot"


def test_a_greeting_while_the_request_waits_is_the_persons(talk: Any) -> None:
    flows = FLOWS + "---\nflow: меню\nwhen: [/start, привет]\nsteps:\n  а: [{say: Меню.}]\n"
    dialog = talk(flows, BOT + "start: меню\n").hears("/human", "Зову.")
    dialog.hears("привет").says()
    assert dialog.play.owner == "queue"


def test_a_cancelled_request_leaves_a_missed_one_whatever_the_step_says(talk: Any) -> None:
    flows = """
    flow: меню
    when: [/menu]
    steps:
      а:
        - call: человек
        - say: "{{ handoff.outcome }}"
    ---
    flow: человек
    when: [/human]
    steps:
      а: [{handoff: поддержка, say: Зову.}]
    """
    dialog = talk(flows, BOT).hears("/menu", "Зову.")
    dialog.hears("/cancel", "Хорошо, остановились.", "cancel")
    assert dialog.counted("handoff_missed") == 1
    assert dialog.play.owner == "bot"


def test_what_was_begun_while_nobody_came_is_finished_first(dialog: Any) -> None:
    dialog.hears("/human", "Зову.").hears("/order", "Номер?").passes("15m").says()
    dialog.hears("5", "Нашла.", "Все заняты: unanswered.")
    assert dialog.idle


NESTED = """
flow: склад
about: Склад
when: [/start]
steps:
  а:
    - ask: Сколько штук?
      save: штук
      as: integer
    - say: Готово.
---
flow: помощь
about: Помощь
steps:
  зов:
    - handoff: люди
      say: Зову.
"""


@pytest.mark.parametrize("help_comes", ["{call: помощь}", "{handoff: люди}"])
def test_calling_off_a_person_asked_for_twice_brings_the_question_back_once(
    talk: Any, help_comes: str
) -> None:
    bot = f"""
defaults: {{tries: 2, else: {{handoff: люди}}}}
queues: {{люди: {{}}}}
meanwhile:
  - when: отмена
    then: {{go: cancel}}
  - when: человек
    then: {help_comes}
"""
    chat = talk(NESTED, bot).hears("/start", "Сколько штук?")
    chat.hears("ой").hears("ай").hears("человек").news()
    chat.hears("отмена", "Хорошо, остановились.", "Сколько штук?")
    chat.hears("привет", "Нужно целое число, например 3.").hears("3", "Готово.")


def test_a_person_asked_for_twice_and_gone_brings_the_question_back_once(talk: Any) -> None:
    bot = """
defaults: {tries: 1, else: {handoff: люди}}
queues: {люди: {}}
meanwhile:
  - when: человек
    then: {call: помощь}
"""
    chat = talk(NESTED, bot).hears("/start").hears("ой").hears("человек").news()
    chat.play.person_comes()
    chat.play.give_back()
    chat.says("Сколько штук?").hears("3", "Готово.")

"""What has a flow ask for a person: its course, words, a button, answers that do not fit, too little confidence."""

from typing import Any

import pytest

from flows.handed import estimate
from flows.turn import Waiting

BOT = """
start: меню
queues: {люди: {say: "Зову, вы {{ handoff.position }}-й."}}
defaults: {tries: 2, else: {handoff: люди}}
meanwhile:
  - when: [/operator, позовите человека]
    then: {handoff: люди}
  - when: {contains: оператор}
    then: {call: помощь}
  - when: {means: клиент сердится}
    then: {handoff: люди, note: "{{ trigger.text }}"}
  - when: {confidence: 0.7}
    then: {handoff: люди, note: "Не понял: {{ trigger.text }}", priority: high}
"""
FLOWS = """
flow: меню
about: Меню
when: [/start]
steps:
  выбор:
    - ask: Чем помочь?
      buttons:
        Заказ: {call: заказ}
        Человек: {handoff: люди}
    - say: Что-нибудь ещё?
---
flow: заказ
about: Заказ
when: [/order, {means: клиент хочет заказ}]
steps:
  а:
    - ask: Сколько штук?
      save: штук
      as: integer
    - do: slow.check
    - handoff: люди
      note: "{{ штук }} шт."
---
flow: помощь
steps:
  а: [{handoff: люди}]
"""


@pytest.fixture
def dialog(talk: Any) -> Any:
    means = {
        "хочу заказ": [("заказ", 0.9)],
        "ну это самое": [("заказ", 0.6)],
        "или так или сяк": [("заказ", 0.62), ("клиент сердится", 0.6)],
        "сколько можно": [("клиент сердится", 0.8)],
        "мяу": [("заказ", 0.3)],
    }
    return talk(FLOWS, BOT, actions={"slow.check": {}}, means=means)


def asked(dialog: Any) -> tuple[str, str, str]:
    (request,) = dialog.play.requests
    assert dialog.play.owner == "queue"
    return request.source, request.note, request.priority


def test_a_step_asks_by_its_course(dialog: Any) -> None:
    dialog.hears("/order", "Сколько штук?").hears("3", "Зову, вы 1-й.")
    assert asked(dialog) == ("step", "3 шт.", "normal")


@pytest.mark.parametrize("words", ["/operator", "Позовите человека!", "где тут оператор"])
def test_words_ask_wherever_one_stands(dialog: Any, words: str) -> None:
    dialog.hears("/order", "Сколько штук?").hears(words, "Зову, вы 1-й.")
    assert asked(dialog)[0] == "phrase"


@pytest.mark.parametrize("words", ["/operator", "оператор", "сколько можно"])
def test_words_ask_where_nothing_is_under_way(dialog: Any, words: str) -> None:
    dialog.hears(words, "Зову, вы 1-й.")
    assert asked(dialog)[0] == "phrase"
    dialog.play.person_comes()
    dialog.hears("алло").says()
    dialog.play.give_back()
    dialog.says()
    assert dialog.idle


def test_a_button_asks(dialog: Any) -> None:
    dialog.hears("/start", "Чем помочь?").presses("Человек", "Зову, вы 1-й.")
    assert asked(dialog)[0] == "button"
    dialog.play.give_back()
    dialog.says("Что-нибудь ещё?")


def test_too_many_answers_that_do_not_fit_ask(dialog: Any) -> None:
    dialog.hears("/order", "Сколько штук?").hears("много").news()
    dialog.hears("очень", "Зову, вы 1-й.")
    assert asked(dialog)[0] == "misfits"
    dialog.play.give_back()
    dialog.says("Сколько штук?")


def test_a_questions_own_else_asks_too(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - ask: Сколько?
          save: штук
          as: integer
          tries: 1
          else: {handoff: люди, say: Зову.}
    """
    dialog = talk(flows, "queues: {люди: {}}").hears("/a", "Сколько?").hears("много", "Зову.")
    assert asked(dialog)[0] == "misfits"


def test_a_meaning_that_is_sure_enough_begins_its_flow(dialog: Any) -> None:
    dialog.hears("хочу заказ", "Сколько штук?")
    assert not dialog.play.requests


@pytest.mark.parametrize("words", ["ну это самое", "или так или сяк"])
def test_a_meaning_that_is_less_sure_than_the_owner_wants_asks(dialog: Any, words: str) -> None:
    dialog.hears(words, "Зову, вы 1-й.")
    assert asked(dialog) == ("rule", f"Не понял: {words}", "high")
    assert dialog.play.understood.because["doubt"] == "0.7"


def test_what_nobody_understands_is_as_little_sure_as_can_be(dialog: Any) -> None:
    dialog.hears("/start", "Чем помочь?").hears("мяу", "Зову, вы 1-й.")
    assert asked(dialog) == ("rule", "Не понял: мяу", "high")


def test_a_question_counts_its_misfits_before_anybody_doubts(dialog: Any) -> None:
    dialog.hears("/order", "Сколько штук?").hears("мяу").news()
    assert not dialog.play.requests


def test_who_listens_for_what_nobody_understood_comes_first(talk: Any) -> None:
    flows = "flow: а\nwhen: [/a]\nsteps: {а: {say: Да.}}\n"
    bot = """
    meanwhile:
      - when: {confidence: 0.5}
        then: {say: Сомневаюсь.}
      - when: {event: no_match}
        then: {say: Не понял.}
    """
    talk(flows, bot).hears("мяу", "Не понял.")


def test_a_flow_may_begin_of_doubt(talk: Any) -> None:
    flows = """
    flow: люди
    when: {confidence: 1}
    steps: {а: [{handoff: люди, say: Зову.}]}
    """
    dialog = talk(flows, "queues: {люди: {}}\nstart: люди").hears("мяу", "Зову.")
    assert asked(dialog)[0] == "rule"


def test_the_place_and_the_wait_are_told_while_one_waits(talk: Any) -> None:
    flows = """
    flow: где
    when: [/where]
    steps:
      а:
        - say: "{{ handoff.position }} в «{{ handoff.queue }}», {{ handoff.estimate | default('скоро') }}, {{ handoff.outcome }}"
    ---
    flow: люди
    when: [/a]
    steps:
      а: [{handoff: люди, say: "Вы {{ handoff.position }}-й, {{ handoff.estimate | default('скоро') }}."}]
      б: [{say: "{{ handoff.position | default('нет') }} {{ handoff.estimate | default('нет') }}"}]
    """
    dialog = talk(flows, "queues: {люди: {}}", waiting={"люди": Waiting(count=2, minutes=4.4)})
    dialog.hears("/a", "Вы 3-й, около 4 минут.")
    dialog.play.waiting = {"люди": Waiting(count=3, minutes=21, place=1)}
    dialog.hears("/where", "1 в «люди», около 20 минут, ")
    dialog.play.waiting = {"люди": Waiting(count=3, minutes=95, place=1)}
    dialog.hears("/where", "1 в «люди», около 2 часов, ")
    dialog.play.waiting = {}
    dialog.hears("/where", "1 в «люди», скоро, ")
    dialog.play.give_back()
    dialog.says("нет нет")


@pytest.mark.parametrize(
    ("language", "minutes", "words"),
    [
        ("ru", 0.2, "около 1 минуты"),
        ("ru", 7, "около 7 минут"),
        ("ru", 62, "около 1 часа"),
        ("en", 1, "about 1 minute"),
        ("en", 33, "about 35 minutes"),
        ("uz", 5, "taxminan 5 daqiqa"),
        ("ru", None, None),
    ],
)
def test_an_estimate_is_no_finer_than_anybody_could_promise(
    language: str, minutes: float | None, words: str | None
) -> None:
    assert estimate(minutes, language) == words

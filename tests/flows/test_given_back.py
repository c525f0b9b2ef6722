"""A chat that people had comes back: what flows know of it then, and where they go on."""

from typing import Any

import pytest

from flows.errors import LoadError
from tests.flows.conftest import bot_of

FLOWS = """
flow: анкета
about: Анкета
when: [/form]
steps:
  имя:
    - ask: Имя?
      save: имя
  оплата:
    - say: "Платите, {{ имя | default('друг') }}."
    - ask: Оплатили?
      save: да
      as: yes_no
---
flow: человек
when: [/human]
steps:
  зов:
    - handoff: люди
      say: Зову.
      closed: [{say: Закрыто.}]
  дальше:
    - say: "{{ handoff.outcome }}: {{ handoff.operator }}, {{ handoff.duration }}, {{ handoff.tags | join(', ') }}, {{ handoff.form.order }}, {{ handoff.code }}"
    - if: handoff.duration > minutes(10)
      then: {say: Долго.}
  потом:
    - say: Потом.
---
flow: письма
when: [/letters]
steps:
  зов:
    - handoff: люди
    - each: handoff.messages
      then: {say: "{{ item.author }}: {{ item.text | default('—') }}"}
---
flow: отзыв
when: [/review]
needs: {о_чём: text}
steps:
  а: [{say: "Как вам {{ о_чём }}?"}]
"""
BOT = """
queues: {люди: {unclaimed: 20m}}
meanwhile:
  - when: [/operator]
    then: {handoff: люди, say: Зову.}
"""


@pytest.fixture
def dialog(talk: Any) -> Any:
    return talk(FLOWS, BOT)


def test_the_flow_knows_who_answered_how_long_and_what_they_noted(dialog: Any) -> None:
    dialog.hears("/human", "Зову.").play.person_comes()
    dialog.play.give_back(
        operator="Оля", duration=754.2, tags=["vip", "долг"], form={"order": "123"}, code="решено"
    )
    dialog.says("released: Оля, 12 минут 34 секунды, vip, долг, 123, решено", "Долго.", "Потом.")


def test_what_nobody_noted_reads_as_nothing(dialog: Any) -> None:
    dialog.hears("/human", "Зову.").play.give_back()
    dialog.says("released: , , , , ", "Потом.")


def test_people_s_words_are_there_for_the_steps_behind(dialog: Any) -> None:
    dialog.hears("/letters").play.person_comes()
    said = [{"author": "customer", "text": "где заказ"}, {"author": "operator", "text": "едет"}]
    dialog.play.give_back(messages=said)
    dialog.says("customer: где заказ", "operator: едет")


def test_of_very_many_words_the_newest_are_kept(dialog: Any) -> None:
    dialog.hears("/human", "Зову.").play.person_comes()
    said = [{"author": "customer", "text": f"{number} " + "я" * 5000} for number in range(200)]
    dialog.play.give_back(messages=said)
    kept = dialog.play.position["outcome"]["messages"]
    assert (len(kept), kept[-1]["text"][:4], len(kept[0]["text"])) == (50, "199 ", 2000)


def test_what_a_hand_off_never_tells_is_a_mistake() -> None:
    flows = "flow: а\nwhen: /a\nsteps: {а: [{say: '{{ handoff.operater }}'}]}\n"
    with pytest.raises(LoadError, match=r"E019 «operater» не подходит к «handoff»"):
        bot_of(flows)


# ---------------------------------------------------------------- to a named place


def test_a_person_may_say_at_which_step_the_flow_goes_on(dialog: Any) -> None:
    dialog.hears("/human", "Зову.").play.give_back(step="потом")
    dialog.says("Потом.")
    assert dialog.idle


def test_the_step_counts_before_what_the_flow_does_when_it_is_closed(dialog: Any) -> None:
    dialog.hears("/human", "Зову.").play.give_back("closed", step="потом")
    dialog.says("Потом.")


def test_the_step_may_be_of_what_a_person_was_called_into_the_middle_of(dialog: Any) -> None:
    dialog.hears("/form", "Имя?").hears("/operator", "Зову.").play.give_back(step="оплата")
    dialog.says("Платите, друг.", "Оплатили?").hears("да")
    assert dialog.idle
    dialog.hears("/form", "Имя?").play.take_over()
    dialog.play.give_back(step="оплата")
    dialog.says("Платите, друг.", "Оплатили?")


def test_the_step_may_be_of_a_chat_that_was_taken_unasked(dialog: Any) -> None:
    dialog.hears("/form", "Имя?").play.person_comes()
    dialog.play.give_back(step="оплата")
    dialog.says("Платите, друг.", "Оплатили?")


def test_a_flow_begins_and_all_else_is_left(dialog: Any) -> None:
    dialog.hears("/form", "Имя?").hears("/operator", "Зову.").play.give_back(step="человек")
    dialog.says("Зову.")
    assert dialog.play.owner == "queue"
    dialog.play.give_back(step="письма")
    assert dialog.counted("task_dropped") >= 1
    assert [frame["flow"] for frame in dialog.play.position["stack"]] == ["письма"]


def test_a_person_may_send_an_idle_chat_into_a_flow(dialog: Any) -> None:
    dialog.play.person_comes()
    dialog.play.give_back(step="анкета")
    dialog.says("Имя?")


@pytest.mark.parametrize("nowhere", ["нет_такого", "отзыв"])
def test_a_place_that_is_not_there_or_wants_more_is_passed_over(dialog: Any, nowhere: str) -> None:
    dialog.hears("/form", "Имя?").hears("/human", "Зову.").play.give_back(step=nowhere)
    dialog.says("released: , , , , ", "Потом.", "Имя?")


def test_a_chat_given_back_to_a_step_after_an_edit_goes_on_in_the_new_version(
    dialog: Any,
) -> None:
    dialog.hears("/human", "Зову.")
    dialog.play.edit(bot_of(FLOWS.replace("Потом.", "После.").replace("потом:", "после:"), BOT))
    dialog.play.give_back(step="после")
    dialog.says("После.")


# ---------------------------------------------------------------- nobody came


def test_the_queue_s_patience_is_the_step_s_where_it_has_none(dialog: Any) -> None:
    dialog.hears("/human", "Зову.").passes("19m").says()
    assert dialog.play.owner == "queue"
    dialog.passes("2m", "Сейчас никто не смог ответить*")
    assert dialog.play.owner == "bot"
    assert dialog.idle
    assert dialog.play.happenings("handoff_missed")[0]["outcome"] == "unanswered"


def test_the_step_s_own_patience_counts_before_the_queue_s(talk: Any) -> None:
    flows = """
    flow: человек
    when: [/human]
    steps:
      зов:
        - handoff: люди
          unanswered: {after: 40m, then: [{say: Все заняты.}]}
    """
    dialog = talk(flows, BOT).hears("/human").passes("39m").says()
    dialog.passes("2m", "Все заняты.")


def test_the_queue_s_patience_ends_when_a_person_comes(dialog: Any) -> None:
    dialog.hears("/human", "Зову.").play.person_comes()
    dialog.passes("2h").says()
    assert dialog.play.owner == "operator"


def test_what_was_begun_while_one_waited_is_not_lost_when_the_queue_gives_up(talk: Any) -> None:
    flows = FLOWS.replace(
        "closed: [{say: Закрыто.}]", "unanswered: {after: 9h, then: [{say: Никого.}]}"
    )
    dialog = talk(flows, BOT).hears("/human", "Зову.").hears("/form", "Имя?")
    dialog.play.give_back("unanswered")
    dialog.says().hears("Аня", "Платите, Аня.", "Оплатили?").hears("да", "Никого.")
    assert dialog.idle


def test_a_request_from_outside_that_nobody_takes_brings_the_question_back(dialog: Any) -> None:
    dialog.hears("/form", "Имя?").play.take_over(queue="люди")
    dialog.passes("19m").says().passes("2m", "Имя?")
    assert dialog.play.owner == "bot"


def test_the_step_may_leave_the_time_to_its_queue(talk: Any) -> None:
    flows = """
    flow: человек
    when: [/human]
    steps:
      зов:
        - handoff: люди
          unanswered: {then: {say: "Все заняты: {{ handoff.outcome }}."}}
    """
    dialog = talk(flows, BOT).hears("/human").passes("19m").says()
    dialog.passes("2m", "Все заняты: unanswered.")

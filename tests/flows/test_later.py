"""`later`: what its moments may be, which of two holds, whom it disturbs."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.flows.conftest import Talk

MOSCOW = ZoneInfo("Europe/Moscow")
MONDAY_EVENING = datetime(2026, 3, 2, 20, 0, tzinfo=MOSCOW)

BOOKING = """
    flow: запись
    about: Записать
    when: [/book]
    steps:
      а:
        - ask: Во сколько?
          save: когда
          as: date_time
        - later:
            id: напомнить
            at: когда - hours(1)
            call: напоминание
            with: {когда: "{{ когда }}"}
        - say: Записала
    ---
    flow: отмена
    when: [/undo]
    steps: {а: [{later: {cancel: напомнить}}, {say: Отменила}]}
    ---
    flow: напоминание
    needs: {когда: any}
    steps: {а: {say: "Ждём в {{ когда | time }}"}}
    ---
    flow: форма
    about: Заполнить форму
    when: [/form]
    steps: {а: [{ask: Имя?, save: имя}, {say: "Вы {{ имя }}"}]}
"""


def booked(talk: Talk, moment: str, **more: Any) -> Any:
    return talk(BOOKING, **more).hears("/book").hears(moment).news()


def test_of_two_with_one_id_the_newer_holds(talk: Talk) -> None:
    dialog = booked(talk, "сегодня в 14:00").hears("/book").hears("сегодня в 16:00").news()
    dialog.passes("4h").says().passes("1h", "Ждём в 16:00").passes("1d").says()


def test_the_newer_holds_even_where_its_own_moment_has_passed(talk: Talk) -> None:
    dialog = booked(talk, "завтра в 14:00").hears("/book").hears("сегодня в 10:30").news()
    dialog.passes("3d").says()


def test_the_newer_holds_where_the_older_waits_for_the_end_of_a_task(talk: Talk) -> None:
    flows = BOOKING.replace("at: когда - hours(1)", "after: 1h")
    dialog = talk(flows).hears("/book").hears("завтра в 14:00").hears("/form").news()
    dialog.passes("61m").says().hears("/book", "Во сколько?")
    dialog.hears("завтра в 18:00", "Записала", "Продолжим*")
    dialog.hears("да", "Имя?").hears("Аня", "Вы Аня").passes("1h", "Ждём в 18:00")
    dialog.passes("1d").says()


def test_what_waits_for_the_end_of_a_task_can_be_undone(talk: Talk) -> None:
    dialog = booked(talk, "сегодня в 11:30").hears("/form", "Имя?").passes("31m").says()
    dialog.hears("/undo", "Отменила", "Имя?").hears("Аня", "Вы Аня").passes("1h").says()


@pytest.mark.parametrize(
    ("at", "after"),
    [
        ("'2026-03-02T11:00'", "1h"),
        ("'2026-03-02T11:00+03:00'", "1h"),
        ("'2026-03-02T08:00:00+00:00'", "1h"),
        ("today + days(1)", "14h"),
        ("now + minutes(90)", "90m"),
    ],
)
def test_a_moment_may_be_a_time_a_text_or_a_day(talk: Talk, at: str, after: str) -> None:
    flows = f"""
        flow: ж
        when: [/go]
        steps: {{а: {{later: {{at: "{at}", call: потом}}}}}}
        ---
        flow: потом
        steps: {{а: {{say: Пора}}}}
    """
    dialog = talk(flows).hears("/go")
    (timer,) = dialog.play.timers.values()
    dialog.passes(after, "Пора")
    assert timer.due.tzinfo is not None


@pytest.mark.parametrize("at", ["null", "user.day", "today", "now - hours(1)"])
def test_no_moment_and_one_that_has_passed_are_skipped(talk: Talk, at: str) -> None:
    flows = f"""
        flow: ж
        when: [/go]
        steps: {{а: [{{later: {{at: {at}, call: потом}}}}, {{say: Дальше}}]}}
        ---
        flow: потом
        steps: {{а: {{say: Пора}}}}
    """
    talk(flows, "user: {day: date}").hears("/go", "Дальше").passes("30d").says()


@pytest.mark.parametrize("at", ["5", "'скоро'", "[1]"])
def test_what_is_no_moment_is_an_error_of_the_flow(talk: Talk, at: str) -> None:
    flows = f"""
        flow: ж
        when: [/go]
        steps: {{а: [{{later: {{at: "{at}", call: потом}}}}, {{say: Дальше}}]}}
        ---
        flow: потом
        steps: {{а: {{say: Пора}}}}
    """
    dialog = talk(flows).hears("/go")
    (error,) = dialog.play.happenings("error")
    assert "не время" in error["reason"]


# ---------------------------------------------------------------- whom it disturbs


def test_a_chat_that_waits_for_an_event_is_free(talk: Talk) -> None:
    flows = """
        flow: ж
        when: [/go]
        steps:
          а:
            - later: {after: 1h, call: потом}
            - wait: {event: payment.paid}
            - say: Оплачено
        ---
        flow: потом
        steps: {а: {say: Пора}}
    """
    talk(flows).hears("/go").passes("1h", "Пора").occurs("payment.paid", "Оплачено")


@pytest.mark.parametrize(
    ("if_busy", "heard"), [("skip", []), ("wait", ["Пора"]), ("now", ["Пора"])]
)
def test_while_a_person_has_the_chat_nothing_begins(
    talk: Talk, if_busy: str, heard: list[str]
) -> None:
    flows = f"""
        flow: ж
        when: [/go]
        steps: {{а: {{later: {{after: 1h, call: потом, if_busy: {if_busy}}}}}}}
        ---
        flow: потом
        steps: {{а: {{say: Пора}}}}
    """
    dialog = talk(flows).hears("/go")
    dialog.play.take_over()
    dialog.play.person_comes()
    dialog.passes("90m").says()
    dialog.play.give_back()
    dialog.says(*heard).passes("1d").says()


def test_a_menu_that_comes_again_by_itself_is_never_there_twice(talk: Talk) -> None:
    flows = """
        flow: утро
        when: [/go]
        steps:
          а:
            - later: {after: 1d, call: утро}
            - ask: Доброе утро!
              buttons: {Совет: {call: совет}}
              expires: never
        ---
        flow: совет
        steps: {а: [{ask: Ещё?, buttons: {Да: {go: а}}, expires: never}]}
    """
    dialog = talk(flows).hears("/go", "Доброе утро!").presses("Совет", "Ещё?")
    for _ in range(20):
        dialog.passes("1d", "Доброе утро!")
        assert len(dialog.play.position["stack"]) == 1
        dialog.presses("Совет", "Ещё?")


def test_a_slow_action_of_a_flow_that_began_by_itself_has_its_own_time(talk: Talk) -> None:
    flows = """
        flow: ж
        when: [/go]
        steps: {а: {later: {after: 3d, call: потом}}}
        ---
        flow: потом
        steps: {а: [{do: slow.x}, {say: Сделано}]}
    """
    dialog = talk(flows, actions={"slow.x": 1}).hears("/go")
    dialog.play.held = True
    dialog.passes("3d").passes("10m").says()
    dialog.play.answer_actions()
    dialog.says("Сделано")


# ---------------------------------------------------------------- quiet hours


QUIET = "defaults: {quiet: '22:00-09:00'}\nuser: {timezone: text}\n"


def test_quiet_hours_are_those_of_the_bot_where_nothing_is_known_of_the_customer(
    talk: Talk,
) -> None:
    dialog = booked(talk, "завтра в 8:00", bot=QUIET, now=MONDAY_EVENING)
    dialog.passes("12h").says().passes("1h", "Ждём в 08:00")


def test_quiet_hours_are_by_the_clock_of_the_customer_where_it_is_known(talk: Talk) -> None:
    east = {"timezone": "Asia/Vladivostok"}
    dialog = booked(talk, "завтра в 8:00", bot=QUIET, user=east, now=MONDAY_EVENING)
    # Seven in Moscow is two in the afternoon there.
    dialog.passes("11h", "Ждём в 08:00")


def test_a_time_zone_that_is_none_is_the_bots(talk: Talk) -> None:
    dialog = booked(talk, "завтра в 8:00", bot=QUIET, user={"timezone": "???"}, now=MONDAY_EVENING)
    dialog.passes("11h").says()

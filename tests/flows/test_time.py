"""Reminders, timeouts, expiry, `later`, quiet hours and gathering."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flows.turn import Sent

MOSCOW = ZoneInfo("Europe/Moscow")

FORM = """
flow: форма
about: Заполнить форму
when: [/form]
steps:
  имя:
    - ask: Имя?
      save: имя
      as: number
      remind:
        - {after: 1h, say: Жду имя.}
        - {after: 3h, say: Всё ещё жду.}
      timeout: {after: 6h, then: {say: Не дождалась.}}
    - say: "Имя: {{ имя | default('нет') }}"
---
flow: справка
when: [/help]
steps:
  а:
    - say: Вот справка.
---
flow: опрос
when: [/poll]
steps:
  а:
    - ask: Нравится?
      as: yes_no
      save: нравится
"""


def test_reminders_nudge_and_change_nothing(talk: Any) -> None:
    dialog = talk(FORM).hears("/form", "Имя?")
    dialog.passes("1h", "Жду имя.").passes("2h", "Всё ещё жду.").hears("5", "Имя: 5")
    dialog.passes("10h").says()


def test_a_timeout_takes_its_branch_and_the_question_is_gone(talk: Any) -> None:
    dialog = talk(FORM).hears("/form", "Имя?")
    dialog.passes("6h", "Жду имя.", "Всё ещё жду.", "Не дождалась.", "Имя: нет")
    assert dialog.idle
    assert dialog.counted("silent") == 1


def test_an_answer_drops_the_timers(talk: Any) -> None:
    dialog = talk(FORM).hears("/form").hears("5")
    assert set(dialog.play.timers) <= {"expires"}


def test_a_misfit_does_not_restart_reminders(talk: Any) -> None:
    dialog = talk(FORM).hears("/form", "Имя?").passes("50m").hears("что")
    dialog.news()
    dialog.passes("10m", "Жду имя.")


def test_a_covered_questions_timers_stop_and_start_anew_when_it_returns(talk: Any) -> None:
    dialog = talk(FORM).hears("/form", "Имя?").passes("50m").hears("/poll", "Нравится?")
    dialog.passes("5h").says()
    dialog.hears("да", "Продолжим «Заполнить форму»?").hears("да", "Имя?")
    dialog.passes("59m").says().passes("1m", "Жду имя.")


def test_a_timer_that_lost_the_race_is_ignored(talk: Any) -> None:
    dialog = talk(FORM).hears("/form", "Имя?")
    late = dict(dialog.play.timers)
    dialog.hears("5", "Имя: 5")
    dialog.play.timers.update(late)
    dialog.passes("6h").says()


def test_reminders_keep_to_the_quiet_hours(talk: Any) -> None:
    dialog = talk(
        FORM,
        "defaults: {quiet: '22:00-09:00'}\n",
        now=datetime(2026, 3, 2, 21, 30, tzinfo=MOSCOW),
    )
    dialog.hears("/form", "Имя?").passes("5h").says()
    assert dialog.play.timers["remind:w2:0"].due == datetime(2026, 3, 3, 9, 0, tzinfo=MOSCOW)


# ---------------------------------------------------------------- expiry

CALLER = """
flow: меню
when: [/menu]
steps:
  а:
    - ask: Что?
      buttons:
        Анкета: {call: анкета}
      expires: never
    - say: Ещё что-нибудь?
    - go: а
---
flow: анкета
when: [/form]
expires: 2h
steps:
  а:
    - ask: Имя?
      save: имя
    - ask: Город?
      save: город
"""


def test_a_task_left_in_silence_is_closed_and_the_menu_beneath_waits_quietly(talk: Any) -> None:
    dialog = talk(CALLER).hears("/menu", "Что?").presses("Анкета", "Имя?")
    dialog.passes("2h").says()
    assert dialog.counted("task_expired") == 1
    dialog.presses("Анкета", "Имя?")


def test_silence_is_counted_from_the_customers_last_message(talk: Any) -> None:
    dialog = talk(CALLER).hears("/form", "Имя?").passes("90m").hears("Аня", "Город?")
    dialog.passes("90m").says()
    assert not dialog.idle
    dialog.passes("30m").says()
    assert dialog.idle


def test_a_menu_may_wait_for_ever(talk: Any) -> None:
    dialog = talk(CALLER).hears("/menu", "Что?").passes("30d").says()
    dialog.presses("Анкета", "Имя?")


TELLS_APART = """
flow: приём
when: [/visit]
steps:
  а:
    - call: анкета
      save: данные
    - choose: call.outcome
      cases:
        expired: [{set: {user.бросил: yes}}]
        cancel: [{say: В другой раз.}]
        error: [{say: Сломалось.}]
      else:
        - say: "Спасибо, {{ данные.имя }}!"
    - ask: "{{ call.outcome }}: ещё что-нибудь?"
      save: ещё
---
flow: анкета
when: [/form]
expires: 2h
gives: {имя: text}
meanwhile:
  - when: стоп
    then: {go: cancel}
steps:
  а:
    - ask: Имя?
      save: имя
    - if: 1 / len(имя) < 1
      then:
        - set: {имя: "{{ имя | title }}"}
      else:
        - set: {имя: "{{ 1 / 0 }}"}
"""


def test_the_caller_of_a_task_left_in_silence_sees_that_it_has_expired(talk: Any) -> None:
    dialog = talk(TELLS_APART, "user: {бросил: yes_no}").hears("/visit", "Имя?")
    dialog.passes("2h").says()
    assert dialog.play.user["бросил"] is True
    dialog.hears("?", "expired: ещё что-нибудь?")


def test_the_caller_tells_expired_from_cancelled_failed_and_done(talk: Any) -> None:
    def at_the_form() -> Any:
        return talk(TELLS_APART, "user: {бросил: yes_no}").hears("/visit", "Имя?")

    at_the_form().hears("стоп", "*", "В другой раз.", "cancel: ещё что-нибудь?")
    at_the_form().hears("Я", "Что-то пошло не так*", "Сломалось.", "error: ещё что-нибудь?")
    dialog = at_the_form().hears("аня", "Спасибо, Аня!", "done: ещё что-нибудь?")
    assert "бросил" not in dialog.play.user


def test_how_a_call_ended_is_known_after_the_turn_too_and_only_to_its_caller(talk: Any) -> None:
    dialog = talk(
        """
flow: а
when: [/a]
steps:
  а:
    - say: "пока: {{ call.outcome | default('никого не звали') }}"
    - call: б
    - ask: Дальше?
      save: да
    - say: "потом: {{ call.outcome }}"
---
flow: б
steps:
  а:
    - say: "внутри: {{ call.outcome | default('никого не звали') }}"
"""
    )
    dialog.hears("/a", "пока: никого не звали", "внутри: никого не звали", "Дальше?")
    dialog.hears("да", "потом: done")


def test_the_expired_handler_may_say_something(talk: Any) -> None:
    flows = CALLER + "meanwhile:\n  - when: {event: expired}\n    then: {say: Анкету закрыли.}\n"
    dialog = talk(flows).hears("/form", "Имя?")
    dialog.passes("2h", "Анкету закрыли.")
    assert dialog.idle


def test_a_message_does_not_move_the_timer_of_silence(talk: Any) -> None:
    dialog = talk(CALLER).hears("/form", "Имя?")
    first = dialog.play.timers["expires"]
    dialog.passes("10m").hears("Аня", "Город?")
    assert dialog.play.timers["expires"] is first


# ---------------------------------------------------------------- later

LATER = """
flow: бронь
when: [/book]
steps:
  а:
    - later:
        id: напомнить
        at: now + hours(2)
        call: напоминание
        with: {что: визит}
        if_busy: IF_BUSY
    - say: Записала.
---
flow: отмена
when: [/unbook]
steps:
  а:
    - later: {cancel: напомнить}
    - say: Отменила.
---
flow: прошлое
when: [/past]
steps:
  а:
    - later:
        at: now - hours(1)
        call: напоминание
        with: {что: прошлое}
    - say: Поздно.
---
flow: напоминание
needs: {что: text}
steps:
  а:
    - say: Скоро {{ что }}.
    - ask: Придёте?
      as: yes_no
      save: придёт
    - say: Ясно.
---
flow: форма
about: Форма
when: [/form]
steps:
  а:
    - ask: Имя?
      save: имя
    - say: Спасибо.
"""


def later(talk: Any, if_busy: str = "wait", **more: Any) -> Any:
    return talk(LATER.replace("IF_BUSY", if_busy), **more)


def test_a_later_flow_starts_at_its_time(talk: Any) -> None:
    dialog = later(talk).hears("/book", "Записала.")
    dialog.passes("2h", "Скоро визит.", "Придёте?").hears("да", "Ясно.")


def test_a_later_flow_can_be_undone(talk: Any) -> None:
    dialog = later(talk).hears("/book", "Записала.").hears("/unbook", "Отменила.")
    dialog.passes("3h").says()


def test_a_time_in_the_past_is_skipped(talk: Any) -> None:
    dialog = later(talk).hears("/past", "Поздно.")
    assert not dialog.play.timers
    dialog.passes("3h").says()


def test_a_later_flow_waits_until_the_task_is_over(talk: Any) -> None:
    dialog = later(talk).hears("/book").passes("115m").hears("/form").news()
    dialog.passes("10m").says()
    dialog.hears("Аня", "Спасибо.", "Скоро визит.", "Придёте?")
    dialog.hears("да", "Ясно.").passes("1h").says()


def test_a_later_flow_waits_a_quarter_of_an_hour_at_most(talk: Any) -> None:
    dialog = later(talk).hears("/book").passes("115m").hears("/form").news()
    dialog.passes("19m").says().passes("1m", "Скоро визит.", "Придёте?")
    dialog.hears("да", "Ясно.", "Продолжим «Форма»?")


def test_a_later_flow_may_come_at_once_or_not_at_all(talk: Any) -> None:
    dialog = later(talk, "now").hears("/book").passes("1h").hears("/form").news()
    dialog.passes("1h", "Скоро визит.", "Придёте?")
    dialog = later(talk, "skip").hears("/book").passes("1h").hears("/form").news()
    dialog.passes("3h").says()


def test_a_later_flow_keeps_to_the_quiet_hours_unless_it_is_to_come_now(talk: Any) -> None:
    evening = datetime(2026, 3, 2, 21, 0, tzinfo=MOSCOW)
    quiet = "defaults: {quiet: '22:00-09:00'}\n"
    dialog = talk(LATER.replace("IF_BUSY", "wait"), quiet, now=evening).hears("/book")
    assert dialog.play.timers["later:напомнить"].due == datetime(2026, 3, 3, 9, tzinfo=MOSCOW)
    dialog = talk(LATER.replace("IF_BUSY", "now"), quiet, now=evening).hears("/book")
    assert dialog.play.timers["later:напомнить"].due == datetime(2026, 3, 2, 23, tzinfo=MOSCOW)


def test_a_later_flow_waits_while_a_person_has_the_chat(talk: Any) -> None:
    dialog = later(talk, "now").hears("/book", "Записала.")
    dialog.play.take_over()
    dialog.play.person_comes()
    dialog.passes("2h").says()
    dialog.play.give_back()
    dialog.says("Скоро визит.", "Придёте?")


# ---------------------------------------------------------------- gathering

GATHER = """
flow: вопрос
when: [/ask]
steps:
  а:
    - ask: Спросите.
      save: вопрос
      as: text
      collect: 3s
    - ask: Пришлите фото.
      save: фото
      as: photos
      max: 3
    - say: "{{ вопрос }} ({{ фото | len }})"
"""


def photos(*refs: str) -> list[Sent]:
    return [Sent(kind="photo", ref=ref) for ref in refs]


def test_messages_that_come_one_upon_another_are_glued(talk: Any) -> None:
    dialog = talk(GATHER).hears("/ask", "Спросите.")
    dialog.hears("Здравствуйте").says()
    assert not dialog.play.settled
    dialog.passes("2s").hears("а доставка есть?").says().passes("2s").says()
    dialog.passes("1s", "Пришлите фото.")
    assert dialog.play.settled
    assert dialog.play.variables["вопрос"] == "Здравствуйте\nа доставка есть?"


def test_photos_close_after_three_seconds_or_at_their_maximum(talk: Any) -> None:
    dialog = talk(GATHER).hears("/ask").hears("?").passes("3s")
    dialog.news()
    dialog.gets(*photos("a"))
    dialog.passes("2s").gets(*photos("b")).passes("3s", "? (2)")
    dialog = talk(GATHER).hears("/ask").hears("?").passes("3s")
    dialog.news()
    dialog.gets(*photos("a", "b", "c", "d")).says("? (3)")


def test_commands_interrupt_gathering(talk: Any) -> None:
    dialog = talk(GATHER).hears("/ask").hears("раз")
    dialog.news()
    dialog.hears("отмена", "Хорошо, остановились.").passes("1h").says()


def test_a_farewell_nobody_answers_is_not_said_again_and_again(talk: Any) -> None:
    flows = """
    flow: анкета
    when: [/form]
    steps:
      а:
        - ask: Имя?
          save: имя
    meanwhile:
      - when: {event: expired}
        then:
          - ask: Вы ещё тут?
            as: yes_no
            save: тут
          - say: Ладно.
    """
    dialog = talk(flows).hears("/form", "Имя?").passes("24h", "Вы ещё тут?")
    dialog.passes("10d").says()
    assert dialog.idle


def test_what_the_bot_asks_by_itself_is_given_its_own_time(talk: Any) -> None:
    flows = """
    flow: анкета
    when: [/form]
    expires: 2h
    steps:
      а:
        - ask: Имя?
          save: имя
          timeout: {after: 90m, then: {say: Тогда так.}}
        - ask: Город?
          save: город
    """
    dialog = talk(flows).hears("/form", "Имя?").passes("90m", "Тогда так.", "Город?")
    dialog.passes("110m").hears("Пермь").says()
    assert dialog.idle


def test_silence_while_a_person_has_the_chat_ends_nothing(talk: Any) -> None:
    dialog = talk(CALLER).hears("/form", "Имя?")
    dialog.play.take_over()
    dialog.play.person_comes()
    dialog.passes("10d").says()
    dialog.play.give_back()
    dialog.says("Имя?").passes("110m").says().hears("Аня", "Город?")


def test_an_answer_that_is_being_gathered_comes_before_the_timeout(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - ask: Что?
          save: что
          collect: 5s
          timeout: {after: 1m, then: {say: Поздно.}}
        - say: "{{ что }}"
    """
    dialog = talk(flows).hears("/a", "Что?").passes("58s").hears("раз").says()
    dialog.passes("1m", "раз")


def test_a_word_between_two_photos_is_no_misfit(talk: Any) -> None:
    dialog = talk(GATHER).hears("/ask").hears("?").passes("3s").news()
    dialog.gets(*photos("a")).hears("вот").says()
    dialog.gets(*photos("b")).passes("3s", "? (2)")


def test_photos_too_few_are_kept_and_more_are_asked_for(talk: Any) -> None:
    flows = GATHER.replace("max: 3", "min: 2\n      max: 3")
    dialog = talk(flows).hears("/ask").hears("?").passes("3s").news()
    dialog.gets(*photos("a")).passes("3s", "Нужно больше фотографий, не меньше 2.")
    assert dialog.play.settled
    dialog.hears("сейчас", "Нужны фотографии. Нажмите скрепку и выберите снимки.")
    dialog.gets(*photos("b")).passes("3s", "? (2)")


def test_a_question_talked_to_instead_of_going_on_has_its_timers_again(talk: Any) -> None:
    flows = """
    flow: форма
    about: Форма
    when: [/form]
    steps:
      а:
        - ask: Сколько?
          save: n
          as: number
          remind: {after: 10m, say: Жду.}
    ---
    flow: опрос
    when: [/poll]
    steps:
      а: [{ask: Как?, save: как}]
    """
    dialog = talk(flows).hears("/form").hears("/poll").hears("хорошо").news()
    dialog.hears("что-то", "Нужно число, например 1500.").passes("10m", "Жду.")


def test_questions_that_time_out_in_a_circle_end_with_the_silence(talk: Any) -> None:
    flows = """
    flow: анкета
    when: [/form]
    expires: 2h
    steps:
      имя:
        - ask: Имя?
          save: имя
          timeout: {after: 1h, then: {go: имя}}
    """
    dialog = talk(flows).hears("/form", "Имя?").passes("30d")
    assert len(dialog.play.said) < 10
    assert dialog.idle


def test_of_reminders_put_off_to_the_same_morning_the_first_is_sent(talk: Any) -> None:
    flows = """
    flow: анкета
    when: [/form]
    steps:
      а:
        - ask: Имя?
          save: имя
          remind: [{after: 13h, say: Жду.}, {after: 15h, say: Всё ещё жду.}]
    """
    dialog = talk(flows, "defaults: {quiet: 22:00-09:00}\n").hears("/form", "Имя?")
    dialog.passes("22h").says().passes("1h", "Жду.").passes("1h").says()


def test_what_goes_on_after_silence_goes_on_in_silence_through_actions_too(talk: Any) -> None:
    flows = """
    flow: меню
    when: [/menu]
    steps:
      а:
        - ask: Что?
          buttons: {Анкета: {call: анкета}}
          expires: never
        - do: log.done
        - say: Ещё что-нибудь?
        - go: а
    ---
    flow: анкета
    when: [/form]
    steps:
      а: [{ask: Имя?, save: имя}]
    """
    dialog = talk(flows, actions={"log.done": 1}).hears("/menu", "Что?")
    dialog.presses("Анкета", "Имя?").passes("25h").says()
    dialog.hears("анкета", "Имя?")


AWAY = """
flow: заказ
when: [/order]
steps:
  а:
    - call: отзыв
    - ask: Доставить завтра?
      save: завтра
      as: yes_no
    - say: "{{ 'Везём.' if завтра else 'Не везём.' }}"
---
flow: отзыв
about: Отзыв
when: [/review]
expires: 1h
steps:
  а:
    - ask: Нравится?
      save: нравится
      as: yes_no
---
flow: цены
when: {contains: сколько стоит}
steps: {а: {say: Прайс.}}
"""


def test_what_was_asked_in_silence_is_answered_by_nobody_before_it_is_said(talk: Any) -> None:
    dialog = talk(AWAY).hears("/order", "Нравится?").passes("2h").says()
    dialog.hears("да", "Доставить завтра?").hears("да", "Везём.")


def test_a_topic_is_heard_before_what_was_asked_in_silence(talk: Any) -> None:
    dialog = talk(AWAY).hears("/order", "Нравится?").passes("2h").says()
    dialog.hears("сколько стоит доставка", "Прайс.", "Доставить завтра?").hears("нет", "Не везём.")

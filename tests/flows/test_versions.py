"""What becomes of chats that stand inside a flow when its owner edits it."""

from collections.abc import Callable
from typing import Any

from flows import versions
from flows.model import Bot

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
      as: choice
      buttons: [Москва, Пермь]
  итог:
    - say: "{{ имя }}, {{ город }}"
"""

Make = Callable[..., Bot]


def test_the_versions_a_chat_stands_on_are_named(talk: Any) -> None:
    dialog = talk(FORM)
    assert versions.needed(dialog.play.position) == set()
    dialog.hears("/form", "Имя?")
    assert versions.needed(dialog.play.position) == {dialog.play.bot.version}


def test_a_chat_moves_to_the_edited_question_at_once(talk: Any, bot: Make) -> None:
    dialog = talk(FORM).hears("/form", "Имя?").hears("Аня", "Город?")
    dialog.play.edit(bot(FORM.replace("Пермь]", "Пермь, Тверь]").replace("Город?", "Ваш город?")))
    dialog.hears("не знаю", "Ваш город?")
    assert dialog.buttons == ["Москва", "Пермь", "Тверь"]
    dialog.hears("Тверь", "Аня, Тверь")


def test_old_buttons_are_stale_where_the_buttons_changed(talk: Any, bot: Make) -> None:
    dialog = talk(FORM).hears("/form").hears("Аня")
    dialog.news()
    old = dialog.play.offered[1].payload
    dialog.play.edit(bot(FORM.replace("[Москва, Пермь]", "[Пермь, Москва]")))
    dialog.play.press_payload(old)
    dialog.says("Эта кнопка уже не действует.", "Город?")


def test_old_buttons_are_good_where_only_a_text_changed(talk: Any, bot: Make) -> None:
    dialog = talk(FORM).hears("/form").hears("Аня")
    dialog.news()
    dialog.play.edit(bot(FORM.replace("Город?", "Ваш город?")))
    dialog.presses("Пермь", "Аня, Пермь")


GONE = FORM.replace("  имя:\n    - ask: Имя?\n      save: имя\n", "").replace("{{ имя }}, ", "")


def test_a_chat_whose_question_is_gone_stays_on_its_version(talk: Any, bot: Make) -> None:
    dialog = talk(FORM).hears("/form", "Имя?")
    dialog.play.edit(bot(GONE))
    dialog.hears("Аня", "Город?").hears("Пермь", "Пермь")


def test_without_the_older_version_the_task_begins_anew_with_what_it_knows(
    talk: Any, bot: Make
) -> None:
    dialog = talk(FORM).hears("/form", "Имя?").hears("Аня", "Город?")
    edited = """
    flow: форма
    when: [/form]
    steps:
      имя:
        - ask: Имя?
          save: имя
          known: skip
      улица:
        - ask: Улица?
          save: улица
        - say: "{{ имя }}, {{ улица }}"
    """
    dialog.play.edit(bot(edited), keep=False)
    dialog.hears(
        "Пермь",
        "Мы только что обновили этот раздел, начнём его ещё раз. Ответы сохранены.",
        "Улица?",
    )
    dialog.hears("Мира", "Аня, Мира")


def test_the_updated_handler_says_how_to_go_on(talk: Any, bot: Make) -> None:
    dialog = talk(FORM).hears("/form", "Имя?")
    edited = GONE + "meanwhile:\n  - when: {event: updated}\n    then: [{say: Ой.}, {go: город}]\n"
    dialog.play.edit(bot(edited), keep=False)
    dialog.hears("Аня", "Ой.", "Город?").hears("Пермь", "Пермь")


def test_a_flow_that_is_gone_is_left(talk: Any, bot: Make) -> None:
    dialog = talk(FORM).hears("/form", "Имя?")
    other = "flow: другое\nwhen: [/x]\nsteps:\n  а:\n    - say: Вот.\n"
    dialog.play.edit(bot(other), keep=False)
    dialog.hears("/x", "Этого раздела больше нет.", "Вот.")
    assert dialog.idle


CALLER = """
flow: заказ
when: [/order]
steps:
  а:
    - call: имя
      save: кто
    - ask: Город?
      save: город
    - say: "{{ кто.имя }}, {{ город }}"
---
flow: имя
gives: {имя: text}
steps:
  а:
    - ask: Имя?
      save: имя
    - done: {имя: "{{ имя }}"}
"""


def test_a_caller_moves_at_its_next_question(talk: Any, bot: Make) -> None:
    dialog = talk(CALLER).hears("/order", "Имя?")
    dialog.play.edit(bot(CALLER.replace("Город?", "Ваш город?").replace("}}, {{", "}} из {{")))
    dialog.hears("Аня", "Ваш город?").hears("Пермь", "Аня из Пермь")


def test_a_caller_whose_version_is_gone_begins_anew_when_its_turn_comes(
    talk: Any, bot: Make
) -> None:
    dialog = talk(CALLER).hears("/order", "Имя?")
    dialog.play.edit(bot(CALLER.replace("Город?", "Ваш город?")), keep=False)
    dialog.hears("Аня", "Мы только что обновили*", "Имя?").hears("Оля", "Ваш город?")


def test_a_suspended_question_is_found_again_when_it_returns(talk: Any, bot: Make) -> None:
    flows = FORM + "---\nflow: опрос\nwhen: [/poll]\nsteps:\n  а:\n    - say: Вот.\n"
    polled = flows.replace("- say: Вот.", "- ask: Да?\n      as: yes_no\n      save: да")
    dialog = talk(polled).hears("/form", "Имя?").hears("/poll", "Да?")
    dialog.play.edit(bot(polled.replace("Имя?", "Ваше имя?")))
    dialog.hears("да", "Продолжим «Форма»?").hears("да", "Ваше имя?")


def test_going_back_leads_to_the_edited_question(talk: Any, bot: Make) -> None:
    dialog = talk(FORM).hears("/form", "Имя?").hears("Аня", "Город?")
    more = FORM.replace("    - ask: Имя?", "    - say: Привет!\n    - ask: Ваше имя?")
    dialog.play.edit(bot(more))
    dialog.hears("назад", "Ваше имя?").hears("Оля", "Город?").hears("Пермь", "Оля, Пермь")


def test_going_back_stops_where_the_question_before_is_gone(talk: Any, bot: Make) -> None:
    dialog = talk(FORM).hears("/form", "Имя?").hears("Аня", "Город?")
    dialog.play.edit(bot(GONE))
    dialog.hears("назад", "Дальше назад нельзя.", "Город?")


def test_the_timers_of_a_question_whose_buttons_changed_stay(talk: Any, bot: Make) -> None:
    form = FORM.replace(
        "as: choice", "as: choice\n      timeout: {after: 1h, then: {say: Поздно.}}"
    )
    dialog = talk(form).hears("/form").hears("Аня").news()
    dialog.play.edit(bot(form.replace("[Москва, Пермь]", "[Пермь, Тверь]")))
    dialog.passes("1h", "Поздно.", "Аня, ")


def test_a_helper_that_is_gone_still_serves_those_who_stand_on_its_version(
    talk: Any, bot: Make
) -> None:
    called = FORM.replace("  итог:\n", "  итог:\n    - call: помощь\n")
    helper = "---\nflow: помощь\nsteps:\n  а: [{say: Помогаю.}]\n"
    dialog = talk(called + helper).hears("/form").hears("Аня").news()
    dialog.play.edit(bot("flow: другой\nwhen: [/other]\nsteps:\n  а: [{say: Другое.}]\n"))
    dialog.hears("Пермь", "Помогаю.", "Аня, Пермь")

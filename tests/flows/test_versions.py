"""What becomes of chats that stand inside a flow when its owner edits it."""

from collections.abc import Callable
from typing import Any

import pytest

from flows import versions
from flows.errors import LoadError
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


# ---------------------------------------------------------------- renamed


def test_a_renamed_step_keeps_the_chats_that_wait_in_it(talk: Any, bot: Make) -> None:
    dialog = talk(FORM).hears("/form", "Имя?").hears("Аня", "Город?")
    renamed = FORM.replace("  город:\n", "  место:\n    - was: город\n").replace("Город?", "Где?")
    dialog.play.edit(bot(renamed))
    dialog.hears("не знаю", "Где?").hears("Пермь", "Аня, Пермь")


def test_a_renamed_flow_keeps_its_chats_and_what_was_to_begin_later(talk: Any, bot: Make) -> None:
    flows = FORM.replace("- ask: Город?", "- later: {after: 1h, call: памятка}\n    - ask: Город?")
    memo = "---\nflow: памятка\nsteps:\n  а: [{say: Помните.}]\n"
    dialog = talk(flows + memo).hears("/form", "Имя?").hears("Аня", "Город?")
    renamed = (flows + memo).replace("flow: форма\n", "flow: анкета\nwas: форма\n")
    renamed = renamed.replace("flow: памятка\n", "flow: записка\nwas: памятка\n")
    renamed = renamed.replace("call: памятка", "call: записка")
    dialog.play.edit(bot(renamed))
    dialog.hears("Пермь", "Аня, Пермь").passes("1h", "Помните.")
    assert dialog.play.happenings("task_done")[0]["flow"] == "анкета"


def test_a_button_of_a_message_leads_to_the_renamed_flow(talk: Any, bot: Make) -> None:
    hello = "flow: привет\nwhen: [/hi]\nsteps:\n  а:\n    - say:\n        text: Привет.\n"
    hello += "        buttons: {Форма: {start: форма}}\n---"
    dialog = talk(hello + FORM).hears("/hi", "Привет.")
    renamed = (hello + FORM).replace("flow: форма\n", "flow: анкета\nwas: форма\n")
    dialog.play.edit(bot(renamed.replace("start: форма", "start: анкета")))
    dialog.presses("Форма", "Имя?")


def test_a_former_name_that_is_still_in_use_is_a_mistake(bot: Make) -> None:
    with pytest.raises(LoadError, match="E026 «имя» ещё есть"):
        bot(FORM.replace("  город:\n", "  город:\n    - was: имя\n"))
    with pytest.raises(LoadError, match="E026 «форма» ещё есть"):
        bot(FORM.replace("about: Форма\n", "about: Форма\nwas: форма\n"))


# ---------------------------------------------------------------- when control returns


def test_a_caller_goes_on_in_the_newest_version_from_where_it_called(talk: Any, bot: Make) -> None:
    told = CALLER.replace("    - ask: Город?", "    - say: Спосибо.\n    - ask: Город?")
    dialog = talk(told).hears("/order", "Имя?")
    dialog.play.edit(bot(told.replace("Спосибо", "Спасибо").replace("  а:\n    - call", NEW_FIRST)))
    dialog.hears("Аня", "Спасибо.", "Город?").hears("Пермь", "Аня, Пермь")


NEW_FIRST = "  нулевой:\n    - say: Ноль.\n  а:\n    - call"


def test_a_caller_whose_call_is_gone_stays_on_its_version(talk: Any, bot: Make) -> None:
    told = CALLER.replace("    - ask: Город?", "    - say: Спосибо.\n    - ask: Город?")
    dialog = talk(told).hears("/order", "Имя?")
    edited = told.replace("      save: кто\n", "      save: имя\n").replace("кто.имя", "имя.имя")
    dialog.play.edit(bot(edited.replace("Спосибо", "Спасибо")))
    dialog.hears("Аня", "Спосибо.", "Город?")


def test_going_back_into_a_helper_works_after_its_caller_has_moved(talk: Any, bot: Make) -> None:
    dialog = talk(CALLER).hears("/order", "Имя?").hears("Аня", "Город?")
    dialog.play.edit(
        bot(CALLER.replace("Город?", "Ваш город?").replace("  а:\n    - call", NEW_FIRST))
    )
    dialog.hears("назад", "Имя?").hears("Оля", "Ваш город?").hears("Пермь", "Оля, Пермь")


SLOW = """
flow: бронь
about: Бронь
when: [/book]
steps:
  а:
    - ask: Когда?
      save: когда
    - do: slow.book
      save: номер
    - say: Номер {{ номер }}, ждем.
"""


def test_an_action_that_comes_back_goes_on_in_the_newest_version(talk: Any, bot: Make) -> None:
    actions = {"slow.book": 7}
    dialog = talk(SLOW, actions=actions).hears("/book", "Когда?")
    dialog.play.held = True
    dialog.hears("завтра")
    dialog.play.edit(bot(SLOW.replace("ждем", "ждём"), "", actions))
    dialog.play.answer_actions()
    dialog.says("Номер 7, ждём.")


PERSON = """
flow: помощь
about: Помощь
when: [/human]
steps:
  а:
    - handoff: поддержка
    - say: Надеюсь, вам памагли.
"""


def test_a_person_who_gives_the_chat_back_gives_it_to_the_newest_version(
    talk: Any, bot: Make
) -> None:
    dialog = talk(PERSON).hears("/human")
    dialog.play.person_comes()
    dialog.play.edit(bot(PERSON.replace("памагли", "помогли")))
    dialog.play.give_back()
    dialog.says("Надеюсь, вам помогли.")


EACH = """
flow: опрос
when: [/poll]
steps:
  а:
    - set: {вещи: "{{ chat.вещи }}"}
    - each: вещи
      then:
        - ask: Есть {{ item }}?
          save: ответ
          as: yes_no
        - say: "{{ item }}: {{ ответ | default('нет') }}"
    - say: Всё.
"""


def test_a_chat_in_the_middle_of_a_list_goes_on_with_its_element(talk: Any, bot: Make) -> None:
    dialog = talk(EACH, chat={"вещи": ["чай", "сок", "квас"]})
    dialog.hears("/poll", "Есть чай?").hears("да", "чай: да", "Есть сок?")
    dialog.play.edit(bot(EACH.replace("Есть {{ item }}?", "А {{ item }}?")))
    dialog.hears("да", "сок: да", "А квас?").hears("да", "квас: да", "Всё.")


def test_a_question_that_left_its_list_is_another_one(talk: Any, bot: Make) -> None:
    dialog = talk(EACH, chat={"вещи": ["чай", "сок"]}).hears("/poll", "Есть чай?")
    flat = EACH.replace("    - each: вещи\n      then:\n", "").replace("        - ", "    - ")
    dialog.play.edit(
        bot(flat.replace("          save", "      save").replace("          as", "      as"))
    )
    dialog.hears("да", "чай: да", "Есть сок?")


# ---------------------------------------------------------------- retired


def test_whoever_cannot_move_begins_anew_when_everybody_must(talk: Any, bot: Make) -> None:
    dialog = talk(FORM).hears("/form", "Имя?").hears("Аня", "Город?")
    edited = FORM.replace("  город:", "  место:").replace("{{ город }}", "{{ город }}!")
    dialog.play.edit(bot(edited.replace("save: имя", "save: имя\n      known: skip")))
    dialog.play.publish_for_all()
    dialog.says("Мы только что обновили*", "Город?").hears("Пермь", "Аня, Пермь!")


def test_whoever_can_move_hears_nothing_of_it(talk: Any, bot: Make) -> None:
    dialog = talk(FORM).hears("/form", "Имя?")
    dialog.play.edit(bot(FORM.replace("Город?", "Ваш город?")))
    dialog.play.publish_for_all()
    dialog.says().hears("Аня", "Ваш город?")


def test_a_suspended_task_that_cannot_move_begins_anew_when_it_returns(
    talk: Any, bot: Make
) -> None:
    poll = "---\nflow: опрос\nwhen: [/poll]\nsteps:\n  а: [{ask: Как?, save: как}]\n"
    dialog = talk(FORM + poll).hears("/form", "Имя?").hears("/poll", "Как?")
    dialog.play.edit(bot(GONE + poll))
    dialog.play.publish_for_all()
    dialog.says().hears("хорошо", "Мы только что обновили*", "Город?")


def test_a_suspended_task_that_had_to_go_stays_where_its_question_is_back(
    talk: Any, bot: Make
) -> None:
    poll = "---\nflow: опрос\nwhen: [/poll]\nsteps:\n  а: [{ask: Как?, save: как}]\n"
    dialog = talk(FORM + poll).hears("/form", "Имя?").hears("/poll", "Как?")
    dialog.play.edit(bot(GONE + poll))
    dialog.play.publish_for_all()
    dialog.play.edit(bot(FORM.replace("Имя?", "Ваше имя?") + poll))
    dialog.hears("так", "Продолжим «Форма»?").hears("да", "Ваше имя?").hears("Аня", "Город?")


def test_an_action_under_way_comes_to_its_end_before_its_task_begins_anew(
    talk: Any, bot: Make
) -> None:
    actions = {"slow.book": 7, "slow.other": 8}
    dialog = talk(SLOW, actions=actions).hears("/book", "Когда?")
    dialog.play.held = True
    dialog.hears("завтра")
    dialog.play.edit(bot(SLOW.replace("slow.book", "slow.other"), "", actions))
    dialog.play.publish_for_all()
    dialog.says()
    assert dialog.play.called["slow.book"] == 0
    dialog.play.answer_actions()
    dialog.says("Мы только что обновили*", "Когда?")
    assert dialog.play.called["slow.book"] == 1


def test_a_person_keeps_the_chat_that_begins_anew_when_it_is_given_back(
    talk: Any, bot: Make
) -> None:
    dialog = talk(PERSON, "queues: {поддержка: {}, другая: {}}\n").hears("/human")
    dialog.play.person_comes()
    edited = "flow: помощь\nwhen: [/human]\nsteps:\n  б:\n    - say: Новое.\n"
    dialog.play.edit(bot(edited, "queues: {поддержка: {}, другая: {}}\n"))
    dialog.play.publish_for_all()
    dialog.says()
    assert dialog.play.owner == "operator"
    dialog.play.give_back()
    dialog.says("Мы только что обновили*", "Новое.")


def test_of_the_answers_those_are_kept_whose_name_and_type_are_still_there(
    talk: Any, bot: Make
) -> None:
    form = """
    flow: форма
    when: [/form]
    steps:
      а:
        - ask: Имя?
          save: имя
        - ask: Возраст?
          save: возраст
          as: integer
        - ask: Цвет?
          save: цвет
        - ask: Ещё?
          save: ещё
    """
    dialog = talk(form).hears("/form").hears("Аня").hears("30").hears("синий").news()
    edited = """
    flow: форма
    when: [/form]
    steps:
      б:
        - ask: Имя?
          save: имя
          known: skip
        - ask: Возраст?
          save: возраст
          known: skip
        - ask: "{{ имя }}, {{ возраст }}: {{ цвет }}"
          save: цвет_2
        - set: {цвет: null}
    """
    dialog.play.edit(bot(edited))
    dialog.play.publish_for_all()
    dialog.says("Мы только что обновили*", "Возраст?")
    assert dialog.play.variables == {"имя": "Аня", "цвет": "синий"}


# ---------------------------------------------------------------- told beforehand


def impact_of(dialog: Any, new: Bot, *, retire: bool = False) -> tuple[str, str | None] | None:
    old = dialog.play.bot
    found = versions.impact(new, dialog.play.position, {old.version: old}, retire=retire)
    return (found.fate, found.step) if found is not None else None


def test_the_impact_of_an_edit_is_told_before_anything_is_done(talk: Any, bot: Make) -> None:
    dialog = talk(FORM)
    moved = bot(FORM.replace("Имя?", "Ваше имя?"))
    assert impact_of(dialog, moved) is None
    dialog.hears("/form", "Имя?")
    assert impact_of(dialog, dialog.play.bot) is None
    assert impact_of(dialog, moved) == ("moves", "имя")
    assert impact_of(dialog, bot(GONE)) == ("stays", "имя")
    assert impact_of(dialog, bot(GONE), retire=True) == ("retired", "имя")
    assert versions.impact(bot(GONE), dialog.play.position, {}) == (
        "retired",
        dialog.play.bot.version,
        "форма",
        "имя",
    )


def test_the_impact_is_that_of_the_worst_part_of_a_chat(talk: Any, bot: Make) -> None:
    dialog = talk(CALLER).hears("/order", "Имя?")
    assert impact_of(dialog, bot(CALLER.replace("Имя?", "Ваше имя?"))) == ("moves", "а")
    without = CALLER.replace("      save: кто\n", "      save: он\n").replace("кто.", "он.")
    found = versions.impact(
        bot(without), dialog.play.position, {dialog.play.bot.version: dialog.play.bot}
    )
    assert found is not None
    assert (found.fate, found.flow) == ("stays", "заказ")


ADDRESS = """
flow: заявка
when: [/go]
steps:
  начало:
    - call: адрес
      with: {город: Пермь}
      save: место
    - say: "{{ место.улица }}"
---
flow: адрес
needs: {город: text}
gives: {улица: text}
steps:
  улица:
    - ask: Улица?
      save: улица
    - done: {улица: "{{ улица }}"}
"""


def test_a_call_that_the_newest_version_cannot_serve_is_named(bot: Make) -> None:
    before = bot(ADDRESS)
    assert versions.unmet_calls(before, before) == []
    more = ADDRESS.replace("{город: Пермь}", "{город: Пермь, страна: РФ}")
    needy = bot(more.replace("{город: text}", "{город: text, страна: text}"))
    assert versions.unmet_calls(needy, before) == [
        versions.Unmet("заявка", "адрес", "страна", asks=True)
    ]
    easy = bot(ADDRESS.replace("{город: text}", "{город: text, страна: {as: text, optional: yes}}"))
    assert versions.unmet_calls(easy, before) == []
    other = bot(
        ADDRESS.replace("gives: {улица", "gives: {дом").replace("done: {улица", "done: {дом")
    )
    assert versions.unmet_calls(other, before) == [
        versions.Unmet("заявка", "адрес", "улица", asks=False)
    ]


@pytest.mark.parametrize("label", ["Дальше", "Снова"])
@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("retire", [False, True])
def test_a_handler_that_leads_back_into_a_flow_which_is_gone_lets_it_begin_anew(
    talk: Any, bot: Any, label: str, keep: bool, retire: bool
) -> None:
    flows = """
        flow: дело
        when: [/go]
        meanwhile:
          - when: помощь
            then:
              - ask: Чем помочь?
                buttons:
                  Дальше: {go: б}
                  Снова: {go: again}
        steps:
          а: [{ask: Имя?, save: имя}, {wait: 5h}]
          б: [{ask: Город?, save: город}]
    """
    edited = flows.replace(
        "а: [{ask: Имя?, save: имя}, {wait: 5h}]", "в: [{ask: Фамилия?, save: ф}]"
    )
    dialog = talk(flows).hears("/go", "Имя?").hears("Ян").hears("помощь", "Чем помочь?")
    dialog.play.edit(bot(edited), keep=keep)
    if retire:
        dialog.play.publish_for_all()
    dialog.hears(label)
    last = dialog.play.said[-1].text
    assert last in ("Город?", "Имя?") if keep and not retire else last == "Фамилия?"
    assert not dialog.play.happenings("error")

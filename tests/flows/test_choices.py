"""Buttons of questions: long lists page by page, several marked at once, lists of nothing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.paging import page
from flows.turn import Sent
from tests.flows.loading import said_of_steps


def question(keys: str, then: str = "- say: '{{ x }}'") -> str:
    lines = [*keys.strip("\n").split("\n"), *then.split("\n")]
    body = "\n".join("    " + line for line in lines)
    return f"flow: а\nabout: А\nwhen: [/a]\nsteps:\n  раз:\n{body}\n"


CATALOGUE = question(
    "- ask: Что?\n  save: x\n  options: chat.все\n  label: '{{ item.name }}'",
    "- say: '{{ x.id }}'",
)


def things(count: int, name: str = "Большая вещь номер") -> dict[str, Any]:
    return {"все": [{"id": number, "name": f"{name} {number}"} for number in range(1, count + 1)]}


# ---------------------------------------------------------------- pages


def test_a_long_list_is_shown_page_by_page_and_begins_again(talk: Any) -> None:
    dialog = talk(CATALOGUE, chat=things(25)).hears("/a", "Что?")
    assert dialog.buttons[0] == "Большая вещь номер 1"
    assert dialog.buttons[-2:] == ["Большая вещь номер 10", "Ещё 15 ›"]
    dialog.presses("Ещё 15 ›", "Вот ещё:")
    assert dialog.buttons[0] == "Большая вещь номер 11"
    dialog.presses("Ещё 5 ›", "Вот ещё:")
    assert dialog.buttons[-2:] == ["Большая вещь номер 25", "‹ К началу"]
    dialog.presses("‹ К началу", "Вот ещё:")
    assert dialog.buttons[0] == "Большая вещь номер 1"


def test_the_page_may_be_turned_in_words_and_it_counts_no_try(talk: Any) -> None:
    dialog = talk(CATALOGUE, chat=things(25)).hears("/a", "Что?")
    dialog.hears("ещё 15", "Вот ещё:")
    assert dialog.counted("misfit") == 0


def test_a_label_of_any_page_may_be_written_and_positions_count_what_is_shown(talk: Any) -> None:
    dialog = talk(CATALOGUE, chat=things(25)).hears("/a", "Что?")
    dialog.hears("большая вещь номер 23", "23")
    dialog = talk(CATALOGUE, chat=things(25)).hears("/a", "Что?")
    dialog.presses("Ещё 15 ›", "Вот ещё:").hears("второй", "12")


def test_a_button_of_an_earlier_page_still_works(talk: Any) -> None:
    dialog = talk(CATALOGUE, chat=things(25)).hears("/a", "Что?")
    first = dialog.play.offered[0].payload
    dialog.presses("Ещё 15 ›", "Вот ещё:")
    dialog.play.press_payload(first)
    dialog.says("1")


def test_a_repeated_question_stays_on_its_page(talk: Any) -> None:
    dialog = talk(CATALOGUE, chat=things(25)).hears("/a", "Что?")
    dialog.presses("Ещё 15 ›", "Вот ещё:").hears("непонятное слово", "Что?")
    assert dialog.buttons[0] == "Большая вещь номер 11"


@pytest.mark.parametrize(("name", "shown"), [("Т", 40), ("Средняя", 20), ("Длинная вещь с", 10)])
def test_the_shorter_the_labels_the_more_fit_a_page(talk: Any, name: str, shown: int) -> None:
    dialog = talk(CATALOGUE, chat=things(99, name)).hears("/a", "Что?")
    assert len(dialog.buttons) == shown + 1


def test_a_few_more_than_a_page_are_shown_with_it(talk: Any) -> None:
    dialog = talk(CATALOGUE, chat=things(12)).hears("/a", "Что?")
    assert len(dialog.buttons) == 12


@pytest.mark.parametrize(
    ("count", "shown"), [(10, 10), (11, 10), (12, 10), (25, 10), (19, 10), (18, 10)]
)
def test_a_page_is_no_longer_than_the_messenger_shows(talk: Any, count: int, shown: int) -> None:
    dialog = talk(CATALOGUE, chat=things(count), channel="whatsapp").hears("/a", "Что?")
    assert len(dialog.buttons) == shown
    seen = [label for label in dialog.buttons if label.startswith("Большая")]
    while not dialog.buttons[-1].startswith(("Большая", "‹")):
        dialog.presses(dialog.buttons[-1], "Вот ещё:")
        assert len(dialog.buttons) <= 10
        seen += [label for label in dialog.buttons if label.startswith("Большая")]
    assert len(seen) == len(set(seen)) == count


def test_a_questions_own_buttons_take_their_room(talk: Any) -> None:
    asked = """
- ask: Что?
  save: x
  options: chat.все
  label: '{{ item.name }}'
  buttons: {Ничего: null, Другое: null}
  skip: Позже
"""
    dialog = talk(question(asked), chat=things(12), channel="whatsapp").hears("/a", "Что?")
    assert len(dialog.buttons) == 10
    assert dialog.buttons[6:] == ["Ничего", "Другое", "Ещё 6 ›", "Позже"]


@given(st.lists(st.text(max_size=30), max_size=150), st.integers(3, 50))
def test_turning_the_pages_shows_every_option_once(labels: list[str], room: int) -> None:
    seen: list[int] = []
    turned = 0
    while len(seen) < len(labels):
        start, end = page(labels, turned, room)
        assert start == len(seen) < end <= start + 42
        assert end - start + (end - start < len(labels)) <= room
        seen.extend(range(start, end))
        turned += 1
    assert page(labels, turned, room)[0] == 0


# ---------------------------------------------------------------- nothing to choose from


@pytest.mark.parametrize("nothing", [[], None, "слово"])
def test_a_list_of_nothing_is_an_error_that_names_it(talk: Any, nothing: Any) -> None:
    flows = CATALOGUE + "meanwhile:\n  - when: {event: error}\n    then: {say: Не вышло}\n"
    dialog = talk(flows, chat={"все": nothing}).hears("/a", "Не вышло")
    (error,) = dialog.play.happenings("error")
    assert "«chat.все» пусто" in str(error)


def test_a_list_of_nothing_goes_the_way_of_else(talk: Any) -> None:
    asked = "- ask: Что?\n  save: x\n  options: chat.все\n  else: [{say: Пусто}, done]"
    talk(question(asked), chat={"все": []}).hears("/a", "Пусто")


def test_an_else_that_does_not_leave_does_not_go_round(talk: Any) -> None:
    asked = "- ask: Что?\n  save: x\n  options: chat.все\n  else: {say: Пусто}"
    dialog = talk(question(asked), chat={"все": []}).hears("/a", "Пусто", "Что-то пошло не так*")
    assert "пусто" in str(dialog.play.happenings("error"))


def test_an_else_may_find_something_to_choose_from(talk: Any) -> None:
    asked = "- ask: Что?\n  save: x\n  options: y\n  else: {set: {y: [а, б]}}"
    dialog = talk(question(asked)).hears("/a", "Что?")
    assert dialog.buttons == ["а", "б"]


# ---------------------------------------------------------------- one in a sentence


@pytest.mark.parametrize("written", ["на вторую", "давайте вещь 2, пожалуйста", "можно вещь 2?"])
def test_an_answer_may_be_asked_for_in_a_sentence(talk: Any, written: str) -> None:
    talk(CATALOGUE, chat=things(3, "Вещь")).hears("/a", "Что?").hears(written, "2")


@pytest.mark.parametrize("written", ["давайте другое время", "на другое время, пожалуйста"])
def test_a_button_of_any_question_may_be_asked_for_in_a_sentence(talk: Any, written: str) -> None:
    buttons = "- ask: Верно?\n  save: x\n  as: yes_no\n  buttons: {Да: yes, Нет: no, Другое время: {say: Ищу}}"
    talk(question(buttons)).hears("/a", "Верно?").hears(written, "Ищу")


def test_yes_and_no_together_are_no_answer(talk: Any) -> None:
    keys = "- ask: Верно?\n  save: x\n  as: yes_no"
    talk(question(keys)).hears("/a", "Верно?").hears("да нет наверное", "*«да» или «нет»*")


def test_a_position_is_no_answer_where_a_number_might_be_one(talk: Any) -> None:
    keys = "- ask: Верно?\n  save: x\n  as: yes_no\n  buttons: {Да: yes, Нет: no}"
    talk(question(keys)).hears("/a", "Верно?").hears("давайте 2", "*«да» или «нет»*")


def test_a_topic_that_only_mentions_an_answer_stays_a_topic(talk: Any) -> None:
    prices = "---\nflow: цены\nwhen: {contains: сколько стоит}\nsteps: {а: {say: Прайс}}\n"
    dialog = talk(CATALOGUE + prices, chat=things(3, "Вещь")).hears("/a", "Что?")
    dialog.hears("сколько стоит вещь 2", "Прайс", "Что?")


# ---------------------------------------------------------------- several at once


MANY = question(
    "- ask: Какие?\n  save: x\n  as: many\n  max: 3\n  skip: Никакие\n"
    "  buttons: [Сыр, Грибы, Лук, Красный перец]"
)


def test_chosen_labels_are_marked_and_pressing_again_takes_the_mark_away(talk: Any) -> None:
    dialog = talk(MANY).hears("/a", "Какие?").presses("Грибы", "Выбрано: Грибы.")
    assert dialog.buttons == ["Сыр", "✅ Грибы", "Лук", "Красный перец", "Готово", "Никакие"]
    dialog.presses("Сыр", "Выбрано: Сыр, Грибы.").presses("Грибы", "Выбрано: Сыр.")
    assert dialog.buttons[:2] == ["✅ Сыр", "Грибы"]
    dialog.presses("Готово", "Сыр")


@pytest.mark.parametrize(
    ("written", "chosen"),
    [
        ("1, 3", "Сыр, Лук"),
        ("1 3", "Сыр, Лук"),
        ("первый и третий", "Сыр, Лук"),
        ("сыр, красный перец", "Сыр, Красный перец"),
        ("лук; грибы\nсыр", "Сыр, Грибы, Лук"),
        ("хочу сыр и лук, пожалуйста", "Сыр, Лук"),
    ],
)
def test_several_may_be_written_by_number_or_by_label(talk: Any, written: str, chosen: str) -> None:
    talk(MANY).hears("/a", "Какие?").hears(written, f"Выбрано: {chosen}.").hears("готово", chosen)


def test_none_may_be_the_answer(talk: Any) -> None:
    talk(MANY.replace("{{ x }}", "{{ x | len }}")).hears("/a", "Какие?").presses("Никакие", "0")


def test_marks_go_over_pages(talk: Any) -> None:
    flows = CATALOGUE.replace("save: x", "save: x\n      as: many").replace(
        "{{ x.id }}", "{{ x | len }}"
    )
    dialog = talk(flows, chat=things(25)).hears("/a", "Что?")
    dialog.presses("Большая вещь номер 2", "Выбрано: Большая вещь номер 2.")
    dialog.presses("Ещё 15 ›", "Вот ещё:").presses("Большая вещь номер 12", "Выбрано: *2, *12.")
    dialog.presses("Готово", "2")


# ---------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    "buttons",
    ["[{go: шаг}]", "{go: шаг}", "[{go: back}]", "[{say: Привет}]", "[{call: меню}]"],
)
def test_a_verb_is_no_label(buttons: str) -> None:
    told = said_of_steps(f"- ask: Что?\n  save: x\n  buttons: {buttons}")
    assert any("у кнопки нет надписи" in one for one in told), told


def test_a_word_that_is_a_verb_elsewhere_may_be_a_label() -> None:
    told = said_of_steps("- ask: Чай?\n  save: x\n  buttons: {go: yes, stop: no}\n- say: '{{ x }}'")
    assert not any("надписи" in one for one in told)


# ---------------------------------------------------------------- glued messages


COLLECTING = "defaults:\n  collect: 3s\n"


def test_the_bot_may_glue_the_messages_of_every_free_answer(talk: Any) -> None:
    dialog = talk(question("- ask: Что случилось?\n  save: x"), bot=COLLECTING)
    dialog.hears("/a", "Что случилось?").hears("Пришёл").says()
    dialog.passes("2s").hears("без коробки").says()
    dialog.passes("3s", "Пришёл\nбез коробки")


@pytest.mark.parametrize(
    ("keys", "answer"),
    [("as: integer", "5"), ("matches: '[0-9]+'", "5"), ("buttons: ['5', '6']", "5")],
)
def test_what_is_whole_at_once_is_not_waited_for(talk: Any, keys: str, answer: str) -> None:
    dialog = talk(question(f"- ask: Сколько?\n  save: x\n  {keys}"), bot=COLLECTING)
    dialog.hears("/a", "Сколько?").hears(answer, answer)


def test_a_video_in_an_album_of_photos_takes_no_photos_place(talk: Any) -> None:
    asked = "- ask: Фото?\n  save: x\n  as: photos\n  max: 2"
    dialog = talk(question(asked, "- say: '{{ x | len }}'")).hears("/a", "Фото?")
    dialog.gets(Sent(kind="photo", ref="a"), Sent(kind="video", ref="v")).says()
    dialog.gets(Sent(kind="photo", ref="b")).says("2")

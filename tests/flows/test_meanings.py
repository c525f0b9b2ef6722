"""Rung 6: meanings by confidence, and «Вы про …?» where two of them come close."""

import json
from typing import Any

import pytest

TOPICS = """
flow: возврат
about: Вернуть товар.
when: [/return, {means: "клиент хочет вернуть товар: «верните деньги»"}]
steps:
  номер:
    - ask: Какой заказ возвращаем?
      save: номер
      as: номер
      find: yes
    - say: "Возвращаем {{ номер }}: {{ trigger.text }}"
---
flow: статус
about: Узнать, где заказ
when: [{means: клиент спрашивает, где заказ}]
steps:
  а:
    - say: "Заказ едет. Вы спросили: {{ trigger.text }}"
---
flow: анкета
about: Анкета
when: [/form]
steps:
  а:
    - ask: Ваша почта?
      save: почта
      as: email
      timeout: {after: 1h, then: {say: Поздно.}}
    - say: "{{ почта }}"
---
flow: опрос
when: [/poll]
steps:
  а:
    - ask: Есть кот?
      save: кот
      as: yes_no
    - say: "{{ 'кот' if кот else 'нет кота' }}"
""".replace("{means: клиент спрашивает, где заказ}", '{means: "клиент спрашивает, где заказ"}')
BOT = """
types: {номер: {as: text, clean: digits, matches: '\\d{5}'}}
meanwhile:
  - when: {means: "клиент просит человека: «позовите»"}
    then: {say: Зову.}
"""
PERSON = "клиент просит человека: «позовите»"
CLOSE = [("возврат", 0.8), ("статус", 0.75)]
ASKED = "Вы про «Вернуть товар» или «Узнать, где заказ»?"


@pytest.fixture
def dialog(talk: Any) -> Any:
    means = {
        "что с заказом 12345": CLOSE,
        "верните": [("возврат", 0.9), ("статус", 0.7)],
        "эм": [("возврат", 0.49)],
        "всё": [("возврат", 0.8), ("статус", 0.79), (PERSON, 0.75)],
        "кто": [(PERSON, 0.8), ("статус", 0.8)],
    }
    return talk(TOPICS, BOT, means=means)


def test_a_meaning_that_is_not_sure_enough_does_nothing(dialog: Any) -> None:
    dialog.hears("эм", "Простите, не получилось вас понять.")
    assert dialog.play.understood.rung == "no_match"


def test_which_of_two_may_be_said_in_part_and_in_other_words(dialog: Any) -> None:
    dialog.hears("что с заказом 12345", ASKED).hears("про заказ", "Заказ едет.*")
    dialog.hears("что с заказом 12345", ASKED).hears("хочу вернуть", "Возвращаем 12345:*")


def test_a_bare_yes_does_not_say_which_and_answers_nothing_beneath(dialog: Any) -> None:
    dialog.hears("/poll", "Есть кот?").hears("что с заказом 12345", ASKED)
    dialog.hears("да", ASKED).hears("2", "Заказ едет. *", "Есть кот?")


def test_a_meaning_well_ahead_of_the_next_is_taken_without_asking(dialog: Any) -> None:
    dialog.hears("верните", "Какой заказ возвращаем?")
    assert dialog.play.understood.confidence == 0.9


def test_two_close_meanings_are_asked_about(dialog: Any) -> None:
    dialog.hears("что с заказом 12345", ASKED)
    assert dialog.buttons == ["Вернуть товар", "Узнать, где заказ"]
    understood = dialog.play.understood
    assert (understood.rung, understood.intent, understood.confidence) == ("means", None, 0.0)
    assert understood.because == {"close": "возврат, статус"}


@pytest.mark.parametrize("answer", ["Узнать, где заказ", "узнать где заказ!", "2", "второе"])
def test_the_topic_named_takes_the_message_written_first(dialog: Any, answer: str) -> None:
    dialog.hears("что с заказом 12345").news()
    dialog.hears(answer, "Заказ едет. Вы спросили: что с заказом 12345")
    assert dialog.play.understood.intent == "статус"
    assert dialog.play.understood.rung == "answer"


def test_the_topic_pressed_takes_it_too_and_finds_the_answer_in_it(dialog: Any) -> None:
    dialog.hears("что с заказом 12345").news()
    dialog.presses("Вернуть товар", "Возвращаем 12345: что с заказом 12345")
    understood = dialog.play.understood
    assert (understood.rung, understood.intent, understood.confidence) == ("button", "возврат", 1.0)


def test_a_handler_is_named_by_its_sentence_without_the_examples(dialog: Any) -> None:
    dialog.hears("кто", "Вы про «клиент просит человека» или «Узнать, где заказ»?")
    dialog.hears("1", "Зову.")


def test_three_close_meanings_are_asked_about_together(dialog: Any) -> None:
    dialog.hears("всё", "Вы про «Вернуть товар» или «Узнать, где заказ» или «клиент просит*»?")


def test_anything_else_goes_up_the_ladder(dialog: Any) -> None:
    dialog.hears("что с заказом 12345").news()
    dialog.hears("/form", "Ваша почта?").hears("a@b.ru", "a@b.ru")
    assert dialog.idle


def test_a_pending_question_beneath_still_takes_its_answer(dialog: Any) -> None:
    dialog.hears("/form", "Ваша почта?").hears("что с заказом 12345", ASKED)
    dialog.hears("a@b.ru", "a@b.ru")


def test_the_topic_interrupts_the_pending_question_and_it_comes_back(dialog: Any) -> None:
    dialog.hears("/form").hears("что с заказом 12345").news()
    dialog.presses("Узнать, где заказ", "Заказ едет.*", "Ваша почта?").hears("a@b.ru", "a@b.ru")


def test_no_to_both_leaves_the_message_to_nobody(dialog: Any) -> None:
    dialog.hears("что с заказом 12345").news()
    dialog.hears("нет", "Простите, не получилось вас понять.")
    dialog.hears("/form").hears("что с заказом 12345").news()
    dialog.hears("ни то ни другое, нет", "Нужен адрес почты*")
    assert dialog.counted("misfit") == 1


def test_no_to_both_is_no_answer_to_the_question_beneath(dialog: Any) -> None:
    dialog.hears("/poll", "Есть кот?").hears("что с заказом 12345", ASKED)
    dialog.hears("нет", "Ответьте, пожалуйста, «да» или «нет».").hears("нет", "нет кота")


def test_cancel_with_nothing_under_way_ends_the_question(dialog: Any) -> None:
    dialog.hears("что с заказом 12345").news()
    dialog.hears("отмена", "Хорошо, остановились.")
    dialog.presses("Вернуть товар", "Эта кнопка уже не действует.")


def test_cancel_with_a_task_under_way_ends_the_task(dialog: Any) -> None:
    dialog.hears("/form").hears("что с заказом 12345").news()
    dialog.hears("отмена", "Хорошо, остановились.")
    assert dialog.idle


def test_the_timers_of_the_question_beneath_rest_and_start_anew(dialog: Any) -> None:
    dialog.hears("/form").passes("50m").hears("что с заказом 12345").news()
    dialog.passes("30m").says()
    dialog.hears("эм", "Нужен адрес почты*").passes("50m").says()
    dialog.passes("11m", "Поздно.")


def test_its_buttons_are_stale_once_something_else_is_asked(dialog: Any) -> None:
    dialog.hears("что с заказом 12345").hears("/form").news()
    dialog.presses("Вернуть товар", "Эта кнопка уже не действует.", "Ваша почта?")


def test_it_survives_as_json_and_is_found_in_an_edited_bot(dialog: Any, bot: Any) -> None:
    dialog.hears("что с заказом 12345").news()
    dialog.play.position = json.loads(json.dumps(dialog.play.position))
    dialog.play.edit(bot("flow: новый\nsteps:\n  а: [{say: Да.}]\n---" + TOPICS, BOT))
    dialog.hears("1", "Возвращаем 12345: что с заказом 12345")


def test_a_topic_that_is_gone_meanwhile_is_stale(dialog: Any, bot: Any) -> None:
    dialog.hears("что с заказом 12345").news()
    dialog.play.edit(bot(TOPICS.partition("---\nflow: анкета")[2].join(["flow: анкета", ""]), BOT))
    dialog.presses("Вернуть товар", "Эта кнопка уже не действует.")


def test_an_expired_task_takes_the_question_with_it(dialog: Any) -> None:
    dialog.hears("/poll").hears("что с заказом 12345").passes("25h").news()
    assert dialog.idle
    dialog.hears("1", "Простите, не получилось вас понять.")


def test_after_a_day_it_is_asked_no_more(dialog: Any) -> None:
    dialog.hears("что с заказом 12345").passes("25h").news()
    dialog.hears("1", "Простите, не получилось вас понять.")


def test_a_stale_press_says_it_again(dialog: Any) -> None:
    dialog.hears("/form")
    dialog.hears("что с заказом 12345").news()
    dialog.play.press_payload("q:w99:0")
    dialog.says("Эта кнопка уже не действует.", ASKED)


def test_what_was_to_come_later_waits_for_its_answer(talk: Any) -> None:
    flows = TOPICS + (
        "---\nflow: памятка\nwhen: [/memo]\nsteps:\n  а:\n    - later: {after: 1m, call: статус}\n"
    )
    dialog = talk(flows, BOT, means={"что": CLOSE}).hears("/memo").hears("что", ASKED)
    dialog.passes("2m").says()
    dialog.hears("статус заказа", "Простите, не получилось вас понять.", "Заказ едет.*")


# ---------------------------------------------------------------- why a message went where it went


@pytest.mark.parametrize(
    ("before", "text", "because"),
    [
        ("", "/form", {"words": "/form", "scope": "starts"}),
        ("/form", "a@b.ru", {"type": "email", "step": "а"}),
        ("/poll", "верните", {"words": "возврат", "scope": "starts"}),
        ("", "кто-нибудь", {"words": PERSON, "scope": "bot"}),
        ("/form", "отмена", {"words": "отмена"}),
        ("/form", "много", {"step": "а"}),
    ],
)
def test_the_reason_is_kept(talk: Any, before: str, text: str, because: dict[str, str]) -> None:
    means = {"верните": "возврат", "кто-нибудь": PERSON}
    dialog = talk(TOPICS, BOT, means=means)
    if before:
        dialog.hears(before)
    dialog.hears(text)
    assert dialog.play.understood.because == because


def test_a_press_is_explained_by_its_label(dialog: Any) -> None:
    dialog.hears("/poll").presses("Да")
    assert dialog.play.understood.because == {"label": "Да", "step": "а"}


def test_the_nearest_level_is_named(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - ask: Сколько?
          save: x
          as: integer
          meanwhile:
            - when: {contains: зачем}
              then: {say: Так.}
    meanwhile:
      - when: {matches: 'поч[её]му'}
        then: {say: Потому.}
    """
    dialog = talk(flows).hears("/a").hears("а зачем?")
    assert dialog.play.understood.because == {"words": "зачем", "scope": "question"}
    dialog.hears("и почему?")
    assert dialog.play.understood.because == {"words": "поч[её]му", "scope": "flow"}

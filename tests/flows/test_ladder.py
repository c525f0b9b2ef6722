"""How a message finds its owner: button, command, answer, topic, meaning, nobody."""

from dataclasses import replace
from typing import Any

import pytest

MENU = """
flow: меню
when: [/start, привет]
steps:
  выбор:
    - ask: Чем помочь?
      buttons:
        Заказ: {call: заказ}
        Вопрос: {call: вопрос}
    - say: Ещё что-нибудь?
    - go: выбор
---
flow: заказ
when:
  - /order
  - contains: [где заказ, статус заказа]
gives: {номер: text}
steps:
  номер:
    - ask: Номер заказа?
      save: номер
      as: номер_заказа
    - say: Заказ {{ номер }} в пути.
    - done: {номер: "{{ номер }}"}
---
flow: вопрос
when:
  - means: клиент спрашивает о доставке
steps:
  узнать:
    - ask: О чём вы хотите спросить?
      save: тема
    - say: "Вы спросили: {{ тема }}"
"""

SHOP = """
start: меню
types:
  номер_заказа: {as: text, clean: digits, matches: '\\d{5,8}', retry: Номер — это 5–8 цифр.}
"""


@pytest.fixture
def dialog(talk: Any) -> Any:
    return talk(MENU, SHOP)


def test_a_command_starts_its_flow(dialog: Any) -> None:
    dialog.hears("/start", "Чем помочь?")
    understood = dialog.play.understood
    assert (understood.intent, understood.confidence, understood.rung) == ("меню", 1.0, "exact")
    assert dialog.buttons == ["Заказ", "Вопрос"]


def test_a_command_may_carry_the_bots_name_and_words_behind_it(dialog: Any) -> None:
    dialog.hears("/order@romashka_bot 12345", "Заказ 12345 в пути.")


def test_words_are_compared_without_case_punctuation_and_yo(talk: Any) -> None:
    dialog = talk("flow: счёт\nwhen: [мой счёт]\nsteps:\n  а:\n    - say: Вот он.\n")
    dialog.hears("МОЙ СЧЕТ!!! 🙂", "Вот он.")


def test_a_press_of_the_pending_question_acts(dialog: Any) -> None:
    dialog.hears("/start").news()
    dialog.presses("Заказ", "Номер заказа?")
    assert dialog.play.understood.intent == "заказ"
    assert dialog.play.understood.rung == "button"


def test_a_label_may_be_typed_and_so_may_its_number(dialog: Any) -> None:
    dialog.hears("/start").news()
    dialog.hears("заказ", "Номер заказа?")
    dialog.hears("/start").news()
    dialog.hears("2", "О чём вы хотите спросить?")


def test_a_number_is_a_position_only_where_something_is_chosen(talk: Any) -> None:
    dialog = talk(
        """
        flow: дата
        when: [/x]
        steps:
          а:
            - ask: Сколько?
              save: сколько
              as: number
              buttons: [10, 20]
            - say: "{{ сколько }}"
        """
    )
    dialog.hears("/x", "Сколько?").hears("2", "2")
    dialog.hears("/x", "Сколько?").presses("20", "20")


def test_a_stale_button_never_acts_and_the_question_comes_again(dialog: Any) -> None:
    dialog.hears("/start").news()
    dialog.presses("Вопрос").news()
    dialog.presses("Заказ", "Эта кнопка уже не действует.", "О чём вы хотите спросить?")
    assert dialog.play.understood.confidence == 0.0


def test_a_menu_that_comes_round_again_keeps_its_buttons(dialog: Any) -> None:
    dialog.hears("/start")
    first = dialog.play.said[-1].buttons[0].payload
    dialog.presses("Вопрос").hears("когда?").news()
    dialog.play.press_payload(first)
    dialog.says("Номер заказа?")


def test_a_payload_of_ours_may_be_an_exact_trigger_for_an_api_client(dialog: Any) -> None:
    dialog.play.press_payload("/order")
    dialog.says("Номер заказа?")
    dialog.play.press_payload("track_order_12345")
    dialog.says()
    assert dialog.play.understood.rung == "other"


def test_a_free_text_question_takes_everything_but_exact_words(dialog: Any) -> None:
    dialog.hears("/start").presses("Вопрос").news()
    dialog.hears("где заказ, который я ждала?", "Вы спросили: где заказ*", "Ещё*", "Чем помочь?")
    dialog.presses("Вопрос").news()
    dialog.hears("/order", "Номер заказа?")


def test_contained_words_start_a_topic_with_less_confidence(dialog: Any) -> None:
    dialog.hears("/start").news()
    dialog.hears("а где заказ мой", "Номер заказа?")
    understood = dialog.play.understood
    assert (understood.intent, understood.confidence, understood.rung) == (
        "заказ",
        0.95,
        "contains",
    )


def test_contained_words_begin_where_a_word_begins(dialog: Any) -> None:
    dialog.hears("/start").news()
    dialog.hears("статус заказанного", "Номер заказа?")
    dialog.hears("/start").news()
    dialog.hears("нигде заказ", "Простите, не получилось вас понять.", "Чем помочь?")


def test_the_answer_is_found_in_the_message_that_began_the_task(dialog: Any) -> None:
    dialog.hears("Где заказ №12345?", "Заказ 12345 в пути.")
    assert dialog.play.understood.entities == {"номер": "12345"}
    assert dialog.play.understood.intent == "заказ"


def test_two_possible_answers_in_a_message_are_none(dialog: Any) -> None:
    dialog.hears("Где заказ №12345 или 54321?", "Номер заказа?")


def test_a_meaning_is_asked_of_a_model_and_its_choice_is_taken(talk: Any) -> None:
    dialog = talk(MENU, SHOP, means={"сколько стоит доставка": "вопрос"})
    dialog.hears("/start").news()
    dialog.hears("сколько стоит доставка", "О чём вы хотите спросить?")
    understood = dialog.play.understood
    assert (understood.intent, understood.confidence, understood.rung) == ("вопрос", 0.9, "means")


def test_a_model_that_finds_nothing_leaves_the_message_to_nobody(dialog: Any) -> None:
    dialog.hears("/start").news()
    dialog.hears("абракадабра", "Простите, не получилось вас понять.", "Чем помочь?")
    assert dialog.play.understood.rung == "no_match"
    assert dialog.play.understood.intent is None


def test_a_misfit_is_answered_with_retry_and_counted(dialog: Any) -> None:
    dialog.hears("/order").news()
    dialog.hears("раз", "Номер — это 5–8 цифр.")
    assert dialog.play.understood.rung == "no_match"
    assert dialog.counted("misfit") == 1


def test_a_first_message_nobody_claims_starts_the_start_flow(dialog: Any) -> None:
    dialog.hears("эээ", "Чем помочь?")
    assert dialog.play.understood.confidence == 0.0


def test_with_a_no_match_handler_the_start_flow_greets_and_the_message_is_handled(
    talk: Any,
) -> None:
    flows = """
    flow: меню
    when: [/start]
    steps:
      привет:
        - say: Здравствуйте!
      выбор:
        - ask: Чем помочь?
          buttons:
            Ничем: {say: Ладно}
        - go: выбор
    """
    bot = """
    start: меню
    meanwhile:
      - when: {event: no_match}
        then: {say: "Вы сказали: {{ trigger.text }}"}
    """
    dialog = talk(flows, bot)
    dialog.hears("эээ", "Здравствуйте!", "Вы сказали: эээ", "Чем помочь?")
    dialog.hears("ой", "Вы сказали: ой", "Чем помочь?")
    assert dialog.counted("misfit") == 0


def test_a_handler_of_the_question_comes_before_that_of_the_flow_and_of_the_bot(
    talk: Any,
) -> None:
    flows = """
    flow: анкета
    when: [/x]
    steps:
      а:
        - ask: Имя?
          save: имя
          meanwhile:
            - when: зачем
              then: {say: Так спокойнее.}
      б:
        - ask: Город?
          save: город
    meanwhile:
      - when: зачем
        then: {say: Для анкеты.}
    """
    bot = """
    meanwhile:
      - when: зачем
        then: {say: Не знаю.}
    """
    dialog = talk(flows, bot)
    dialog.hears("зачем", "Не знаю.")
    dialog.hears("/x", "Имя?").hears("зачем", "Так спокойнее.", "Имя?")
    dialog.hears("Аня", "Город?").hears("зачем", "Для анкеты.", "Город?")


def test_an_edited_message_counts_only_where_the_first_was_a_misfit(dialog: Any) -> None:
    dialog.hears("/order", "Номер заказа?")
    dialog.edits("12345").says()
    dialog.hears("123", "Номер — это 5–8 цифр.")
    dialog.edits("12345", "Заказ 12345 в пути.")
    assert dialog.play.understood.rung == "edited"
    dialog.edits("54321").says()


def test_buttons_of_a_message_stay_good_and_start_a_topic(talk: Any) -> None:
    flows = """
    flow: записи
    when: [/my]
    steps:
      а:
        - set: {записи: "{{ chat.записи }}"}
        - each: записи
          then:
            - say:
                text: Запись {{ item.id }}
                buttons:
                  Отменить: {call: отмена_записи, with: {id: "{{ item.id }}"}}
    ---
    flow: отмена_записи
    needs: {id: text}
    steps:
      а:
        - say: Отменила {{ id }}.
    ---
    flow: форма
    when: [/form]
    steps:
      а:
        - ask: Имя?
          save: имя
    """
    dialog = talk(flows, chat={"записи": [{"id": "1"}, {"id": "2"}]})
    dialog.hears("/my", "Запись 1", "Запись 2")
    second = dialog.play.said[-1].buttons[0].payload
    dialog.hears("/form", "Имя?")
    dialog.play.press_payload(second)
    dialog.says("Отменила 2.", "Имя?")
    dialog.hears("Аня")
    dialog.presses("Отменить", "Отменила 2.")


def test_the_label_of_the_last_messages_button_may_be_typed_when_nothing_is_asked(
    talk: Any,
) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - say:
            text: Готово.
            buttons:
              Ещё раз: {start: а}
    """
    dialog = talk(flows)
    dialog.hears("/a", "Готово.")
    assert dialog.buttons == ["Ещё раз"]
    dialog.hears("ещё раз", "Готово.")


def test_cancel_and_back_are_understood_without_an_owners_word(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - ask: Имя?
          save: имя
        - ask: Город?
          save: город
    """
    dialog = talk(flows)
    dialog.hears("/a", "Имя?").hears("Аня", "Город?").hears("назад", "Имя?")
    dialog.hears("отмена", "Хорошо, остановились.")
    assert dialog.idle


def test_commands_of_the_start_flow_empty_the_stack_and_its_words_only_repeat(
    dialog: Any,
) -> None:
    dialog.hears("/order", "Номер заказа?").hears("привет", "Номер заказа?")
    dialog.hears("/start", "Чем помочь?")
    assert len(dialog.play.position["stack"]) == 1


def test_start_works_even_where_no_flow_claims_it(talk: Any) -> None:
    dialog = talk(
        "flow: а\nwhen: [/a]\nsteps:\n  а:\n    - ask: Имя?\n      save: имя\n", "start: а\n"
    )
    dialog.hears("/start", "Имя?")


def test_in_english_the_engine_speaks_english(talk: Any) -> None:
    flows = "flow: a\nwhen: [/a]\nsteps:\n  a:\n    - ask: Name?\n      save: name\n"
    dialog = talk(flows, "", None)
    dialog.play.edit(replace(dialog.play.bot, language="en"))
    dialog.hears("/a", "Name?").hears("cancel", "All right, we have stopped.")


def test_a_repeated_question_keeps_the_buttons_sent_before(talk: Any) -> None:
    flows = """
    flow: а
    when: [/a]
    steps:
      а:
        - ask: Что?
          save: x
          buttons: [Раз, Два]
        - say: "{{ x }}"
    ---
    flow: б
    when: [/b]
    steps:
      а:
        - say: Б.
    """
    dialog = talk(flows).hears("/a", "Что?")
    first = dialog.play.offered[1].payload
    dialog.hears("/b", "Б.", "Что?")
    dialog.play.press_payload(first)
    dialog.says("Два")


def test_a_number_is_no_answer_to_go_on(talk: Any) -> None:
    flows = """
    flow: а
    about: А
    when: [/a]
    steps:
      а:
        - ask: Сколько?
          save: x
          as: number
        - say: "{{ x }}"
    ---
    flow: б
    when: [/b]
    steps:
      а:
        - ask: Да?
          as: yes_no
          save: да
    """
    dialog = talk(flows).hears("/a", "Сколько?").hears("/b", "Да?").hears("да", "Продолжим «А»?")
    dialog.hears("2", "2")


SAID = """
flow: а
about: А
when: [/a]
steps:
  раз:
    - say:
        text: Вот.
        buttons:
          Сначала: {go: раз}
          Привет: помоги
  два:
    - ask: Дальше?
      save: x
    - say: "Дальше {{ x }}."
---
flow: б
when: [помоги]
steps:
  а:
    - say: Помогаю.
"""


def test_a_button_of_a_message_may_lead_to_a_step(talk: Any) -> None:
    dialog = talk(SAID).hears("/a", "Вот.", "Дальше?").presses("Сначала", "Вот.", "Дальше?")
    dialog.hears("так", "Дальше так.")
    dialog.presses("Сначала", "Эта кнопка уже не действует.")


def test_a_button_of_a_message_may_stand_for_a_text(talk: Any) -> None:
    dialog = talk(SAID).hears("/a", "Вот.", "Дальше?").presses("Привет", "Помогаю.", "Дальше?")
    assert dialog.play.understood.rung == "exact"


def test_only_so_many_buttons_of_messages_are_remembered(talk: Any) -> None:
    dialog = talk(SAID).hears("/a")
    first = dialog.play.said[0].buttons[0].payload
    for _ in range(30):
        dialog.presses("Сначала")
    dialog.news()
    assert len(dialog.play.position["offers"]) == 40
    dialog.play.press_payload(first)
    dialog.says("Эта кнопка уже не действует.", "Дальше?")


def test_one_meaning_may_be_described_in_several_sentences(talk: Any) -> None:
    flows = """
    flow: а
    when:
      - means: хочет купить
      - means: спрашивает цену
    steps:
      а:
        - say: Купите!
    """
    seen: list[dict[str, str]] = []
    dialog = talk(flows)

    def means(text: str, candidates: dict[str, str]) -> str:
        seen.append(dict(candidates))
        return "а"

    dialog.play.means = means
    dialog.hears("почём?", "Купите!")
    assert seen == [{"а": "хочет купить\nспрашивает цену"}]


BOOKINGS = """
flow: форма
when: [/form]
steps:
  а:
    - ask: Имя?
      save: имя
    - say: "{{ имя }}"
---
flow: список
when: [/list]
steps:
  а:
    - each: "[1, 2]"
      then:
        - say:
            text: "Запись {{ item }}"
            buttons:
              "Отменить {{ item }}": {call: отмена, with: {н: "{{ item }}"}}
"""
CANCEL = """
---
flow: отмена
needs: {н: integer}
steps:
  а:
    - ask: Отменить {{ н }}?
      as: yes_no
      save: да
    - say: "{{ н }}: {{ да }}"
"""


def test_a_button_about_another_thing_begins_the_flow_anew_with_that(talk: Any) -> None:
    dialog = talk(BOOKINGS + CANCEL).hears("/list", "Запись 1", "Запись 2")
    dialog.presses("Отменить 1", "Отменить 1?").presses("Отменить 1", "Отменить 1?")
    dialog.presses("Отменить 2", "Отменить 2?").hears("да", "2: да")
    assert dialog.idle


def test_a_button_to_a_flow_that_is_gone_is_stale_and_harms_nothing(talk: Any, bot: Any) -> None:
    dialog = talk(BOOKINGS + CANCEL).hears("/list").hears("/form").news()
    dialog.play.edit(
        bot(
            BOOKINGS.replace("{call: отмена, with: {н: ", "{call: форма, with: {н: ").replace(
                ', with: {н: "{{ item }}"}', ""
            )
        )
    )
    dialog.presses("Отменить 1", "Эта кнопка уже не действует.", "Имя?").hears("Аня", "Аня")


def test_the_word_go_on_goes_on(talk: Any) -> None:
    flows = (
        BOOKINGS
        + CANCEL
        + "---\nflow: опрос\nwhen: [/poll]\nsteps:\n  а: [{ask: Как?, save: как}]\n"
    )
    dialog = talk(flows).hears("/form").hears("/poll").hears("хорошо").news()
    dialog.hears("Продолжим!", "Имя?").hears("Аня", "Аня")


TAPPED = """
flow: а
when: [/a]
steps:
  раз:
    - ask: Цвет?
      save: цвет
      buttons: [Белый, Красный]
    - ask: Имя?
      save: имя
    - ask: Ещё?
      save: ещё
      buttons: [Да, Нет]
"""


def test_a_button_pressed_once_too_often_is_answered_once(talk: Any) -> None:
    dialog = talk(TAPPED).hears("/a", "Цвет?")
    white, red = (button.payload for button in dialog.play.said[0].buttons)
    dialog.presses("Белый", "Имя?")
    for _ in range(2):
        dialog.play.press_payload(white)
        dialog.says()
    dialog.play.press_payload(red)
    dialog.says("Эта кнопка уже не действует.", "Имя?")
    dialog.play.press_payload(white)
    dialog.says("Эта кнопка уже не действует.", "Имя?")


@pytest.mark.parametrize("between", ["words", "a minute"])
def test_whoever_comes_back_to_an_old_button_is_told(talk: Any, between: str) -> None:
    dialog = talk(TAPPED).hears("/a", "Цвет?")
    white = dialog.play.said[0].buttons[0].payload
    dialog.presses("Белый", "Имя?")
    if between == "words":
        dialog.hears("Аня", "Ещё?")
    else:
        dialog.passes("1m")
    dialog.play.press_payload(white)
    dialog.says("Эта кнопка уже не действует.", "Ещё?" if between == "words" else "Имя?")

"""The tests of bot folders: what passes, and what a failure tells its reader."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from flows.model import Bot
from flows.rehearsal import ActionFails
from flows.telling import matches
from flows.testing import Company, Outcome, play

FLOWS = """
flow: заказ
about: Заказ
when: [/order, {means: где мой заказ}]
steps:
  номер:
    - ask: Номер?
      save: номер
      buttons: [Первый, Второй]
    - do: shop.find
      with: {x: "{{ номер }}"}
      save: заказ
      failed: [{say: Склад молчит.}, done]
    - if: заказ.ready
      then: {say: "Готов {{ заказ.day | date }}"}
      else: {say: Не готов.}
    - goal: узнал
    - ask: Пришлите фото.
      save: фото
      as: photos
      max: 3
      timeout: {after: 1h, then: done}
    - ask: Телефон?
      save: user.phone
      as: phone
      buttons: {Отправить: {share: phone}}
    - say: "{{ user.name }}, фото: {{ фото | len }}"
  человек:
    - handoff: поддержка
      say: Зову.
      closed: {say: Закрыто.}
    - say: Вернулись.
"""
BOT = """
user: {name: text, phone: phone}
queues: {поддержка: {}}
"""


def nothing(name: str, arguments: Mapping[str, Any]) -> Any:
    raise ActionFails("no such thing")


@pytest.fixture
def made(bot: Any) -> Bot:
    made: Bot = bot(FLOWS, BOT, {"shop.find": None})
    return made


def company(bot: Bot) -> Company:
    return Company(bot=bot, fresh=lambda clock: nothing)


def only(bot: Bot, text: str) -> Outcome:
    (outcome,) = play(company(bot), {"tests/a.test.yaml": text})
    return outcome


GOOD = """
test: всё хорошо
given: {user: {name: Аня}, now: 2026-03-02 10:00, channel: telegram}
mocks:
  shop.find:
    - {when: {x: Первый}, give: {ready: yes, day: 2026-03-05}}
    - {when: {x: Второй}, fail: сломан}
  means: {"а заказ мой где": заказ}
chat:
  - client: а заказ мой где
  - bot: Номер?
    buttons: [Первый, Второй]
  - client: {press: Первый}
  - bot: Готов 5 марта
  - bot: Пришлите*
  - client: {album: [a.jpg, b.jpg]}
  - client: {photo: c.jpg}
  - bot: Телефон?
  - client: {share: "+79991234567"}
  - bot: "Аня, фото: 3"
  - bot: Зову.
  - client: ау
  - operator: take
  - operator: close
  - bot: Закрыто.
  - bot: Вернулись.
expect:
  step: человек
  vars: {user.phone: "+79991234567"}
  done: заказ
  goals: [узнал]
  called: {shop.find: 1}
---
test: склад молчит
mocks:
  shop.find: {fail: сломан}
chat:
  - client: /order
  - bot: Номер?
  - client: {press: Второй}
  - bot: Склад молчит.
---
test: фото не дождались
mocks: {shop.find: {give: {ready: no}}}
chat:
  - client: /order
  - bot: Номер?
  - client: "1"
  - bot: Не готов.
  - bot: Пришлите*
  - after: 1h
expect: {done: заказ}
"""


def test_a_dialog_that_goes_as_written_passes(made: Bot) -> None:
    outcomes = play(company(made), {"tests/a.test.yaml": GOOD})
    assert [outcome.failure for outcome in outcomes] == ["", "", ""]
    assert [str(outcome) for outcome in outcomes][1] == "склад молчит"


@pytest.mark.parametrize(
    ("chat", "line", "says"),
    [
        ("  - client: /order\n  - bot: Имя?\n", 4, "ждали: Имя?\n      вышло: Номер?"),
        ("  - client: /order\n  - bot: Номер?\n  - bot: Ещё?\n", 5, "бот промолчал"),
        (
            "  - client: /order\n",
            1,
            "бот сказал, а в тесте этого нет\n      вышло: Номер? [Первый] [Второй]",
        ),
        ("  - client: /order\n  - client: да\n", 4, "бот сказал, а в тесте этого нет"),
        (
            "  - client: /order\n  - bot: Номер?\n  - client: {press: Третий}\n",
            5,
            "кнопки «Третий» нет\n      сейчас есть: «Первый», «Второй»",
        ),
        (
            "  - client: /order\n  - bot: Номер?\n    buttons: [Раз]\n",
            4,
            "кнопки другие\n      ждали: Раз\n      вышло: Первый, Второй",
        ),
        ("  - client: /order\n  - bot: Номер?\n    photo: a.jpg\n", 4, "нет вложения a.jpg"),
        ("  - клиент: /order\n", 3, "не знаю реплики «клиент»"),
        ("  - client: {telegramm: x}\n", 3, "не знаю, как прислать «telegramm»"),
        ("  - after: потом\n", 3, "потом"),
        ("  - operator: sleep\n", 3, "оператор может take, release, close или"),
        ("  - edit: new.yaml\n", 3, "рядом с тестом нет файла new.yaml"),
    ],
)
def test_a_failure_names_the_line_and_the_difference(
    made: Bot, chat: str, line: int, says: str
) -> None:
    outcome = only(made, f"test: проба\nchat:\n{chat}")
    assert not outcome.passed
    assert outcome.place.line == line
    assert says in outcome.failure


def test_a_failure_shows_the_dialog_up_to_it(made: Bot) -> None:
    text = "test: проба\nchat:\n  - client: /order\n  - bot: Номер?\n  - client: {press: Третий}\n"
    lines = only(made, text).failure.split("\n")
    assert lines[0] == "    клиент: /order   (точные слова «/order» → заказ)"
    assert lines[1] == "    бот: Номер? [Первый] [Второй]"
    assert lines[-3] == "    клиент: [Третий]"
    assert lines[-2] == "  ✗ строка 5: кнопки «Третий» нет"


@pytest.mark.parametrize(
    ("expect", "says"),
    [
        ("step: человек", "ждали: step: человек\n      вышло: step: номер"),
        ("vars: {номер: Второй}", "ждали: vars.номер: Второй\n      вышло: vars.номер: Первый"),
        (
            "vars: {заказ.ready: yes}",
            "ждали: vars.заказ.ready: yes\n      вышло: vars.заказ.ready: no",
        ),
        ("user: {name: Аня}", "ждали: vars.user.name: Аня\n      вышло: vars.user.name: null"),
        ("done: заказ", "ждали: done: заказ\n      вышло: done: —"),
        ("goals: []", "ждали: goals: []\n      вышло: goals: [узнал]"),
        ("called: {shop.find: 2}", "ждали: called.shop.find: 2\n      вышло: called.shop.find: 1"),
        ("called: {shop.find: [{x: Второй}]}", "вышло: called.shop.find: {x: Первый}"),
        (
            "called: {shop.find: {times: 2, with: {x: Первый}}}",
            "ждали: called.shop.find: 2 × {x: Перв",
        ),
        ("called: {shop.find: []}", "вышло: called.shop.find: {x: Первый}"),
        ("silent: yes", "ждали: silent: yes\n      вышло: silent: no"),
        ("handoff: поддержка", "ждали: handoff: {queue: поддержка}\n      вышло: handoff: no"),
    ],
)
def test_what_is_expected_at_the_end_is_compared(made: Bot, expect: str, says: str) -> None:
    text = f"""
test: проба
mocks: {{shop.find: {{give: {{ready: no}}}}}}
chat:
  - client: /order
  - bot: Номер?
  - client: {{press: Первый}}
  - bot: Не готов.
  - bot: Пришлите фото.
expect: {{{expect}}}
"""
    outcome = only(made, text)
    assert says in outcome.failure


def test_a_call_that_no_mock_is_for_is_a_failure(made: Bot) -> None:
    text = """
test: проба
mocks: {shop.find: [{when: {x: "7"}, give: 1}]}
chat:
  - client: /order
  - bot: Номер?
  - client: {press: Первый}
"""
    assert "«shop.find» вызвали с x: Первый, а такого «when» нет" in only(made, text).failure


def test_a_meaning_that_is_no_candidate_is_a_failure(made: Bot) -> None:
    text = 'test: проба\nmocks: {means: {"эй": возврат}}\nchat:\n  - client: эй\n'
    assert "means: «возврат» сейчас не выбрать; есть: заказ" in only(made, text).failure


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("chat: []\n", "нет названия"),
        ("test: а\n", "нет разговора"),
        ("test: а\nchat: []\nлишнее: 1\n", "не знаю ключа «лишнее»"),
        ("test: а\ngiven: {now: вчера}\nchat: []\n", "время пишите так"),
        ("test: а\nchat: [ {client: } ]\n  x", ""),
        ("[]\n", "здесь нужны ключи"),
    ],
)
def test_a_file_that_cannot_be_played_is_a_failure_with_its_place(
    made: Bot, text: str, says: str
) -> None:
    outcome = only(made, text)
    assert not outcome.passed
    assert says in outcome.failure


def test_every_mistake_of_a_file_is_told_with_the_nearest_right_word(made: Bot) -> None:
    text = """
test: проба
given: {now: вчера, chanel: web}
mocks:
  shop.find: [{gives: 1}, {fails: да}]
chat:
  - клиент: /order
  - client: {pres: Первый}
  - bot: Номер?
    butons: [Раз]
expect: {called: {shop.find: много}, goal: [x]}
"""
    told = [(one.place.line, one.failure.strip()) for one in play(company(made), {"a": text})]
    assert told == [
        (3, "✗ время пишите так: 2026-03-02 10:00"),
        (3, "✗ не знаю ключа «chanel» — может, «channel»?"),
        (5, "✗ не знаю ключа «gives» — может, «give»?"),
        (5, "✗ не знаю ключа «fails» — может, «fail»?"),
        (7, "✗ не знаю реплики «клиент» — может, «client»?"),
        (8, "✗ не знаю, как прислать «pres» — может, «press»?"),
        (10, "✗ не знаю ключа «butons» — может, «buttons»?"),
        (11, "✗ сколько раз вызвали «shop.find»? Нужно целое число или список аргументов"),
        (11, "✗ не знаю ключа «goal» — может, «goals»?"),
    ]


def test_how_often_an_action_was_called_is_a_number(made: Bot) -> None:
    text = "test: а\nchat: []\nexpect: {called: {shop.find: много}}\n"
    assert "сколько раз вызвали «shop.find»" in only(made, text).failure


def test_actions_without_a_mock_are_asked_of_the_caller(made: Bot) -> None:
    text = """
test: проба
chat:
  - client: /order
  - bot: Номер?
  - client: {press: Первый}
  - bot: Не готов.
  - bot: Пришлите фото.
"""
    asked = Company(bot=made, fresh=lambda clock: lambda name, arguments: {"ready": False})
    (outcome,) = play(asked, {"a": text})
    assert outcome.passed


@pytest.mark.parametrize(
    ("said", "expected", "fits"),
    [
        ("Готово! Заявка № 7.", "Готово*", True),
        ("Готово!", "готово!", False),
        ("а\n  б", "а б", True),
        ("[Да] [Нет]", "[Да]*", True),
        ("1 500 ₽", "1 500 ₽", True),
        ("Готово", "Готово!", False),
    ],
)
def test_a_text_is_compared_with_wildcards(said: str, expected: str, fits: bool) -> None:
    assert matches(said, expected) is fits


def test_mocks_with_one_when_are_given_in_turn_and_the_last_one_stays(made: Bot) -> None:
    text = """
test: проба
mocks:
  shop.find:
    - {when: {x: Первый}, fail: сломан}
    - {when: {x: Первый}, give: {ready: yes, day: 2026-03-05}}
    - {give: {ready: no}}
chat:
  - client: /order
  - bot: Номер?
  - client: {press: Первый}
  - bot: Склад молчит.
  - client: /order
  - bot: Номер?
  - client: {press: Второй}
  - bot: Не готов.
  - bot: Пришлите фото.
  - after: 1h
  - client: /order
  - bot: Номер?
  - client: {press: Первый}
  - bot: Готов 5 марта
  - bot: Пришлите фото.
  - after: 1h
  - client: /order
  - bot: Номер?
  - client: {press: Первый}
  - bot: Готов 5 марта
  - bot: Пришлите фото.
expect: {called: {shop.find: {times: 3, with: {x: первый}}}}
"""
    assert only(made, text).failure == ""


def test_an_action_that_is_tried_again_may_work_the_second_time(bot: Any) -> None:
    flows = """
flow: заказ
when: /order
steps:
  а:
    - do: shop.find
      retries: 1
      save: найдено
      failed: [{say: Не вышло.}, done]
    - say: "{{ найдено }}"
"""
    text = """
test: со второго раза
mocks: {shop.find: [{fail: занято}, {give: вот}]}
chat: [{client: /order}, {bot: вот}]
expect: {called: {shop.find: 2}}
"""
    assert only(bot(flows, "", {"shop.find": None}), text).failure == ""


QUEUE = """
flow: помощь
when: /help
steps:
  а:
    - if: hours.смена.open
      then: {say: Мы здесь.}
      else: {say: "Мы спим. {{ hours.смена.text }}"}
    - handoff: поддержка
      note: Просят помочь
      say: Зову.
      closed: {say: Закрыто.}
"""
SHIFTS = "queues: {поддержка: {}}\nhours: {смена: пн-пт 09:00-18:00}\n"


@pytest.mark.parametrize(
    ("hours", "says"),
    [
        ("open", "Мы здесь."),
        ("closed", "Мы спим. пн-пт 09:00-18:00"),
        ("вт 10:00-11:00", "Мы спим. вт 10:00-11:00"),
    ],
)
def test_working_hours_can_be_given(bot: Any, hours: str, says: str) -> None:
    text = f"""
test: часы
given: {{hours: {{смена: "{hours}"}}}}
chat: [{{client: /help}}, {{bot: "{says}"}}, {{bot: Зову.}}]
expect: {{handoff: {{queue: поддержка, note: Просят*}}}}
"""
    assert only(bot(QUEUE, SHIFTS), text).failure == ""


def test_an_operator_takes_answers_and_closes_while_the_bot_is_silent(bot: Any) -> None:
    text = """
test: человек
chat:
  - client: /help
  - bot: "*"
  - bot: Зову.
  - client: ау
  - operator: {answer: Я здесь}
  - client: спасибо
  - operator: close
  - bot: Закрыто.
expect: {silent: no, done: помощь}
"""
    assert only(bot(QUEUE, SHIFTS), text).failure == ""


DESK = """
flow: помощь
when: /help
steps:
  зов:
    - handoff: поддержка
      note: Просят помочь
      priority: high
      say: Вы {{ handoff.position }}-й, {{ handoff.estimate | default('скоро') }}.
  итог:
    - say: "{{ handoff.operator }}, {{ handoff.duration }}, {{ handoff.tags | join(' ') }}, {{ handoff.form.заказ }}"
    - each: handoff.messages
      then: {say: "{{ item.author }}: {{ item.text }}"}
  конец:
    - say: "Конец. {{ handoff.code }}"
"""
QUEUES = "queues: {поддержка: {unclaimed: 20m}, ремонт: {}}\n"


def test_operators_do_in_a_test_what_they_do_at_their_desk(bot: Any) -> None:
    text = """
test: стол
given: {waiting: {поддержка: {count: 2, minutes: 4}, ремонт: 1}}
chat:
  - client: /help
  - bot: Вы 3-й, около 4 минут.
  - operator: {take: Оля}
  - operator: {note: клиент сердит}
  - client: долго!
  - operator: {answer: Простите}
  - operator: {set: {заказ: 7, сумма: 10}}
  - operator: {tag: [VIP, долг]}
  - operator: {tag: [-долг, +ждёт]}
  - operator: {transfer: ремонт}
  - after: 5m
  - operator: {take: Пётр}
  - after: 90s
  - operator: release
  - bot: Пётр, 1 минута 30 секунд, vip ждёт, 7
  - bot: "customer: долго!"
  - bot: "operator: Простите"
  - bot: "Конец. "
  - client: /help
  - bot: "*"
  - operator: {close: спам}
  - bot: "*"
  - bot: Конец. спам
  - client: /help
  - bot: "*"
  - operator: {take: Оля}
  - operator: {release: конец}
  - bot: "Конец. "
  - client: /help
  - bot: "*"
  - after: 21m
  - bot: Сейчас никто не смог ответить*
expect:
  silent: no
  handoff: {queue: поддержка, note: Просят*, priority: high, position: 3, source: phrase}
"""
    assert only(bot(DESK, QUEUES), text).failure == ""


def test_a_note_never_reaches_the_customer(bot: Any) -> None:
    text = """
test: заметка
chat: [{client: /help}, {bot: "*"}, {operator: take}, {operator: {note: сердит}}]
expect: {silent: yes}
"""
    assert only(bot(DESK, QUEUES), text).failure == ""


def test_a_chat_given_on_waits_in_the_other_queue(bot: Any) -> None:
    text = """
test: передали
chat: [{client: /help}, {bot: "*"}, {operator: take}, {operator: {transfer: ремонт}}]
expect: {handoff: ремонт}
"""
    assert only(bot(DESK, QUEUES), text).failure == ""
    wrong = only(bot(DESK, QUEUES), text.replace("{handoff: ремонт}", "{handoff: поддержка}"))
    assert "вышло: handoff: {queue: ремонт}" in wrong.failure


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("dance", "оператор может take, release, close"),
        ("{dance: yes}", "не знаю ключа «dance»"),
        ("{take: Оля, answer: Да}", "в одной строке оператор делает одно"),
        ("{transfer: ремон}", "у бота нет очереди «ремон» — может, «ремонт»?"),
        ("{release: конецц}", "у бота нет ни шага, ни сценария «конецц» — может, «конец»?"),
        ("{note: а}", "разговор у бота, оператора никто не звал"),
        ("{transfer: ремонт}", "разговор у бота, оператора никто не звал"),
    ],
)
def test_what_an_operator_cannot_do_is_told_in_plain_words(bot: Any, line: str, says: str) -> None:
    outcome = only(bot(DESK, QUEUES), f"test: а\nchat:\n  - operator: {line}\n")
    assert says in outcome.failure, outcome.failure
    assert outcome.place.line == 3


def test_a_chat_that_an_operator_has_is_not_taken_again(bot: Any) -> None:
    text = (
        "test: а\nchat: [{client: /help}, {bot: '*'}, {operator: take}, {operator: {take: Оля}}]\n"
    )
    assert "чат уже у оператора" in only(bot(DESK, QUEUES), text).failure


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("{waiting: {подержка: 1}}", "у бота нет очереди «подержка»"),
        ("{waiting: {поддержка: много}}", "«много» — не целое число"),
        ("{waiting: {поддержка: {people: 2}}}", "не знаю ключа «people»"),
    ],
)
def test_a_queue_that_cannot_be_given_is_told(bot: Any, given: str, says: str) -> None:
    outcome = only(bot(DESK, QUEUES), f"test: а\ngiven: {given}\nchat: []\n")
    assert says in outcome.failure, outcome.failure


def test_an_operator_whom_nobody_called_cannot_come(bot: Any) -> None:
    outcome = only(bot(QUEUE, SHIFTS), "test: а\nchat: [{operator: take}]\n")
    assert "разговор у бота, оператора никто не звал" in outcome.failure


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("given: {user: {nane: Аня}}", (3, "у бота нет поля «nane» — может, «name»?")),
        ("given: {channel: telegramm}", (3, "нет канала «telegramm» — может, «telegram»?")),
        ("given: {hours: {смена: open}}", (3, "у бота нет часов «смена»")),
        (
            "mocks: {shop.fimd: {give: 1}}",
            (3, "у бота нет действия «shop.fimd» — может, «shop.find»?"),
        ),
        ("expect: {step: номерр}", (3, "у бота нет шага «номерр» — может, «номер»?")),
        ("expect: {done: заказы}", (3, "у бота нет сценария «заказы» — может, «заказ»?")),
        ("expect: {goals: [узнала]}", (3, "у бота нет цели «узнала» — может, «узнал»?")),
        ("expect: {handoff: подержка}", (3, "у бота нет очереди «подержка» — может, «поддержка»?")),
    ],
)
def test_a_name_that_the_bot_does_not_have_is_told_with_the_nearest(
    made: Bot, text: str, says: tuple[int, str]
) -> None:
    outcome = only(made, f"test: а\nchat: []\n{text}\n")
    assert (outcome.place.line, says[1] in outcome.failure) == (says[0], True), outcome.failure


EDIT = """
flow: заказ
when: /order
steps:
  номер:
    - ask: Какой номер?
      save: номер
      buttons: [Первый, Второй]
    - say: Теперь всё иначе.
"""


def test_a_flow_can_be_edited_in_the_middle_of_a_chat(bot: Any) -> None:
    old = bot(FLOWS, BOT, {"shop.find": None})
    new = bot(EDIT, BOT, {})
    text = """
test: правка
chat:
  - client: /order
  - bot: Номер?
  - edit: order2.yaml
  - client: ыыы
  - bot: "*"
  - client: {press: Первый}
  - bot: Теперь всё иначе.
"""
    edited = {"order2.yaml": new}.__getitem__
    asked = Company(bot=old, fresh=lambda clock: nothing, edited=edited)
    (outcome,) = play(asked, {"a": text})
    assert outcome.failure == ""


def test_a_failure_shows_what_the_flows_have_that_is_like_it(made: Bot) -> None:
    text = """
test: проба
mocks: {shop.find: {fail: да}}
chat:
  - client: /order
  - bot: Номер?
  - client: {press: Первый}
  - bot: Скдад молчит!
  - bot: Пришлите нам фото
"""
    failure = only(made, text).failure
    assert "разница: «Скдад молчит!» → «Склад молчит.»" in failure
    silence = only(made, text.replace("Скдад молчит!", "Склад молчит.")).failure
    assert "в сценариях похоже: «Пришлите фото.» (flows/all.yaml:" in silence


def test_a_line_said_too_early_says_that_it_comes_later(made: Bot) -> None:
    text = """
test: проба
mocks: {shop.find: {give: {ready: no}}}
chat:
  - client: /order
  - bot: Номер?
  - client: {press: Первый}
  - bot: Пришлите фото.
"""
    assert "это бот сказал позже" in only(made, text).failure


def test_an_english_bot_is_told_in_english(bot: Any) -> None:
    flows = "flow: hello\nwhen: /hi\nsteps:\n  a:\n    - say: Hello!\n"
    made = replace(bot(flows, ""), language="en")
    said = only(made, "test: t\nchat: [{client: /hi}, {bot: Bye!}]\n").failure
    assert said.split("\n") == [
        "    customer: /hi   (exact words “/hi” → hello)",
        "  ✗ line 2: the bot said something else",
        "      expected: Bye!",
        "      got: Hello!",
    ]
    wrong = only(made, "test: t\nchat: [{cleint: /hi}]\n").failure
    assert wrong == "  ✗ no line begins with “cleint”: did you mean “client”?"


def test_only_tests_with_the_words_asked_for_are_played(made: Bot) -> None:
    outcomes = play(company(made), {"tests/a.test.yaml": GOOD}, words=["склад"])
    assert [outcome.name for outcome in outcomes] == ["склад молчит"]


def test_an_event_happens_with_its_data(bot: Any) -> None:
    flows = """
flow: оплата
when: {event: payment.paid}
steps:
  а: [{say: "Получили {{ trigger.data.sum }} ₽"}]
"""
    text = """
test: оплата
chat:
  - event: payment.paid
    data: {sum: 500}
  - bot: Получили 500 ₽
  - event: {event: payment.paid, data: {sum: 7}}
  - bot: Получили 7 ₽
"""
    assert only(bot(flows), text).failure == ""


TIMETABLES = """
flow: утро
when: {every: "пн 09:00", for: "user.name == 'Аня'"}
steps:
  а: [{say: "Доброе утро, {{ user.name }}!"}]
---
flow: отчёт
when: {every: daily 08:00}
steps:
  а: [{do: shop.report}, {goal: отчитались}]
"""


@pytest.mark.parametrize(("name", "says"), [("Аня", ["Доброе утро, Аня!"]), ("Петя", [])])
def test_timetables_strike_while_time_passes(bot: Any, name: str, says: list[str]) -> None:
    made = bot(TIMETABLES, "user: {name: text}\n", {"shop.report": None})
    lines = "".join(f"  - bot: {text}\n" for text in says)
    text = f"""
test: утро
given: {{now: 2026-03-01 12:00, user: {{name: {name}}}}}
mocks: {{shop.report: {{give: 1}}}}
chat:
  - after: 24h
{lines}expect: {{called: {{shop.report: 1}}, goals: [отчитались]}}
"""
    assert only(made, text).failure == ""

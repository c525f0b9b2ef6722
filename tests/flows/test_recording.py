"""A conversation that was had, as a test file that goes the same way."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.errors import Place
from flows.model import Bot
from flows.recording import Call, Deed, Recording, write_test
from flows.rehearsal import ActionFails, Actions
from flows.script_lines import Line
from flows.script_writing import scalar as line_of
from flows.script_writing import shortened
from flows.script_writing import value as written
from flows.scripts import read_scripts
from flows.testing import Company, Outcome, play
from flows.turn import Sent

NOW = datetime.fromisoformat("2026-03-02T10:00:20+03:00")
FLOWS = """
flow: заказ
when: [/order, {contains: [заказ]}]
steps:
  номер:
    - ask: Номер?
      save: номер
      timeout: {after: 2h, then: [{say: Не дождалась.}, done]}
    - do: shop.find
      with: {x: "{{ номер }}"}
      save: заказ
      failed: [{say: Склад молчит.}, done]
    - say: "Заказ {{ заказ.name }} придёт {{ заказ.day | date }}"
    - goal: узнал
  фото:
    - ask: Пришлите фото.
      save: фото
      as: photos
      max: 2
      buttons: {Без фото: {go: имя}}
  имя:
    - ask: Как вас зовут?
      save: user.name
      collect: 3s
    - say: "Спасибо, {{ user.name }}: это длинный текст, в котором всё сказано, и ещё немного сверх того."
    - handoff: люди
      say: Зову.
---
flow: оплата
when: {event: payment.paid}
steps:
  а: [{say: "Получили {{ trigger.data.sum }} ₽"}]
---
flow: вопрос
when: {means: что-то спрашивают}
steps:
  а: [{say: Ответ.}]
"""


@pytest.fixture
def made(bot: Any) -> Bot:
    made: Bot = bot(FLOWS, "user: {name: text}\nqueues: {люди: {}}\n", {"shop.find": None})
    return made


def nothing(clock: object) -> Actions:
    def act(name: str, arguments: Mapping[str, Any]) -> Any:
        raise ActionFails("not mocked")

    return act


def deed(seconds: int, move: Any, text: str = "", **more: Any) -> Deed:
    line = Line(place=Place("", 1), move=move, text=text, **more)
    return Deed(NOW + timedelta(seconds=seconds), line)


def recorded(bot: Bot, *deeds: Deed, ended: int = 600, **more: Any) -> str:
    recording = Recording(
        name="разговор: первый",
        begun=NOW,
        ended=NOW + timedelta(seconds=ended),
        deeds=deeds,
        **more,
    )
    return write_test(bot, recording, fresh=nothing)


def played(bot: Bot, text: str) -> Outcome:
    (outcome,) = play(Company(bot=bot, fresh=nothing), {"tests/a.test.yaml": text})
    return outcome


FOUND = Call(
    action="shop.find",
    arguments={"x": "7"},
    value={"name": "7", "day": {"$date": "2026-03-05"}, "lines": "раз\nдва: #три"},
)


def test_a_conversation_becomes_a_test_that_passes(made: Bot) -> None:
    photo = Sent(kind="photo", ref="/web/files/x1", details={"name": "a.jpg"})
    text = recorded(
        made,
        deed(5, "says", "где заказ"),
        deed(9, "says", "7"),
        deed(20, "sends", attached=(photo,)),
        deed(40, "says", "Аня"),
        deed(41, "says", "Петрова"),
        deed(300, "operator", deed="release"),
        calls=[FOUND],
        means={"неважно": "вопрос"},
    )
    assert (
        text
        == """test: "разговор: первый"
given: {now: 2026-03-02 10:00}
mocks:
  shop.find:
    - {give: {name: "7", day: 2026-03-05, lines: "раз\\nдва: #три"}}
chat:
  - client: где заказ
  - bot: Номер?
  - client: "7"
  - bot: Заказ 7 придёт 5 марта
  - bot: Пришлите фото.
    buttons: [Без фото]
  - client: {photo: a.jpg}
  - bot: Как вас зовут?
  - client: Аня
  - client: Петрова
  - bot: "Спасибо, Аня Петрова: это длинный текст, в котором всё сказано, и ещё*"
  - bot: Зову.
  - operator: release
expect:
  done: [заказ]
  goals: [узнал]
  called: {shop.find: 1}
  handoff: люди
"""
    )
    assert played(made, text).failure == ""


def test_what_operators_did_is_written_down_with_what_they_noted(bot: Any) -> None:
    flows = """
    flow: помощь
    when: /help
    steps:
      зов: [{handoff: люди, say: Зову.}]
      итог: [{say: "{{ handoff.operator }} {{ handoff.tags | join(' ') }} {{ handoff.form.order }}"}]
      конец: [{say: Конец.}]
    """
    made = bot(flows, "queues: {люди: {}}\n")
    noted = {"operator": "Оля", "tags": ["vip"], "form": {"order": 7}, "duration": 60.0}
    text = recorded(
        made,
        deed(0, "says", "/help"),
        deed(5, "operator", "Здравствуйте", deed="answer"),
        deed(9, "says", "где заказ: 7?"),
        deed(60, "operator", deed="release", data=noted),
        deed(70, "says", "/help"),
        deed(80, "operator", "конец", deed="release", data={"operator": "Пётр"}),
        deed(90, "says", "/help"),
        deed(99, "operator", "решено", deed="close"),
    )
    assert text.endswith(
        """chat:
  - client: /help
  - bot: Зову.
  - operator: {take: Оля}
  - operator: {answer: Здравствуйте}
  - client: "где заказ: 7?"
  - operator: {tag: [vip]}
  - operator: {set: {order: 7}}
  - operator: release
  - bot: Оля vip 7
  - bot: Конец.
  - client: /help
  - bot: Зову.
  - operator: {take: Пётр}
  - operator: {release: конец}
  - bot: Конец.
  - client: /help
  - bot: Зову.
  - operator: {close: решено}
  - bot: "*"
  - bot: Конец.
expect:
  done: [помощь]
  handoff: люди
"""
    )
    assert played(made, text).failure == ""


def test_the_time_that_something_came_of_is_told(made: Bot) -> None:
    text = recorded(made, deed(0, "says", "/order"), deed(60, "says", "эх"), ended=9_000)
    assert "after" not in text
    late = recorded(made, deed(0, "says", "/order"), ended=9_000)
    assert "  - after: 150m\n  - bot: Не дождалась.\n" in late
    assert played(made, late).failure == ""


def test_results_that_changed_are_given_one_after_another(made: Bot) -> None:
    failed = Call(action="shop.find", arguments={"x": "7"}, failed="занято")
    other = Call(action="shop.find", arguments={"x": "8"}, value={"name": "8"})
    text = recorded(
        made,
        *(deed(9 * n, "says", said) for n, said in enumerate(["/order", "7", "/order", "8"])),
        *(deed(50 + n, "says", said) for n, said in enumerate(["/order", "7"])),
        calls=[failed, other, FOUND],
    )
    mocks = [line.split(", give")[0] for line in text.splitlines() if "when" in line]
    assert mocks == [
        '    - {when: {x: "7"}, fail: занято}',
        '    - {when: {x: "8"}',
        '    - {when: {x: "7"}',
    ]
    assert played(made, text).failure == ""


def test_a_meaning_is_written_down_where_it_would_be_found_otherwise(made: Bot) -> None:
    text = recorded(made, deed(0, "says", "а это как?"), means={"а это как?": "вопрос"})
    assert "  means:\n    а это как?: вопрос\n" in text
    assert played(made, text).failure == ""


def test_what_happened_around_the_chat_happens_again(made: Bot) -> None:
    paid = deed(9, "happens", "payment.paid", data={"sum": 500})
    text = recorded(made, deed(0, "says", "а как?"), paid)
    assert "  - event: payment.paid\n    data: {sum: 500}\n  - bot: Получили 500 ₽\n" in text
    assert played(made, text).failure == ""


def test_what_was_known_before_is_given(made: Bot) -> None:
    text = recorded(made, user={"name": "Аня"}, chat={"x": 1})
    assert "given: {now: 2026-03-02 10:00, user: {name: Аня}, chat: {x: 1}}\n" in text


def test_a_secret_in_the_arguments_is_not_written_down(made: Bot) -> None:
    marked = {"x": "7", "key": "⟦secret 0:KEY⟧", "$secrets": "⟦secret 0:"}
    text = recorded(
        made,
        deed(0, "says", "/order"),
        deed(5, "says", "7"),
        calls=[Call(action="shop.find", arguments=marked, value={}), FOUND],
    )
    assert "secret" not in text


SAYINGS = st.sampled_from(
    [
        "/order",
        "7",
        "да",
        "[Без фото]",
        "ой: #1",
        "а заказ?",
        '- "кавычки" *',
        "{}",
        "/cancel",
        "назад",
        "нет",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(SAYINGS, st.integers(0, 9_000)), max_size=12), st.booleans())
def test_whatever_was_said_the_recorded_test_passes(
    said: list[tuple[str, int]], works: bool
) -> None:
    bot = _bot()
    moment, deeds = 0, []
    for text, pause in said:
        moment += pause
        press = text.startswith("[")
        deeds.append(deed(moment, "presses" if press else "says", text.strip("[]")))
    text = recorded(bot, *deeds, ended=moment, calls=[FOUND] if works else [])
    assert played(bot, text).failure == "", text


def _bot() -> Bot:
    from tests.flows.conftest import bot_of

    return bot_of(FLOWS, "user: {name: text}\nqueues: {люди: {}}\n", {"shop.find": None})


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**9), 10**9)
        | st.text(max_size=20)
        | st.dates(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
@settings(max_examples=200, deadline=None)
def test_any_value_that_is_written_is_read_again(value: Any) -> None:
    text = f"test: а\nmocks: {{x: {{give: {written(value)}}}}}\nchat: []\n"
    try:
        (script,) = read_scripts("a", text, zone=None, language="ru")  # type: ignore[arg-type]
    except Exception as error:
        raise AssertionError(text) from error
    assert script.mocks["x"][0].give == value


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Коротко.", "Коротко."),
        (
            "Первое предложение стоит здесь. Второе длится и длится, пока не кончится строка.",
            "Первое предложение стоит здесь.*",
        ),
        ("слово " * 20, "слово слово слово слово слово слово слово слово слово слово слово*"),
    ],
)
def test_a_long_text_is_shortened_at_a_sentence_or_a_word(text: str, short: str) -> None:
    assert shortened(text) == short


@given(st.text(max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_text_that_ends_a_line_is_read_again(text: str) -> None:
    whole = f"test: а\nchat:\n  - client: {line_of(text)}\n"
    (script,) = read_scripts("a", whole, zone=None, language="ru")  # type: ignore[arg-type]
    assert script.lines[0].text == text

"""`@bot word` offers ready answers while one types, to our people alone, and one of them is an answer."""

import itertools
from typing import Any

import pytest

from tests.desk.rig import DeskOperator, DeskRig

CANNED = """
срок: Доставим завтра.
имя: "{{ customer.name }}, здравствуйте! Чат {{ number }}."
пусто: "Ваш заказ {{ user.заказ }}."
"""
_ids = itertools.count(1)


@pytest.fixture
async def ready(desk: DeskRig) -> DeskRig:
    lena = await desk.operator("Лена", role="lead")
    for line in CANNED.strip().splitlines():
        key, _, text = line.partition(": ")
        await desk.desk._parts.canned.add("shop", key, text.strip('"'), lena.who)  # type: ignore[arg-type]
    return desk


async def offered(desk: DeskRig, who: DeskOperator, text: str, offset: str = "") -> dict[str, Any]:
    id = f"inline-{next(_ids)}"
    query = {"id": id, "from": who.person.user, "query": text, "offset": offset}
    desk.happens({"inline_query": {**query, "chat_type": "supergroup"}})
    await desk.settle()
    calls = [one.parameters for one in desk.telegram.calls("answerInlineQuery")]
    (answered,) = [one for one in calls if one["inline_query_id"] == id]
    return dict(answered)


def titles(answer: dict[str, Any]) -> list[str]:
    return [one["title"] for one in answer["results"]]


async def test_our_people_find_answers_by_key_and_by_words(ready: DeskRig) -> None:
    olya = await ready.operator("Оля")
    answer = await offered(ready, olya, "ср")
    assert titles(answer) == ["срок"]
    assert answer["results"][0]["input_message_content"] == {"message_text": "Доставим завтра."}
    assert (answer["cache_time"], answer["is_personal"]) == (0, True)
    assert titles(await offered(ready, olya, "здравствуйте")) == ["имя"]
    assert titles(await offered(ready, olya, "")) == ["имя", "пусто", "срок"]
    nothing = await offered(ready, olya, "небывалое")
    assert (nothing["results"], nothing["button"]["text"]) == ([], "Готового ответа нет")
    assert ready.telegram.violations() == []


async def test_strangers_viewers_and_the_removed_are_offered_nothing(ready: DeskRig) -> None:
    viewer = await ready.operator("Зритель", role="viewer")
    gone = await ready.operator("Ушедший", active=False)
    for who in (ready.stranger("Прохожий"), viewer, gone):
        answer = await offered(ready, who, "срок")
        assert answer["results"] == []
        assert answer["button"]["text"] == "Готовые ответы — для операторов"


async def test_one_that_is_chosen_in_a_topic_is_an_operators_answer(ready: DeskRig) -> None:
    olya = await ready.operator("Оля")
    await ready.asks("anna")
    await olya.takes("anna")
    (found,) = (await offered(ready, olya, "имя"))["results"]
    text = found["input_message_content"]["message_text"]
    await olya.writes("anna", text, via_bot=True)
    chat = await ready.chat("anna")
    assert ready.heard("anna")[-1] == f"anna, здравствуйте! Чат {chat.id}."
    await olya.writes("anna", "Доставим завтра.", via_bot=True)
    assert ready.heard("anna")[-1] == "Доставим завтра."


async def test_one_with_a_gap_or_that_is_gone_by_then_goes_nowhere(ready: DeskRig) -> None:
    olya = await ready.operator("Оля")
    await ready.asks("anna")
    await olya.takes("anna")
    for text, why in (
        ("Ваш заказ {{ user.заказ }}.", "неизвестно user.заказ"),
        ("Было: {{ number }}", "больше нет"),
    ):
        number = await olya.writes("anna", text, via_bot=True)
        await ready.later(20)
        hint = next(one for one in await ready.shown("anna") if one.reply_to == number)
        assert why in hint.text
    assert ready.heard("anna")[-1] == "Зову коллегу."


async def test_nobody_answers_by_it_in_a_chat_that_is_not_theirs(ready: DeskRig) -> None:
    olya, ivan = await ready.operator("Оля"), await ready.operator("Иван")
    await ready.asks("anna")
    await olya.takes("anna")
    await ivan.writes("anna", "Доставим завтра.", via_bot=True)
    assert ready.heard("anna")[-1] == "Зову коллегу."


@pytest.mark.parametrize(
    "query", [{}, {"id": 7}, {"id": "x", "from": [], "query": None, "offset": "-1"}]
)
async def test_whatever_comes_breaks_nothing(ready: DeskRig, query: dict[str, Any]) -> None:
    ready.happens({"inline_query": query})
    await ready.settle()
    assert ready.telegram.state()["pending"] == []


async def test_setup_tells_how_it_is_turned_on(desk: DeskRig) -> None:
    assert desk.owner is not None
    desk.telegram.inline_mode(on=False)
    desk.owner.writes(None, "/setup")
    await desk.later(10)
    assert any("/setinline" in one.text for one in desk.forum.shown(None))
    desk.telegram.inline_mode(on=True)
    await desk.later(120)
    before = len(desk.forum.shown(None))
    desk.owner.writes(None, "/setup")
    await desk.later(10)
    texts = [one.text for one in desk.forum.shown(None)][before:]
    assert texts
    assert not any("/setinline" in text for text in texts)

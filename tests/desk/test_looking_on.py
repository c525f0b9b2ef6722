"""With `mirror: all` operators look on at the chats that the bot runs, and nothing waits for that."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.desk.rig import DeskRig
from tests.servers.telegram import FakeTelegram

ALL = "queues:\n  support:\n  sales: {mirror: all}\n"
HEAD = "🤖 Этот чат ведёт бот. Чтобы ответить самим, возьмите его."


@pytest.fixture
async def seen(database: Path, telegram_server: FakeTelegram) -> AsyncIterator[DeskRig]:
    async with DeskRig(database, telegram_server, bot=ALL) as one:
        yield one


def words(texts: list[str]) -> list[str]:
    return "\n".join(texts).splitlines()


async def test_a_chat_has_a_topic_from_its_first_word_on_and_many_lines_stand_together(
    seen: DeskRig,
) -> None:
    await seen.customer("anna", "/start")
    await seen.later(5)
    assert seen.forum.topics() == []
    await seen.customer("anna", "привет", "как дела?")
    await seen.later(30)
    (topic,) = seen.forum.topics()
    assert topic.name.startswith("anna · TG · #")
    texts = await seen.texts("anna")
    assert len(texts) == 2
    assert words(texts) == [
        HEAD,
        "💬 /start",
        "🤖 Чем помочь?",
        "💬 привет",
        "🤖 Бот: привет",
        "🤖 Чем помочь?",
        "💬 как дела?",
        "🤖 Бот: как дела?",
        "🤖 Чем помочь?",
    ]
    await seen.customer("anna", "ещё\n🤖 Бот: я тоже бот")
    await seen.later(30)
    assert words(await seen.texts("anna"))[9] == "💬 ещё 🤖 Бот: я тоже бот"


async def test_it_is_taken_from_there_and_nothing_is_shown_twice(seen: DeskRig) -> None:
    olya = await seen.operator("Оля")
    await seen.customer("anna", "/start", "привет")
    await seen.later(30)
    await olya.writes("anna", "я тут")
    assert "я тут" not in seen.heard("anna")
    await olya.presses("anna", "✋ Взять", message_id=(await seen.shown("anna"))[0].id)
    await seen.later(30)
    await seen.customer("anna", "вы человек?")
    await olya.writes("anna", "Да")
    assert seen.heard("anna")[-1] == "Да"
    card = await seen.card("anna")
    assert "💬 Отвечает: Оля" in card.text
    assert "До этого" not in card.text
    assert words(await seen.texts("anna")).count("💬 привет") == 1
    await olya.writes("anna", "/close")
    await seen.later(120)
    (topic,) = seen.forum.topics()
    assert topic.closed
    await seen.customer("anna", "и ещё вопрос")
    await seen.later(60)
    (topic,) = seen.forum.topics()
    assert not topic.closed
    assert words(await seen.texts("anna")).count("💬 и ещё вопрос") == 1
    # What was said while a person had it stands there as it did.
    assert words(await seen.texts("anna")).count("вы человек?") == 1


async def test_no_request_waits_for_the_chats_of_the_bot(seen: DeskRig) -> None:
    names = [f"c{number}" for number in range(12)]
    for name in names:
        await seen.customer(name, "/start")
    for count in range(4):
        for name in names:
            seen.customer_writes(name, f"слово {count}")
        await seen.later(10)
    await seen.asks("anna")
    asked = seen.hands.time
    while not any(one.name.startswith("anna") for one in seen.forum.topics()):
        await seen.later(1, step=1)
        assert (seen.hands.time - asked).total_seconds() < 15
    await seen.later(900)
    for name in names:
        lines = words(await seen.texts(name))
        assert [one for one in lines if one.startswith("💬 слово")] == [
            f"💬 слово {count}" for count in range(4)
        ]
    assert seen.forum.busiest <= 20


@pytest.mark.parametrize("doom", ["after add_relays", "before add_relays", "after put_topic"])
async def test_killed_in_between_nothing_is_left_out(seen: DeskRig, doom: str) -> None:
    await seen.customer("anna", "/start", "раз")
    seen.life.doom = doom
    await seen.later(30)
    await seen.restart()
    await seen.customer("anna", "два")
    await seen.later(60)
    lines = words(await seen.texts("anna"))
    assert [one for one in lines if one in ("💬 раз", "💬 два")][-1] == "💬 два"
    assert lines.count("💬 раз") in (1, 2)
    assert lines.count("💬 два") == 1


async def test_a_topic_in_which_nothing_happens_is_closed_by_and_by(seen: DeskRig) -> None:
    await seen.customer("anna", "/start", "привет")
    await seen.later(30)
    seen.hands.time += timedelta(hours=11)
    await seen.desk.tidy()
    await seen.settle()
    assert [one.closed for one in seen.forum.topics()] == [False]
    seen.hands.time += timedelta(hours=2)
    await seen.desk.tidy()
    await seen.settle()
    assert [one.closed for one in seen.forum.topics()] == [True]
    await seen.customer("anna", "снова я")
    await seen.later(60)
    assert [one.closed for one in seen.forum.topics()] == [False]
    assert words(await seen.texts("anna"))[-3] == "💬 снова я"


async def test_of_a_pinned_card_no_line_is_left_while_there_is_room(desk: DeskRig) -> None:
    await desk.asks("anna")
    await desk.later(70)
    assert (await desk.card("anna")).pinned
    service = [
        one for one in await desk.shown("anna", service=True) if "pinned_message" in one.message
    ]
    assert service == []

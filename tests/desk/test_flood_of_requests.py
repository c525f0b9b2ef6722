"""Many requests at once: topics are made at a pace, and nobody is lost meanwhile."""

from pathlib import Path

from tests.desk.rig import DeskRig
from tests.servers.telegram import FakeTelegram
from tests.servers.telegram_group import Shown


def queue_of(desk: DeskRig) -> list[Shown]:
    found = [one for one in desk.forum.topics() if one.name == "Очередь"]
    assert len(found) == 1, desk.forum.topics()
    return desk.forum.shown(found[0].thread)


async def test_past_six_a_minute_requests_are_lines_in_the_queue_until_there_is_room(
    desk: DeskRig,
) -> None:
    olya = await desk.operator("Оля")
    names = [f"c{number}" for number in range(9)]
    for name in names:
        await desk.customer(name, "/start")
        desk.customer_writes(name, "оператор")
    await desk.later(45)
    own = [one for one in desk.forum.topics() if one.name != "Очередь"]
    assert len(own) == 6
    lines = [one for one in queue_of(desk) if one.buttons]
    assert len(lines) == 3
    assert all("Ждёт оператора" in one.text for one in lines)
    assert all(
        one.text.splitlines()[0] in {f"{n} · TG · #{i}" for n in names for i in range(20)}
        for one in lines
    )
    # Whoever waits there can be taken there, and what they wrote meanwhile is not lost.
    who = lines[0].text.split(" · ")[0]
    number = queue_of(desk)[0].thread
    olya.person.presses(number, "✋ Взять", message_id=lines[0].id)
    desk.customer_writes(who, "я ещё тут")
    await desk.later(240)
    assert (await desk.chat(who)).owner == "operator"
    assert len([one for one in desk.forum.topics() if one.name != "Очередь"]) == 9
    for name in names:
        assert any("Ждёт" in text or "Отвечает" in text for text in await desk.texts(name))
    assert (await desk.texts(who))[-1] == "я ещё тут"
    # The lines lead to the topics then, and nothing can be pressed there any more.
    assert [one.text.endswith("есть своя тема") for one in queue_of(desk)] == [True] * 3
    assert not any(one.buttons for one in queue_of(desk))
    assert desk.forum.busiest <= 20


async def test_whoever_only_pressed_start_gets_no_topic_yet(
    database: Path, telegram_server: FakeTelegram
) -> None:
    async with DeskRig(database, telegram_server, flows=AT_ONCE) as gated:
        await gated.customer("robot", "/start")
        await gated.later(30)
        assert [one.name for one in gated.forum.topics()] == ["Очередь"]
        assert "Ждёт оператора" in queue_of(gated)[0].text
        await gated.customer("robot", "мне правда нужна помощь")
        await gated.later(30)
        assert [one.name.split(" · ")[0] for one in gated.forum.topics()] == ["Очередь", "robot"]
        card = await gated.card("robot")
        texts = await gated.texts("robot")
        assert "мне правда нужна помощь" in card.text + "".join(texts)


async def test_whoever_asks_in_words_at_once_gets_one(
    database: Path, telegram_server: FakeTelegram
) -> None:
    async with DeskRig(database, telegram_server, flows=AT_ONCE) as gated:
        await gated.customer("anna", "помогите")
        await gated.later(30)
        assert [one.name.split(" · ")[0] for one in gated.forum.topics()] == ["anna"]


async def test_a_request_that_ends_before_its_turn_gets_no_topic(desk: DeskRig) -> None:
    olya = await desk.operator("Оля", role="lead")
    for number in range(7):
        await desk.customer(f"c{number}", "/start", "оператор")
    await desk.later(50)
    line = next(one for one in queue_of(desk) if one.buttons)
    olya.person.presses(line.thread, "🤖 Пусть ответит бот", message_id=line.id)
    await desk.later(120)
    assert len([one for one in desk.forum.topics() if one.name != "Очередь"]) == 6


AT_ONCE = """
flow: talk
when: [/start, помогите]
steps:
  next:
    - handoff: support
      say: Зову коллегу.
"""

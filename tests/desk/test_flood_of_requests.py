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
    await desk.later(52)
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


async def test_a_flood_of_requests_keeps_no_chat_that_somebody_has_waiting(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await olya.presses("anna", "✋ Взять")
    await desk.later(60)
    for number in range(40):
        desk.customer_writes(f"c{number}", "/start")
    await desk.settle()
    for number in range(40):
        desk.customer_writes(f"c{number}", "оператор")
    await desk.later(20)
    for count in range(3):
        desk.customer_writes("anna", f"и ещё {count}")
        await desk.later(30)
        assert (await desk.texts("anna"))[-1].endswith(f"и ещё {count}")
    assert desk.forum.busiest <= 20


async def test_one_who_never_stops_keeps_no_other_waiting(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    for name in ("anna", "boris"):
        await desk.asks(name)
        await desk.later(20)
        await olya.presses(name, "✋ Взять")
    await desk.later(60)
    for number in range(120):
        desk.customer_writes("boris", f"{number}")
    await desk.later(5)
    for count in range(3):
        desk.customer_writes("anna", f"и ещё {count}")
        await desk.later(15)
        assert (await desk.texts("anna"))[-1].endswith(f"и ещё {count}")
    await desk.later(60)
    shown = "\n".join(await desk.texts("boris")).splitlines()
    assert [line for line in shown if line.isdecimal()] == [str(number) for number in range(120)]
    assert desk.forum.busiest <= 20


async def test_an_operator_who_orders_without_end_keeps_no_customer_waiting(desk: DeskRig) -> None:
    olya, ivan = await desk.operator("Оля"), await desk.operator("Иван")
    for name, who in (("anna", olya), ("boris", ivan)):
        await desk.asks(name)
        await desk.later(20)
        await who.presses(name, "✋ Взять")
    await desk.later(60)
    thread = await ivan.thread("boris")
    for _ in range(60):
        ivan.person.writes(thread, "/who")
    await desk.later(5)
    desk.customer_writes("anna", "вы тут?")
    await desk.later(15)
    assert (await desk.texts("anna"))[-1] == "вы тут?"
    # Neither do answers to another operator.
    number = await olya.writes("anna", "/csat")
    await desk.later(30)
    assert any(one.reply_to == number for one in await desk.shown("anna"))
    await desk.later(60)
    assert desk.forum.busiest <= 20


AT_ONCE = """
flow: talk
when: [/start, помогите]
steps:
  next:
    - handoff: support
      say: Зову коллегу.
"""

"""Whoever has to know of a chat is called in its topic by name: an edited card rings for nobody."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.desk.rig import DeskRig
from tests.servers.telegram import FakeTelegram

SIGNS = ("👤", "⏰", "🔥", "❗ Чат")


def serving(database: Path, telegram_server: FakeTelegram, rules: str) -> DeskRig:
    queues = f"queues:\n  support: {{{rules}}}\n  sales:\n"
    return DeskRig(database, telegram_server, bot=queues)


async def called(desk: DeskRig, customer: str = "anna") -> list[tuple[str, list[Any]]]:
    """The lines that call somebody, each with the ids of those whom Telegram rings."""
    found = []
    for one in await desk.shown(customer):
        if one.text.startswith(SIGNS) and not one.buttons:
            marks = one.message.get("entities", ())
            found.append((one.text, [mark["user"]["id"] for mark in marks if "user" in mark]))
    return found


async def test_whoever_is_given_a_chat_is_called_and_whoever_takes_one_is_not(
    database: Path, telegram_server: FakeTelegram
) -> None:
    async with serving(database, telegram_server, "assign: round_robin") as desk:
        olya = await desk.operator("Оля")
        await desk.asks("anna")
        await desk.later(30)
        assert await called(desk) == [("👤 Оля, чат ваш.", [olya.person.number])]
        await desk.restart()
        await desk.later(30)
        assert len(await called(desk)) == 1
        await desk.asks("boris", queue="продажи")
        await olya.takes("boris")
        await desk.later(30)
        assert await called(desk, "boris") == []


async def test_whoever_a_chat_is_transferred_to_is_called_with_the_note(desk: DeskRig) -> None:
    olya, ivan = await desk.operator("Оля"), await desk.operator("Иван")
    await desk.asks("anna")
    await olya.takes("anna")
    await olya.writes("anna", "/transfer @Иван знает про возвраты")
    await desk.later(30)
    text, rings = (await called(desk))[-1]
    assert text == "👤 Иван, чат ваш. Заметка: знает про возвраты"
    assert rings == [ivan.person.number]


async def test_whoever_loses_a_chat_to_a_lead_is_told(desk: DeskRig) -> None:
    olya, lena = await desk.operator("Оля"), await desk.operator("Лена", role="lead")
    await desk.asks("anna")
    await olya.takes("anna")
    await desk.later(30)
    await lena.writes("anna", "/take force")
    await desk.later(30)
    assert await called(desk) == [("👤 Оля, чат забрал(а) Лена.", [olya.person.number])]


async def test_a_chat_that_waits_again_is_told_of(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.operator("Иван")
    await desk.asks("anna")
    await olya.takes("anna")
    await olya.writes("anna", "/transfer #support разбираюсь в другом")
    await desk.later(30)
    assert (await called(desk))[-1][0] == (
        "❗ Чат снова ждёт оператора. Заметка: разбираюсь в другом"
    )


async def test_a_silent_operator_is_reminded_and_leads_hear_of_what_is_overdue(
    database: Path, telegram_server: FakeTelegram
) -> None:
    rules = "operator_silent: 20m, first_reply: 15m"
    async with serving(database, telegram_server, rules) as desk:
        olya, lena = await desk.operator("Оля"), await desk.operator("Лена", role="lead")
        await desk.asks("anna")
        await olya.takes("anna")
        await desk.later(11 * 60, step=30)
        reminded, *_ = await called(desk)
        assert reminded[0].startswith("⏰ Оля, клиент ждёт ответа 10 мин")
        assert reminded[1] == [olya.person.number]
        await desk.later(5 * 60, step=30)
        lines = dict(await called(desk))
        assert lines["⏰ Оля, скоро срок: первый ответ."] == [olya.person.number]
        late = "🔥 Оля, Лена, просрочено: первый ответ."
        assert lines[late] == [olya.person.number, lena.person.number]
        await desk.later(6 * 60, step=30)
        assert (await called(desk))[-1][0].startswith("❗ Чат снова ждёт оператора.")
        told = [text for text, _ in await called(desk)]
        assert len(told) == len(set(told)) == 4


async def test_a_chat_that_rested_calls_whoever_put_it_off(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    for customer in ("anna", "boris"):
        await desk.asks(customer)
        await desk.later(20)
        await olya.takes(customer)
        await olya.writes(customer, "/snooze 30m")
    await desk.later(30)
    await desk.customer("boris", "уже не надо")
    desk.hands.wake(desk.hands.time + timedelta(minutes=31))
    await desk.later(30)
    assert await called(desk) == [("⏰ Оля, отложенный чат снова в работе.", [olya.person.number])]
    assert await called(desk, "boris") == []


async def test_in_a_shared_place_it_says_whose_chat_it_is(
    database: Path, telegram_server: FakeTelegram
) -> None:
    queues = "queues:\n  support: {assign: round_robin}\n  sales:\n"
    async with DeskRig(database, telegram_server, forum=False, bot=queues) as desk:
        olya = await desk.operator("Оля")
        await desk.asks("anna")
        await desk.later(30)
        (line,) = [one for one in desk.forum.shown(None) if "чат ваш" in one.text]
        header = f"anna · TG · #{(await desk.chat('anna')).id}\n"
        assert line.text.startswith(f"{header}👤 Оля, чат ваш.")
        (mark,) = line.message["entities"]
        assert mark["user"]["id"] == olya.person.number
        cut = line.text.encode("utf-16-le")[2 * mark["offset"] :][: 2 * mark["length"]]
        assert cut.decode("utf-16-le") == "Оля"

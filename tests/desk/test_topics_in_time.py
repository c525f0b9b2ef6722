"""What becomes of topics as time goes by: the rating comes, old ones go, groups fill up."""

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.messengers.telegram.desk.presenting import FULL
from tests.desk.rig import QUEUES, DeskOperator, DeskRig
from tests.servers import telegram_happenings as happenings
from tests.servers.telegram import FakeTelegram


async def closed(desk: DeskRig, olya: DeskOperator, name: str = "anna") -> int:
    await desk.asks(name)
    await olya.takes(name)
    await desk.later(60)
    await olya.writes(name, "/close")
    await desk.later(60)
    return await desk.topic_of(name)


async def days(desk: DeskRig, count: int) -> None:
    desk.hands.wake(desk.hands.time + timedelta(days=count))
    await desk.settle()


@pytest.mark.parametrize("writes", [True, False], ids=["may write", "may not write"])
async def test_what_the_customer_thought_of_it_stands_on_the_card_and_on_a_line(
    database: Path, telegram_server: FakeTelegram, writes: bool
) -> None:
    """Whether a bot may write into a closed topic Telegram does not promise: the line can be missing."""
    rated = QUEUES.replace("  support:\n", "  support: {csat: yes}\n")
    async with DeskRig(database, telegram_server, bot=rated) as desk:
        if writes:
            desk.forum.admins_write_into_closed_topics()
        olya = await desk.operator("Оля")
        await closed(desk, olya)
        number = desk.number("anna")
        asked = [one for one in desk.telegram.seen(number) if one["who"] == "bot"][-1]["message"]
        rows = asked["reply_markup"]["inline_keyboard"]
        data = next(one["callback_data"] for row in rows for one in row if "5" in one["text"])
        desk.happens(happenings.press(number, data, message_id=asked["message_id"]))
        await desk.later(90)
        lines = [one for one in await desk.texts("anna") if one.startswith("Оценка клиента")]
        assert lines == ["Оценка клиента: ★★★★★"] * writes
        assert "Оценка: ★★★★★" in (await desk.card("anna")).text
        assert desk.forum.topic(await desk.topic_of("anna")).closed


async def test_what_was_wrong_stands_on_the_card_and_on_a_line(
    database: Path, telegram_server: FakeTelegram
) -> None:
    rated = QUEUES.replace("  support:\n", "  support: {csat: yes}\n")
    async with DeskRig(database, telegram_server, bot=rated) as desk:
        desk.forum.admins_write_into_closed_topics()
        olya = await desk.operator("Оля")
        await closed(desk, olya)
        number = desk.number("anna")
        asked = [one for one in desk.telegram.seen(number) if one["who"] == "bot"][-1]["message"]
        rows = asked["reply_markup"]["inline_keyboard"]
        data = next(one["callback_data"] for row in rows for one in row if "1" in one["text"])
        desk.happens(happenings.press(number, data, message_id=asked["message_id"]))
        await desk.settle()
        await desk.customer("anna", "ждала два дня")
        await desk.later(90)
        texts = await desk.texts("anna")
        assert texts[-2:] == ["Оценка клиента: ★☆☆☆☆", "Клиент к оценке: ждала два дня"]
        assert "Оценка: ★☆☆☆☆ · ждала два дня" in (await desk.card("anna")).text


async def test_closed_topics_stay_unless_their_owner_wants_them_gone(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    thread = await closed(desk, olya)
    await days(desk, 40)
    await desk.desk.tidy()
    assert not desk.forum.topic(thread).gone


async def test_topics_that_were_closed_long_ago_go_and_the_next_request_makes_another(
    database: Path, telegram_server: FakeTelegram
) -> None:
    async with DeskRig(database, telegram_server, keep_topics=timedelta(days=30)) as desk:
        olya = await desk.operator("Оля")
        old = await closed(desk, olya)
        await days(desk, 20)
        young = await closed(desk, olya, "boris")
        await days(desk, 11)
        await desk.desk.tidy()
        assert desk.forum.topic(old).gone
        assert not desk.forum.topic(young).gone
        await desk.asks("anna")
        await desk.later(60)
        assert await desk.topic_of("anna") not in (old, young)
        assert "Раньше:" in (await desk.card("anna")).text


async def test_without_the_right_to_delete_old_topics_stay(
    database: Path, telegram_server: FakeTelegram
) -> None:
    async with DeskRig(database, telegram_server, keep_topics=timedelta(days=30)) as desk:
        assert desk.owner is not None
        olya = await desk.operator("Оля")
        old = await closed(desk, olya)
        desk.forum.may_all_but("can_delete_messages", by=desk.owner)
        await days(desk, 31)
        await desk.desk.tidy()
        assert not desk.forum.topic(old).gone
        assert await desk.topic_of("anna") == old


async def test_a_group_that_is_nearly_full_is_told_of(desk: DeskRig) -> None:
    desk.forum.has_seen_messages(FULL)
    await desk.asks("anna")
    await desk.later(30)
    (trouble,) = desk.desk.troubles().values()
    assert "make another group" in trouble


async def test_a_topic_that_is_used_again_while_old_ones_are_deleted_stays(
    database: Path, telegram_server: FakeTelegram
) -> None:
    async with DeskRig(database, telegram_server, keep_topics=timedelta(days=30)) as desk:
        olya = await desk.operator("Оля")
        old = await closed(desk, olya)
        again = await closed(desk, olya, "boris")
        await days(desk, 31)
        for number in range(6):
            desk.customer_writes(f"c{number}", "/start")
        await desk.settle()
        for number in range(6):
            desk.customer_writes(f"c{number}", "оператор")
        await desk.settle()
        # The group is busy: the first deletion waits, and Boris comes back meanwhile.
        tidying = desk.beside(desk.desk.tidy())
        await desk.customer("boris", "оператор", "ау")
        await desk.later(180)
        await tidying
        assert desk.forum.topic(old).gone
        assert not desk.forum.topic(again).gone
        assert (await desk.texts("boris"))[-1] == "ау"

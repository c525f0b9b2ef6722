"""Signs under messages go both ways where a queue wants that, and nowhere else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.desk.rig import DeskOperator, DeskRig
from tests.servers import telegram_happenings as happenings
from tests.servers.telegram import FakeTelegram

BOTH = "queues:\n  support: {reactions: yes}\n  sales:\n"


@pytest.fixture
async def signed(database: Path, telegram_server: FakeTelegram) -> AsyncIterator[DeskRig]:
    async with DeskRig(database, telegram_server, bot=BOTH) as one:
        yield one


async def talking(desk: DeskRig) -> tuple[DeskOperator, int]:
    """Somebody has the chat; and where in the topic the customer's words stand."""
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await olya.takes("anna")
    await desk.customer("anna", "спасибо!")
    await desk.later(20)
    return olya, next(one.id for one in await desk.shown("anna") if one.text == "спасибо!")


def signs(desk: DeskRig, chat_id: int) -> list[tuple[int, list[str]]]:
    calls = desk.telegram.calls("setMessageReaction", chat_id=chat_id)
    given = [call.parameters for call in calls]
    return [(one["message_id"], [sign["emoji"] for sign in one["reaction"]]) for one in given]


async def test_an_operators_sign_stands_under_the_customers_words(signed: DeskRig) -> None:
    olya, number = await talking(signed)
    olya.person.reacts(number, "👍")
    await signed.settle()
    olya.person.reacts(number)
    await signed.settle()
    seen = signed.telegram.seen(signed.number("anna"))
    words = next(one["message"] for one in seen if one["message"].get("text") == "спасибо!")
    there = words["message_id"]
    assert signs(signed, signed.number("anna")) == [(there, ["👍"]), (there, [])]
    assert signed.telegram.violations() == []


async def test_a_sign_of_somebody_who_has_not_the_chat_stays_inside(signed: DeskRig) -> None:
    olya, number = await talking(signed)
    ivan = await signed.operator("Иван")
    ivan.person.reacts(number, "🔥")
    signed.stranger("Прохожий").person.reacts(number, "👎")
    card = (await signed.card("anna")).id
    olya.person.reacts(card, "👍")
    await signed.settle()
    assert signs(signed, signed.number("anna")) == []
    assert signed.telegram.state()["pending"] == []


async def test_a_customers_sign_stands_under_the_words_of_the_topic(signed: DeskRig) -> None:
    olya, _ = await talking(signed)
    number = await olya.writes("anna", "Пожалуйста")
    seen = signed.telegram.seen(signed.number("anna"))
    said = [one["message"] for one in seen if one["message"].get("text") == "Пожалуйста"][-1]
    signed.happens(happenings.reacted(signed.number("anna"), said["message_id"], "❤"))
    await signed.settle()
    await signed.later(20)
    assert signs(signed, signed.forum.chat_id) == [(number, ["❤"])]


async def test_without_the_line_no_sign_is_passed_on(desk: DeskRig) -> None:
    olya, number = await talking(desk)
    olya.person.reacts(number, "👍")
    await desk.settle()
    assert signs(desk, desk.number("anna")) == []

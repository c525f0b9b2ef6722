"""Outages, throttling and closed windows: hours of them in no time, on every messenger."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from tests.conversations.clocked import Clocked
from tests.conversations.conftest import SIDES
from tests.conversations.side import Side

FLOWS = """
flow: порядок
when: [/order]
steps:
  раз:
    - say: Первое
    - say: Второе
    - ask: Что дальше?
      save: дальше
      as: text
    - say: "Дальше {{ дальше }}"

---
flow: запись
when: [/visit]
steps:
  раз:
    - later: {after: 30h, call: напоминание}
    - say: Записали

---
flow: напоминание
steps:
  раз:
    - say:
        text: Ждём вас завтра, стрижка
        whatsapp: {template: visit, values: [завтра, стрижка]}
"""
FILES = {
    "bot.yaml": (
        "bot: Часы\nlanguage: ru\ntimezone: Europe/Moscow\n"
        "defaults: {tries: 3, else: done, expires: never}\n"
    ),
    "flows/all.yaml": FLOWS,
}
ANNA, BORIS = 1_000_001, 1_000_002
ORDER = ["Первое", "Второе", "Что дальше?"]
HOUR = 3600.0


@pytest.fixture(params=SIDES)
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    side = SIDES[request.param]()
    try:
        yield side
    finally:
        side.stop()


@pytest.fixture
async def clocked(side: Side, database: Path) -> AsyncIterator[Clocked]:
    async with Clocked(database, side, FILES) as clocked:
        yield clocked
    assert list(side.wrongs()) == []


@pytest.mark.parametrize("hangs_up", [False, True], ids=["refuses", "hangs up"])
async def test_an_outage_of_a_minute_loses_nothing(clocked: Clocked, hangs_up: bool) -> None:
    await clocked.says(ANNA, "/order", "летим")
    await clocked.goes_by(5)
    before = [*ORDER, "Дальше летим"]
    clocked.side.break_down("showcase", None, times=8, hangs_up=hangs_up)
    with structlog.testing.capture_logs() as logs:
        await clocked.says(ANNA, "/order")
        await clocked.goes_by(10)
        await clocked.says(BORIS, "/order")
        await clocked.goes_by(50)
        assert clocked.heard(ANNA) == before
        assert clocked.heard(BORIS) == []
        assert clocked.states == ["down"]
        await clocked.goes_by(120)
    assert clocked.heard(ANNA) == [*before, *ORDER]
    assert clocked.heard(BORIS) == ORDER
    assert clocked.states == ["down", "up"]
    told = [one["event"] for one in logs if one["event"] in ("Channel down", "Channel back")]
    assert told == ["Channel down", "Channel back"]
    await clocked.says(ANNA, "едем")
    await clocked.goes_by(1)
    assert clocked.heard(ANNA) == [*before, *ORDER, "Дальше едем"]


async def test_whoever_is_throttled_waits_as_long_as_told_and_alone(clocked: Clocked) -> None:
    wait = clocked.side.throttle("showcase", ANNA, long=True)
    await clocked.says(ANNA, "/order")
    await clocked.says(BORIS, "/order")
    await clocked.goes_by(1)
    assert clocked.heard(ANNA) == []
    assert clocked.heard(BORIS) == ORDER
    await clocked.goes_by(wait - 1.1)
    assert clocked.heard(ANNA) == []
    await clocked.goes_by(0.1)
    assert clocked.heard(ANNA)[:1] == ORDER[:1]
    await clocked.goes_by(1)
    assert clocked.heard(ANNA) == ORDER
    assert clocked.states == []


async def test_what_is_said_after_a_day_of_silence(clocked: Clocked) -> None:
    """Held back by WhatsApp, though a template passes it; the others take it at once."""
    await clocked.says(ANNA, "/visit")
    assert clocked.heard(ANNA) == ["Записали"]
    await clocked.goes_by(26 * HOUR)
    with structlog.testing.capture_logs() as logs:
        said = await clocked.tells(ANNA, "Ваш заказ готов")
    told = [one["event"] for one in logs]
    status = (await clocked.outbox.delivery(said, patience=0)).status
    held_back = clocked.side.name == "whatsapp"
    if held_back:
        assert clocked.heard(ANNA) == ["Записали"]
        assert status == "held"
        assert told == ["A message is held until the customer writes again"]
        (held,) = await clocked.events(ANNA, "message.held")
        assert held["message_id"] == said
    else:
        assert clocked.heard(ANNA) == ["Записали", "Ваш заказ готов"]
        assert status == "sent"
        assert told == []
    await clocked.goes_by(4 * HOUR)
    reminded = "[template visit: завтра, стрижка]" if held_back else "Ждём вас завтра, стрижка"
    assert clocked.heard(ANNA)[-1] == reminded
    await clocked.says(ANNA, "/order")
    await clocked.goes_by(2)
    assert (await clocked.outbox.delivery(said, patience=0)).status == "sent"
    order = [reminded, "Ваш заказ готов"]
    if not held_back:
        order.reverse()
    assert clocked.heard(ANNA) == ["Записали", *order, *ORDER]

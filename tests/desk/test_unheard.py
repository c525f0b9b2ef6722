"""Requests that are over before anybody was shown them: a line of the queue tells that they were there."""

from datetime import UTC, datetime
from pathlib import Path

from tests.desk.rig import DeskRig
from tests.desk.test_flood_of_requests import queue_of
from tests.servers.telegram import FakeTelegram
from tests.servers.telegram_group import Shown

# Three days from now, whenever that is.
DAY = ["пн", "вт", "ср", "чт", "пт", "сб", "вс"][(datetime.now(UTC).weekday() + 3) % 7]
CLOSED = f"hours: {{день: {DAY} 09:00-10:00}}\nqueues:\n  support: {{hours: день}}\n  sales:\n"
IMPATIENT = "queues:\n  support: {unclaimed: 20s}\n  sales:\n"
OFFLINE = """
flow: talk
when: [/start]
steps:
  next:
    - ask: Чем помочь?
      save: words
      as: text
    - handoff: support
      offline: [{say: Мы спим.}]
    - go: next
"""


def lines(desk: DeskRig) -> list[Shown]:
    return [one for one in queue_of(desk) if "TG · #" in one.text]


async def test_who_asked_outside_of_working_hours_stands_in_the_queue_once(
    database: Path, telegram_server: FakeTelegram
) -> None:
    async with DeskRig(database, telegram_server, flows=OFFLINE, bot=CLOSED) as desk:
        olya = await desk.operator("Оля")
        await desk.customer("anna", "/start", "где мой заказ?")
        await desk.later(30)
        (line,) = lines(desk)
        assert "🌙 Запрос в нерабочее время" in line.text
        assert "где мой заказ?" in line.text
        assert [one.name for one in desk.forum.topics()] == ["Очередь"]
        await desk.restart()
        await desk.later(60)
        assert len(lines(desk)) == 1
        # In the morning somebody takes it up from there.
        olya.person.presses(line.thread, "Открыть снова", message_id=line.id)
        await desk.later(30)
        assert (await desk.chat("anna")).owner == "operator"
        await olya.writes("anna", "Доброе утро")
        assert desk.heard("anna")[-1] == "Доброе утро"


async def test_a_request_that_ran_out_while_the_group_was_away_is_told_of_when_it_is_back(
    database: Path, telegram_server: FakeTelegram
) -> None:
    async with DeskRig(database, telegram_server, bot=IMPATIENT) as desk:
        assert desk.owner is not None
        desk.forum.thrown_out(desk.owner)
        await desk.settle()
        await desk.asks("anna")
        await desk.later(40)
        assert (await desk.chat("anna")).owner == "bot"
        desk.forum.let_in(desk.owner)
        await desk.later(120)
        (line,) = lines(desk)
        assert "⌛ Никто не взял" in line.text


async def test_what_ended_while_we_were_stopped_is_told_of_after_the_next_start(
    database: Path, telegram_server: FakeTelegram
) -> None:
    async with DeskRig(database, telegram_server, flows=OFFLINE, bot=CLOSED) as desk:
        desk.life.doom = "before topics"
        await desk.customer("anna", "/start", "ау")
        await desk.later(5)
        await desk.restart()
        await desk.later(60)
        assert len(lines(desk)) == 1


async def test_a_chat_with_a_topic_of_its_own_keeps_it_for_the_next_time(
    database: Path, telegram_server: FakeTelegram
) -> None:
    async with DeskRig(database, telegram_server, bot=IMPATIENT) as desk:
        assert desk.owner is not None
        olya = await desk.operator("Оля")
        await desk.asks("anna")
        await olya.takes("anna")
        await olya.writes("anna", "/close")
        await desk.later(60)
        topic = await desk.topic_of("anna")
        desk.forum.thrown_out(desk.owner)
        await desk.settle()
        await desk.customer("anna", "/start", "оператор")
        await desk.later(40)
        desk.forum.let_in(desk.owner)
        await desk.later(120)
        assert len(lines(desk)) == 1
        await desk.customer("anna", "/start", "оператор")
        await desk.later(15)
        assert await desk.topic_of("anna") == topic

"""A process that ends at any point of making a topic leaves one topic, one chat in it, nothing lost."""

from pathlib import Path

import pytest

from tests.desk.rig import DeskRig
from tests.servers.telegram import FakeTelegram


async def asks_and_dies(desk: DeskRig, doom: str) -> None:
    desk.life.doom = doom
    await desk.customer("anna", "/start", "Где заказ?", "оператор")
    assert desk.life.dead
    await desk.restart()


async def test_a_topic_whose_making_was_not_noted_is_adopted(desk: DeskRig) -> None:
    """Telegram made it, and the process ended before it knew."""
    desk.telegram.script(method="createForumTopic", action="swallow")
    await desk.asks("anna")
    made = desk.forum.topics()
    assert len(made) == 1
    kept = await desk.topic_kept("anna")
    assert kept is not None
    assert (kept.status, kept.thread_id) == ("creating", "")
    await desk.restart()
    await desk.later(10)
    assert [one.thread for one in desk.forum.topics()] == [await desk.topic_of("anna")]
    assert (await desk.card("anna")).text.startswith("❗ Ждёт")


async def test_an_answer_that_got_lost_leaves_no_twin(desk: DeskRig) -> None:
    """The call is made again, for nobody knows whether it did anything: the first topic goes."""
    desk.telegram.script(method="createForumTopic", action="swallow")
    await desk.asks("anna")
    await desk.later(30)
    here = [one for one in desk.forum.topics() if not one.gone]
    assert [one.thread for one in here] == [await desk.topic_of("anna")]
    assert len(desk.forum.topics()) == 2


async def test_without_word_of_it_another_is_made_when_the_lease_is_over(desk: DeskRig) -> None:
    desk.telegram.script(method="createForumTopic", action="drop")
    await desk.asks("anna")
    await desk.restart()
    await desk.later(10)
    assert desk.forum.topics() == []
    await desk.later(30)
    assert [one.thread for one in desk.forum.topics()] == [await desk.topic_of("anna")]


@pytest.mark.parametrize(
    "doom", ["before put_topic", "after put_topic", "before add_relays", "after add_relays"]
)
async def test_wherever_the_process_ends_there_is_one_topic(desk: DeskRig, doom: str) -> None:
    await asks_and_dies(desk, doom)
    await desk.later(90)
    await desk.customer("anna", "ау")
    await desk.later(60)
    thread = await desk.topic_of("anna")
    assert [one.thread for one in desk.forum.topics() if not one.gone] == [thread]
    texts = await desk.texts("anna")
    assert texts[-1] == "ау"
    assert 1 <= sum(one.startswith("❗ Ждёт") for one in texts) <= 2


AT_ONCE = """
flow: talk
when: [/start]
steps:
  begin:
    - handoff: support
"""
"""Whoever presses Start waits for a person, and has no topic before they say a word."""


def queues_of(desk: DeskRig) -> list[int]:
    return [one.thread for one in desk.forum.topics() if one.name == "Очередь" and not one.gone]


async def waiting_in_queue(desk: DeskRig) -> None:
    """Both requests stand as lines in one topic of the queue."""
    await desk.customer("boris", "/start")
    await desk.later(90)
    (queue,) = queues_of(desk)
    lines = [one.text for one in desk.forum.shown(queue) if one.buttons]
    assert sorted(line.split(" · ")[0] for line in lines) == ["anna", "boris"]


async def test_the_topic_of_the_queue_whose_making_was_not_noted_is_adopted(
    database: Path, telegram_server: FakeTelegram
) -> None:
    async with DeskRig(database, telegram_server, flows=AT_ONCE) as desk:
        telegram_server.script(method="createForumTopic", action="swallow")
        await desk.customer("anna", "/start")
        assert len(queues_of(desk)) == 1
        await desk.restart()
        await waiting_in_queue(desk)
        assert len(desk.forum.topics()) == 1


async def test_a_twin_of_the_queue_goes(database: Path, telegram_server: FakeTelegram) -> None:
    """The answer got lost on the way, and the call was made again."""
    async with DeskRig(database, telegram_server, flows=AT_ONCE) as desk:
        telegram_server.script(method="createForumTopic", action="swallow")
        await desk.customer("anna", "/start")
        await desk.later(30)
        await waiting_in_queue(desk)
        assert len(desk.forum.topics()) == 2


@pytest.mark.parametrize("doom", ["before put_topic", "after put_topic"])
async def test_wherever_the_process_ends_there_is_one_queue(
    database: Path, telegram_server: FakeTelegram, doom: str
) -> None:
    async with DeskRig(database, telegram_server, flows=AT_ONCE) as desk:
        desk.life.doom = doom
        await desk.customer("anna", "/start")
        assert desk.life.dead
        await desk.restart()
        await waiting_in_queue(desk)

"""A process that ends at any point of making a topic leaves one topic, one chat in it, nothing lost."""

import pytest

from tests.desk.rig import DeskRig


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

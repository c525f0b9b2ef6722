"""The rig itself: customers talk with the bot over the fake Bot API, and the group is a group."""

import asyncio
from typing import cast

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from bots.errors import NotFound
from tests.bots.rig import WORKSPACE
from tests.desk.rig import DeskRig


async def test_customers_talk_with_the_bot_and_are_handed_over(desk: DeskRig) -> None:
    await desk.customer("anna", "/start", "привет")
    assert desk.heard("anna") == ["Чем помочь?", "Бот: привет", "Чем помочь?"]
    await desk.customer("anna", "оператор")
    assert desk.heard("anna")[-1] == "Зову коллегу."
    chat = await desk.chat("anna")
    assert chat.episode is not None
    assert (chat.owner, chat.episode.state, chat.episode.queue) == ("queue", "requested", "support")


async def test_after_a_crash_everything_is_as_it_was(desk: DeskRig) -> None:
    await desk.asks("anna")
    await desk.restart()
    await desk.customer("anna", "вы тут?")
    chat = await desk.chat("anna")
    assert chat.owner == "queue"
    assert desk.heard("anna").count("Зову коллегу.") == 1


async def test_what_is_written_in_the_group_is_no_chat_of_the_bots(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    olya.person.writes(None, "/start")
    await desk.settle()
    try:
        chat = await desk.conversation(str(desk.forum.chat_id), bot="shop")
    except NotFound:
        return
    raise AssertionError(f"the group became a chat: {chat}")


async def test_a_crash_leaves_no_connection_of_the_database_behind(desk: DeskRig) -> None:
    """It may come while one is given back, which takes a thread of its own a moment."""
    shelf = desk.life.checked(desk.stores.shelf)
    reading = asyncio.create_task(shelf.get(WORKSPACE, "names", "anna"))
    while not any("AsyncConnection.close" in str(task.get_coro()) for task in asyncio.all_tasks()):
        assert not reading.done()
        await asyncio.sleep(0)
    pool = cast(AsyncEngine, desk.stores.base.reader).sync_engine.pool
    await desk.life.end(desk._ours())
    assert reading.done()
    assert isinstance(pool, AsyncAdaptedQueuePool)
    assert pool.checkedout() == 0

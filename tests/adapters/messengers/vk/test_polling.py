"""The long poll against a VK server."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.messengers.vk.channel import VkChannel
from bots.errors import Unavailable
from bots.model.message import UnifiedMessage
from bots.model.receipt import Receipt
from tests.adapters.stands import MemoryShelf, Moments
from tests.servers import vk_events as make
from tests.servers.vk import Vk


class Bot:
    """Takes messages in like the inbox does, or refuses to."""

    def __init__(self) -> None:
        self.batches: list[list[str | None]] = []
        self.read: list[str] = []
        self.refuse = 0
        self.error: Exception = OSError("the disk is full")
        self._news = asyncio.Event()

    async def accept(self, messages: Sequence[UnifiedMessage]) -> None:
        self._news.set()
        if self.refuse:
            self.refuse -= 1
            raise self.error
        self.batches.append([message.text or message.button for message in messages])

    async def note(self, receipts: Sequence[Receipt]) -> None:
        self.read += [receipt.platform_message_id for receipt in receipts]
        self._news.set()

    @property
    def heard(self) -> list[str | None]:
        return [text for batch in self.batches for text in batch]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                await self._news.wait()
                self._news.clear()


@pytest.fixture
def bot() -> Bot:
    return Bot()


Listens = Callable[[VkChannel], "asyncio.Task[None]"]


@pytest.fixture
async def listens(bot: Bot, vk: Vk, moments: Moments) -> Any:
    """Starts a channel listening; waits pass at once."""
    tasks = []

    def start(channel: VkChannel) -> "asyncio.Task[None]":
        tasks.append(asyncio.create_task(channel.listen(bot, None)))
        return tasks[-1]

    yield start
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def polling(vk: Vk, times: int = 1) -> None:
    """Wait until the channel has asked for events so often."""
    await vk.expect(times, "groups.getLongPollServer")


async def seen(check: Callable[[], bool], pause: Callable[[float], Awaitable[None]]) -> None:
    async with asyncio.timeout(60):
        while not check():
            await pause(0.02)


async def test_events_come_in_order_and_presses_are_answered(
    channel: VkChannel, vk: Vk, bot: Bot, listens: Listens
) -> None:
    listens(channel)
    await polling(vk)
    vk.says(5, "раз")
    vk.says(5, "два")
    vk.update(make.callback_press(5, {"b": "t"}))
    vk.update(make.read(5, 1))
    await bot.until(lambda: bot.heard == ["раз", "два", "t"] and bot.read == ["1"])
    await vk.expect(1, "messages.sendMessageEventAnswer")
    assert vk.violations() == []


async def test_it_switches_the_long_poll_on_by_itself(
    channel: VkChannel, vk: Vk, bot: Bot, listens: Listens
) -> None:
    listens(channel)
    await polling(vk)
    (call,) = vk.calls("groups.setLongPollSettings")
    assert (call.code, call.parameters["enabled"], call.parameters["message_new"]) == (0, "1", "1")
    assert vk.state()["long_poll"]["enabled"] is True


NO_SUCH_RIGHT = (
    "Access denied: no access to call this method. It cannot be called with current scopes."
)


@pytest.mark.parametrize("words", ["", NO_SUCH_RIGHT])
async def test_a_token_that_may_not_set_it_takes_it_as_it_is(
    channel: VkChannel, vk: Vk, bot: Bot, listens: Listens, words: str
) -> None:
    vk.set_long_poll()
    vk.script(method="groups.setLongPollSettings", code=15, description=words)
    listens(channel)
    await polling(vk)
    vk.says(5, "раз")
    await bot.until(lambda: bot.heard == ["раз"])


async def test_a_long_poll_that_is_off_is_told_with_its_cure(
    channel: VkChannel, vk: Vk, listens: Listens, moments: Moments
) -> None:
    vk.set_long_poll(on=False)
    vk.script(method="groups.setLongPollSettings", code=15, times=None)
    with capture_logs() as logs:
        listens(channel)
        await polling(vk, 3)
    told = [entry["event"] for entry in logs if entry["log_level"] == "warning"]
    assert len(told) == 1
    assert "Long Poll API" in told[0]
    assert channel.trouble == told[0]


async def test_a_token_that_gets_no_events_is_told_with_its_cure(
    channel: VkChannel, vk: Vk, listens: Listens, moments: Moments
) -> None:
    vk.script(method="groups.getLongPollServer", code=15, description=NO_SUCH_RIGHT, times=None)
    with capture_logs() as logs:
        listens(channel)
        await vk.expect(2, "groups.getLongPollServer")
    (told,) = [entry["event"] for entry in logs if entry["log_level"] == "warning"]
    assert "«Управление сообществом»" in told
    assert channel.trouble == told


async def test_what_was_not_kept_comes_again(
    channel: VkChannel, vk: Vk, bot: Bot, listens: Listens
) -> None:
    bot.refuse = 2
    bot.error = Unavailable("the disk is full")
    listens(channel)
    await polling(vk)
    vk.says(5, "раз")
    await bot.until(lambda: bot.heard == ["раз"])
    assert bot.refuse == 0


async def test_what_was_written_while_we_were_off_comes_afterwards(
    channel: VkChannel, vk: Vk, bot: Bot, listens: Listens, shelf: MemoryShelf
) -> None:
    first = listens(channel)
    await polling(vk)
    vk.says(5, "раз")
    await bot.until(lambda: bot.heard == ["раз"])
    await seen(lambda: bool(shelf.things), asyncio.sleep)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    vk.says(5, "два")
    listens(channel)
    await bot.until(lambda: bot.heard == ["раз", "два"])


async def test_a_key_that_expires_is_renewed_and_nothing_is_lost(
    channel: VkChannel, vk: Vk, bot: Bot, listens: Listens
) -> None:
    listens(channel)
    await polling(vk)
    vk.says(5, "раз")
    await bot.until(lambda: bot.heard == ["раз"])
    vk.break_long_poll("key")
    vk.says(5, "два")
    # Whoever was asking already is still answered by the old key.
    await vk.expect(2, "groups.getLongPollServer")
    vk.says(5, "три")
    await bot.until(lambda: bot.heard == ["раз", "два", "три"])


@pytest.mark.parametrize("way", ["history", "all"])
async def test_what_vk_forgot_is_told_and_the_rest_comes(
    channel: VkChannel, vk: Vk, bot: Bot, listens: Listens, shelf: MemoryShelf, way: str
) -> None:
    first = listens(channel)
    await polling(vk)
    vk.says(5, "раз")
    await seen(lambda: bool(shelf.things), asyncio.sleep)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    vk.says(5, "этого не спасти")
    vk.break_long_poll(way)
    with capture_logs() as logs:
        listens(channel)
        await seen(lambda: bool(logs), asyncio.sleep)
        await vk.expect(4 if way == "history" else 3, "longpoll")
        vk.says(5, "два")
        await bot.until(lambda: bot.heard == ["раз", "два"])
    assert [entry["event"] for entry in logs] == [
        "VK has forgotten events that were not fetched in time"
    ]


async def test_an_outage_is_told_once_and_its_end_too(
    channel: VkChannel, vk: Vk, bot: Bot, listens: Listens, moments: Moments
) -> None:
    vk.set_long_poll()
    vk.script(method="longpoll", status=502, body="<html>", times=3)
    with capture_logs() as logs:
        listens(channel)
        await polling(vk)
        vk.says(5, "раз")
        await bot.until(lambda: bot.heard == ["раз"])
        await seen(lambda: channel.trouble is None, asyncio.sleep)
    told = [entry["event"] for entry in logs]
    assert told.count("News cannot be fetched, trying again") == 1
    assert told.count("News come again") == 1
    assert moments.waits[:3] == [1.0, 2.0, 4.0]

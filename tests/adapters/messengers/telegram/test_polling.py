"""Long polling against a Bot API server."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.messengers.telegram.channel import TelegramChannel
from adapters.messengers.telegram.polling import poll
from bots.errors import ChannelUnauthorised, Unavailable
from bots.model.message import UnifiedMessage
from bots.model.receipt import Receipt
from bots.ports import Sleep
from tests.servers.telegram import FakeTelegram, message, press


class Bot:
    """Takes messages in like the inbox does, or refuses to."""

    def __init__(self) -> None:
        self.batches: list[list[str | None]] = []
        self.refuse = 0
        self.error: Exception = OSError("the disk is full")
        self.pauses: list[float] = []
        self._news = asyncio.Event()

    async def accept(self, messages: Sequence[UnifiedMessage]) -> None:
        self.batches.append([message.text or message.button for message in messages])
        self._news.set()
        if self.refuse:
            self.refuse -= 1
            raise self.error

    async def note(self, receipts: Sequence[Receipt]) -> None:
        raise AssertionError("Telegram tells nothing of messages sent")

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self._news.set()
        await asyncio.sleep(0)

    @property
    def heard(self) -> list[str | None]:
        return [text for batch in self.batches for text in batch]

    async def until(self, condition: Any) -> None:
        async with asyncio.timeout(60):
            while not condition():
                await self._news.wait()
                self._news.clear()


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture(autouse=True)
async def _nothing_waits(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    """What an earlier test left for getUpdates is acknowledged."""
    await channel.delete_webhook()
    for number in telegram.state()["pending"]:
        telegram.script(method="getUpdates", delay=0)
        await channel._client.call("getUpdates", {"offset": number + 1, "timeout": 0})
    telegram.reset()


@contextmanager
def polling(
    channel: TelegramChannel, bot: Bot, *, pause: Sleep | None = None
) -> Iterator[asyncio.Task[None]]:
    task = asyncio.ensure_future(poll(channel, bot, sleep=pause or bot.pause))
    try:
        yield task
    finally:
        task.cancel()


async def test_updates_come_in_order_and_are_acknowledged(
    channel: TelegramChannel, telegram: FakeTelegram, bot: Bot
) -> None:
    telegram.update(message(5, "раз"), message(5, "два"))
    with polling(channel, bot):
        await bot.until(lambda: bot.heard == ["раз", "два"])
        telegram.update(message(5, "три"))
        await bot.until(lambda: bot.heard == ["раз", "два", "три"])
        await telegram.expect(3, "getUpdates")
        assert telegram.state()["pending"] == []


async def test_an_update_that_was_not_kept_comes_again(
    channel: TelegramChannel, telegram: FakeTelegram, bot: Bot
) -> None:
    bot.refuse = 2
    telegram.update(message(5, "раз"))
    with polling(channel, bot), capture_logs() as logs:
        await bot.until(lambda: len(bot.batches) == 3)
        await telegram.expect(4, "getUpdates")
        assert telegram.state()["pending"] == []
    assert bot.batches == [["раз"]] * 3
    assert bot.pauses == [1.0, 2.0]
    assert [log["log_level"] for log in logs].count("error") == 2


async def test_a_store_that_is_away_is_told_once(
    channel: TelegramChannel, telegram: FakeTelegram, bot: Bot
) -> None:
    bot.refuse, bot.error = 2, Unavailable("The database is busy")
    telegram.update(message(5, "раз"))
    with polling(channel, bot), capture_logs() as logs:
        await bot.until(lambda: len(bot.batches) == 3)
        await telegram.expect(4, "getUpdates")
    assert [log["log_level"] for log in logs] == ["warning", "info"]


async def test_an_update_we_do_not_serve_is_acknowledged(
    channel: TelegramChannel, telegram: FakeTelegram, bot: Bot
) -> None:
    telegram.update({"message_reaction": {"chat": 5, "new": [{"type": "of Bot API 12"}]}})
    with polling(channel, bot):
        await telegram.expect(2, "getUpdates")
        assert telegram.state()["pending"] == []
    assert bot.batches == []


async def test_a_press_is_answered_at_once(
    channel: TelegramChannel, telegram: FakeTelegram, bot: Bot
) -> None:
    telegram.update(press(5, "a:1", query_id="q1"))
    with polling(channel, bot):
        (call,) = await telegram.expect(1, "answerCallbackQuery")
        await bot.until(lambda: bot.heard == ["a:1"])
    assert call.parameters["callback_query_id"] == "q1"


async def test_a_webhook_set_before_is_taken_away(
    channel: TelegramChannel, telegram: FakeTelegram, bot: Bot
) -> None:
    telegram.set_webhook("http://127.0.0.1:9/", "s")
    telegram.update(message(5, "раз"))
    with polling(channel, bot):
        await bot.until(lambda: bot.heard == ["раз"])


async def test_another_poller_is_told_in_a_sentence_once(
    channel: TelegramChannel, telegram: FakeTelegram, bot: Bot
) -> None:
    conflict = "Conflict: terminated by other getUpdates request"
    telegram.script(method="getUpdates", times=3, status=409, description=conflict)
    telegram.update(message(5, "раз"))
    with polling(channel, bot), capture_logs() as logs:
        await bot.until(lambda: bot.heard == ["раз"])
        await telegram.expect(5, "getUpdates")
    assert [(log["event"], log.get("why")) for log in logs] == [
        (
            "News cannot be fetched, trying again",
            "Another program takes this bot's updates: stop it, or give it a bot of its own",
        ),
        ("News come again", None),
    ]
    assert bot.pauses == [1.0, 2.0, 4.0]


async def test_a_broken_server_is_waited_for(
    channel: TelegramChannel, telegram: FakeTelegram, bot: Bot
) -> None:
    telegram.script(method="getUpdates", status=502, body="<html>502</html>")
    telegram.script(method="getUpdates", retry_after=7)
    telegram.script(method="getUpdates", action="drop")
    telegram.update(message(5, "раз"))
    with polling(channel, bot):
        await bot.until(lambda: bot.heard == ["раз"])
    assert bot.pauses == [1.0, 7.0, 4.0]


async def test_a_token_that_is_taken_no_more_is_for_whoever_keeps_the_channel(
    channel: TelegramChannel, telegram: FakeTelegram, bot: Bot
) -> None:
    telegram.script(method="getUpdates", status=401, description="Unauthorized")
    with pytest.raises(ChannelUnauthorised, match="@BotFather"):
        await poll(channel, bot, sleep=bot.pause)


async def test_what_keeps_it_from_hearing_is_known_until_it_is_over(
    channel: TelegramChannel, telegram: FakeTelegram, bot: Bot
) -> None:
    told: list[str | None] = []

    async def pause(seconds: float) -> None:
        told.append(channel.trouble)
        await bot.pause(seconds)

    telegram.script(method="getUpdates", status=502, body="<html>502</html>")
    telegram.update(message(5, "раз"))
    with polling(channel, bot, pause=pause):
        await bot.until(lambda: bot.heard == ["раз"])
        await bot.until(lambda: channel.trouble is None)
    assert told == ["The answer was not the Bot API's"]


async def test_it_stops_at_once(channel: TelegramChannel, telegram: FakeTelegram, bot: Bot) -> None:
    with polling(channel, bot) as task:
        await telegram.expect(1, "getUpdates")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 60)

"""How updates come: fetched until they are kept, or posted to us."""

import asyncio
import contextlib
from collections.abc import Sequence

from adapters.messengers.max.channel import MaxChannel
from bots.errors import Unavailable
from bots.model.message import UnifiedMessage
from bots.model.receipt import Receipt
from tests.servers.max import Max
from tests.servers.max_events import CUSTOMER

URL = "http://127.0.0.1:9/api/v1/messaging/webhook/max"


class Kept:
    def __init__(self, fails: int = 0) -> None:
        self.texts: list[str | None] = []
        self.fails = fails
        self.news = asyncio.Event()

    async def accept(self, messages: Sequence[UnifiedMessage]) -> None:
        if self.fails:
            self.fails -= 1
            raise Unavailable("the disk is full")
        self.texts += [message.text for message in messages]
        self.news.set()

    async def note(self, receipts: Sequence[Receipt]) -> None:
        raise AssertionError("MAX tells of no receipts")

    async def until(self, count: int) -> None:
        async with asyncio.timeout(60):
            while len(self.texts) < count:
                self.news.clear()
                await self.news.wait()


@contextlib.asynccontextmanager
async def listening(channel: MaxChannel, into: Kept, url: str | None):  # type: ignore[no-untyped-def]
    task = asyncio.create_task(channel.listen(into, url))
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_updates_are_fetched_where_nobody_may_call(channel: MaxChannel, fake: Max) -> None:
    fake.call("POST", "/subscriptions", {"url": URL, "secret": "of-before"})
    into = Kept(fails=1)
    async with listening(channel, into, None):
        await fake.expect(1, "GET /updates")
        fake.says(CUSTOMER, "раз")
        await into.until(1)
        fake.says(CUSTOMER, "два")
        await into.until(2)
        await fake.settled()
    assert into.texts == ["раз", "два"]
    assert fake.state()["subscriptions"] == []
    assert fake.violations() == []


async def test_a_webhook_is_set_and_older_ones_of_ours_are_taken_away(
    channel: MaxChannel, fake: Max
) -> None:
    older, others = URL.replace(":9", ":8"), "https://crm.example/max"
    for url in (older, others):
        fake.call("POST", "/subscriptions", {"url": url})
    async with listening(channel, Kept(), URL):
        await fake.expect(1, "DELETE /subscriptions")
    assert sorted(fake.state()["subscriptions"]) == sorted([URL, others])
    told = fake.calls("POST /subscriptions")[-1].body
    assert told["secret"] == "s3cret"
    assert "message_callback" in told["update_types"]
    assert fake.violations() == []

"""What one process tells the others over Redis is what they hear."""

import asyncio
import os
import uuid
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from adapters.hints.redis import RedisHints
from bots.model.message import Address
from bots.model.neighbour import EVERYTHING, Stirred

URL = os.environ.get("EASYFLOW_TEST_REDIS", "redis://127.0.0.1:6379/0")
CHAT = Address(1, "shop", "telegram:123456", "chat 7/é")


class Process:
    """One that hears, and what it heard."""

    def __init__(self, name: str, channel: str) -> None:
        self.heard: asyncio.Queue[Any] = asyncio.Queue()
        self.hints = RedisHints(
            URL,
            channel=channel,
            origin=name,
            stirred=lambda slot, what: self.heard.put_nowait((slot, what)),
            committed=self.heard.put_nowait,
            typed=lambda address, name: self.heard.put_nowait((address, name)),
        )
        self._tasks = [
            asyncio.create_task(self.hints.follow()),
            asyncio.create_task(self.hints.publish()),
        ]

    async def hears(self, count: int = 1) -> set[Any]:
        async with asyncio.timeout(30):
            return {await self.heard.get() for _ in range(count)}

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.hints.close()


@pytest.fixture
async def channel() -> str:
    probe = Redis.from_url(URL)
    try:
        await probe.ping()
    except (RedisError, OSError):
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"missing: Redis at {URL}")
    finally:
        await probe.aclose()
    return f"test:{uuid.uuid4()}"


async def test_others_hear_what_waits_where_and_in_which_chat_something_was_committed(
    channel: str,
) -> None:
    one, other = Process("one", channel), Process("other", channel)
    # Whatever was told before we listened.
    assert await one.hears() == await other.hears() == {None}
    one.hints.stir(5, "calls")
    one.hints.stir(64, "messages")
    one.hints.committed(Stirred(CHAT, with_people=True))
    one.hints.types(CHAT, "Оля")
    told = {(5, "calls"), (64, "messages"), Stirred(CHAT, with_people=True), (CHAT, "Оля")}
    assert await other.hears(4) == told
    assert one.heard.empty()
    for process in (one, other):
        await process.close()


async def test_who_says_less_being_of_an_older_version_is_understood(channel: str) -> None:
    process = Process("one", channel)
    assert await process.hears() == {None}
    redis: Any = Redis.from_url(URL)
    await redis.publish(channel, "older 7 c 9x")
    await redis.aclose()
    assert await process.hears(5) == {None, *((7, what) for what in EVERYTHING)}
    await process.close()

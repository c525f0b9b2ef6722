"""A line on which nothing is told costs nothing, and ends when it is bidden."""

import asyncio
import os
import uuid

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError
from structlog.testing import capture_logs

from adapters.hints.redis import RedisHints
from tests.servers.easyflow import free_port

URL = os.environ.get("EASYFLOW_TEST_REDIS", "redis://127.0.0.1:6379/0")


class Counted:
    """Between a client and Redis; counts what the client sends."""

    def __init__(self) -> None:
        self.sent = 0

    async def relay(self, ours: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        host, _, port = URL.removeprefix("redis://").split("/")[0].partition(":")
        theirs, on = await asyncio.open_connection(host, int(port or 6379))

        async def copied(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
            while content := await source.read(65_536):
                self.sent += len(content) if source is ours else 0
                target.write(content)
                await target.drain()
            target.close()

        await asyncio.gather(copied(ours, on), copied(theirs, back), return_exceptions=True)


async def test_a_line_on_which_nothing_is_told_is_not_asked_again_and_again_and_ends_at_once() -> (
    None
):
    probe = Redis.from_url(URL)
    try:
        await probe.ping()
    except (RedisError, OSError):
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"missing: Redis at {URL}")
    finally:
        await probe.aclose()
    counted, heard = Counted(), asyncio.Event()
    server = await asyncio.start_server(counted.relay, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    hints = RedisHints(
        f"redis://127.0.0.1:{port}/0",
        channel=f"test:{uuid.uuid4()}",
        origin="one",
        stirred=lambda slot, what: None,
        committed=lambda chat: heard.set(),
    )
    following = asyncio.create_task(hints.follow())
    await asyncio.wait_for(heard.wait(), 30)
    begun = counted.sent
    await asyncio.sleep(0.5)
    assert counted.sent - begun < 100
    following.cancel()
    await asyncio.wait([following], timeout=30)
    assert following.cancelled()
    await hints.close()
    server.close()


async def test_a_redis_that_is_away_from_the_start_is_told_once() -> None:
    hints = RedisHints(
        f"redis://127.0.0.1:{free_port()}/0",
        channel="test",
        origin="one",
        stirred=lambda slot, what: None,
        committed=lambda chat: None,
    )
    with capture_logs() as told:
        following = asyncio.create_task(hints.follow())
        for _ in range(600):
            if told:
                break
            await asyncio.sleep(0.05)
        # It is tried again after a second, and is away still.
        await asyncio.sleep(1.5)
        following.cancel()
    await hints.close()
    (line,) = told
    assert line["log_level"] == "warning"
    assert line["event"].startswith("Redis is away")

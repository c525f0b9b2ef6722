"""One message through two processes: each tells its own numbers, and both their part of one trace."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import postgres as postgres_server
from tests.servers.easyflow import EasyFlow
from tests.servers.telegram import FakeTelegram, message
from tests.watching.collector import collecting

TOKEN = "111111:TEST-TOKEN-TEST-TOKEN-TEST-TOKEN-01"
SECRET = "webhook-secret-of-tests"
CUSTOMER = 501


@pytest.fixture
def postgres() -> Iterator[postgres_server.Server]:
    server = postgres_server.server_or_skip()
    yield server
    asyncio.run(server.close())


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram.start({TOKEN: "shop_bot"}) as telegram:
        yield telegram


def installation(
    folder: Path, telegram: FakeTelegram, database: str, collector: str
) -> list[EasyFlow]:
    """What serves, and what works."""
    web, worker = EasyFlow(folder / "web"), EasyFlow(folder / "work", command=("work",))
    for server in (web, worker):
        server.set(
            data_dir=str(folder / "data"),
            public_url=web.base,
            database_url=database,
            telegram__token=TOKEN,
            telegram__webhook_secret=SECRET,
            telegram__api_base=telegram.base,
            otel__endpoint=collector,
        )
    # Of a worker this is the only port there is.
    worker.set(metrics__port=str(worker.port))
    return [web, worker]


def figures(server: EasyFlow) -> dict[str, float]:
    text = str(server.call("GET", "/metrics", key=None)[1])
    pairs = (line.rsplit(" ", 1) for line in text.splitlines() if line and line[0] != "#")
    return {name: float(value) for name, value in pairs}


def until(server: EasyFlow, name: str, value: float) -> None:
    deadline = time.monotonic() + 90
    while (read := figures(server).get(name)) != value:
        assert time.monotonic() < deadline, (name, read, server.log[-3000:])
        time.sleep(0.2)


async def test_a_message_taken_in_by_one_and_answered_by_another(
    postgres: postgres_server.Server, telegram: FakeTelegram, tmp_path: Path
) -> None:
    database = await postgres.new()
    async with collecting() as collector:
        web, worker = installation(tmp_path, telegram, database, collector.url)
        try:
            for server in (web, worker):
                await asyncio.to_thread(server.start)
            await asyncio.to_thread(until, worker, "easyflow_slots_held", 64.0)
            header = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
            update = {**message(CUSTOMER, "привет"), "update_id": 7}
            hook = "/api/v1/messaging/webhook/telegram"
            status, _ = await web.asked("POST", hook, update, key=None, headers=header)
            assert status == 200
            turns = 'easyflow_lane_wait_seconds_count{bot="shop"}'
            await asyncio.to_thread(until, worker, turns, 1.0)
            served, worked = figures(web), figures(worker)
        finally:
            for server in (web, worker):
                await asyncio.to_thread(server.__exit__, None, None, None)
    await postgres.drop(database)

    assert served['easyflow_inbox_messages_total{outcome="accepted"}'] == 1
    assert (served["easyflow_slots_held"], worked["easyflow_chores_held"]) == (0, 1)
    assert served.get(turns, 0) == 0
    assert worked['easyflow_lane_wait_seconds_bucket{bot="shop",le="30.0"}'] == 1
    assert worked['easyflow_processes{role="web"}'] == 1
    (intake,) = collector.named("intake")
    (turn,) = (span for span in collector.named("turn") if span.parent)
    assert (intake.role, turn.role) == ("web", "work")
    assert (turn.trace, turn.parent) == (intake.trace, intake.id)
    assert turn.about["easyflow.inbox.seq"] == intake.about["easyflow.inbox.seq"]
    assert {span.trace for span in collector.named("send telegram")} <= {turn.trace}

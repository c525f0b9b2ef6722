"""Processes on one PostgreSQL agree who holds what; the database's clock and locks decide."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress

import asyncpg
import pytest

from bots.model.slots import CHORES, SLOTS
from bots.news import News
from storage.postgres.membership import SqlMembership
from storage.postgres.opening import open_postgres
from storage.postgres.troubles import TROUBLES
from storage.postgres.url import connecting
from tests.storage.conftest import HandClock, numbers

Join = Callable[[str], Awaitable[SqlMembership]]


@pytest.fixture
async def join(postgres: str) -> AsyncIterator[Join]:
    async with AsyncExitStack() as end:

        async def joined(id: str, role: str = "work") -> SqlMembership:
            one = SqlMembership(postgres, id=f"{id:0>32}", role=role, version="1")
            end.push_async_callback(one.leave)
            await one.beat()
            return one

        yield joined


async def typed(url: str, statement: str) -> None:
    connection = await asyncpg.connect(**connecting(url))
    await connection.execute(statement)
    await connection.close()


async def test_a_slot_is_held_by_one(join: Join) -> None:
    first, second = await join("1"), await join("2")
    assert await first.take(SLOTS) == set(range(SLOTS))
    assert await second.take(SLOTS) == set()
    assert await second.take_chores() == {CHORES}
    assert await first.take_chores() == set()
    assert await first.beat() == set(range(SLOTS))
    await first.release({1, 2})
    assert await second.take(SLOTS) == {1, 2}
    assert await second.beat() == {1, 2, CHORES}


async def test_many_who_take_at_once_share_without_overlap(join: Join) -> None:
    members = [await join(str(one)) for one in range(5)]
    taken = await asyncio.gather(*(one.take(13) for one in members))
    assert sum(map(len, taken)) == SLOTS
    assert set().union(*taken) == set(range(SLOTS))


async def test_all_know_who_is_there_the_oldest_first(join: Join) -> None:
    first, second = await join("1"), await join("2")
    assert [one.id[-1] for one in await second.processes()] == ["1", "2"]
    await first.stop()
    assert [one.stopping for one in await second.processes()] == [True, False]
    await first.leave()
    assert [one.id[-1] for one in await second.processes()] == ["2"]


async def test_a_lease_that_ran_out_is_anothers(join: Join, postgres: str) -> None:
    """As after a process stood still: its connection lives, and with it the lock that says it does."""
    first, second = await join("1"), await join("2")
    await first.take(2)
    await typed(postgres, "UPDATE leases SET until = 1; UPDATE processes SET seen_at = 1")
    await second.beat()
    assert await second.take(SLOTS) == set(range(SLOTS))
    assert await first.beat() == set()


def _joins_and_waits(url: str) -> None:
    async def main() -> None:
        one = SqlMembership(url, id=f"{9:0>32}", role="work", version="1")
        await one.beat()
        await one.take(SLOTS)
        await asyncio.sleep(60)

    asyncio.run(main())


async def test_one_that_was_killed_is_cleared_away_before_its_leases_run_out(
    join: Join, postgres: str
) -> None:
    second = await join("2")
    killed = multiprocessing.get_context("spawn").Process(target=_joins_and_waits, args=[postgres])
    killed.start()
    connection = await asyncpg.connect(**connecting(postgres))
    while not await connection.fetchval("SELECT 1 FROM leases WHERE holder LIKE '%9'"):
        await second.beat()
    assert await second.take(SLOTS) == set()
    assert killed.pid is not None
    os.kill(killed.pid, signal.SIGKILL)
    await asyncio.to_thread(killed.join)
    # It is not asked after before it has been silent for a while.
    await connection.execute("UPDATE processes SET seen_at = seen_at - 3000000 WHERE id LIKE '%9'")
    while await connection.fetchval("SELECT 1 FROM processes WHERE id LIKE '%9'"):
        await second.beat()
    await connection.close()
    assert await second.take(SLOTS) == set(range(SLOTS))
    assert len(await second.processes()) == 1


async def test_a_line_that_broke_is_made_anew(join: Join, postgres: str) -> None:
    first = await join("1")
    await first.take(3)
    await typed(
        postgres,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name LIKE 'easyflow % life' AND datname = current_database()",
    )
    with suppress(*TROUBLES):
        await first.beat()
    assert await first.beat() == {0, 1, 10}, "what we held is ours as long as the lease lasts"


async def test_changes_of_other_processes_are_heard_as_long_as_the_line_holds(
    postgres: str, clock: HandClock
) -> None:
    news = News(_at_once, seldom=3600)
    member = SqlMembership(postgres, id=f"{1:0>32}", role="work", version="1", news=news)
    await member.beat()
    rest = news.rest()
    # That we hear from now on is news by itself.
    news.told()
    await rest(0)
    stores = await open_postgres(postgres, new_id=numbers(), clock=clock)
    resting = asyncio.ensure_future(rest(0))
    await stores.versions.publish(1, "shop", "hash", {}, by="somebody", now=clock())
    async with asyncio.timeout(30):
        await resting
    await stores.close()
    await typed(postgres, _END_ALL)
    for _ in range(3000):
        if not news.heard:
            break
        await asyncio.sleep(0.01)
    await member.beat()
    assert news.heard
    await member.leave()


async def _at_once(seconds: float) -> None:
    """Tests do not rest."""


_END_ALL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)

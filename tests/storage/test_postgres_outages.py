"""PostgreSQL goes away and comes back: told within seconds, nothing by halves, and no restart."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit

import pytest

from bots.errors import Unavailable
from storage.postgres.opening import open_postgres
from storage.postgres.writer import FRESH
from storage.stores import Stores
from tests.servers.severed import SeverableLine
from tests.storage.conftest import HandClock, numbers
from tests.storage.samples import ANNA, answer, message, opened

WITHIN = 20
"""Seconds after which even a slow machine should have told: benchmarks measure how soon."""


@pytest.fixture
async def line(postgres: str) -> AsyncIterator[SeverableLine]:
    line = SeverableLine(urlsplit(postgres).port or 5432)
    await line.open()
    yield line
    await line.close()


@pytest.fixture
async def stores(postgres: str, line: SeverableLine, clock: HandClock) -> AsyncIterator[Stores]:
    parts = urlsplit(postgres)
    user = parts.netloc.rpartition("@")[0]
    url = urlunsplit(parts._replace(netloc=f"{user}@127.0.0.1:{line.port}"))
    stores = await open_postgres(url, new_id=numbers(), clock=clock)
    yield stores
    line.mend()
    await stores.close()


async def refused(stores: Stores, text: str) -> None:
    async with asyncio.timeout(WITHIN):
        with pytest.raises(Unavailable):
            await stores.journal.accept([message(text)])


async def kept(stores: Stores) -> list[str]:
    return [arrival.message.external_id for arrival in await stores.journal.backlog()]


async def test_a_line_that_was_cut_while_nobody_spoke_is_made_anew(
    stores: Stores, line: SeverableLine
) -> None:
    await stores.journal.accept([message("1")])
    line.cut()
    await asyncio.sleep(FRESH * 2)
    await stores.journal.accept([message("2")])
    assert await kept(stores) == ["1", "2"]


async def test_a_server_that_is_gone_is_told_and_found_again(
    stores: Stores, line: SeverableLine
) -> None:
    await stores.journal.accept([message("1")])
    line.refuses = True
    line.cut()
    await refused(stores, "2")
    assert not stores.writable
    with pytest.raises(Unavailable):
        await kept(stores)
    line.mend()
    await stores.journal.accept([message("3")])
    assert stores.writable
    assert await kept(stores) == ["1", "3"]


@pytest.mark.parametrize("how", ["cut_at", "swallow_at"])
@pytest.mark.parametrize(
    ("rest", "where"),
    [
        (0.0, b"INSERT INTO messages"),
        (0.0, b'"arrivals":'),
        (FRESH * 2, b"INSERT INTO messages"),
        (FRESH * 2, b"COMMIT"),
    ],
)
async def test_a_turn_is_written_whole_or_not_at_all(
    stores: Stores, line: SeverableLine, rest: float, where: bytes, how: str
) -> None:
    """Sent again by whoever was not told that it was done, it is there once.

    After a rest the line is asked first, and there is a transaction around it.
    """
    anna = await opened(stores.journal)
    await asyncio.sleep(rest)
    setattr(line, how, lambda sent: where in sent)
    async with asyncio.timeout(WITHIN):
        with pytest.raises(Unavailable):
            await answer(stores.journal, anna)
    assert not stores.writable
    line.mend()
    again = await stores.journal.claim(ANNA)
    messages, _ = await stores.conversations.history(again.id, limit=10, offset=0)
    assert (again.seq, len(messages)) in ((anna.seq, 0), (anna.seq + 2, 2))
    await answer(stores.journal, again)
    after, _ = await stores.conversations.history(again.id, limit=10, offset=0)
    assert len(after) == len(messages) + 2


async def test_whoever_waits_behind_a_silent_server_is_told_with_the_first(
    stores: Stores, line: SeverableLine
) -> None:
    await stores.journal.accept([message("1")])
    line.swallows = True
    waiting = [asyncio.ensure_future(refused(stores, str(n))) for n in range(2, 20)]
    await asyncio.gather(*waiting)
    with pytest.raises(Unavailable):
        await kept(stores)
    line.mend()
    await stores.journal.accept([message("20")])
    assert await kept(stores) == ["1", "20"]


async def test_what_was_locked_by_a_line_that_went_silent_is_free(
    stores: Stores, line: SeverableLine
) -> None:
    """Its transaction would hold the chat until the server finds out by itself, hours later."""
    anna = await opened(stores.journal)
    line.swallow_at = lambda sent: b"INSERT INTO messages" in sent
    with pytest.raises(Unavailable):
        await answer(stores.journal, anna)
    line.mend()
    async with asyncio.timeout(WITHIN):
        await answer(stores.journal, await stores.journal.claim(ANNA))


async def test_a_long_query_is_no_silence(stores: Stores) -> None:
    async with stores.base.reader.connect() as reader:
        rows = await reader.exec_driver_sql("SELECT 1 FROM pg_sleep(2.5)")
    assert rows.scalar() == 1

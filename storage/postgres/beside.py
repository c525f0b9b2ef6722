"""A PostgreSQL database as a process beside the running servers has it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg
import structlog
from sqlalchemy.util import greenlet_spawn

from storage.beside import Beside, NoDatabase, beside_over
from storage.db import Item, Work, goes_side_by_side
from storage.leases import NOW
from storage.migrate import HEAD
from storage.postgres import schema
from storage.postgres.connection import PgDb
from storage.postgres.outages import is_outage
from storage.postgres.readers import PoolReaders, open_pool
from storage.postgres.troubles import TROUBLES, trouble
from storage.postgres.url import TELL_CHANGES, connecting, shown
from storage.postgres.writer import ONE_AT_A_TIME
from storage.rows import from_json
from storage.versions import LIVE_FILES

Result = TypeVar("Result")

_log = structlog.get_logger()

COMES_UP_WITHIN = 20.0
"""Seconds that a start waits for a PostgreSQL which does not answer."""

_BETWEEN_TRIES = 0.25
_STARTING = 0x0EA5F109
_ALIVE = f"SELECT 1 FROM processes WHERE seen_at > {NOW} - 10000000 LIMIT 1"


async def open_beside(url: str) -> Beside:
    """Raises NoDatabase with a sentence, NewerDatabase for what a later version wrote."""
    try:
        at = await _first(url, "SELECT version_num FROM alembic_version")
        workspace = await _first(url, "SELECT workspace FROM accounts ORDER BY id LIMIT 1")
    except asyncpg.UndefinedTableError:
        at = workspace = None
    except TROUBLES as error:
        raise NoDatabase(trouble(url, error)) from None
    if workspace is None:
        raise NoDatabase(
            f"There is nothing yet in {shown(url)}: start the server once, it publishes every bot"
        )
    if at != HEAD:
        if in_use(url):
            raise NoDatabase(
                "The servers that run are of another version of Easy Flow than this:"
                " restart them first"
            )
        await schema.migrate(url)
    pool = await open_pool(url)
    return beside_over(workspace, PgHand(url), PoolReaders(pool, url))


def in_use(url: str) -> bool:
    """Whether a server has this database now: one that gave a sign of life lately."""
    try:
        return bool(at_once(_first(url, _ALIVE)))
    except (asyncpg.PostgresError, OSError, TimeoutError):
        return False


@asynccontextmanager
async def starting(url: str, *, patience: float = COMES_UP_WITHIN) -> AsyncIterator[None]:
    """Of processes that start together on one database one at a time founds and publishes."""
    connection = await _come_up(url, patience)
    try:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _STARTING):
            _log.info("Another process starts on this database: it is waited for")
            await connection.execute("SELECT pg_advisory_lock($1)", _STARTING)
        yield
    finally:
        connection.terminate()


async def _come_up(url: str, patience: float) -> Any:
    """A connection. Who starts with the machine may be quicker than PostgreSQL. Raises OSError with a sentence."""
    now = asyncio.get_running_loop().time
    ending, said = now() + patience, False
    while True:
        try:
            return await asyncpg.connect(**connecting(url), timeout=5)
        except TROUBLES as error:
            why = trouble(url, error)
            if not is_outage(error) or now() >= ending:
                raise OSError(why) from None
        if not said:
            _log.warning("PostgreSQL is waited for", seconds=patience, why=why)
            said = True
        await asyncio.sleep(_BETWEEN_TRIES)


async def is_alive(connection: Any) -> bool:
    """Whether a server is at work on the database of a connection, which has our tables."""
    return bool(await connection.fetch(_ALIVE))


class PgHand:
    """Writes as the servers do, each thing in a transaction of its own."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def do(self, work: Work[Item, Result], item: Item, *, patient: bool = False) -> Result:
        connection = await asyncpg.connect(**connecting(self._url), timeout=5)
        try:
            async with connection.transaction():
                if not goes_side_by_side(work):
                    await connection.execute(ONE_AT_A_TIME)
                (result,) = await greenlet_spawn(work, PgDb(connection), [item])
                if isinstance(result, Exception):
                    raise result
                await connection.execute(TELL_CHANGES)
        finally:
            await connection.close()
        return result


def live_files(url: str) -> dict[str, dict[str, str]]:
    """The files of each bot's live version; none where there is no database or none of ours yet."""
    try:
        rows = at_once(_rows(url, LIVE_FILES))
    except (asyncpg.PostgresError, OSError, TimeoutError):
        return {}
    return {bot: from_json(files) for bot, files in rows}


async def _first(url: str, query: str) -> Any:
    rows = await _rows(url, query)
    return rows[0][0] if rows else None


async def _rows(url: str, query: str) -> list[Any]:
    connection = await asyncpg.connect(**connecting(url), timeout=5)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


def at_once(work: Coroutine[Any, Any, Result]) -> Result:
    """Something asynchronous, for those who cannot await; a loop of theirs may run all the same."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()

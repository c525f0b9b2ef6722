"""Connections to PostgreSQL that only read."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from sqlalchemy.util import greenlet_spawn

from bots.errors import Unavailable
from storage.db import Db, Result
from storage.postgres.connection import PgDb, PgRows
from storage.postgres.outages import is_outage
from storage.postgres.statements import statement

WAIT = 1.5
"""Seconds to wait for a connection, when all are busy or none can be had."""

Pool = Any
"""An `asyncpg.Pool`, which has no types."""


class PgReader:
    """One of the pool's connections, for a while."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def exec_driver_sql(self, sql: str, values: Any = None, /) -> PgRows:
        said = statement(sql)
        rows = await self._connection.fetch(said.sql, *said.arguments(values or ()))
        return PgRows(map(tuple, rows))


class PoolReaders:
    """Raises Unavailable where the database cannot be reached."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[PgReader]:
        with _told_plainly():
            async with self._pool.acquire(timeout=WAIT) as connection:
                yield PgReader(connection)

    async def dispose(self) -> None:
        await self._pool.close()


class PoolReading:
    """Several queries of one state of the database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def do(self, work: Callable[[Db], Result]) -> Result:
        with _told_plainly():
            async with (
                self._pool.acquire(timeout=WAIT) as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                result: Result = await greenlet_spawn(work, PgDb(connection))
                return result

    async def close(self) -> None:
        """The pool is closed by whoever opened it."""


@contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if is_outage(error):
            raise Unavailable(
                f"The database cannot be read: {error or type(error).__name__}"
            ) from error
        raise

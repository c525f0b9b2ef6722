"""Connections to PostgreSQL that only read."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
from sqlalchemy.util import greenlet_spawn

from bots.errors import Unavailable
from storage.db import Db, Result
from storage.postgres.connection import PgReadDb, PgRows
from storage.postgres.outages import is_outage
from storage.postgres.silence import listened_to
from storage.postgres.statements import statement
from storage.postgres.url import ALL, WALL, connecting
from storage.postgres.walls import own_wall

READERS = 8
"""Connections that read, at most, in each process."""

WAIT = 1.5
"""Seconds to wait for a connection, when all are busy or none can be had."""

STATEMENT_WITHIN = 30.0
"""Seconds for one query."""

Pool = Any
"""An `asyncpg.Pool`, which has no types."""


async def open_pool(url: str) -> Pool:
    """Nothing is left on a line that is given back but what the next one says anew: it needs no cleaning."""
    return await asyncpg.create_pool(
        **connecting(url, application_name="easyflow reader", default_transaction_read_only="on"),
        connection_class=Line,
        min_size=1,
        max_size=READERS,
        timeout=WAIT,
        command_timeout=STATEMENT_WITHIN,
        statement_cache_size=1000,
        reset=_leave,
    )


class Line(asyncpg.Connection):  # type: ignore[misc]
    """`behind` is the wall that its session was told last."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.behind = [ALL]


async def go_behind(line: Any, wall: str) -> None:
    """Let a line of the pool see what a workspace may."""
    if line.behind[0] != wall:
        line.behind[0] = ""  # unknown, should it fail midway
        await line.execute("SELECT set_config($1, $2, false)", WALL, wall)
        line.behind[0] = wall


async def _leave(_connection: Any) -> None:
    """asyncpg would ask the server to forget all, which takes as long as a query."""


class PgReader:
    """Queries, each over one of the pool's connections."""

    def __init__(self, pool: Pool, url: str) -> None:
        self._pool = pool
        self._url = url

    async def exec_driver_sql(self, sql: str, values: Any = None, /) -> PgRows:
        said = statement(sql)
        given = said.arguments(values or ())
        rows = await self.with_line(lambda db: db.connection.fetch(said.sql, *given))
        return PgRows(map(tuple, rows))

    async def with_line(self, ask: Callable[[PgReadDb], Awaitable[Result]]) -> Result:
        """Asked a second time where the line was dead, as all are after the server was: reading bears it."""
        try:
            return await self._asked(ask)
        except Exception as error:
            if not is_outage(error) or isinstance(error, TimeoutError):
                raise
            await self._pool.expire_connections()
            return await self._asked(ask)

    async def _asked(self, ask: Callable[[PgReadDb], Awaitable[Result]]) -> Result:
        wall = own_wall()
        async with self._pool.acquire(timeout=WAIT) as line:
            db = PgReadDb(line)

            async def behind_wall() -> Result:
                await go_behind(line, wall)
                return await ask(db)

            return await listened_to(behind_wall(), line, self._url, lambda: db.answers)


class PoolReaders:
    """Raises Unavailable where the database cannot be reached."""

    def __init__(self, pool: Pool, url: str) -> None:
        self._pool = pool
        self._reader = PgReader(pool, url)

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[PgReader]:
        with _told_plainly():
            yield self._reader

    async def dispose(self) -> None:
        await self._pool.close()


class PoolReading:
    """Several queries of one state of the database."""

    def __init__(self, pool: Pool, url: str) -> None:
        self._reader = PgReader(pool, url)

    async def do(self, work: Callable[[Db], Result]) -> Result:
        async def ask(db: PgReadDb) -> Result:
            async with db.connection.transaction(isolation="repeatable_read", readonly=True):
                result: Result = await greenlet_spawn(work, db)
                return result

        with _told_plainly():
            return await self._reader.with_line(ask)

    async def close(self) -> None:
        """The pool is closed by whoever opened it."""


@contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if is_outage(error):
            why = str(error) or type(error).__name__
            raise Unavailable("The database cannot be read", why=why) from error
        raise

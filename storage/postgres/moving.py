"""PostgreSQL as either side of a move: read as it is at one moment, or filled within one transaction."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from storage.migrate import HEAD
from storage.moving import CHUNK, SHAPES, NotMoved, Row, Shape
from storage.postgres import schema
from storage.postgres.beside import is_alive
from storage.postgres.troubles import TROUBLES, trouble
from storage.postgres.url import connecting, shown

PATIENCE = "5s"
"""How long a table may be held by somebody else."""

_REVISION = "SELECT version_num FROM alembic_version"
_FORCED = (
    "SELECT relname FROM pg_class WHERE relforcerowsecurity"
    " AND relnamespace = current_schema()::regnamespace ORDER BY relname"
)


class PgSource:
    """Over a connection inside a transaction."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def rows(self, shape: Shape, query: str) -> AsyncIterator[Sequence[Row]]:
        name = f"moving_{shape.name}"
        declared = f"DECLARE {name} NO SCROLL CURSOR FOR {query}{shape.in_order}"
        await self._connection.execute(declared)
        while chunk := await self._connection.fetch(f"FETCH {CHUNK} FROM {name}"):
            yield [tuple(row) for row in chunk]
        # An open one would keep its table from being altered.
        await self._connection.execute(f"CLOSE {name}")

    async def last_number(self, shape: Shape) -> int:
        sequence = await _sequence(self._connection, shape)
        found = await self._connection.fetchrow(f"SELECT last_value, is_called FROM {sequence}")
        return int(found[0]) if found[1] else 0


class PgTarget(PgSource):
    """Empty tables."""

    slotted = True
    keeps_nul = False

    async def put(self, shape: Shape, rows: Sequence[Row]) -> None:
        try:
            await self._connection.copy_records_to_table(
                shape.name, records=rows, columns=shape.columns
            )
        except (asyncpg.PostgresError, ValueError, TypeError, OverflowError) as error:
            raise NotMoved(
                f"A row of {shape.name} cannot be kept by PostgreSQL ({error}); nothing was moved"
            ) from error

    async def count_on(self, shape: Shape, last: int) -> None:
        sequence = await _sequence(self._connection, shape)
        await self._connection.execute(
            "SELECT setval($1::text::regclass, $2, $3)", sequence, max(last, 1), last > 0
        )


@asynccontextmanager
async def read(url: str) -> AsyncIterator[PgSource]:
    """A database as it is now, whoever writes to it. Raises NotMoved, OSError."""
    async with _connected(url) as connection:
        if (at := await _revision(connection)) != HEAD:
            raise NotMoved(_other_version(url, at))
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield PgSource(connection)


@asynccontextmanager
async def filled(url: str, *, emptied: bool = False) -> AsyncIterator[PgTarget]:
    """A database that is filled, all at once; nobody sees its tables meanwhile. Raises NotMoved, OSError.

    One that is not empty is refused, or first `emptied` within the same transaction.
    """
    async with _connected(url) as connection:
        at = await _revision(connection)
        if at is None:
            await schema.migrate(url)
        elif at != HEAD:
            raise NotMoved(_other_version(url, at))
        async with connection.transaction():
            await connection.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            await _refuse_running(connection, url)
            forced = [row[0] for row in await connection.fetch(_FORCED)]
            # Whoever owns the tables copies past the walls, which COPY wants; undone before the end.
            for table in forced:
                await connection.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            for shape in SHAPES:
                # Counts are copied as they are, not counted.
                await connection.execute(f"ALTER TABLE {shape.name} DISABLE TRIGGER USER")
            if emptied:
                names = ", ".join(shape.name for shape in SHAPES)
                await connection.execute(f"TRUNCATE {names}")
            else:
                await _refuse_full(connection, url)
            yield PgTarget(connection)
            for shape in SHAPES:
                await connection.execute(f"ALTER TABLE {shape.name} ENABLE TRIGGER USER")
            for table in forced:
                await connection.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


async def counts(url: str) -> dict[str, int]:
    """How many rows there are of each table; none where there are no tables. Raises OSError."""
    async with _connected(url) as connection:
        if await _revision(connection) is None:
            return {}
        return await _counts(connection)


async def refuse_running(url: str) -> None:
    """Raises NotMoved where a server is at work there, OSError where it cannot be asked."""
    async with _connected(url) as connection:
        if await _revision(connection) is not None:
            await _refuse_running(connection, url)


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Any]:
    try:
        connection = await asyncpg.connect(**connecting(url), timeout=10)
    except TROUBLES as error:
        raise OSError(trouble(url, error)) from error
    try:
        yield connection
    except asyncpg.LockNotAvailableError:
        raise NotMoved(
            f"Somebody works with the tables of {shown(url)}: stop every Easy Flow on it first"
        ) from None
    except (asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError) as error:
        raise OSError(trouble(url, error)) from error
    finally:
        await connection.close(timeout=10)


async def _revision(connection: Any) -> str | None:
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return None
    found: str | None = await connection.fetchval(_REVISION)
    return found


def _other_version(url: str, at: str | None) -> str:
    if at is None:
        return f"There is nothing of Easy Flow in {shown(url)}: is it the right database?"
    return (
        f"{shown(url)} is of another version of Easy Flow ({at}, this one has {HEAD}): start and"
        " stop a server of this version on it, which brings an older one up to date"
    )


async def _refuse_running(connection: Any, url: str) -> None:
    if await is_alive(connection):
        raise NotMoved(
            f"An Easy Flow is at work on {shown(url)}: stop all of them first"
            " (one that was killed is known to be gone after ten seconds)"
        )


async def _refuse_full(connection: Any, url: str) -> None:
    there = {name: count for name, count in (await _counts(connection)).items() if count}
    if there:
        told = ", ".join(f"{count} {name}" for name, count in list(there.items())[:6])
        raise NotMoved(
            f"{shown(url)} is not empty, there are {told}{' …' if len(there) > 6 else ''}:"
            " name an empty database (CREATE DATABASE …), nothing is ever overwritten"
        )


async def _counts(connection: Any) -> dict[str, int]:
    found = {}
    for shape in SHAPES:
        found[shape.name] = await connection.fetchval(f"SELECT count(*) FROM {shape.name}")
    return found


async def _sequence(connection: Any, shape: Shape) -> str:
    found: str = await connection.fetchval(
        "SELECT pg_get_serial_sequence($1, $2)", shape.name, shape.number
    )
    return found

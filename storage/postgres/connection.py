"""A connection that work written for SQLite's runs on: each statement waits in a greenlet of its own."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy.util import await_only

from storage.postgres.statements import statement

Native = Any
"""An `asyncpg.Connection`, which has no types."""


class PgCursor:
    """The rows of a statement that was carried out whole."""

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self._rows = iter(rows)
        self.rowcount = rowcount

    def fetchone(self) -> Any:
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        return list(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return self._rows


class PgRows(list[Any]):
    """What a query of a reader gave."""

    def first(self) -> Any:
        return self[0] if self else None

    def fetchall(self) -> list[Any]:
        return self

    def scalar(self) -> Any:
        return self[0][0] if self else None


class PgDb:
    """`storage.db.Db` over asyncpg; called within `greenlet_spawn` alone.

    Statements are prepared once for each connection, and numbers of rows come from their tags.
    """

    def __init__(self, connection: Native) -> None:
        self.connection = connection
        self._prepared: dict[str, Any] = {}
        self.answers = 0

    def execute(self, sql: str, values: Any = (), /) -> PgCursor:
        cursor: PgCursor = await_only(self.executed(sql, values))
        return cursor

    def executemany(self, sql: str, rows: Iterable[Any], /) -> PgCursor:
        said = statement(sql)
        given = [said.arguments(row) for row in rows]
        await_only(self.connection.executemany(said.sql, given))
        self.answers += 1
        return PgCursor([], len(given))

    async def executed(self, sql: str, values: Any = ()) -> PgCursor:
        """One statement, for those who may await."""
        said = statement(sql)
        prepared = await self._ready(said.sql)
        rows = await prepared.fetch(*said.arguments(values))
        self.answers += 1
        return PgCursor([tuple(row) for row in rows], _count(prepared.get_statusmsg()))

    async def fetched(self, sql: str, values: Sequence[Any]) -> list[Any]:
        """The rows of a statement in PostgreSQL's own words, with `$1…`."""
        prepared = await self._ready(sql)
        rows: list[Any] = await prepared.fetch(*values)
        self.answers += 1
        return rows

    async def _ready(self, sql: str) -> Any:
        prepared = self._prepared.get(sql)
        if prepared is None:
            prepared = self._prepared[sql] = await self.connection.prepare(sql)
        return prepared


class PgReadDb(PgDb):
    """Of a line of a pool, which remembers statements itself: nothing may be kept of it."""

    async def executed(self, sql: str, values: Any = ()) -> PgCursor:
        said = statement(sql)
        rows = await self.connection.fetch(said.sql, *said.arguments(values))
        self.answers += 1
        return PgCursor([tuple(row) for row in rows], -1)


def _count(tag: str) -> int:
    """Of `UPDATE 3`, `INSERT 0 3`."""
    number = tag.rpartition(" ")[2]
    return int(number) if number.isdigit() else -1

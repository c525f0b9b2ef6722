"""Small JSON things by name, behind bots.ports.Shelf."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bots.model.once import DONE
from bots.tenancy import over_all
from storage.db import Db, Readers, Writes, side_by_side
from storage.rows import from_json, to_json

_NOTHING = "null"
_WHOSE = "SELECT DISTINCT workspace FROM shelf WHERE shelf = ? ORDER BY workspace"
_ONE = "SELECT value FROM shelf WHERE workspace = ? AND shelf = ? AND key = ?"
_NOTE = (
    "INSERT INTO shelf (workspace, shelf, key, value) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
_ALL = "SELECT key, value FROM shelf WHERE workspace = ? AND shelf = ? ORDER BY key"


class SqlShelf:
    """One row for each thing."""

    def __init__(self, writer: Writes, reader: Readers) -> None:
        self._writer = writer
        self._reader = reader

    async def get(self, workspace: int, shelf: str, key: str) -> Any | None:
        async with self._reader.connect() as connection:
            row = (await connection.exec_driver_sql(_ONE, (workspace, shelf, key))).first()
        return None if row is None else from_json(row[0])

    async def put(self, workspace: int, shelf: str, key: str, value: Any) -> None:
        await self._writer.do(_put, (workspace, shelf, key, to_json(value)))

    async def claim(
        self, workspace: int, shelf: str, key: str, value: Any, *, instead: Any = None
    ) -> Any | None:
        """Keep it where there is nothing, or `instead` of just this; else what is there, kept by another."""
        before = None if instead is None else to_json(instead)
        found = await self._writer.do(_claim, (workspace, shelf, key, to_json(value), before))
        return None if found is None else from_json(found)

    async def all(self, workspace: int, shelf: str) -> dict[str, Any]:
        # Plain rows: a calendar reads its thousands of bookings while others wait.
        async with self._reader.connect() as connection:
            found = await connection.exec_driver_sql(_ALL, (workspace, shelf))
            rows: Sequence[Any] = found.fetchall()
        return {key: from_json(value) for key, value in rows}

    @over_all
    async def workspaces(self, shelf: str) -> list[int]:
        """Those that have anything on a shelf: for chores over all of them."""
        async with self._reader.connect() as connection:
            found = await connection.exec_driver_sql(_WHOSE, (shelf,))
            return [row[0] for row in found]


def comes_first(db: Db, workspace: int, once: str | None, now: datetime) -> bool:
    """Whether nothing was done under a name before. It is noted down with whatever is written beside it."""
    if once is None:
        return True
    row = (workspace, DONE, once, to_json({"at": now.isoformat()}))
    return bool(db.execute(_NOTE, row).rowcount)


@side_by_side
def _put(db: Db, items: Sequence[tuple[int, str, str, str]]) -> list[None]:
    for *where, value in items:
        if value == _NOTHING:
            db.execute("DELETE FROM shelf WHERE workspace = ? AND shelf = ? AND key = ?", where)
        else:
            db.execute(
                "INSERT INTO shelf (workspace, shelf, key, value) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (workspace, shelf, key) DO UPDATE SET value = excluded.value",
                (*where, value),
            )
    return [None] * len(items)


def _claim(db: Db, items: Sequence[tuple[int, str, str, str, str | None]]) -> list[str | None]:
    return [_claim_one(db, *item) for item in items]


def _claim_one(
    db: Db, workspace: int, shelf: str, key: str, value: str, before: str | None
) -> str | None:
    row = db.execute(_ONE, (workspace, shelf, key)).fetchone()
    if row is not None and row[0] != before:
        return str(row[0])
    _put(db, [(workspace, shelf, key, value)])
    return None

"""People who answer customers and their one-time codes, behind bots.ports.Operators."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bots.errors import Conflict, NotFound
from bots.model.operator import Operator
from storage.rows import from_json, maybe_micros, maybe_moment, to_json, to_micros
from storage.versions import Writes

_COLUMNS = "id, workspace, name, role, telegram, username, queues, capacity, away_until, active"
_ALL = f"SELECT {_COLUMNS} FROM operators WHERE workspace = ? ORDER BY id"
_BY_ID = f"SELECT {_COLUMNS} FROM operators WHERE workspace = ? AND id = ?"
_BY_TELEGRAM = f"SELECT {_COLUMNS} FROM operators WHERE workspace = ? AND telegram = ?"
_USE = (
    "UPDATE codes SET used_at = ? WHERE digest = ? AND workspace = ? AND kind = ?"
    " AND used_at IS NULL AND expires_at > ? RETURNING subject"
)


class SqlOperators:
    """Few rows, read whenever somebody writes in a group."""

    def __init__(self, writer: Any, reader: AsyncEngine) -> None:
        self._writer: Writes = writer
        self._reader = reader

    async def all(self, workspace: int) -> list[Operator]:
        return [_operator(row) for row in await self._rows(_ALL, (workspace,))]

    async def by_id(self, workspace: int, id: int) -> Operator:
        rows = await self._rows(_BY_ID, (workspace, id))
        if not rows:
            raise NotFound("operator", id)
        return _operator(rows[0])

    async def by_telegram(self, workspace: int, user_id: str) -> Operator | None:
        rows = await self._rows(_BY_TELEGRAM, (workspace, user_id))
        return _operator(rows[0]) if rows else None

    async def put(self, operator: Operator, *, now: datetime) -> Operator:
        kept: Operator = await self._writer.do(_put, (operator, to_micros(now)))
        return kept

    async def add_code(
        self, workspace: int, digest: str, kind: str, subject: Mapping[str, Any], expires: datetime
    ) -> None:
        row = (digest, workspace, kind, to_json(dict(subject)), to_micros(expires))
        await self._writer.do(_add_code, row)

    async def use_code(
        self, workspace: int, digest: str, kind: str, *, now: datetime
    ) -> Mapping[str, Any] | None:
        moment = to_micros(now)
        subject = await self._writer.do(_use_code, (moment, digest, workspace, kind, moment))
        return None if subject is None else from_json(subject)

    async def _rows(self, query: str, given: tuple[Any, ...]) -> list[Any]:
        async with self._reader.connect() as connection:
            return list((await connection.exec_driver_sql(query, given)).fetchall())


def _operator(row: Any) -> Operator:
    return Operator(
        id=row[0],
        workspace=row[1],
        name=row[2],
        role=row[3],
        telegram=row[4] or "",
        username=row[5],
        queues=tuple(from_json(row[6]) or ()),
        capacity=row[7],
        away_until=maybe_moment(row[8]),
        active=bool(row[9]),
    )


def _put(
    db: sqlite3.Connection, items: Sequence[tuple[Operator, int]]
) -> list[Operator | Conflict]:
    return [_put_one(db, *item) for item in items]


def _put_one(db: sqlite3.Connection, one: Operator, now: int) -> Operator | Conflict:
    row = (
        one.workspace,
        one.name,
        one.role,
        one.telegram or None,
        one.username,
        to_json(list(one.queues)),
        one.capacity,
        maybe_micros(one.away_until),
        one.active,
        now,
    )
    clash = db.execute(
        "SELECT 1 FROM operators WHERE workspace = ? AND telegram = ? AND id <> ?",
        (one.workspace, one.telegram or None, one.id),
    ).fetchone()
    if clash:
        return Conflict("This Telegram account is linked to somebody else")
    if one.id:
        db.execute(
            "UPDATE operators SET name = ?, role = ?, telegram = ?, username = ?, queues = ?,"
            " capacity = ?, away_until = ?, active = ? WHERE id = ? AND workspace = ?",
            (*row[1:9], one.id, one.workspace),
        )
        id = one.id
    else:
        made = db.execute(
            "INSERT INTO operators (workspace, name, role, telegram, username, queues, capacity,"
            " away_until, active, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )
        assert made.lastrowid is not None
        id = made.lastrowid
    return _operator(db.execute(_BY_ID, (one.workspace, id)).fetchone())


def _add_code(db: sqlite3.Connection, items: Sequence[tuple[Any, ...]]) -> list[None]:
    for row in items:
        db.execute(
            "INSERT INTO codes (digest, workspace, kind, subject, expires_at)"
            " VALUES (?, ?, ?, ?, ?)",
            row,
        )
    return [None] * len(items)


def _use_code(db: sqlite3.Connection, items: Sequence[tuple[Any, ...]]) -> list[str | None]:
    found = [db.execute(_USE, item).fetchall() for item in items]
    return [rows[0][0] if rows else None for rows in found]

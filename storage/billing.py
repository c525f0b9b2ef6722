"""Balances and the ledger behind them, behind bots.ports.Ledger.

A balance and its movement are written together, in the writer's thread: two who spend at once
stand in a row there.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from bots.errors import NoMoney
from bots.model.billing import Balance, Movement, MovementKind
from storage.db import Db, Readers, Writes
from storage.rows import from_json, to_json, to_micros, to_moment

WELCOME = "welcome_bonus"

_COLUMNS = "id, workspace, kind, amount, balance, service, created_at, description, details"
_BALANCE = "SELECT workspace, amount, bonus, spent FROM balances WHERE workspace = ?"
_ALL = f"SELECT {_COLUMNS} FROM ledger WHERE workspace = ? ORDER BY id DESC LIMIT ? OFFSET ?"
_SOME = (
    f"SELECT {_COLUMNS} FROM ledger WHERE workspace = ? AND kind = ?"
    " ORDER BY id DESC LIMIT ? OFFSET ?"
)
_MONTH = "SELECT count FROM months_of_messages WHERE workspace = ? AND month = ?"


class SqlLedger:
    """Movements are only ever added; a balance is what the last of them says."""

    def __init__(self, writer: Writes, reader: Readers) -> None:
        self._writer = writer
        self._reader = reader

    async def balance(self, workspace: int) -> Balance | None:
        rows = await self._rows(_BALANCE, workspace)
        return _balance(rows[0]) if rows else None

    async def open(self, workspace: int, *, bonus: int, now: datetime) -> Balance:
        return await self._writer.do(_open, (workspace, bonus, to_micros(now)))

    async def charge(
        self,
        workspace: int,
        *,
        key: str,
        price: int,
        most: int | None,
        service: str,
        details: Mapping[str, Any],
        bonus: int,
        now: datetime,
    ) -> Movement:
        asked = Asked(workspace, key, -price, service, "", to_json(dict(details)), to_micros(now))
        return await self._writer.do(_charge, (asked, bonus, most, _month(now)))

    async def credit(
        self,
        workspace: int,
        *,
        key: str,
        amount: int,
        service: str,
        description: str,
        details: Mapping[str, Any],
        bonus: int,
        now: datetime,
    ) -> Movement:
        written = to_json(dict(details))
        asked = Asked(workspace, key, amount, service, description, written, to_micros(now))
        return await self._writer.do(_credit, (asked, bonus))

    async def movements(
        self, workspace: int, *, kind: MovementKind | None, limit: int, offset: int
    ) -> tuple[list[Movement], int]:
        if kind is None:
            rows = await self._rows(_ALL, workspace, limit, offset)
            query, values = "SELECT count(*) FROM ledger WHERE workspace = ?", (workspace,)
            total = (await self._rows(query, *values))[0][0]
        else:
            rows = await self._rows(_SOME, workspace, kind, limit, offset)
            query = "SELECT count(*) FROM ledger WHERE workspace = ? AND kind = ?"
            total = (await self._rows(query, workspace, kind))[0][0]
        return [_movement(row) for row in rows], total

    async def plan(self, workspace: int) -> str:
        rows = await self._rows("SELECT plan FROM workspaces WHERE id = ?", workspace)
        return rows[0][0] if rows else ""

    async def messages(self, workspace: int, now: datetime) -> int:
        rows = await self._rows(_MONTH, workspace, _month(now))
        return rows[0][0] if rows else 0

    async def _rows(self, query: str, *values: Any) -> Sequence[Any]:
        async with self._reader.connect() as connection:
            return (await connection.exec_driver_sql(query, values)).fetchall()


class Asked(NamedTuple):
    """A movement that is wanted; its amount is below zero for a debit."""

    workspace: int
    key: str
    amount: int
    service: str
    description: str
    details: str
    now: int


def _month(now: datetime) -> str:
    return now.strftime("%Y-%m")


def _balance(row: Any) -> Balance:
    return Balance(workspace=row[0], amount=row[1], bonus=row[2], spent=row[3])


def _movement(row: Any) -> Movement:
    return Movement(
        id=row[0],
        workspace=row[1],
        kind=row[2],
        amount=row[3],
        balance=row[4],
        service=row[5],
        created_at=to_moment(row[6]),
        description=row[7],
        details=from_json(row[8]) or None,
    )


# ---------------------------------------------------------------- in the writer's thread


def _open(db: Db, items: Sequence[tuple[int, int, int]]) -> list[Balance]:
    return [opened(db, *item) for item in items]


def opened(db: Db, workspace: int, bonus: int, now: int) -> Balance:
    """The balance of a workspace, made where there is none."""
    row = db.execute(_BALANCE, (workspace,)).fetchone()
    if row is not None:
        return _balance(row)
    db.execute(
        "INSERT INTO balances (workspace, amount, bonus, spent, updated_at) VALUES (?, 0, ?, 0, ?)",
        (workspace, bonus, now),
    )
    if bonus:
        moved(db, Asked(workspace, WELCOME, bonus, WELCOME, "", "{}", now))
    return Balance(workspace=workspace, amount=bonus, bonus=bonus, spent=0)


def moved(db: Db, asked: Asked) -> Movement:
    """Move the balance of an opened workspace, whatever that leaves."""
    db.execute(
        "UPDATE balances SET amount = amount + ?, spent = spent + ?, updated_at = ?"
        " WHERE workspace = ?",
        (asked.amount, max(0, -asked.amount), asked.now, asked.workspace),
    )
    row = db.execute(
        "INSERT INTO ledger (workspace, kind, amount, balance, description, service, details, key,"
        " created_at) SELECT ?, ?, ?, amount, ?, ?, ?, ?, ? FROM balances WHERE workspace = ?"
        f" RETURNING {_COLUMNS}",
        (
            asked.workspace,
            "credit" if asked.amount > 0 else "debit",
            asked.amount,
            asked.description,
            asked.service,
            asked.details,
            asked.key,
            asked.now,
            asked.workspace,
        ),
    ).fetchone()
    return _movement(row)


def _known(db: Db, asked: Asked) -> Movement | None:
    row = db.execute(
        f"SELECT {_COLUMNS} FROM ledger WHERE workspace = ? AND key = ?",
        (asked.workspace, asked.key),
    ).fetchone()
    return None if row is None else _movement(row)


def _credit(db: Db, items: Sequence[tuple[Asked, int]]) -> list[Movement]:
    return [credited(db, *item) for item in items]


def credited(db: Db, asked: Asked, bonus: int) -> Movement:
    """Add money, once by its key."""
    known = _known(db, asked)
    if known is not None:
        return known
    opened(db, asked.workspace, bonus, asked.now)
    return moved(db, asked)


def _charge(
    db: Db, items: Sequence[tuple[Asked, int, int | None, str]]
) -> list[Movement | NoMoney]:
    return [_charge_one(db, *item) for item in items]


def _charge_one(
    db: Db, asked: Asked, bonus: int, most: int | None, month: str
) -> Movement | NoMoney:
    known = _known(db, asked)
    if known is not None:
        return known
    row = db.execute(_MONTH, (asked.workspace, month)).fetchone()
    if most is not None and row is not None and row[0] >= most:
        return NoMoney(f"The plan has {most} messages a month, and they are used up")
    # Only looked at: whoever cannot pay leaves no trace, not even an opened balance.
    balance = db.execute(_BALANCE, (asked.workspace,)).fetchone()
    if (bonus if balance is None else balance[1]) + asked.amount < 0:
        return NoMoney("The balance does not pay for this message")
    opened(db, asked.workspace, bonus, asked.now)
    db.execute(
        "INSERT INTO months_of_messages (workspace, month, count) VALUES (?, ?, 1)"
        " ON CONFLICT (workspace, month) DO UPDATE SET count = months_of_messages.count + 1",
        (asked.workspace, month),
    )
    return moved(db, asked)

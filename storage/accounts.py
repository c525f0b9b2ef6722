"""Workspaces, people and keys, behind bots.ports.Accounts."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bots.errors import Conflict
from bots.model.account import Account, ApiKey
from storage.people_tables import AccountRows, ApiKeys
from storage.rows import to_micros, to_moment
from storage.writer import Writer


class SqlAccounts:
    """Few rows, seldom written: read through the tables' own classes."""

    def __init__(self, writer: Writer, reader: AsyncEngine) -> None:
        self._writer = writer
        self._reader = reader

    async def owner(self) -> Account | None:
        async with AsyncSession(self._reader) as session:
            query = select(AccountRows).order_by(col(AccountRows.id)).limit(1)
            row = (await session.exec(query)).first()
        return None if row is None else _account(row)

    async def found(self, *, email: str, password_hash: str, now: datetime) -> Account:
        """Raises Conflict where the e-mail has an account."""
        return await self._writer.do(_found, (email, password_hash, to_micros(now)))

    async def add_key(
        self,
        *,
        workspace: int,
        account_id: int | None,
        name: str,
        prefix: str,
        digest: str,
        bot: str | None,
        now: datetime,
    ) -> ApiKey:
        """Raises Conflict where the key is there already."""
        row = (workspace, account_id, name, prefix, digest, bot, to_micros(now))
        return await self._writer.do(_add_key, row)

    async def key(self, digest: str) -> ApiKey | None:
        async with AsyncSession(self._reader) as session:
            row = (await session.exec(select(ApiKeys).where(ApiKeys.digest == digest))).first()
        return None if row is None else _key(row)


def _found(
    db: sqlite3.Connection, items: Sequence[tuple[str, str, int]]
) -> list[Account | Conflict]:
    return [_found_one(db, *item) for item in items]


def _found_one(
    db: sqlite3.Connection, email: str, password_hash: str, now: int
) -> Account | Conflict:
    if db.execute("SELECT 1 FROM accounts WHERE email = ?", (email,)).fetchone():
        return Conflict(f"{email} has an account already")
    made = db.execute("INSERT INTO workspaces (name, created_at) VALUES (?, ?)", (email, now))
    workspace = made.lastrowid
    assert workspace is not None
    made = db.execute(
        "INSERT INTO accounts (workspace, email, password_hash, is_admin, created_at)"
        " VALUES (?, ?, ?, 1, ?)",
        (workspace, email, password_hash, now),
    )
    assert made.lastrowid is not None
    return Account(
        id=made.lastrowid,
        workspace=workspace,
        email=email,
        password_hash=password_hash,
        is_admin=True,
        created_at=to_moment(now),
    )


def _add_key(db: sqlite3.Connection, items: Sequence[tuple[Any, ...]]) -> list[ApiKey | Conflict]:
    return [_add_one_key(db, item) for item in items]


def _add_one_key(db: sqlite3.Connection, row: tuple[Any, ...]) -> ApiKey | Conflict:
    workspace, account_id, name, prefix, digest, bot, now = row
    if db.execute("SELECT 1 FROM api_keys WHERE digest = ?", (digest,)).fetchone():
        return Conflict("This key is there already")
    made = db.execute(
        "INSERT INTO api_keys (workspace, account_id, name, prefix, digest, bot, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        row,
    )
    assert made.lastrowid is not None
    return ApiKey(
        id=made.lastrowid,
        workspace=workspace,
        account_id=account_id,
        name=name,
        prefix=prefix,
        digest=digest,
        bot=bot,
        created_at=to_moment(now),
    )


def _account(row: AccountRows) -> Account:
    assert row.id is not None
    return Account(
        id=row.id,
        workspace=row.workspace,
        email=row.email,
        password_hash=row.password_hash,
        is_admin=row.is_admin,
        created_at=to_moment(row.created_at),
    )


def _key(row: ApiKeys) -> ApiKey:
    assert row.id is not None
    return ApiKey(
        id=row.id,
        workspace=row.workspace,
        account_id=row.account_id,
        name=row.name,
        prefix=row.prefix,
        digest=row.digest,
        bot=row.bot,
        created_at=to_moment(row.created_at),
    )

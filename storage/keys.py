"""API keys by their SHA-256, behind bots.ports.Keys."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bots.errors import Conflict, NotFound
from bots.model.account import ApiKey
from bots.tenancy import over_all
from storage.db import Db, Readers, Writes, side_by_side
from storage.rows import from_json, maybe_micros, maybe_moment, to_json, to_micros, to_moment
from storage.sql import inserted

_FOUND = (
    "SELECT k.id, k.workspace, k.account_id, k.name, k.prefix, k.digest, k.bot, k.kind, k.domains,"
    " k.created_at, k.expires_at, k.last_used_at, k.revoked_at, coalesce(a.is_admin * a.active, 0)"
    " FROM api_keys AS k LEFT JOIN accounts AS a ON a.id = k.account_id"
)


class SqlKeys:
    """Few rows, looked up at most every two seconds each."""

    def __init__(self, writer: Writes, reader: Readers) -> None:
        self._writer = writer
        self._reader = reader

    @over_all
    async def add(self, key: ApiKey) -> ApiKey:
        added: ApiKey = await self._writer.do(_add, key)
        return added

    @over_all
    async def by_digest(self, digest: str) -> ApiKey | None:
        rows = await self._rows(f"{_FOUND} WHERE k.digest = ?", (digest,))
        return _key(rows[0]) if rows else None

    async def all(self, workspace: int) -> list[ApiKey]:
        query = f"{_FOUND} WHERE k.workspace = ? AND k.revoked_at IS NULL ORDER BY k.id"
        return [_key(row) for row in await self._rows(query, (workspace,))]

    async def revoke(self, workspace: int, id: int, *, now: datetime) -> ApiKey:
        gone: ApiKey = await self._writer.do(_revoke, (workspace, id, to_micros(now)))
        return gone

    @over_all
    async def used(self, id: int, *, now: datetime) -> None:
        await self._writer.do(_used, (to_micros(now), id))

    async def _rows(self, query: str, values: tuple[Any, ...]) -> Sequence[Any]:
        async with self._reader.connect() as connection:
            return (await connection.exec_driver_sql(query, values)).fetchall()


def _key(row: Any) -> ApiKey:
    return ApiKey(
        id=row[0],
        workspace=row[1],
        account_id=row[2],
        name=row[3],
        prefix=row[4],
        digest=row[5],
        bot=row[6],
        kind=row[7],
        domains=tuple(from_json(row[8])),
        created_at=to_moment(row[9]),
        expires_at=maybe_moment(row[10]),
        last_used_at=maybe_moment(row[11]),
        revoked_at=maybe_moment(row[12]),
        is_admin=bool(row[13]),
    )


# ---------------------------------------------------------------- in the writer's thread


def _add(db: Db, keys: Sequence[ApiKey]) -> list[ApiKey | Conflict]:
    return [_add_one(db, key) for key in keys]


def _add_one(db: Db, key: ApiKey) -> ApiKey | Conflict:
    if db.execute("SELECT 1 FROM api_keys WHERE digest = ?", (key.digest,)).fetchone():
        return Conflict("This key is there already")
    made = inserted(
        db,
        "INSERT INTO api_keys (workspace, account_id, name, prefix, digest, bot, kind, domains,"
        " created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            key.workspace,
            key.account_id,
            key.name,
            key.prefix,
            key.digest,
            key.bot,
            key.kind,
            to_json(list(key.domains)),
            to_micros(key.created_at),
            maybe_micros(key.expires_at),
        ),
    )
    return replace(key, id=made)


def _revoke(db: Db, items: Sequence[tuple[int, int, int]]) -> list[ApiKey | NotFound]:
    return [_revoke_one(db, *item) for item in items]


def _revoke_one(db: Db, workspace: int, id: int, now: int) -> ApiKey | NotFound:
    row = db.execute(
        f"{_FOUND} WHERE k.workspace = ? AND k.id = ? AND k.revoked_at IS NULL", (workspace, id)
    ).fetchone()
    if row is None:
        return NotFound("key", id)
    db.execute("UPDATE api_keys SET revoked_at = ? WHERE id = ?", (now, id))
    return replace(_key(row), revoked_at=to_moment(now))


@side_by_side
def _used(db: Db, items: Sequence[tuple[int, int]]) -> list[None]:
    db.executemany("UPDATE api_keys SET last_used_at = ? WHERE id = ?", items)
    return [None] * len(items)

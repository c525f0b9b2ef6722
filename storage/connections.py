"""Accounts at marketplaces, behind bots.ports.Connections; their credentials are sealed."""

from collections.abc import Mapping, Sequence
from typing import Any

from bots.errors import Consumed, Locked
from bots.model.marketplace import Connection
from bots.ports import Vault
from storage.db import Db, Readers, Writes
from storage.rows import from_json, maybe_micros, maybe_moment, to_json, to_micros, to_moment
from storage.sealed import CONNECTIONS
from storage.shelf import comes_first

_COLUMNS = (
    "id, workspace, user_id, platform, credentials, settings, status, sync_status, error, orders,"
    " products, connected_at, last_sync_at, next_sync_at"
)
_ALL = f"SELECT {_COLUMNS} FROM connections WHERE workspace = ? ORDER BY connected_at, id"
_ONE = f"SELECT {_COLUMNS} FROM connections WHERE workspace = ? AND user_id = ? AND platform = ?"
_PUT = (
    f"INSERT INTO connections ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (workspace, user_id, platform) DO UPDATE SET credentials = excluded.credentials,"
    " settings = excluded.settings, status = excluded.status, error = '',"
    " connected_at = excluded.connected_at, next_sync_at = excluded.next_sync_at"
    f" RETURNING {_COLUMNS}"
)
_NOTE = (
    "UPDATE connections SET sync_status = ?, error = ?, orders = ?, products = ?, last_sync_at = ?,"
    " next_sync_at = ? WHERE workspace = ? AND id = ?"
)
_REMOVE = "DELETE FROM connections WHERE workspace = ? AND id = ?"


class SqlConnections:
    """Few rows, read when somebody asks."""

    def __init__(self, writer: Writes, reader: Readers, vault: Vault) -> None:
        self._writer = writer
        self._reader = reader
        self._vault = vault

    async def all(self, workspace: int) -> list[Connection]:
        async with self._reader.connect() as connection:
            rows = (await connection.exec_driver_sql(_ALL, (workspace,))).fetchall()
        return [self._connection(row) for row in rows]

    async def put(self, connection: Connection, *, once: str | None = None) -> Connection:
        about = CONNECTIONS.about(connection.workspace, connection.platform, connection.user_id)
        sealed = self._vault.seal(to_json(dict(connection.credentials or {})), about)
        settings = {**connection.settings, "sync_interval": connection.interval}
        row = (
            connection.id,
            connection.workspace,
            connection.user_id,
            connection.platform,
            sealed,
            to_json(settings),
            "connected",
            connection.sync_status,
            connection.error,
            connection.orders,
            connection.products,
            to_micros(connection.connected_at),
            maybe_micros(connection.last_sync_at),
            maybe_micros(connection.next_sync_at),
        )
        first = connection.workspace, once, connection.connected_at
        return self._connection(await self._writer.do(_put, (first, row)))

    async def note(self, connection: Connection) -> None:
        row = (
            connection.sync_status,
            connection.error,
            connection.orders,
            connection.products,
            maybe_micros(connection.last_sync_at),
            maybe_micros(connection.next_sync_at),
            connection.workspace,
            connection.id,
        )
        await self._writer.do(_note, row)

    async def remove(self, workspace: int, id: str) -> bool:
        return await self._writer.do(_remove, (workspace, id))

    def _connection(self, row: Any) -> Connection:
        settings = from_json(row[5])
        return Connection(
            id=row[0],
            workspace=row[1],
            user_id=row[2],
            platform=row[3],
            credentials=self._opened(row[4], CONNECTIONS.about(row[1], row[3], row[2])),
            interval=settings.pop("sync_interval", "manual"),
            settings=settings,
            sync_status=row[7],
            error=row[8],
            orders=row[9],
            products=row[10],
            connected_at=to_moment(row[11]),
            last_sync_at=maybe_moment(row[12]),
            next_sync_at=maybe_moment(row[13]),
        )

    def _opened(self, sealed: str, about: str) -> Mapping[str, str] | None:
        try:
            opened: Mapping[str, str] = from_json(self._vault.open(sealed, about))
        except Locked:
            return None
        return opened


# ---------------------------------------------------------------- in the writer's thread


def _put(db: Db, items: Sequence[tuple[tuple[Any, ...], tuple[Any, ...]]]) -> list[Any]:
    return [_put_one(db, *item) for item in items]


def _put_one(db: Db, first: tuple[Any, ...], row: tuple[Any, ...]) -> Any:
    if comes_first(db, *first):
        return db.execute(_PUT, row).fetchone()
    there = db.execute(_ONE, row[1:4]).fetchone()
    return there or Consumed("It was connected by this request, and disconnected since")


def _note(db: Db, rows: Sequence[tuple[Any, ...]]) -> list[None]:
    db.executemany(_NOTE, rows)
    return [None] * len(rows)


def _remove(db: Db, items: Sequence[tuple[Any, ...]]) -> list[bool]:
    return [db.execute(_REMOVE, item).rowcount > 0 for item in items]

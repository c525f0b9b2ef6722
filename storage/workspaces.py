"""Workspaces: which there are, and what their people share; behind bots.ports.Workspaces."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bots.errors import Conflict, NotFound
from bots.model.account import Workspace
from bots.tenancy import over_all
from storage.db import Db, Readers, Writes
from storage.rows import maybe_moment, to_json, to_micros, to_moment

_IN_USE = (
    "SELECT EXISTS (SELECT 1 FROM assistants AS a JOIN conversations AS c"
    " ON c.workspace = a.workspace AND c.bot = a.bot"
    " WHERE a.workspace = ? AND a.active = 1 AND a.deleted_at IS NULL)"
)


class SqlWorkspaces:
    """Few rows; accounts open them."""

    def __init__(self, writer: Writes, reader: Readers) -> None:
        self._writer = writer
        self._reader = reader

    @over_all
    async def ids(self) -> list[int]:
        """All of them, the owner's first."""
        async with self._reader.connect() as connection:
            found = await connection.exec_driver_sql("SELECT id FROM workspaces ORDER BY id")
            return [row[0] for row in found]

    @over_all
    async def with_groups(self) -> list[int]:
        """Those whose operators answer in groups."""
        query = "SELECT DISTINCT workspace FROM desk_groups ORDER BY workspace"
        async with self._reader.connect() as connection:
            return [row[0] for row in await connection.exec_driver_sql(query)]

    async def one(self, id: int) -> Workspace:
        query = "SELECT name, plan, timezone, created_at, opened_at FROM workspaces WHERE id = ?"
        async with self._reader.connect() as connection:
            row: Any = (await connection.exec_driver_sql(query, (id,))).first()
        if row is None:
            raise NotFound("workspace", id)
        return Workspace(
            id=id,
            name=row[0],
            plan=row[1],
            timezone=row[2],
            created_at=to_moment(row[3]),
            opened_at=maybe_moment(row[4]),
        )

    async def opened(self, id: int, *, now: datetime) -> None:
        await self._writer.do(_opened, (to_micros(now), id))

    async def in_use(self, id: int) -> bool:
        async with self._reader.connect() as connection:
            return bool((await connection.exec_driver_sql(_IN_USE, (id,))).scalar())

    async def invite(
        self, digest: str, subject: Mapping[str, Any], *, by: int, now: datetime, expires: datetime
    ) -> None:
        row = (digest, by, "invite", to_json(dict(subject)), to_micros(expires))
        await self._writer.do(_invite, row)

    async def link(self, id: int, account: int, operator: int | None) -> None:
        await self._writer.do(_link, (id, account, operator))


# ---------------------------------------------------------------- in the writer's thread


def _opened(db: Db, items: Sequence[tuple[int, int]]) -> list[None]:
    db.executemany("UPDATE workspaces SET opened_at = ? WHERE id = ? AND opened_at IS NULL", items)
    return [None] * len(items)


def _invite(db: Db, rows: Sequence[tuple[Any, ...]]) -> list[None]:
    db.executemany(
        "INSERT INTO codes (digest, workspace, kind, subject, expires_at) VALUES (?, ?, ?, ?, ?)",
        rows,
    )
    return [None] * len(rows)


def _link(db: Db, items: Sequence[tuple[int, int, int | None]]) -> list[NotFound | Conflict | None]:
    return [_link_one(db, *item) for item in items]


def _link_one(
    db: Db, workspace: int, account: int, operator: int | None
) -> NotFound | Conflict | None:
    if operator is not None:
        row = db.execute(
            "SELECT account_id FROM operators WHERE workspace = ? AND id = ? AND active = 1",
            (workspace, operator),
        ).fetchone()
        if row is None:
            return NotFound("operator", operator)
        if row[0] not in (None, account):
            return Conflict("This operator is another account already")
    free = "UPDATE operators SET account_id = NULL WHERE workspace = ? AND account_id = ?"
    db.execute(free, (workspace, account))
    db.execute(
        "UPDATE operators SET account_id = ? WHERE workspace = ? AND id = ?",
        (account, workspace, operator),
    )
    return None

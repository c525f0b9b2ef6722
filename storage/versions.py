"""Versions of bots, behind bots.ports.Versions: the running server and the terminal write them."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bots.model.version import Live, Version
from bots.tenancy import over_all
from storage.db import Db, Readers, Writes
from storage.rows import from_json, maybe_moment, to_json, to_micros, to_moment

_LIVE_EVERYWHERE = (
    "SELECT l.bot, l.number, v.hash, l.since, l.retire, l.taken, l.workspace FROM live_versions l"
    " JOIN versions v ON v.workspace = l.workspace AND v.bot = l.bot AND v.number = l.number"
)
_LIVE = f"{_LIVE_EVERYWHERE} WHERE l.workspace = ?"
LIVE_FILES = (
    "SELECT l.bot, v.files FROM live_versions l"
    " JOIN versions v ON v.workspace = l.workspace AND v.bot = l.bot AND v.number = l.number"
    # Those of folders: the owner's workspace is the first one.
    " WHERE l.workspace = (SELECT min(id) FROM workspaces)"
)
_VERSIONS = (
    "SELECT bot, number, hash, by, published_at, left_at FROM versions"
    " WHERE workspace = ? AND bot = ? ORDER BY number DESC"
)


class SqlVersions:
    """Small rows, written seldom and read by their keys."""

    def __init__(self, writer: Writes, reader: Readers) -> None:
        self._writer = writer
        self._reader = reader

    async def publish(
        self,
        workspace: int,
        bot: str,
        hash: str,
        files: Mapping[str, str],
        *,
        by: str,
        now: datetime,
        retire: bool = False,
        again: bool = False,
    ) -> Live:
        order = _Order(workspace, bot, hash, to_json(files), by, to_micros(now), retire, again)
        live: Live = await self._writer.do(_publish, order)
        return live

    @over_all
    async def live(self, workspace: int | None) -> list[Live]:
        if workspace is None:
            return [_live(row) for row in await self._rows(_LIVE_EVERYWHERE, ())]
        return [_live(row) for row in await self._rows(_LIVE, (workspace,))]

    async def files(self, workspace: int, bot: str, hash: str) -> dict[str, str] | None:
        query = "SELECT files FROM versions WHERE workspace = ? AND bot = ? AND hash = ?"
        found = await self._rows(query, (workspace, bot, hash))
        return dict(from_json(found[0][0])) if found else None

    async def all(self, workspace: int, bot: str) -> list[Version]:
        return [_version(row) for row in await self._rows(_VERSIONS, (workspace, bot))]

    async def take(self, workspace: int, live: Live, why_not: str = "") -> None:
        await self._writer.do(_take, (why_not, workspace, live.bot, to_micros(live.since)))

    async def retired(self, workspace: int, live: Live) -> None:
        await self._writer.do(_retired, (workspace, live.bot, to_micros(live.since)))

    @over_all
    async def prune(self, before: datetime) -> int:
        gone: int = await self._writer.do(_prune, to_micros(before))
        return gone

    async def _rows(self, query: str, values: tuple[Any, ...]) -> Sequence[Any]:
        async with self._reader.connect() as connection:
            return (await connection.exec_driver_sql(query, values)).fetchall()


def live_files(path: Path) -> dict[str, dict[str, str]]:
    """The files of each bot's live version, before the database is opened; of a new one, none."""
    if not path.exists():
        return {}
    with closing(sqlite3.connect(path)) as db:
        try:
            return {bot: from_json(files) for bot, files in db.execute(LIVE_FILES)}
        except sqlite3.DatabaseError:
            # Tables of an earlier release, to be migrated yet; or damage, of which opening it tells.
            return {}


# ---------------------------------------------------------------- rows


@dataclass(frozen=True, slots=True)
class _Order:
    workspace: int
    bot: str
    hash: str
    files: str
    by: str
    now: int
    retire: bool
    again: bool


def _live(row: Any) -> Live:
    return Live(
        bot=row[0],
        number=row[1],
        hash=row[2],
        since=to_moment(row[3]),
        retire=bool(row[4]),
        taken=row[5],
        workspace=row[6],
    )


def _version(row: Any) -> Version:
    return Version(
        bot=row[0],
        number=row[1],
        hash=row[2],
        by=row[3],
        published_at=to_moment(row[4]),
        left_at=maybe_moment(row[5]),
    )


# ---------------------------------------------------------------- in the writer's thread


def _publish(db: Db, orders: Sequence[_Order]) -> list[Live]:
    return [_publish_one(db, order) for order in orders]


def _publish_one(db: Db, order: _Order) -> Live:
    key = (order.workspace, order.bot)
    before = db.execute(_LIVE + " AND l.bot = ?", key).fetchone()
    if before is not None and before[2] == order.hash and not order.again:
        return _live(before)
    number = _number(db, order)
    since, retire = order.now, order.retire
    if before is not None:
        # Two publishings are never of one moment, and what was promised to chats is kept.
        since, retire = max(since, before[3] + 1), retire or bool(before[4])
        if before[1] != number:
            left = "UPDATE versions SET left_at = ? WHERE workspace = ? AND bot = ? AND number = ?"
            db.execute(left, (since, *key, before[1]))
    db.execute(
        "INSERT INTO live_versions (workspace, bot, number, last, since, retire, taken)"
        " VALUES (?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (workspace, bot) DO UPDATE SET"
        " number = excluded.number, last = max(live_versions.last, excluded.last), since = excluded.since,"
        " retire = excluded.retire, taken = NULL",
        (*key, number, number, since, retire),
    )
    return _live(db.execute(_LIVE + " AND l.bot = ?", key).fetchone())


def _number(db: Db, order: _Order) -> int:
    """The version's number: the one it has, or the next; a number is never given twice."""
    key = (order.workspace, order.bot)
    known = db.execute(
        "UPDATE versions SET left_at = NULL WHERE workspace = ? AND bot = ? AND hash = ?"
        " RETURNING number",
        (*key, order.hash),
    ).fetchall()
    if known:
        return int(known[0][0])
    ((number,),) = db.execute(
        "SELECT 1 + max(coalesce((SELECT max(number) FROM versions WHERE workspace = ?1"
        " AND bot = ?2), 0), coalesce((SELECT last FROM live_versions WHERE workspace = ?1"
        " AND bot = ?2), 0))",
        key,
    ).fetchall()
    db.execute(
        "INSERT INTO versions (workspace, bot, number, hash, files, by, published_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (*key, number, order.hash, order.files, order.by, order.now),
    )
    return int(number)


def _take(db: Db, items: Sequence[tuple[Any, ...]]) -> list[None]:
    for item in items:
        db.execute(
            "UPDATE live_versions SET taken = ? WHERE workspace = ? AND bot = ? AND since = ?",
            item,
        )
    return [None] * len(items)


def _retired(db: Db, items: Sequence[tuple[Any, ...]]) -> list[None]:
    for item in items:
        db.execute(
            "UPDATE live_versions SET retire = 0 WHERE workspace = ? AND bot = ? AND since = ?",
            item,
        )
    return [None] * len(items)


def _prune(db: Db, befores: Sequence[int]) -> list[int]:
    gone = "DELETE FROM versions WHERE left_at < ?"
    return [db.execute(gone, (before,)).rowcount for before in befores]

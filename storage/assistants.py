"""Bots as their owners see them over the API, behind bots.ports.Assistants."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bots.errors import Conflict, NotFound
from bots.model.assistant import MADE, Assistant
from bots.model.message import Address
from bots.tenancy import over_all
from storage.db import Db, Readers, Writes
from storage.rows import from_json, maybe_micros, maybe_moment, to_json, to_micros, to_moment
from storage.sql import inserted

_COLUMNS = (
    "id, workspace, bot, name, description, system_prompt, ai_model, active, website, domains,"
    " channel, username, created_at, updated_at, deleted_at, once"
)
_OPEN = (
    "EXISTS (SELECT 1 FROM conversations c JOIN episodes e ON e.conversation_id = c.id"
    " WHERE c.workspace = assistants.workspace AND c.bot = assistants.bot AND e.released_at IS NULL)"
)
_HERE = f"SELECT {_COLUMNS} FROM assistants WHERE deleted_at IS NULL OR {_OPEN} ORDER BY id"
# One that was deleted as it was made never was: its making failed.
_ANY = (
    "SELECT 1 FROM assistants WHERE workspace = ? AND (deleted_at IS NULL OR deleted_at <> created_at)"
    " AND id <> ? LIMIT 1"
)
_OTHERS = (
    "SELECT count(*) FROM assistants WHERE workspace = ? AND id <> ? AND deleted_at IS NULL"
    f" AND substr(bot, 1, {len(MADE)}) = '{MADE}'"
)
_DIALOG = (
    "SELECT id FROM conversations WHERE workspace = ? AND bot = ? AND channel = ? AND chat_id = ?"
)
_ITS_BOT = "bot = (SELECT bot FROM assistants WHERE workspace = ? AND id = ?)"
_CHANGEABLE = frozenset(
    {"name", "description", "system_prompt", "ai_model", "active", "website", "domains"}
    | {"channel", "username", "deleted_at"}
)


class SqlAssistants:
    """Few rows; those that are there are known in memory to whoever serves them."""

    def __init__(self, writer: Writes, reader: Readers) -> None:
        self._writer = writer
        self._reader = reader

    @over_all
    async def here(self) -> list[Assistant]:
        return [_assistant(row) for row in await self._rows(_HERE, ())]

    async def had_any(self, workspace: int) -> bool:
        return bool(await self._rows(_ANY, (workspace, 0)))

    @over_all
    async def add(self, assistant: Assistant) -> Assistant:
        made: Assistant = await self._writer.do(_add, assistant)
        return made

    async def change(
        self,
        workspace: int,
        id: int,
        changes: Mapping[str, Any],
        *,
        now: datetime,
        most: int | None = None,
        first: bool = False,
    ) -> Assistant:
        item = (workspace, id, changes, to_micros(now), most, first)
        changed: Assistant = await self._writer.do(_change, item)
        return changed

    async def remove(self, workspace: int, id: int, *, now: datetime) -> None:
        await self._writer.do(_remove, (workspace, id, to_micros(now)))

    @over_all
    async def tidy(self, *, now: datetime, settled: datetime) -> None:
        await self._writer.do(_tidy, (to_micros(now), to_micros(settled)))

    async def dialog_of(self, address: Address) -> int | None:
        rows = await self._rows(_DIALOG, tuple(address))
        return rows[0][0] if rows else None

    async def _rows(self, query: str, values: tuple[Any, ...]) -> Sequence[Any]:
        async with self._reader.connect() as connection:
            return (await connection.exec_driver_sql(query, values)).fetchall()


def _assistant(row: Any) -> Assistant:
    return Assistant(
        id=row[0],
        workspace=row[1],
        bot=row[2],
        name=row[3],
        description=row[4],
        system_prompt=row[5],
        ai_model=row[6],
        active=bool(row[7]),
        website=bool(row[8]),
        domains=tuple(from_json(row[9])),
        channel=row[10],
        username=row[11],
        created_at=to_moment(row[12]),
        updated_at=to_moment(row[13]),
        deleted_at=maybe_moment(row[14]),
        once=row[15],
    )


# ---------------------------------------------------------------- in the writer's thread


def _add(db: Db, items: Sequence[Assistant]) -> list[Assistant | Conflict]:
    return [_add_one(db, one) for one in items]


def _add_one(db: Db, one: Assistant) -> Assistant | Conflict:
    """One without a bot's name gets the next of ours: a number is never given twice."""
    if one.bot and db.execute("SELECT 1 FROM assistants WHERE bot = ?", (one.bot,)).fetchone():
        return Conflict(f"There is an assistant of the bot {one.bot} already")
    made = inserted(
        db,
        "INSERT INTO assistants (workspace, bot, name, description, system_prompt, ai_model, active,"
        " website, domains, channel, username, created_at, updated_at, deleted_at, once)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            one.workspace,
            # Nobody is called so; it becomes a name of ours in the same transaction.
            one.bot or ".",
            one.name,
            one.description,
            one.system_prompt,
            one.ai_model,
            one.active,
            one.website,
            to_json(list(one.domains)),
            one.channel,
            one.username,
            to_micros(one.created_at),
            to_micros(one.updated_at),
            maybe_micros(one.deleted_at),
            one.once,
        ),
    )
    if not one.bot:
        named = "UPDATE assistants SET bot = ? WHERE id = ?"
        db.execute(named, (f"{MADE}{made}", made))
    return _by_id(db, one.workspace, made)


def _by_id(db: Db, workspace: int, id: int | None) -> Assistant:
    query = f"SELECT {_COLUMNS} FROM assistants WHERE workspace = ? AND id = ?"
    return _assistant(db.execute(query, (workspace, id)).fetchone())


def _change(
    db: Db, items: Sequence[tuple[int, int, Mapping[str, Any], int, int | None, bool]]
) -> list[Assistant | NotFound | Conflict]:
    return [_change_one(db, *item) for item in items]


def _change_one(
    db: Db,
    workspace: int,
    id: int,
    changes: Mapping[str, Any],
    now: int,
    most: int | None,
    first: bool,
) -> Assistant | NotFound | Conflict:
    if first and db.execute(_ANY, (workspace, id)).fetchone():
        return Conflict("The workspace has its first assistant already")
    if most is not None and db.execute(_OTHERS, (workspace, id)).fetchone()[0] >= most:
        return Conflict(f"There are {most} assistants already")
    written = {name: _written(name, value) for name, value in changes.items()}
    if unknown := written.keys() - _CHANGEABLE:
        raise KeyError(f"no such column: {unknown}")
    columns = ", ".join(f"{name} = ?" for name in (*written, "updated_at"))
    values = (*written.values(), now, workspace, id)
    query = f"UPDATE assistants SET {columns} WHERE workspace = ? AND id = ?"
    if not db.execute(query, values).rowcount:
        return NotFound("assistant", id)
    if "domains" in written:
        # Keys of its pages are for the same domains as its chat.
        db.execute(
            f"UPDATE api_keys SET domains = ? WHERE workspace = ? AND kind = 'site' AND {_ITS_BOT}",
            (written["domains"], workspace, workspace, id),
        )
    return _by_id(db, workspace, id)


def _written(name: str, value: Any) -> Any:
    if name == "domains":
        return to_json(list(value))
    return maybe_micros(value) if name == "deleted_at" else value


def _remove(db: Db, items: Sequence[tuple[int, int, int]]) -> list[None]:
    for workspace, id, now in items:
        db.execute(
            "DELETE FROM channels WHERE workspace = ?1 AND origin = 'api'"
            " AND bot = (SELECT bot FROM assistants WHERE workspace = ?1 AND id = ?2)",
            (workspace, id),
        )
        db.execute(
            "UPDATE api_keys SET revoked_at = ? WHERE workspace = ? AND revoked_at IS NULL"
            f" AND {_ITS_BOT}",
            (now, workspace, workspace, id),
        )
        db.execute(
            "UPDATE assistants SET deleted_at = ?3, updated_at = ?3, active = 0, channel = NULL,"
            " username = '' WHERE workspace = ?1 AND id = ?2 AND deleted_at IS NULL",
            (workspace, id, now),
        )
    return [None] * len(items)


def _tidy(db: Db, moments: Sequence[tuple[int, int]]) -> list[None]:
    """What a stop in the middle left: accounts that no assistant has, versions of those that are gone."""
    for now, settled in moments:
        db.execute(
            "DELETE FROM channels WHERE origin = 'api' AND updated_at <= ? AND NOT EXISTS (SELECT 1 FROM assistants a"
            " WHERE a.workspace = channels.workspace AND a.bot = channels.bot"
            " AND a.channel = channels.name AND a.deleted_at IS NULL)",
            (settled,),
        )
        gone = (
            "SELECT bot FROM assistants WHERE deleted_at IS NOT NULL"
            f" AND updated_at <= {settled} AND NOT {_OPEN}"
        )
        ours = f"bot IN ({gone}) AND substr(bot, 1, {len(MADE)}) = '{MADE}'"
        left = f"UPDATE versions SET left_at = ? WHERE left_at IS NULL AND {ours}"
        db.execute(left, (now,))
        db.execute(f"DELETE FROM live_versions WHERE {ours}")
    return [None] * len(moments)

"""The accounts that bots answer at, behind bots.ports.Channels; their credentials are sealed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bots.errors import BotExists, Locked
from bots.model.channel import ChannelRecord, ChannelState
from bots.ports import Vault
from bots.tenancy import over_all
from storage.db import Db, Readers, Writes, side_by_side
from storage.rows import from_json, to_json, to_micros, to_moment
from storage.sealed import CHANNELS

_COLUMNS = "workspace, name, bot, platform, origin, credentials, settings, updated_at"
_RECORDS = f"SELECT {_COLUMNS} FROM channels WHERE workspace = ? ORDER BY created_at, name"
_EVERYWHERE = f"SELECT {_COLUMNS} FROM channels ORDER BY created_at, name"
_STATES = (
    "SELECT name, status, since, why, title FROM channels WHERE coalesce(?, workspace) = workspace"
)


class SqlChannels:
    """Small rows, read every second: what was opened once is remembered by its sealed text."""

    def __init__(self, writer: Writes, reader: Readers, vault: Vault) -> None:
        self._writer = writer
        self._reader = reader
        self._vault = vault
        self._opened: dict[tuple[str, str], Mapping[str, str]] = {}

    @over_all
    async def records(self, workspace: int | None) -> list[ChannelRecord]:
        query, values = (_EVERYWHERE, ()) if workspace is None else (_RECORDS, (workspace,))
        rows = await self._rows(query, values)
        sealed = {row[5] for row in rows}
        self._opened = {key: known for key, known in self._opened.items() if key[0] in sealed}
        return [self._record(row) for row in rows]

    @over_all
    async def put(self, record: ChannelRecord, *, now: datetime) -> None:
        credentials = to_json(dict(record.credentials)) if record.credentials else ""
        if credentials:
            credentials = self._vault.seal(
                credentials, CHANNELS.about(record.workspace, record.name)
            )
        moment = to_micros(now)
        row = (
            record.workspace,
            record.name,
            record.bot,
            record.platform,
            record.origin,
            credentials,
            to_json(dict(record.settings)),
            "connecting",
            moment,
            "",
            "",
            moment,
            moment,
        )
        await self._writer.do(_put, row)

    async def remove(self, workspace: int, name: str) -> bool:
        gone: bool = await self._writer.do(_remove, (workspace, name))
        return gone

    @over_all
    async def states(self, workspace: int | None) -> dict[str, ChannelState]:
        return {
            name: ChannelState(status=status, since=to_moment(since), why=why, title=title)
            for name, status, since, why, title in await self._rows(_STATES, (workspace,))
        }

    @over_all
    async def note(self, workspace: int, states: Mapping[str, ChannelState]) -> None:
        rows = [
            (one.status, to_micros(one.since), one.why, one.title, workspace, name)
            for name, one in states.items()
        ]
        if rows:
            await self._writer.do(_note, rows)

    def _record(self, row: Any) -> ChannelRecord:
        workspace, name, bot, platform, origin, sealed, settings, updated_at = row
        return ChannelRecord(
            workspace=workspace,
            name=name,
            bot=bot,
            platform=platform,
            origin=origin,
            credentials=self._credentials(sealed, CHANNELS.about(workspace, name)),
            settings=from_json(settings),
            updated_at=to_moment(updated_at),
        )

    def _credentials(self, sealed: str, about: str) -> Mapping[str, str] | None:
        if not sealed:
            return {}
        known = self._opened.get((sealed, about))
        if known is None:
            try:
                known = from_json(self._vault.open(sealed, about))
                self._opened[sealed, about] = known
            except Locked:
                return None
        return known

    async def _rows(self, query: str, values: tuple[Any, ...]) -> Sequence[Any]:
        async with self._reader.connect() as connection:
            return (await connection.exec_driver_sql(query, values)).fetchall()


# ---------------------------------------------------------------- in the writer's thread


def _put(db: Db, rows: Sequence[tuple[Any, ...]]) -> list[None | BotExists]:
    kept: list[None | BotExists] = []
    taken = "SELECT 1 FROM channels WHERE name = ? AND workspace <> ?"
    for row in rows:
        if db.execute(taken, (row[1], row[0])).fetchone():
            kept.append(BotExists("This account serves another bot already"))
            continue
        kept.append(None)
        db.execute(
            "INSERT INTO channels (workspace, name, bot, platform, origin, credentials, settings,"
            " status, since, why, title, created_at, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (workspace, name)"
            " DO UPDATE SET bot = excluded.bot, platform = excluded.platform,"
            " origin = excluded.origin, credentials = excluded.credentials,"
            " settings = excluded.settings, status = excluded.status, since = excluded.since,"
            " why = '', updated_at = excluded.updated_at",
            row,
        )
    return kept


def _remove(db: Db, items: Sequence[tuple[Any, ...]]) -> list[bool]:
    gone = "DELETE FROM channels WHERE workspace = ? AND name = ?"
    return [db.execute(gone, item).rowcount > 0 for item in items]


@side_by_side
def _note(db: Db, items: Sequence[Sequence[tuple[Any, ...]]]) -> list[None]:
    for rows in items:
        db.executemany(
            "UPDATE channels SET status = ?, since = ?, why = ?, title = ?"
            " WHERE workspace = ? AND name = ?",
            rows,
        )
    return [None] * len(items)

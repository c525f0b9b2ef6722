"""What whoever tells endpoints of events reads and notes, behind bots.ports.WebhookDeliveries."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bots.model.webhook import Aside, Attempt, Endpoint, Facts, Progress, Telling
from bots.ports import Vault
from storage.db import Db, Readers, Writes
from storage.rows import (
    CONVERSATION_COLUMNS,
    RECORD_COLUMNS,
    conversation_from_row,
    from_json,
    maybe_micros,
    record_from_row,
    to_json,
    to_micros,
    to_moment,
)
from storage.webhooks import COLUMNS, endpoint_from_row, write_log

MOST_AT_ONCE = 1000
"""Of what was set aside, read in one go."""

_CHANGED = (
    "SELECT count(*), coalesce(CAST(sum(version) AS BIGINT), 0), coalesce(max(id), '')"
    " FROM webhook_endpoints"
)
_ACTIVE = f"SELECT {COLUMNS} FROM webhook_endpoints WHERE state = 'active' ORDER BY id"
_CHAT = (
    f"SELECT {CONVERSATION_COLUMNS} FROM conversations c JOIN customers u ON u.id = c.customer_id"
    " WHERE c.workspace = ? AND c.id = ?"
)
_MESSAGE = f"SELECT {RECORD_COLUMNS} FROM messages m WHERE m.conversation_id = ? AND m.seq = ?"
_OPERATOR = "SELECT name FROM operators WHERE workspace = ? AND id = ?"
_MOVE_ON = "UPDATE webhook_endpoints SET cursor = ? WHERE id = ? AND cursor < ?"
_NOTE = (
    "UPDATE webhook_endpoints SET tries = ?, failing_since = ?, retry_at = ?, taken_at = ?,"
    " error = ? WHERE id = ? AND version = ?"
)
_DISABLE = (
    "UPDATE webhook_endpoints SET state = 'disabled', why = ?, version = version + 1"
    " WHERE id = ? AND version = ? AND state = 'active'"
)
_ASIDE_COLUMNS = (
    "endpoint_id, id, workspace, conversation_id, cursor, name, seq, data, at, tries, first_at,"
    " due_at, error"
)
_THERE = (
    "SELECT 1 FROM webhook_endpoints e JOIN conversations c ON c.workspace = e.workspace"
    " WHERE e.id = ? AND c.id = ?"
)
_SET_ASIDE = (
    f"INSERT INTO webhook_aside ({_ASIDE_COLUMNS}) VALUES ({', '.join('?' * 13)})"
    " ON CONFLICT (endpoint_id, id) DO UPDATE SET tries = excluded.tries,"
    " due_at = excluded.due_at, error = excluded.error"
)
_ASIDE = (
    "SELECT id, name, cursor, conversation_id, at, seq, data, tries, first_at, due_at, error"
    " FROM webhook_aside WHERE endpoint_id = ? AND dead_at IS NULL ORDER BY due_at, id LIMIT ?"
)
_SETTLE = "DELETE FROM webhook_aside WHERE endpoint_id = ? AND id = ?"
_GIVE_UP = "UPDATE webhook_aside SET dead_at = ? WHERE endpoint_id = ? AND id = ?"
_FORGET = "DELETE FROM webhook_aside WHERE endpoint_id = ? AND dead_at < ?"
FORGOTTEN = timedelta(days=90)
"""After so long what was given up is kept no more."""


class SqlWebhookDeliveries:
    """Over all workspaces: for the machinery alone."""

    def __init__(self, writer: Writes, reader: Readers, vault: Vault) -> None:
        self._writer = writer
        self._reader = reader
        self._vault = vault

    async def changed(self) -> tuple[int, int, str]:
        ((count, versions, newest),) = await self._rows(_CHANGED)
        return int(count), int(versions), str(newest)

    async def active(self) -> list[Endpoint]:
        return [endpoint_from_row(row, self._vault) for row in await self._rows(_ACTIVE)]

    async def facts(
        self, workspace: int, conversation: int, seq: int | None, operator: int | None
    ) -> Facts | None:
        async with self._reader.connect() as connection:

            async def first(query: str, *values: Any) -> Any:
                return (await connection.exec_driver_sql(query, values)).first()

            row = await first(_CHAT, workspace, conversation)
            message = None if seq is None else await first(_MESSAGE, conversation, seq)
            person = None if operator is None else await first(_OPERATOR, workspace, operator)
        if row is None or (seq is not None and message is None):
            return None
        return Facts(
            chat=conversation_from_row(row),
            message=None if message is None else record_from_row(message),
            operator="" if person is None else person[0],
        )

    async def note(
        self, endpoint: Endpoint, progress: Progress, attempts: Sequence[Attempt]
    ) -> None:
        await self._writer.do(_note, (endpoint, progress, attempts))

    async def disable(self, endpoint: Endpoint, why: str) -> None:
        await self._writer.do(_disable, (why, endpoint.id, endpoint.version))

    async def set_aside(self, endpoint: Endpoint, one: Aside) -> None:
        told = one.telling
        row = (
            endpoint.id,
            told.id,
            endpoint.workspace,
            told.conversation,
            told.cursor,
            told.name,
            told.seq,
            to_json(told.data),
            to_micros(told.at),
            one.tries,
            to_micros(one.first_at),
            to_micros(one.due_at),
            one.error,
        )
        await self._writer.do(_set_aside, row)

    async def aside(self, endpoint: str) -> list[Aside]:
        return [_aside(row) for row in await self._rows(_ASIDE, (endpoint, MOST_AT_ONCE))]

    async def settle(self, endpoint: str, id: str) -> None:
        await self._writer.do(_run, (_SETTLE, (endpoint, id)))

    async def give_up(self, endpoint: str, id: str, *, now: datetime) -> None:
        await self._writer.do(_run, (_FORGET, (endpoint, to_micros(now - FORGOTTEN))))
        await self._writer.do(_run, (_GIVE_UP, (to_micros(now), endpoint, id)))

    async def _rows(self, query: str, values: tuple[Any, ...] = ()) -> Sequence[Any]:
        async with self._reader.connect() as connection:
            return (await connection.exec_driver_sql(query, values)).fetchall()


def _aside(row: Any) -> Aside:
    telling = Telling(
        id=row[0],
        name=row[1],
        cursor=row[2],
        conversation=row[3],
        at=to_moment(row[4]),
        seq=row[5],
        data=from_json(row[6]),
    )
    return Aside(
        telling=telling,
        tries=row[7],
        first_at=to_moment(row[8]),
        due_at=to_moment(row[9]),
        error=row[10],
    )


# ---------------------------------------------------------------- in the writer's thread


def _note(db: Db, items: Sequence[tuple[Endpoint, Progress, Sequence[Attempt]]]) -> list[None]:
    for endpoint, progress, attempts in items:
        db.execute(_MOVE_ON, (progress.cursor, endpoint.id, progress.cursor))
        fares = (
            progress.tries,
            maybe_micros(progress.failing_since),
            maybe_micros(progress.retry_at),
            maybe_micros(progress.taken_at),
            progress.error,
        )
        # How it fares is another matter where its owner has changed it since.
        db.execute(_NOTE, (*fares, endpoint.id, endpoint.version))
        write_log(db, endpoint.id, endpoint.workspace, attempts)
    return [None] * len(items)


def _disable(db: Db, items: Sequence[tuple[str, str, int]]) -> list[None]:
    db.executemany(_DISABLE, items)
    return [None] * len(items)


def _set_aside(db: Db, rows: Sequence[tuple[Any, ...]]) -> list[None]:
    for row in rows:
        # Of an endpoint or a customer that is gone by now nothing is kept.
        if db.execute(_THERE, (row[0], row[3])).fetchone():
            db.execute(_SET_ASIDE, row)
    return [None] * len(rows)


def _run(db: Db, items: Sequence[tuple[str, tuple[Any, ...]]]) -> list[None]:
    for statement, values in items:
        db.execute(statement, values)
    return [None] * len(items)

"""Endpoints that are told of events, behind bots.ports.WebhookEndpoints; their secrets are sealed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bots.errors import Conflict, Locked, NotFound
from bots.model.webhook import Attempt, Endpoint, Health
from bots.ports import Vault
from storage.db import Db, Readers, Writes
from storage.rows import from_json, maybe_micros, maybe_moment, to_json, to_micros, to_moment
from storage.sealed import WEBHOOKS

KEPT = 200
"""Calls of an endpoint that its log keeps."""

COLUMNS = (
    "id, workspace, url, name, events, secrets, old_until, state, why, cursor, tries, failing_since,"
    " retry_at, taken_at, error, version, created_at"
)
_ALL = f"SELECT {COLUMNS} FROM webhook_endpoints WHERE workspace = ? ORDER BY created_at, id"
_ONE = f"SELECT {COLUMNS} FROM webhook_endpoints WHERE workspace = ? AND id = ?"
_COUNT = "SELECT count(*) FROM webhook_endpoints WHERE workspace = ?"
_ADD = f"INSERT INTO webhook_endpoints ({COLUMNS}) VALUES ({', '.join('?' * 17)})"
_CHANGE = (
    "UPDATE webhook_endpoints SET url = ?, name = ?, events = ?, secrets = ?, old_until = ?,"
    " state = ?, why = ?, version = version + 1{} WHERE workspace = ? AND id = ? AND version = ?"
)
_SKIP = ", cursor = CASE WHEN cursor < ? THEN ? ELSE cursor END"
_AFRESH = ", tries = 0, failing_since = NULL, retry_at = NULL, error = ''"
_THERE = "SELECT 1 FROM webhook_endpoints WHERE workspace = ? AND id = ?"
_LOG = (
    "SELECT event, event_id, status, error, took, tries, at FROM webhook_log"
    " WHERE workspace = ? AND endpoint_id = ? ORDER BY id DESC LIMIT ?"
)
_NOTE = (
    "INSERT INTO webhook_log (endpoint_id, workspace, event, event_id, status, error, took, tries,"
    " at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_FORGET = (
    "DELETE FROM webhook_log WHERE endpoint_id = ? AND id <= coalesce((SELECT id FROM webhook_log"
    f" WHERE endpoint_id = ? ORDER BY id DESC LIMIT 1 OFFSET {KEPT}), 0)"
)
_HEALTH = (
    "SELECT endpoint_id, count(*) - count(dead_at), count(dead_at) FROM webhook_aside"
    " WHERE workspace = ? GROUP BY endpoint_id"
)
_AGAIN = (
    "UPDATE webhook_aside SET dead_at = NULL, tries = 0, first_at = ?, due_at = ?"
    " WHERE workspace = ? AND endpoint_id = ? AND dead_at IS NOT NULL"
)
_TOUCH = "UPDATE webhook_endpoints SET version = version + 1 WHERE workspace = ? AND id = ?"


class SqlWebhooks:
    """Few rows, changed by people."""

    def __init__(self, writer: Writes, reader: Readers, vault: Vault) -> None:
        self._writer = writer
        self._reader = reader
        self._vault = vault

    async def all(self, workspace: int) -> list[Endpoint]:
        rows = await self._rows(_ALL, (workspace,))
        return [endpoint_from_row(row, self._vault) for row in rows]

    async def one(self, workspace: int, id: str) -> Endpoint:
        for row in await self._rows(_ONE, (workspace, id)):
            return endpoint_from_row(row, self._vault)
        raise NotFound("webhook", id)

    async def add(self, endpoint: Endpoint, *, most: int) -> None:
        row = (
            endpoint.id,
            endpoint.workspace,
            endpoint.url,
            endpoint.name,
            to_json(list(endpoint.events)),
            self._sealed(endpoint),
            maybe_micros(endpoint.old_until),
            endpoint.state,
            endpoint.why,
            endpoint.cursor,
            endpoint.tries,
            maybe_micros(endpoint.failing_since),
            maybe_micros(endpoint.retry_at),
            maybe_micros(endpoint.taken_at),
            endpoint.error,
            endpoint.version,
            to_micros(endpoint.created_at),
        )
        await self._writer.do(_add, (row, most))

    async def change(self, endpoint: Endpoint, *, skip: bool = False, afresh: bool = False) -> None:
        more: tuple[Any, ...] = (endpoint.cursor, endpoint.cursor) if skip else ()
        statement = _CHANGE.format((_SKIP if skip else "") + (_AFRESH if afresh else ""))
        values = (
            endpoint.url,
            endpoint.name,
            to_json(list(endpoint.events)),
            self._sealed(endpoint),
            maybe_micros(endpoint.old_until),
            endpoint.state,
            endpoint.why,
            *more,
            endpoint.workspace,
            endpoint.id,
            endpoint.version,
        )
        await self._writer.do(_change, (statement, values))

    async def remove(self, workspace: int, id: str) -> bool:
        removed: bool = await self._writer.do(_remove, (workspace, id))
        return removed

    async def noted(self, endpoint: Endpoint, attempt: Attempt) -> None:
        await self._writer.do(_noted, (endpoint, attempt))

    async def log(self, workspace: int, id: str, *, limit: int) -> list[Attempt]:
        return [
            Attempt(
                event=row[0],
                id=row[1],
                status=row[2],
                error=row[3],
                took=row[4],
                tries=row[5],
                at=to_moment(row[6]),
            )
            for row in await self._rows(_LOG, (workspace, id, limit))
        ]

    async def health(self, workspace: int) -> dict[str, Health]:
        rows = await self._rows(_HEALTH, (workspace,))
        return {row[0]: Health(aside=row[1], dead=row[2]) for row in rows}

    async def again(self, workspace: int, id: str, *, now: datetime) -> int:
        done: int = await self._writer.do(_again, (to_micros(now), workspace, id))
        return done

    def _sealed(self, endpoint: Endpoint) -> str:
        """Raises Locked: also rather than writing nothing in place of secrets that do not open."""
        if not endpoint.secrets:
            raise Locked("The secrets of this webhook are sealed with a key that is not at hand")
        about = WEBHOOKS.about(endpoint.workspace, endpoint.id)
        return self._vault.seal(to_json(list(endpoint.secrets)), about)

    async def _rows(self, query: str, values: tuple[Any, ...]) -> Sequence[Any]:
        async with self._reader.connect() as connection:
            return (await connection.exec_driver_sql(query, values)).fetchall()


def endpoint_from_row(row: Any, vault: Vault) -> Endpoint:
    """From a row of COLUMNS; without secrets where no key opens them."""
    try:
        secrets = from_json(vault.open(row[5], WEBHOOKS.about(row[1], row[0])))
    except Locked:
        secrets = []
    return Endpoint(
        id=row[0],
        workspace=row[1],
        url=row[2],
        name=row[3],
        events=tuple(from_json(row[4])),
        secrets=tuple(secrets),
        old_until=maybe_moment(row[6]),
        state=row[7],
        why=row[8],
        cursor=row[9],
        tries=row[10],
        failing_since=maybe_moment(row[11]),
        retry_at=maybe_moment(row[12]),
        taken_at=maybe_moment(row[13]),
        error=row[14],
        version=row[15],
        created_at=to_moment(row[16]),
    )


# ---------------------------------------------------------------- in the writer's thread


def write_log(db: Db, endpoint: str, workspace: int, calls: Sequence[Attempt]) -> None:
    """Add to an endpoint's log, which forgets what is old; nothing where it is gone by now."""
    if not calls or not db.execute(_THERE, (workspace, endpoint)).fetchone():
        return
    db.executemany(
        _NOTE,
        [
            (
                endpoint,
                workspace,
                one.event,
                one.id,
                one.status,
                one.error,
                one.took,
                one.tries,
                to_micros(one.at),
            )
            for one in calls
        ],
    )
    db.execute(_FORGET, (endpoint, endpoint))


def _add(db: Db, items: Sequence[tuple[tuple[Any, ...], int]]) -> list[Conflict | None]:
    done: list[Conflict | None] = []
    for row, most in items:
        (there,) = db.execute(_COUNT, (row[1],)).fetchone()
        if there >= most:
            done.append(Conflict(f"There are {most} webhooks already: remove one first", "full"))
            continue
        db.execute(_ADD, row)
        done.append(None)
    return done


def _change(
    db: Db, items: Sequence[tuple[str, tuple[Any, ...]]]
) -> list[NotFound | Conflict | None]:
    done: list[NotFound | Conflict | None] = []
    for statement, values in items:
        workspace, id, _ = values[-3:]
        if db.execute(statement, values).rowcount:
            done.append(None)
        elif db.execute(_THERE, (workspace, id)).fetchone():
            done.append(Conflict("Somebody changed this webhook at the same moment: try again"))
        else:
            done.append(NotFound("webhook", id))
    return done


def _remove(db: Db, items: Sequence[tuple[int, str]]) -> list[bool]:
    done = []
    for workspace, id in items:
        for table in ("webhook_aside", "webhook_log"):
            db.execute(
                f"DELETE FROM {table} WHERE workspace = ? AND endpoint_id = ?", (workspace, id)
            )
        gone = db.execute(
            "DELETE FROM webhook_endpoints WHERE workspace = ? AND id = ?", (workspace, id)
        )
        done.append(gone.rowcount > 0)
    return done


def _noted(db: Db, items: Sequence[tuple[Endpoint, Attempt]]) -> list[None]:
    for endpoint, attempt in items:
        write_log(db, endpoint.id, endpoint.workspace, [attempt])
    return [None] * len(items)


def _again(db: Db, items: Sequence[tuple[int, int, str]]) -> list[int]:
    done = []
    for now, workspace, id in items:
        done.append(db.execute(_AGAIN, (now, now, workspace, id)).rowcount)
        db.execute(_TOUCH, (workspace, id))
    return done

"""People who answer customers and their one-time codes, behind bots.ports.Operators."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bots.errors import CodeRefused, Conflict, LinkedElsewhere, NotFound
from bots.model.operator import GIVEN_NONE, Linked, Operator
from bots.tenancy import over_all
from storage.db import Db, Readers, Writes
from storage.rows import from_json, maybe_micros, maybe_moment, to_json, to_micros
from storage.sql import inserted

_COLUMNS = (
    "id, workspace, name, role, telegram, username, queues, capacity, away_until, active,"
    " languages, skills, roles"
)
_ALL = f"SELECT {_COLUMNS} FROM operators WHERE workspace = ? ORDER BY id"
_EVERYBODY = f"SELECT {_COLUMNS} FROM operators ORDER BY id"
_BY_ID = f"SELECT {_COLUMNS} FROM operators WHERE workspace = ? AND id = ?"
_BY_TELEGRAM = f"SELECT {_COLUMNS} FROM operators WHERE workspace = ? AND telegram = ?"
_OF_ACCOUNT = f"SELECT {_COLUMNS} FROM operators WHERE workspace = ? AND account_id = ?"
_ACCOUNT = "SELECT first_name, last_name, email, role FROM accounts WHERE workspace = ? AND id = ?"
_LINK_ACCOUNT = "UPDATE operators SET account_id = ? WHERE id = ?"
_CODE = (
    "SELECT subject, expires_at, used_at, used_by FROM codes"
    " WHERE digest = ? AND workspace = ? AND kind = ?"
)
_USE = "UPDATE codes SET used_at = ?, used_by = ? WHERE digest = ?"
LONGEST_NAME = 64
_FORGOTTEN = 24 * 3600 * 1_000_000
"""Microseconds after which a code that ran out is as unknown as any."""


class SqlOperators:
    """Few rows, read whenever somebody writes in a group."""

    def __init__(self, writer: Writes, reader: Readers) -> None:
        self._writer = writer
        self._reader = reader

    @over_all
    async def all(self, workspace: int | None) -> list[Operator]:
        if workspace is None:
            return [_operator(row) for row in await self._rows(_EVERYBODY, ())]
        return [_operator(row) for row in await self._rows(_ALL, (workspace,))]

    async def by_id(self, workspace: int, id: int) -> Operator:
        rows = await self._rows(_BY_ID, (workspace, id))
        if not rows:
            raise NotFound("operator", id)
        return _operator(rows[0])

    async def by_telegram(self, workspace: int, user_id: str) -> Operator | None:
        rows = await self._rows(_BY_TELEGRAM, (workspace, user_id))
        return _operator(rows[0]) if rows else None

    async def put(self, operator: Operator, *, now: datetime) -> Operator:
        kept: Operator = await self._writer.do(_put, (operator, to_micros(now)))
        return kept

    async def change(
        self, workspace: int, id: int, changes: Mapping[str, Any], *, now: datetime
    ) -> Operator:
        kept: Operator = await self._writer.do(_change, (workspace, id, changes, to_micros(now)))
        return kept

    async def add_code(
        self,
        workspace: int,
        digest: str,
        kind: str,
        subject: Mapping[str, Any],
        *,
        now: datetime,
        expires: datetime,
        alone: bool = False,
    ) -> None:
        row = (digest, workspace, kind, to_json(dict(subject)), to_micros(expires))
        await self._writer.do(_add_code, (row, alone, to_micros(now)))

    async def use_code(
        self, workspace: int, digest: str, kind: str, *, by: str, now: datetime
    ) -> Mapping[str, Any]:
        used = (digest, workspace, kind, by, to_micros(now))
        subject: Mapping[str, Any] = await self._writer.do(_use_codes, used)
        return subject

    async def link(
        self, workspace: int, digest: str, *, telegram: str, username: str, now: datetime
    ) -> Linked:
        given = (workspace, digest, telegram, username, to_micros(now))
        linked: Linked = await self._writer.do(_link, given)
        return linked

    async def of_account(self, workspace: int, account: int, *, now: datetime) -> Operator:
        found = await self._rows(_OF_ACCOUNT, (workspace, account))
        if found:
            return _operator(found[0])
        made: Operator = await self._writer.do(_of_account, (workspace, account, to_micros(now)))
        return made

    async def called(self, workspace: int, name: str, *, now: datetime) -> Operator:
        found: Operator = await self._writer.do(_called, (workspace, name, to_micros(now)))
        return found

    async def _rows(self, query: str, given: tuple[Any, ...]) -> list[Any]:
        async with self._reader.connect() as connection:
            return list((await connection.exec_driver_sql(query, given)).fetchall())


def _operator(row: Any) -> Operator:
    return Operator(
        id=row[0],
        workspace=row[1],
        name=row[2],
        role=row[3],
        telegram=row[4] or "",
        username=row[5],
        queues=tuple(from_json(row[6]) or ()),
        capacity=row[7],
        away_until=maybe_moment(row[8]),
        active=bool(row[9]),
        languages=tuple(from_json(row[10]) or ()),
        skills=tuple(from_json(row[11]) or ()),
        roles=from_json(row[12]) or {},
    )


def _put(db: Db, items: Sequence[tuple[Operator, int]]) -> list[Operator | Conflict]:
    return [_put_one(db, *item) for item in items]


def _change(
    db: Db, items: Sequence[tuple[int, int, Mapping[str, Any], int]]
) -> list[Operator | Conflict | NotFound]:
    return [_change_one(db, *item) for item in items]


def _change_one(
    db: Db, workspace: int, id: int, changes: Mapping[str, Any], now: int
) -> Operator | Conflict | NotFound:
    row = db.execute(_BY_ID, (workspace, id)).fetchone()
    if row is None:
        return NotFound("operator", id)
    return _put_one(db, replace(_operator(row), **changes), now)


def _put_one(db: Db, one: Operator, now: int) -> Operator | Conflict:
    row = (
        one.workspace,
        one.name,
        one.role,
        one.telegram or None,
        one.username,
        to_json(list(one.queues)),
        one.capacity,
        maybe_micros(one.away_until),
        one.active,
        to_json(list(one.languages)),
        to_json(list(one.skills)),
        to_json(dict(one.roles)),
        now,
    )
    clash = db.execute(
        "SELECT 1 FROM operators WHERE workspace = ? AND telegram = ? AND id <> ?",
        (one.workspace, one.telegram or None, one.id),
    ).fetchone()
    if clash:
        return Conflict("This Telegram account is linked to somebody else")
    if one.id:
        db.execute(
            "UPDATE operators SET name = ?, role = ?, telegram = ?, username = ?, queues = ?,"
            " capacity = ?, away_until = ?, active = ?, languages = ?, skills = ?, roles = ?"
            " WHERE id = ? AND workspace = ?",
            (*row[1:12], one.id, one.workspace),
        )
        id = one.id
    else:
        made = inserted(
            db,
            "INSERT INTO operators (workspace, name, role, telegram, username, queues, capacity,"
            " away_until, active, languages, skills, roles, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )
        id = made
    return _operator(db.execute(_BY_ID, (one.workspace, id)).fetchone())


def _of_account(
    db: Db, items: Sequence[tuple[int, int, int]]
) -> list[Operator | NotFound | Conflict]:
    return [_of_account_one(db, *item) for item in items]


def _of_account_one(
    db: Db, workspace: int, account: int, now: int
) -> Operator | NotFound | Conflict:
    """Looked for again: of two requests of somebody's at once the first has made them."""
    row = db.execute(_OF_ACCOUNT, (workspace, account)).fetchone()
    if row is not None:
        return _operator(row)
    found = db.execute(_ACCOUNT, (workspace, account)).fetchone()
    if found is None:
        return NotFound("account", account)
    first, last, email, role = found
    name = f"{first} {last}".strip() or email.partition("@")[0]
    if _named(db, workspace, name):
        name = f"{name} ({email})"
    new = Operator(
        id=0, workspace=workspace, name=name[:LONGEST_NAME], role=role, capacity=GIVEN_NONE
    )
    made = _put_one(db, new, now)
    if isinstance(made, Operator):
        db.execute(_LINK_ACCOUNT, (account, made.id))
    return made


def _called(db: Db, items: Sequence[tuple[int, str, int]]) -> list[Operator | Conflict]:
    return [_called_one(db, *item) for item in items]


def _called_one(db: Db, workspace: int, name: str, now: int) -> Operator | Conflict:
    found = _named(db, workspace, name)
    if len(found) > 1:
        ids = ", ".join(str(one.id) for one in found)
        return Conflict(f"Several operators are called {name} (ids {ids}): name one by operator_id")
    if found:
        return found[0]
    new = Operator(id=0, workspace=workspace, name=" ".join(name.split()), capacity=GIVEN_NONE)
    return _put_one(db, new, now)


def _named(db: Db, workspace: int, name: str) -> list[Operator]:
    people = [_operator(row) for row in db.execute(_ALL, (workspace,)).fetchall()]
    return [one for one in people if one.active and _plain(one.name) == _plain(name)]


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _add_code(db: Db, items: Sequence[tuple[tuple[Any, ...], bool, int]]) -> list[None]:
    for row, alone, now in items:
        db.execute("DELETE FROM codes WHERE expires_at < ?", (now - _FORGOTTEN,))
        if alone:
            db.execute(
                "DELETE FROM codes WHERE workspace = ? AND kind = ? AND subject = ?"
                " AND used_at IS NULL",
                row[1:4],
            )
        db.execute(
            "INSERT INTO codes (digest, workspace, kind, subject, expires_at)"
            " VALUES (?, ?, ?, ?, ?)",
            row,
        )
    return [None] * len(items)


def _use_codes(
    db: Db, items: Sequence[tuple[str, int, str, str, int]]
) -> list[Mapping[str, Any] | CodeRefused]:
    return [_use_code(db, *item) for item in items]


def _use_code(
    db: Db, digest: str, workspace: int, kind: str, by: str, now: int
) -> Mapping[str, Any] | CodeRefused:
    row = db.execute(_CODE, (digest, workspace, kind)).fetchone()
    if row is None:
        return CodeRefused("unknown")
    subject, expires, used_at, used_by = row
    found: Mapping[str, Any] = from_json(subject)
    if used_at is not None:
        return found if used_by == by else CodeRefused("used")
    if expires <= now:
        return CodeRefused("expired")
    db.execute(_USE, (now, by, digest))
    return found


def _link(
    db: Db, items: Sequence[tuple[int, str, str, str, int]]
) -> list[Linked | CodeRefused | LinkedElsewhere]:
    return [_link_one(db, *item) for item in items]


def _link_one(
    db: Db, workspace: int, digest: str, telegram: str, username: str, now: int
) -> Linked | CodeRefused | LinkedElsewhere:
    row = db.execute(_CODE, (digest, workspace, "operator")).fetchone()
    if row is None:
        return CodeRefused("unknown")
    id = from_json(row[0])["operator"]
    before = _operator(db.execute(_BY_ID, (workspace, id)).fetchone())
    other = db.execute(_BY_TELEGRAM, (workspace, telegram)).fetchone()
    if other is not None and other[0] != id:
        # The code is left as it is: it may still be typed by whom it is for.
        return LinkedElsewhere(other[2])
    subject = _use_code(db, digest, workspace, "operator", telegram, now)
    if isinstance(subject, CodeRefused):
        return subject
    if not before.active:
        return CodeRefused("expired")
    if row[2] is not None and before.telegram != telegram:
        # Another account has taken the place of this one since.
        return CodeRefused("used")
    db.execute(
        "UPDATE operators SET telegram = ?, username = ? WHERE id = ?", (telegram, username, id)
    )
    return Linked(
        operator=replace(before, telegram=telegram, username=username),
        before="" if before.telegram == telegram else before.telegram,
        again=before.telegram == telegram,
    )

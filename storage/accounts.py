"""The people who sign in, behind bots.ports.Accounts."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bots.errors import CodeRefused, Conflict, NotFound
from bots.model.account import Account, NewAccount
from bots.tenancy import over_all
from storage.db import Db, Readers, Writes
from storage.rows import from_json, maybe_moment, to_micros, to_moment
from storage.sql import inserted

COLUMNS = (
    "id, workspace, email, password_hash, is_admin, created_at, first_name, last_name, role,"
    " active, onboarded, version, totp, totp_step, last_login_at"
)
_ONE = f"SELECT {COLUMNS} FROM accounts WHERE workspace = ? AND id = ?"
_CHANGEABLE = frozenset(
    ("first_name", "last_name", "role", "active", "onboarded", "password_hash", "email")
)


class SqlAccounts:
    """Few rows, seldom written."""

    def __init__(self, writer: Writes, reader: Readers) -> None:
        self._writer = writer
        self._reader = reader

    @over_all
    async def owner(self) -> Account | None:
        return await self._first(f"SELECT {COLUMNS} FROM accounts ORDER BY id LIMIT 1", ())

    @over_all
    async def found(self, *, email: str, password_hash: str, now: datetime) -> Account:
        """Raises Conflict where the e-mail has an account."""
        new = NewAccount(email=email, password_hash=password_hash, created_at=now)
        made: Account = await self._writer.do(_register, (new, True))
        return made

    @over_all
    async def register(self, new: NewAccount) -> Account:
        made: Account = await self._writer.do(_register, (new, False))
        return made

    @over_all
    async def by_email(self, email: str) -> Account | None:
        return await self._first(f"SELECT {COLUMNS} FROM accounts WHERE email = ?", (email,))

    async def by_id(self, workspace: int, id: int) -> Account:
        found = await self._first(_ONE, (workspace, id))
        if found is None:
            raise NotFound("user", id)
        return found

    async def all(self, workspace: int) -> list[Account]:
        query = f"SELECT {COLUMNS} FROM accounts WHERE workspace = ? AND active = 1 ORDER BY id"
        return [account_from_row(row) for row in await self._rows(query, (workspace,))]

    async def change(
        self,
        workspace: int,
        id: int,
        changes: Mapping[str, Any],
        *,
        now: datetime,
        ends: bool = False,
        keep: str = "",
        was: str | None = None,
    ) -> Account:
        item = (workspace, id, changes, to_micros(now), ends, keep, was)
        changed: Account = await self._writer.do(_change, item)
        return changed

    async def _first(self, query: str, values: tuple[Any, ...]) -> Account | None:
        rows = await self._rows(query, values)
        return account_from_row(rows[0]) if rows else None

    async def _rows(self, query: str, values: tuple[Any, ...]) -> Sequence[Any]:
        async with self._reader.connect() as connection:
            return (await connection.exec_driver_sql(query, values)).fetchall()


def account_from_row(row: Any) -> Account:
    """A row of COLUMNS."""
    return Account(
        id=row[0],
        workspace=row[1],
        email=row[2],
        password_hash=row[3],
        is_admin=bool(row[4]),
        created_at=to_moment(row[5]),
        first_name=row[6],
        last_name=row[7],
        role=row[8],
        active=bool(row[9]),
        onboarded=bool(row[10]),
        version=row[11],
        totp=row[12],
        totp_step=row[13],
        last_login_at=maybe_moment(row[14]),
    )


# ---------------------------------------------------------------- in the writer's thread


def _register(
    db: Db, items: Sequence[tuple[NewAccount, bool]]
) -> list[Account | Conflict | CodeRefused]:
    return [_register_one(db, *item) for item in items]


def _register_one(db: Db, new: NewAccount, is_admin: bool) -> Account | Conflict | CodeRefused:
    now = to_micros(new.created_at)
    if db.execute("SELECT 1 FROM accounts WHERE email = ?", (new.email,)).fetchone():
        return Conflict(f"{new.email} has an account already")
    workspace, role = new.workspace, new.role
    if new.invitation:
        subject = _redeem(db, new.invitation, new.email, now)
        if isinstance(subject, CodeRefused):
            return subject
        workspace, role = subject.get("workspace"), subject.get("role", "owner")
    if workspace is None:
        made = inserted(
            db, "INSERT INTO workspaces (name, created_at) VALUES (?, ?)", (new.email, now)
        )
        workspace = made
    made = inserted(
        db,
        "INSERT INTO accounts (workspace, email, password_hash, is_admin, first_name, last_name,"
        " role, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            workspace,
            new.email,
            new.password_hash,
            is_admin,
            new.first_name,
            new.last_name,
            role,
            now,
        ),
    )
    return account_from_row(db.execute(_ONE, (workspace, made)).fetchone())


def _redeem(db: Db, digest: str, email: str, now: int) -> Mapping[str, Any] | CodeRefused:
    row = db.execute(
        "SELECT subject, expires_at, used_at FROM codes WHERE digest = ? AND kind = 'invite'",
        (digest,),
    ).fetchone()
    if row is None:
        return CodeRefused("unknown")
    subject, expires, used_at = row
    if used_at is not None:
        return CodeRefused("used")
    if expires <= now:
        return CodeRefused("expired")
    used = "UPDATE codes SET used_at = ?, used_by = ? WHERE digest = ?"
    db.execute(used, (now, email, digest))
    found: Mapping[str, Any] = from_json(subject)
    return found


def _change(
    db: Db,
    items: Sequence[tuple[int, int, Mapping[str, Any], int, bool, str, str | None]],
) -> list[Account | NotFound | Conflict]:
    return [_change_one(db, *item) for item in items]


def _change_one(
    db: Db,
    workspace: int,
    id: int,
    changes: Mapping[str, Any],
    now: int,
    ends: bool,
    keep: str,
    was: str | None,
) -> Account | NotFound | Conflict:
    row = db.execute(_ONE, (workspace, id)).fetchone()
    if row is None:
        return NotFound("user", id)
    assert changes.keys() <= _CHANGEABLE
    if was is not None and not hmac.compare_digest(account_from_row(row).password_hash, was):
        return Conflict("The password was changed just now", "password")
    if _leaves_no_owner(db, account_from_row(row), changes):
        return Conflict("A workspace needs an owner: make somebody else one first", "last_owner")
    if changes:
        fields = ", ".join(f"{name} = ?" for name in changes)
        change = f"UPDATE accounts SET {fields} WHERE id = ? AND workspace = ?"
        db.execute(change, (*changes.values(), id, workspace))
    if ends:
        if not keep:
            db.execute("UPDATE accounts SET version = version + 1 WHERE id = ?", (id,))
        db.execute(
            "UPDATE sessions SET revoked_at = ?"
            " WHERE account_id = ? AND revoked_at IS NULL AND id <> ?",
            (now, id, keep),
        )
    return account_from_row(db.execute(_ONE, (workspace, id)).fetchone())


def _leaves_no_owner(db: Db, who: Account, changes: Mapping[str, Any]) -> bool:
    stays = changes.get("role", who.role) == "owner" and changes.get("active", who.active)
    if stays or who.role != "owner" or not who.active:
        return False
    others = (
        "SELECT 1 FROM accounts WHERE workspace = ? AND id <> ? AND role = 'owner' AND active = 1"
    )
    return db.execute(others, (who.workspace, who.id)).fetchone() is None

"""Who is signed in where, and their refresh tokens, behind bots.ports.Sessions."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bots.model.account import Account, Rotation, Session
from bots.tenancy import over_all
from storage.accounts import COLUMNS, account_from_row
from storage.db import Db, Readers, Writes, side_by_side
from storage.rows import maybe_moment, to_micros, to_moment

_ACCOUNT = ", ".join(f"a.{name.strip()}" for name in COLUMNS.split(","))
_ONE = (
    "SELECT s.id, s.workspace, s.account_id, s.kind, s.agent, s.address, s.created_at,"
    f" s.expires_at, s.revoked_at, {_ACCOUNT}"
    " FROM sessions AS s JOIN accounts AS a ON a.id = s.account_id AND a.workspace = s.workspace"
    " WHERE s.id = ?"
)
_MICROSECOND = timedelta(microseconds=1)


class SqlSessions:
    """Looked up by id at most every two seconds each."""

    def __init__(self, writer: Writes, reader: Readers) -> None:
        self._writer = writer
        self._reader = reader

    @over_all
    async def open(self, session: Session, refresh: str | None, *, password_hash: str) -> bool:
        opened: bool = await self._writer.do(_open, (session, refresh, password_hash))
        return opened

    @over_all
    async def one(self, id: str) -> tuple[Session, Account] | None:
        async with self._reader.connect() as connection:
            row = (await connection.exec_driver_sql(_ONE, (id,))).first()
        return None if row is None else (_session(row), account_from_row(row[9:]))

    @over_all
    async def end(self, id: str, *, now: datetime) -> None:
        await self._writer.do(_end, (to_micros(now), id))

    @over_all
    async def rotate(
        self, digest: str, fresh: str, *, now: datetime, grace: timedelta, most: int
    ) -> Rotation:
        item = (digest, fresh, to_micros(now), grace // _MICROSECOND, most)
        rotated: Rotation = await self._writer.do(_rotate, item)
        return rotated

    @over_all
    async def prune(self, before: datetime) -> None:
        await self._writer.do(_prune, to_micros(before))


def _session(row: Any) -> Session:
    return Session(
        id=row[0],
        workspace=row[1],
        account_id=row[2],
        kind=row[3],
        agent=row[4],
        address=row[5],
        created_at=to_moment(row[6]),
        expires_at=to_moment(row[7]),
        revoked_at=maybe_moment(row[8]),
    )


# ---------------------------------------------------------------- in the writer's thread


def _open(db: Db, items: Sequence[tuple[Session, str | None, str]]) -> list[bool]:
    return [_open_one(db, *item) for item in items]


def _open_one(db: Db, one: Session, refresh: str | None, password_hash: str) -> bool:
    """Whoever typed a password while it was changed, or they were removed, is not let in by it."""
    now = to_micros(one.created_at)
    signed_in = (
        "UPDATE accounts SET last_login_at = ? WHERE id = ? AND active = 1 AND password_hash = ?"
    )
    if not db.execute(signed_in, (now, one.account_id, password_hash)).rowcount:
        return False
    db.execute(
        "INSERT INTO sessions (id, workspace, account_id, kind, agent, address, created_at,"
        " expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            one.id,
            one.workspace,
            one.account_id,
            one.kind,
            one.agent,
            one.address,
            now,
            to_micros(one.expires_at),
        ),
    )
    if refresh is not None:
        _keep(db, refresh, one.id, 1, now)
    return True


def _keep(db: Db, digest: str, session: str, generation: int, now: int) -> None:
    db.execute(
        "INSERT INTO refresh_tokens (digest, session_id, generation, created_at)"
        " VALUES (?, ?, ?, ?)",
        (digest, session, generation, now),
    )


@side_by_side
def _end(db: Db, items: Sequence[tuple[int, str]]) -> list[None]:
    ended = "UPDATE sessions SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"
    db.executemany(ended, items)
    return [None] * len(items)


def _rotate(db: Db, items: Sequence[tuple[str, str, int, int, int]]) -> list[Rotation]:
    return [_rotate_one(db, *item) for item in items]


def _rotate_one(db: Db, digest: str, fresh: str, now: int, grace: int, most: int) -> Rotation:
    row = db.execute(
        "SELECT r.session_id, r.generation, r.used_at, s.revoked_at IS NULL AND s.expires_at > ?"
        " FROM refresh_tokens AS r JOIN sessions AS s ON s.id = r.session_id WHERE r.digest = ?",
        (now, digest),
    ).fetchone()
    if row is None:
        return Rotation(outcome="unknown")
    session, generation, used_at, lives = row
    if not lives:
        return Rotation(outcome="over", session=session)
    if used_at is None:
        # Others of this generation were handed out by the grace: they are spent with this one.
        db.execute(
            "UPDATE refresh_tokens SET used_at = ?"
            " WHERE session_id = ? AND generation = ? AND used_at IS NULL",
            (now, session, generation),
        )
    else:
        newest, count = _newest(db, session)
        if newest != generation + 1 or now - used_at > grace:
            _end(db, [(now, session)])
            return Rotation(outcome="reused", session=session)
        if count >= most:
            return Rotation(outcome="busy", session=session)
    _keep(db, fresh, session, generation + 1, now)
    return Rotation(outcome="done", session=session)


def _newest(db: Db, session: str) -> tuple[int, int]:
    """The newest generation of a session's tokens, and how many there are of it."""
    newest, count = db.execute(
        "SELECT generation, count(*) FROM refresh_tokens WHERE session_id = ?"
        " GROUP BY generation ORDER BY generation DESC LIMIT 1",
        (session,),
    ).fetchone()
    return newest, count


def _prune(db: Db, moments: Sequence[int]) -> list[None]:
    for before in moments:
        over = "SELECT id FROM sessions WHERE expires_at < ?"
        db.execute(f"DELETE FROM refresh_tokens WHERE session_id IN ({over})", (before,))
        db.execute("DELETE FROM sessions WHERE expires_at < ?", (before,))
    return [None] * len(moments)

"""What a database says of itself to somebody who looks for trouble; nothing is written."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bots.errors import Locked
from bots.model.channel import ChannelState
from bots.model.checkup import AtWork, Kept, KeptAccount, Late, Stuck
from bots.ports import Vault
from storage.db import Db
from storage.migrate import HEAD, revision
from storage.rows import from_json, to_micros, to_moment
from storage.sealed import CHANNELS, SEALED

LATE = timedelta(minutes=1)
"""What is due for longer than this should have happened."""
DAY = timedelta(days=1)

SHOWN = 5
"""Chats that are told by name."""

_UNANSWERED = (
    "SELECT count(*), min(received_at) FROM inbox WHERE done_at IS NULL AND parked_at IS NULL"
    " AND received_at < ?"
)
_STUCK = (
    "SELECT bot, channel, chat_id, count(*), min(received_at), max(attempts), max(error) FROM inbox"
    " WHERE done_at IS NULL AND parked_at IS NULL AND received_at < ?"
    " GROUP BY bot, channel, chat_id ORDER BY min(received_at) LIMIT ?"
)
_PARKED = "SELECT count(*) FROM inbox WHERE done_at IS NULL AND parked_at >= ?"
_STUMBLED = (
    "SELECT bot, channel, chat_id, count(*), max(parked_at), max(attempts), max(error) FROM inbox"
    " WHERE done_at IS NULL AND parked_at IS NOT NULL"
    " GROUP BY bot, channel, chat_id ORDER BY max(parked_at) DESC LIMIT ?"
)
_UNSENT = (
    "SELECT count(*), min(max(created_at, coalesce(not_before, 0))) FROM outbox"
    " WHERE failed_at IS NULL AND held_at IS NULL AND max(created_at, coalesce(not_before, 0)) < ?"
)
_HELD = "SELECT count(*) FROM outbox WHERE failed_at IS NULL AND held_at IS NOT NULL"
_FAILED = "SELECT count(*), max(error) FROM outbox WHERE failed_at >= ?"
_TIMERS = "SELECT count(*), min(due) FROM timers WHERE due < ?"
_FIRST = "SELECT min(created_at) FROM accounts"
_NEWEST = "SELECT max(created_at) FROM events"
_CHANNELS = "SELECT name, status, since, why, title FROM channels ORDER BY name"
_ACCOUNTS = "SELECT workspace, name, platform, credentials FROM channels ORDER BY name"
_GROUPS = "SELECT title, chat_id, trouble FROM desk_groups WHERE down = 1"
_UNTAKEN = "SELECT bot, taken FROM live_versions WHERE taken <> ''"
_AT_WORK = "SELECT role, host, pid, version, seen_at FROM processes WHERE seen_at >= ? ORDER BY id"


def look_at(path: Path, now: datetime, vault: Vault, *, deep: bool) -> Kept:
    """Raises OSError where it cannot even be opened. A `deep` look reads every page."""
    at: str | None = None
    sizes = path.stat().st_size, _size(Path(f"{path}-wal"))
    try:
        at = revision(f"sqlite:///{path}")
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
            damage = _damage(connection, deep)
            if at != HEAD or damage:
                return Kept(
                    revision=at, expected=HEAD, damage=damage, bytes=sizes[0], log_bytes=sizes[1]
                )
            return whole(connection, now, vault, sizes)
    except sqlite3.DatabaseError as error:
        return Kept(
            revision=at, expected=HEAD, damage=str(error), bytes=sizes[0], log_bytes=sizes[1]
        )


def whole(db: Db, now: datetime, vault: Vault, sizes: tuple[int, int]) -> Kept:
    """All of a database that has today's tables, whichever it is; `sizes` are its own and its log's."""
    late, day = to_micros(now - LATE), to_micros(now - DAY)
    failed, failed_error = db.execute(_FAILED, (day,)).fetchone()
    return Kept(
        revision=HEAD,
        expected=HEAD,
        since=_moment(db, _FIRST),
        newest=_moment(db, _NEWEST),
        unanswered=_late(db.execute(_UNANSWERED, (late,)).fetchone()),
        stuck=_stuck(db, _STUCK, (late, SHOWN)),
        parked=db.execute(_PARKED, (0,)).fetchone()[0],
        parked_lately=db.execute(_PARKED, (day,)).fetchone()[0],
        stumbled=_stuck(db, _STUMBLED, (SHOWN,)),
        unsent=_late(db.execute(_UNSENT, (late,)).fetchone()),
        held=db.execute(_HELD).fetchone()[0],
        failed=failed,
        failed_error=failed_error or "",
        timers=_late(db.execute(_TIMERS, (late,)).fetchone()),
        channels={
            name: ChannelState(status=status, since=to_moment(since), why=why, title=title)
            for name, status, since, why, title in db.execute(_CHANNELS)
        },
        accounts=tuple(_account(row, vault) for row in db.execute(_ACCOUNTS)),
        groups_down={title or id: trouble for title, id, trouble in db.execute(_GROUPS)},
        locked=_locked(db, vault),
        untaken=dict(db.execute(_UNTAKEN).fetchall()),
        processes=tuple(
            AtWork(role, host, pid, version, to_moment(seen_at))
            for role, host, pid, version, seen_at in db.execute(_AT_WORK, (late,))
        ),
        bytes=sizes[0],
        log_bytes=sizes[1],
    )


def _moment(db: Db, query: str) -> datetime | None:
    (found,) = db.execute(query).fetchone()
    return None if found is None else to_moment(found)


def _late(row: Any) -> Late:
    count, since = row
    return Late(count, None if since is None else to_moment(since))


def _stuck(db: Db, query: str, values: Sequence[int]) -> tuple[Stuck, ...]:
    return tuple(
        Stuck(bot, channel, chat_id, many, to_moment(since), attempts, error or "")
        for bot, channel, chat_id, many, since, attempts, error in db.execute(query, values)
    )


def _account(row: Any, vault: Vault) -> KeptAccount:
    workspace, name, platform, sealed = row
    credentials = None
    if sealed:
        with suppress(Locked):
            credentials = from_json(vault.open(sealed, CHANNELS.about(workspace, name)))
    return KeptAccount(name, platform, credentials)


def _damage(connection: sqlite3.Connection, deep: bool) -> str:
    if not deep:
        return ""
    (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    return "" if found == "ok" else str(found)


def _locked(db: Db, vault: Vault) -> tuple[str, ...]:
    """What no key at hand opens."""
    found = []
    for kind in SEALED:
        columns = ", ".join((*kind.key, kind.column))
        query = f"SELECT {columns} FROM {kind.table} WHERE {kind.column} <> ''"
        for *key, sealed in db.execute(query):
            about = kind.about(*key)
            try:
                vault.open(sealed, about)
            except Locked:
                found.append(about)
    return tuple(found)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0

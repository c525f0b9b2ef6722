"""What a database says of itself to somebody who looks for trouble; nothing is written."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bots.errors import Locked
from bots.model.channel import ChannelState
from bots.model.checkup import Kept, Late
from bots.ports import Vault
from storage.migrate import HEAD, revision
from storage.rows import to_micros, to_moment
from storage.sealed import SEALED

LATE = timedelta(minutes=1)
"""What is due for longer than this should have happened."""
DAY = timedelta(days=1)

_UNANSWERED = (
    "SELECT count(*), min(received_at) FROM inbox WHERE done_at IS NULL AND parked_at IS NULL"
    " AND received_at < ?"
)
_PARKED = "SELECT count(*), max(error) FROM inbox WHERE done_at IS NULL AND parked_at IS NOT NULL"
_UNSENT = (
    "SELECT count(*), min(max(created_at, coalesce(not_before, 0))) FROM outbox"
    " WHERE failed_at IS NULL AND held_at IS NULL AND max(created_at, coalesce(not_before, 0)) < ?"
)
_HELD = "SELECT count(*) FROM outbox WHERE failed_at IS NULL AND held_at IS NOT NULL"
_FAILED = "SELECT count(*), max(error) FROM outbox WHERE failed_at >= ?"
_TIMERS = "SELECT count(*), min(due) FROM timers WHERE due < ?"
_NEWEST = "SELECT max(created_at) FROM events"
_CHANNELS = "SELECT name, status, since, why, title FROM channels ORDER BY name"
_GROUPS = "SELECT title, chat_id, trouble FROM desk_groups WHERE down = 1"
_UNTAKEN = "SELECT bot, taken FROM live_versions WHERE taken <> ''"


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
            return _whole(connection.execute, now, vault, sizes)
    except sqlite3.DatabaseError as error:
        return Kept(
            revision=at, expected=HEAD, damage=str(error), bytes=sizes[0], log_bytes=sizes[1]
        )


def _whole(
    ask: Callable[..., sqlite3.Cursor], now: datetime, vault: Vault, sizes: tuple[int, int]
) -> Kept:
    late, day = to_micros(now - LATE), to_micros(now - DAY)
    parked, parked_error = ask(_PARKED).fetchone()
    failed, failed_error = ask(_FAILED, (day,)).fetchone()
    newest = ask(_NEWEST).fetchone()[0]
    return Kept(
        revision=HEAD,
        expected=HEAD,
        newest=None if newest is None else to_moment(newest),
        unanswered=_late(ask(_UNANSWERED, (late,)).fetchone()),
        parked=parked,
        parked_error=parked_error or "",
        unsent=_late(ask(_UNSENT, (late,)).fetchone()),
        held=ask(_HELD).fetchone()[0],
        failed=failed,
        failed_error=failed_error or "",
        timers=_late(ask(_TIMERS, (late,)).fetchone()),
        channels={
            name: ChannelState(status=status, since=to_moment(since), why=why, title=title)
            for name, status, since, why, title in ask(_CHANNELS)
        },
        groups_down={title or id: trouble for title, id, trouble in ask(_GROUPS)},
        locked=_locked(ask, vault),
        untaken=dict(ask(_UNTAKEN).fetchall()),
        bytes=sizes[0],
        log_bytes=sizes[1],
    )


def _late(row: Any) -> Late:
    count, since = row
    return Late(count, None if since is None else to_moment(since))


def _damage(connection: sqlite3.Connection, deep: bool) -> str:
    if not deep:
        return ""
    (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    return "" if found == "ok" else str(found)


def _locked(ask: Callable[..., sqlite3.Cursor], vault: Vault) -> tuple[str, ...]:
    """What no key at hand opens."""
    found = []
    for kind in SEALED:
        columns = ", ".join((*kind.key, kind.column))
        for *key, sealed in ask(f"SELECT {columns} FROM {kind.table} WHERE {kind.column} <> ''"):
            about = kind.about(*key)
            try:
                vault.open(sealed, about)
            except Locked:
                found.append(about)
    return tuple(found)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0

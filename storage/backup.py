"""A copy of the database while it is written to, and whether a copy can be started from."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.migrate import HEAD, known_revisions, revision

PAGES = 2000
"""Copied in one go; between two goes the server writes."""

RESTORED = "under way when the backup was made"
"""Begins what is said of messages that a restore holds back."""


class Unusable(Exception):
    """A file that no Easy Flow can be started from; says why."""


def copy_database(source: Path, target: Path) -> None:
    """Everything that was committed, in one file. Raises OSError where the source cannot be read."""
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30)) as read,
            closing(sqlite3.connect(target)) as written,
        ):
            read.backup(written, pages=PAGES)
            # Of the one file nothing may stand in a log beside it.
            written.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise OSError(f"The database {source} cannot be copied: {error}") from error


def check_database(path: Path) -> str:
    """The revision of a copy. Raises Unusable."""
    try:
        at = revision(f"sqlite:///{path}")
        with closing(sqlite3.connect(path)) as connection:
            (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        raise Unusable(f"the database in it is damaged ({error})") from None
    if found != "ok":
        raise Unusable(f"the database in it is damaged ({found})")
    if at is None:
        raise Unusable("the database in it is none of Easy Flow's")
    if at != HEAD and at not in known_revisions():
        raise Unusable(f"it was made by a later version of Easy Flow ({at}): install that one")
    return at


def hold_back(path: Path, now: datetime) -> tuple[int, int]:
    """Let a copy neither answer nor send what was under way when it was made: since then that was done.

    Gives how many messages of customers and how many calls to messengers that were. They stay where
    a person sees them.
    """
    at = (now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    with closing(sqlite3.connect(path)) as connection, connection:
        came = connection.execute(
            "UPDATE inbox SET parked_at = ?, error = ? WHERE done_at IS NULL AND parked_at IS NULL",
            (at, f"{RESTORED}: it may have been answered since"),
        )
        left = connection.execute(
            "UPDATE outbox SET sending_at = NULL, failed_at = ?, error = ? WHERE failed_at IS NULL",
            (at, f"{RESTORED}: it may have been sent since"),
        )
    return came.rowcount, left.rowcount


def counts(path: Path) -> dict[str, int]:
    """How many there are of what an owner would count."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for name in ("conversations", "messages", "accounts", "documents", "timers", "outbox")
        }

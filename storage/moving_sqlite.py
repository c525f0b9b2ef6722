"""SQLite as either side of a move: read as it is at one moment, or made anew."""

import os
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from storage.migrate import migrate
from storage.moving import CHUNK, Row, Shape


class SqliteSource:
    """Over a connection inside a transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    async def rows(self, shape: Shape, query: str) -> AsyncIterator[Sequence[Row]]:
        cursor = self._db.execute(query)
        while chunk := cursor.fetchmany(CHUNK):
            yield chunk

    async def last_number(self, shape: Shape) -> int:
        (highest,) = self._db.execute(
            f"SELECT coalesce(max({shape.number}), 0) FROM {shape.name}"
        ).fetchone()
        given = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (shape.name,))
        return max(int(highest), *(int(seq) for (seq,) in given), 0)


class SqliteTarget(SqliteSource):
    """A new file."""

    slotted = False
    keeps_nul = True

    async def put(self, shape: Shape, rows: Sequence[Row]) -> None:
        self._db.executemany(shape.insert, rows)

    async def count_on(self, shape: Shape, last: int) -> None:
        table = "SELECT 1 FROM sqlite_master WHERE name = ? AND sql LIKE '%AUTOINCREMENT%'"
        if self._db.execute(table, (shape.name,)).fetchone() is not None:
            self._db.execute("DELETE FROM sqlite_sequence WHERE name = ?", (shape.name,))
            self._db.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (shape.name, last))


@contextmanager
def read(path: Path) -> Iterator[SqliteSource]:
    """A file as it is now. Raises OSError."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as db:
            db.isolation_level = None
            db.execute("BEGIN")
            yield SqliteSource(db)
    except sqlite3.Error as error:
        raise OSError(f"The database {path} cannot be read: {error}") from error


@contextmanager
def made(path: Path) -> Iterator[SqliteTarget]:
    """A new file, synced to disk at the end. Raises OSError; the file is gone then."""
    path.unlink(missing_ok=True)
    try:
        migrate(f"sqlite:///{path}")
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            # Half of it is thrown away: nothing has to be undone.
            db.execute("PRAGMA journal_mode = OFF")
            db.execute("PRAGMA synchronous = OFF")
            db.execute("PRAGMA cache_size = -65536")
            triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            db.execute("BEGIN")
            # Counts are copied as they are, not counted.
            kept = triggers.fetchall()
            for name, _ in kept:
                db.execute(f"DROP TRIGGER {name}")
            yield SqliteTarget(db)
            for _, sql in kept:
                db.execute(sql)
            db.execute("COMMIT")
        sync(path)
    except sqlite3.Error as error:
        path.unlink(missing_ok=True)
        raise OSError(f"{path} cannot be written: {error}") from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def sync(path: Path) -> None:
    """To disk: a file, or what names there are in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

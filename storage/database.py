"""The SQLite file: where it is, that it is ours alone, and how connections to it are set up."""

import errno
import os
import sqlite3
from pathlib import Path
from typing import IO, Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

CURE = "`python run.py doctor` looks at the file, its rights and its disk, and says what to do"
"""Of a file that cannot be opened."""

_CACHED_STATEMENTS = 256

# sqlite3 would look in three places for how to write each of them, and then write it as a number.
sqlite3.register_adapter(bool, int)


def sqlite_path(url: str) -> Path:
    """The file of `sqlite:///data/easyflow.db`. Raises ValueError with a sentence for others."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ValueError(
            "The database URL cannot be read; write it like sqlite:///data/easyflow.db"
        ) from None
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise ValueError(
            f"{parsed.get_backend_name()} is not supported yet; use sqlite:///data/easyflow.db"
        )
    return Path(parsed.database)


def open_writer(path: Path) -> sqlite3.Connection:
    """The connection of the writer's thread: WAL, and synced to disk at every commit."""
    connection = sqlite3.connect(
        path,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=_CACHED_STATEMENTS,
    )
    connection.execute("PRAGMA busy_timeout = 1500")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -65536")
    connection.execute("PRAGMA wal_autocheckpoint = 0")  # storage/checkpoints.py does it
    connection.execute(f"PRAGMA journal_size_limit = {64 * 1024 * 1024}")
    connection.execute("BEGIN IMMEDIATE")  # a file that cannot be written is told of now
    connection.execute("ROLLBACK")
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write, for one thread at a time."""
    connection = sqlite3.connect(
        path,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=_CACHED_STATEMENTS,
    )
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute("PRAGMA query_only = ON")
    return connection


def open_readers(path: Path) -> AsyncEngine:
    """Connections that cannot write, for everything that is not in a hurry."""
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}",
        pool_size=4,
        max_overflow=12,
        # An error of the database says what failed, not what a customer wrote.
        hide_parameters=True,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 5000")
        cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    return engine


class Lock:
    """Says that a database is in use, until it is let go or the process is gone."""

    def __init__(self, path: Path) -> None:
        """Raises OSError with a sentence for the person at the terminal."""
        self._file = _open(path)
        try:
            _lock(self._file)
        except OSError:
            owner = self._file.read().strip()
            self._file.close()
            raise BlockingIOError(
                f"Easy Flow already runs on {path}{f' (process {owner})' if owner else ''};"
                " stop it first, or give this one another EASYFLOW_DATA_DIR"
            ) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        self._file.close()


def check_folder(folder: Path) -> None:
    """Raises OSError with a sentence where the data folder is not to be written to or made. Makes nothing."""
    try:
        there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
        if not there.is_dir():
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if not os.access(there, os.W_OK | os.X_OK):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise _not_writable(folder, error) from None


def _open(path: Path) -> IO[str]:
    folder = path.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return open(path.with_name(path.name + ".lock"), "a+", encoding="ascii")
    except OSError as error:
        raise _not_writable(folder, error) from None


def _not_writable(folder: Path, error: OSError) -> OSError:
    return OSError(
        error.errno,
        f"Cannot write to the data folder {folder}: {error.strerror}; make it writable"
        " or set EASYFLOW_DATA_DIR to another one",
    )


def _lock(file: IO[str]) -> None:
    file.seek(0)
    try:
        import fcntl  # Unix alone has it
    except ImportError:
        import msvcrt  # and Windows this

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

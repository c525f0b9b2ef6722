"""Everything kept in one SQLite file: migrate it, open it, give its stores."""

import asyncio
import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from bots.ports import Clock, NewId
from storage.checkpoints import Checkpoints
from storage.database import CURE, Lock, open_readers, open_writer
from storage.migrate import migrate
from storage.reading import ThreadReading
from storage.stores import Base, Stores, stores_over
from storage.words import Words
from storage.writer import ThreadWriter
from storage.writes import NumberedIntake


async def open_sqlite(path: Path, *, new_id: NewId, clock: Clock) -> Stores:
    """Raises OSError with a sentence: not writable, or in use by another Easy Flow."""
    lock = Lock(path)
    try:
        connection = await asyncio.to_thread(_prepare, path)
    except BaseException:
        lock.release()
        raise
    last_arrival = connection.execute("SELECT coalesce(max(seq), 0) FROM inbox").fetchone()[0]
    writer = ThreadWriter(connection, Checkpoints(path))
    reader = open_readers(path)
    reading = ThreadReading(path)

    def pool() -> tuple[int, int]:
        readers = reader.pool
        assert isinstance(readers, QueuePool)
        return readers.size() + 1, readers.checkedout() + writer.busy

    async def close() -> None:
        await writer.close()
        await reader.dispose()
        await reading.close()
        lock.release()

    base = Base(
        writer=writer, reader=reader, reading=reading, pool=pool, close=close, words=Words()
    )
    return stores_over(base, NumberedIntake(last_arrival), new_id=new_id, clock=clock)


def _prepare(path: Path) -> sqlite3.Connection:
    try:
        migrate(f"sqlite:///{path}")
        return open_writer(path)
    except (sqlite3.DatabaseError, DBAPIError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise OSError(f"Cannot open the database {path}: {reason}. {CURE}") from error

"""The durable floor: an update is in SQLite and synced to disk before it is answered 200, nothing more.

Updates that wait together are committed together, by one thread.
"""

import asyncio
import queue
import sqlite3
import threading

from benchmarks.peers import place
from benchmarks.peers.floor.answering import Floor, serve

MOST_TOGETHER = 500


class Inbox:
    """A table of updates, each once."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[tuple[int, bytes, asyncio.Future[None]]]
        self._waiting = queue.SimpleQueue()
        threading.Thread(target=self._write, daemon=True).start()

    async def keep(self, number: int, body: bytes) -> None:
        """Come back when it is on the disk."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.put((number, body, done))
        await done

    def _write(self) -> None:
        db = sqlite3.connect(place.DATA / "inbox.db", isolation_level=None)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("CREATE TABLE IF NOT EXISTS inbox (number INTEGER PRIMARY KEY, body BLOB)")
        while True:
            batch = [self._waiting.get()]
            while not self._waiting.empty() and len(batch) < MOST_TOGETHER:
                batch.append(self._waiting.get())
            db.execute("BEGIN IMMEDIATE")
            db.executemany(
                "INSERT INTO inbox (number, body) VALUES (?, ?) ON CONFLICT DO NOTHING",
                [(number, body) for number, body, _ in batch],
            )
            db.execute("COMMIT")
            batch[0][2].get_loop().call_soon_threadsafe(_told, [done for _, _, done in batch])


def _told(futures: list[asyncio.Future[None]]) -> None:
    for done in futures:
        if not done.done():
            done.set_result(None)


if __name__ == "__main__":
    serve(Floor(Inbox().keep))

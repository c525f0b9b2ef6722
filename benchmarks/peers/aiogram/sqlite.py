"""aiogram with hand-written SQL over aiosqlite, every transaction synced to disk."""

import asyncio
import json

import aiosqlite

from benchmarks.peers import place
from benchmarks.peers.aiogram.kept import Kept, KeptStorage, serve_kept

SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS chats (
    id INTEGER PRIMARY KEY, state TEXT, data TEXT NOT NULL, last_update INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, chat INTEGER NOT NULL, outgoing INTEGER NOT NULL, text TEXT);
CREATE INDEX IF NOT EXISTS messages_of_chat ON messages (chat, id);
"""


class SqliteStorage(KeptStorage):
    """One connection; a transaction at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._db: aiosqlite.Connection | None = None
        self._writing = asyncio.Lock()

    async def open(self) -> None:
        self._db = await aiosqlite.connect(place.DATA / "bot.db", isolation_level=None)
        await self._db.executescript(SCHEMA)

    async def close(self) -> None:
        if self._db is not None:
            await self._db.close()

    async def load(self, chat: int) -> Kept:
        assert self._db is not None
        query = "SELECT state, data, last_update FROM chats WHERE id = ?"
        rows = list(await self._db.execute_fetchall(query, (chat,)))
        if not rows:
            return Kept(chat)
        state, data, last_update = rows[0]
        return Kept(chat, state, json.loads(data), last_update)

    async def save(self, kept: Kept, heard: str | None) -> None:
        assert self._db is not None
        chat = kept.chat, kept.state, json.dumps(kept.data), kept.last_update
        messages = [(kept.chat, 0, heard), *((kept.chat, 1, text) for text in kept.said)]
        async with self._writing:
            await self._db.execute("BEGIN IMMEDIATE")
            await self._db.execute(
                "INSERT INTO chats (id, state, data, last_update) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET state = excluded.state, data = excluded.data,"
                " last_update = excluded.last_update",
                chat,
            )
            await self._db.executemany(
                "INSERT INTO messages (chat, outgoing, text) VALUES (?, ?, ?)", messages
            )
            await self._db.commit()


if __name__ == "__main__":
    storage = SqliteStorage()
    serve_kept(storage, storage.open)

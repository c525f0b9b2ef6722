"""aiogram with SQLAlchemy's ORM over aiosqlite, every transaction synced to disk."""

import asyncio
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, event
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from benchmarks.peers import place
from benchmarks.peers.aiogram.kept import Kept, KeptStorage, serve_kept


class Table(DeclarativeBase):
    pass


class Chat(Table):
    __tablename__ = "chats"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    state: Mapped[str | None]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    last_update: Mapped[int]


class Message(Table):
    __tablename__ = "messages"
    __table_args__ = (Index("messages_of_chat", "chat", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    chat: Mapped[int] = mapped_column(BigInteger)
    outgoing: Mapped[bool]
    text: Mapped[str | None]


class OrmStorage(KeptStorage):
    """A short session to read, another to write; one writes at a time, as SQLite wants it."""

    def __init__(self) -> None:
        super().__init__()
        url = f"sqlite+aiosqlite:///{place.DATA / 'bot.db'}"
        # Without overflow, whose connections would be opened and closed again for each update.
        self._engine = create_async_engine(url, pool_size=10, max_overflow=0)
        event.listen(self._engine.sync_engine, "connect", _synced)
        self._sessions: async_sessionmaker[AsyncSession]
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)
        self._writing = asyncio.Lock()

    async def open(self) -> None:
        async with self._engine.begin() as connection:
            await connection.run_sync(Table.metadata.create_all)

    async def close(self) -> None:
        await self._engine.dispose()

    async def load(self, chat: int) -> Kept:
        async with self._sessions() as session:
            row = await session.get(Chat, chat)
        if row is None:
            return Kept(chat, row=Chat(id=chat))
        return Kept(chat, row.state, row.data, row.last_update, row=row)

    async def save(self, kept: Kept, heard: str | None) -> None:
        kept.row.state, kept.row.data = kept.state, kept.data
        kept.row.last_update = kept.last_update
        async with self._writing, self._sessions.begin() as session:
            session.add(kept.row)
            session.add(Message(chat=kept.chat, outgoing=False, text=heard))
            session.add_all(Message(chat=kept.chat, outgoing=True, text=text) for text in kept.said)


def _synced(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


if __name__ == "__main__":
    storage = OrmStorage()
    serve_kept(storage, storage.open)

"""python-telegram-bot with a hand-written persistence: SQLite, synced to disk after every update.

The library's own interval (a minute, one second at least) loses what came since; so this asks for the
writing as each update ends. The webhook has been answered before that: what waits in the library's
queue is lost when the process is killed.
"""

import json
import sqlite3
from typing import Any

from telegram.ext import Application, BasePersistence, PersistenceInput

from benchmarks.peers import place
from benchmarks.peers.telegram_bot.dialog import builder, serve

SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS states (
    name TEXT, chat INTEGER, user INTEGER, state TEXT NOT NULL, PRIMARY KEY (name, chat, user));
"""


class SqlitePersistence(BasePersistence[dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """Customers' data and where they are; read when the bot starts, written as it changes."""

    def __init__(self) -> None:
        kept = PersistenceInput(bot_data=False, chat_data=False, callback_data=False)
        super().__init__(store_data=kept)
        self.db = sqlite3.connect(place.DATA / "bot.db")
        self.db.executescript(SCHEMA)

    async def get_user_data(self) -> dict[int, dict[Any, Any]]:
        return {id: json.loads(data) for id, data in self.db.execute("SELECT * FROM users")}

    async def get_conversations(self, name: str) -> dict[Any, Any]:
        query = "SELECT chat, user, state FROM states WHERE name = ?"
        rows = self.db.execute(query, (name,))
        return {(chat, user): json.loads(state) for chat, user, state in rows}

    async def update_user_data(self, user_id: int, data: dict[Any, Any]) -> None:
        self.db.execute(
            "INSERT INTO users VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET data = excluded.data",
            (user_id, json.dumps(data)),
        )

    async def update_conversation(self, name: str, key: Any, new_state: Any) -> None:
        if new_state is None:
            query = "DELETE FROM states WHERE name = ? AND chat = ? AND user = ?"
            self.db.execute(query, (name, *key))
            return
        self.db.execute(
            "INSERT INTO states VALUES (?, ?, ?, ?)"
            " ON CONFLICT (name, chat, user) DO UPDATE SET state = excluded.state",
            (name, *key, json.dumps(new_state)),
        )

    async def drop_user_data(self, user_id: int) -> None:
        self.db.execute("DELETE FROM users WHERE id = ?", (user_id,))

    async def flush(self) -> None:
        self.db.commit()

    async def get_chat_data(self) -> dict[int, dict[Any, Any]]:
        return {}

    async def get_bot_data(self) -> dict[Any, Any]:
        return {}

    async def get_callback_data(self) -> None:
        return None

    async def update_chat_data(self, chat_id: int, data: dict[Any, Any]) -> None: ...

    async def update_bot_data(self, data: dict[Any, Any]) -> None: ...

    async def update_callback_data(self, data: Any) -> None: ...

    async def drop_chat_data(self, chat_id: int) -> None: ...

    async def refresh_user_data(self, user_id: int, user_data: dict[Any, Any]) -> None: ...

    async def refresh_chat_data(self, chat_id: int, chat_data: dict[Any, Any]) -> None: ...

    async def refresh_bot_data(self, bot_data: dict[Any, Any]) -> None: ...


class SavingApplication(Application[Any, Any, Any, Any, Any, Any]):
    """Saves after each update what it has changed."""

    async def process_update(self, update: object) -> None:
        await super().process_update(update)
        await self.update_persistence()
        assert self.persistence is not None
        await self.persistence.flush()


if __name__ == "__main__":
    saving = builder().application_class(SavingApplication).persistence(SqlitePersistence())
    serve(saving.build(), persistent=True)

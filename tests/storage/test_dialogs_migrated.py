"""A database of before lists: what is known of its chats and messages is told of them afterwards."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command

from bots.model.dialog import Sought
from storage.sqlite import open_sqlite
from tests.storage.alembic_moves import alembic
from tests.storage.conftest import HandClock, numbers

EPISODE = '{"id":"e1","number":1,"state":"released","requested_at":"2026-03-08T12:00:00Z"}'


def insert(db: sqlite3.Connection, table: str, **values: Any) -> None:
    columns = ", ".join(values)
    marks = ", ".join("?" * len(values))
    db.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(values.values()))


def chat(db: sqlite3.Connection, id: int, status: str, episode: str | None) -> None:
    who = {"workspace": 1, "bot": "shop", "platform": "telegram", "user_id": str(id)}
    times = {"created_at": id, "updated_at": id}
    insert(db, "customers", id=id, uuid=f"c{id}", remembered="{}", profile="{}", **who, **times)
    guards = {"unreachable": 0, "keyboard": 0, "claim": 1, "epoch": 1, "seq": 3}
    place = {"channel": "telegram:1", "chat_id": str(id), "customer_id": id, "uuid": f"v{id}"}
    state = {"owner": "bot", "status": status, "position": "{}", "context": "{}"}
    insert(db, "conversations", id=id, episode=episode, **who, **place, **state, **guards, **times)


def message(db: sqlite3.Connection, seq: int, author: str, parts: str | None = None) -> None:
    what = {"message_id": f"m{seq}", "author": author, "text": f"Слова {seq}", "parts": parts}
    rest = {"direction": "outbound", "created_at": seq, "message_type": "text"}
    where = {"conversation_id": 1, "seq": seq, "workspace": 1, "platform_message_id": ""}
    insert(db, "messages", **where, **what, **rest)


@pytest.fixture
def before(tmp_path: Path) -> Path:
    path = tmp_path / "easyflow.db"
    alembic(path, command.upgrade, "v0006")
    with closing(sqlite3.connect(path)) as db, db:
        chat(db, 1, "closed", EPISODE)
        chat(db, 2, "active", None)
        message(db, 1, "customer")
        message(db, 2, "operator", '{"reply_to":"7"}')
        message(db, 3, "operator")
        for seq, operator in ((2, 5), (3, 6)):
            at = {"channel": "telegram:1", "chat_id": "-100", "message_id": str(seq)}
            what = {"conversation_id": 1, "seq": seq, "part": 0, "way": "out", "thread_id": ""}
            insert(db, "relays", operator=operator, created_at=1, **at, **what)
        deleted = {"name": "message.deleted", "data": '{"message_id":"m3"}'}
        insert(db, "events", workspace=1, conversation_id=1, created_at=9, **deleted)
    return path


async def test_what_was_known_before_is_told(before: Path, clock: HandClock) -> None:
    stores = await open_sqlite(before, new_id=numbers(), clock=clock)
    try:
        page = await stores.dialogs.listed(1, Sought(), limit=5, offset=0)
        assert [(one.id, one.closed, one.handoff) for one in page.chats] == [
            (2, False, "none"),
            (1, True, "released"),
        ]
        assert page.total == 2
        archived = Sought(closed=True, handoff="released", platform="telegram")
        assert (await stores.dialogs.listed(1, archived, limit=5, offset=0)).total == 1
        told, _ = await stores.dialogs.messages(1, limit=5, offset=None, after=None)
        assert [one.operator for one in told] == [None, 5, 6]
        assert [one.reply_to for one in told] == ["", "7", ""]
        assert [one.deleted_at is not None for one in told] == [False, False, True]
    finally:
        await stores.close()


def test_it_goes_back_as_well(before: Path) -> None:
    alembic(before, command.upgrade, "v0007")
    alembic(before, command.downgrade, "v0006")
    with closing(sqlite3.connect(before)) as db, db:
        chat(db, 3, "active", None)
        assert db.execute("SELECT count(*) FROM conversations").fetchone() == (3,)
        assert not db.execute("SELECT 1 FROM sqlite_master WHERE type = 'trigger'").fetchall()

"""A move takes every row of every table along, there and back, or does nothing and says why."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from shutil import copy2
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Boolean, Float, Integer, Table

from bots.model.slots import CHORES, slot_of
from storage.database import Lock
from storage.every_table import METADATA, WORDS
from storage.move import copy_out, move, put_back
from storage.moving import OF_PROCESSES, SHAPES, NotMoved
from storage.opening import Place, open_stores
from storage.postgres.url import connecting
from tests.servers.postgres import Server
from tests.storage.conftest import HandClock, numbers
from tests.storage.samples import ANNA, BORIS, NOON, answer, message, opened, outgoing, timer

ROWS = 3
TEXTS = ("", "Где мой заказ? 🚚 'quoted' \"twice\" \\ ?1 :name", "x" * 2000 + "\n\t\r")


@pytest.fixture
async def empty(postgres_server: Server) -> AsyncIterator[str]:
    url = await postgres_server.of_role()
    yield url
    await postgres_server.drop(url)


@pytest.fixture
def full(database: Path) -> Path:
    """Every column of every table with its extremes, and numbers given to rows that are gone."""
    with closing(sqlite3.connect(database)) as db, db:
        for table in METADATA.sorted_tables:
            if table.name in OF_PROCESSES:
                continue
            for number in range(1, ROWS + 1):
                row = {column.name: _value(table, column, number) for column in table.columns}
                db.execute(
                    f"INSERT INTO {table.name} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"
                    + (" ON CONFLICT DO NOTHING" if table.name == "conversation_counts" else ""),
                    tuple(row.values()),
                )
        db.execute(f"INSERT INTO {WORDS} (rowid, title, body) VALUES (7, 'заказ', 'заказ доставк')")
        db.execute("UPDATE sqlite_sequence SET seq = 500 WHERE name = 'events'")
    return database


def _value(table: Table, column: Any, number: int) -> Any:
    if column.name in ("message", "slot") and table.name == "inbox":
        return None if column.name == "message" else 0
    if column.name == "slot":
        return 0
    if (
        column.foreign_keys
        or column.name in ("workspace", "id", "conversation_id")
        and isinstance(column.type, Integer)
    ):
        return number
    if column.nullable and number == 2:
        return None
    if isinstance(column.type, Boolean):
        return number % 2
    if isinstance(column.type, Integer):
        return number if column.primary_key else (0, 2**62, -(2**62))[number - 1] or number
    if isinstance(column.type, Float):
        return (0.1, 1e300, -2.5)[number - 1]
    return f"{number}{TEXTS[number - 1]}"


def rows_of(path: Path) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(path)) as db:
        found = {
            shape.name: sorted(db.execute(shape.plain).fetchall(), key=repr) for shape in SHAPES
        }
        found["numbers"] = sorted(db.execute("SELECT * FROM sqlite_sequence").fetchall())
        found["schema"] = sorted(db.execute("SELECT type, name FROM sqlite_master").fetchall())
        return found


async def asked(url: str, query: str) -> Any:
    connection = await asyncpg.connect(**connecting(url))
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_every_row_goes_there_and_comes_back(full: Path, empty: str, tmp_path: Path) -> None:
    before = rows_of(full)
    assert all(before[shape.name] for shape in SHAPES)
    counts = await move(full, empty)
    assert rows_of(full) == before
    assert await move(empty, tmp_path / "back.db") == counts
    assert counts == {shape.name: len(before[shape.name]) for shape in SHAPES}
    assert rows_of(tmp_path / "back.db") == before


async def test_what_was_talked_about_goes_on_over_there(
    database: Path, empty: str, clock: HandClock
) -> None:
    stores = await open_stores(database, new_id=numbers(), clock=clock)
    chat = await opened(stores.journal)
    await stores.journal.accept([message("1"), message("2", happening="desk")])
    chat = await answer(
        stores.journal,
        chat,
        outgoing=[outgoing(chat, chat.seq + 2)],
        timers=[timer(chat, "remind", NOON)],
    )
    await stores.close()
    await move(database, empty)
    slots = "SELECT string_agg(DISTINCT slot::text, ' ' ORDER BY slot::text) FROM"
    assert await asked(empty, f"{slots} outbox") == str(slot_of(ANNA))
    assert await asked(empty, f"{slots} timers") == str(slot_of(ANNA))
    assert set((await asked(empty, f"{slots} inbox")).split()) == {
        str(slot_of(ANNA)),
        str(CHORES),
    }
    stores = await open_stores(empty, new_id=numbers(), clock=clock)
    assert (await stores.journal.claim(chat.address)).seq == chat.seq
    # New numbers go on behind the old, and counts go on being kept.
    other = await opened(stores.journal, BORIS)
    assert other.id > chat.id
    await stores.close()
    assert await asked(empty, "SELECT sum(count) FROM conversation_counts") == 2
    assert await asked(empty, "SELECT count(*) FROM pg_class WHERE relforcerowsecurity") > 10
    disabled = "SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O' AND NOT tgisinternal"
    assert await asked(empty, disabled) == 0


async def test_a_database_that_is_not_empty_is_left_alone(
    full: Path, empty: str, tmp_path: Path, migrated: Path
) -> None:
    await move(full, empty)
    with pytest.raises(NotMoved, match="is not empty, there are 3 "):
        await move(full, empty)
    before = rows_of(full)
    with pytest.raises(NotMoved, match="is not empty"):
        await move(empty, full)
    assert rows_of(full) == before
    copy2(migrated, tmp_path / "other.db")
    assert await move(empty, tmp_path / "other.db")


async def test_nothing_is_moved_from_under_a_server(full: Path, empty: str, tmp_path: Path) -> None:
    lock = Lock(full)
    with pytest.raises(NotMoved, match="at work"):
        await move(full, empty)
    lock.release()
    await move(full, empty)
    now = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
    await asked(
        empty,
        "INSERT INTO processes (id, key, role, host, pid, version, started_at, seen_at, stopping)"
        f" VALUES ('a', 1, 'web', 'here', 1, '1', {now}, {now}, 0)",
    )
    with pytest.raises(NotMoved, match="at work"):
        await move(empty, tmp_path / "back.db")
    with pytest.raises(NotMoved, match="at work"):
        await put_back(full, empty)
    assert {"back.db", ".back.db.moving"}.isdisjoint(os.listdir(tmp_path))


async def test_a_move_that_fails_midway_leaves_nothing(full: Path, empty: str) -> None:
    with closing(sqlite3.connect(full)) as db, db:
        db.execute("UPDATE webhook_log SET status = 'no number' WHERE id = 3")
    with pytest.raises(NotMoved, match="webhook_log"):
        await move(full, empty)
    assert await asked(empty, "SELECT count(*) FROM messages") == 0
    with closing(sqlite3.connect(full)) as db, db:
        db.execute("UPDATE webhook_log SET status = 3 WHERE id = 3")
    await move(full, empty)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda url: url.replace("easyflow_walled:easyflow_walled", "easyflow_nobody:x"), "nobody"),
        (lambda url: f"{url}_not_there", "there is no database"),
        (lambda url: url.replace("5432", "1"), "no PostgreSQL answers at"),
        (lambda url: url.replace("127.0.0.1", "no.such.host.invalid"), "there is no host"),
    ],
)
async def test_what_cannot_be_reached_is_said_in_plain_words(
    full: Path, empty: str, change: Any, why: str
) -> None:
    with pytest.raises(OSError, match=why) as raised:
        await move(full, change(empty))
    assert ":easyflow_walled@" not in str(raised.value)


async def test_another_version_is_refused(full: Path, empty: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(full)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = 'v0003'")
    with pytest.raises(NotMoved, match="another version of Easy Flow"):
        await move(full, empty)
    with pytest.raises(NotMoved, match="no database at"):
        await move(tmp_path / "none.db", empty)
    with pytest.raises(NotMoved, match="nothing of Easy Flow"):
        await move(empty, tmp_path / "back.db")


async def test_a_copy_is_of_one_moment_and_is_put_back_over_all_there_is(
    full: Path, empty: str, tmp_path: Path, clock: HandClock
) -> None:
    await move(full, empty)
    before = rows_of(full)
    stores = await open_stores(empty, new_id=numbers(), clock=clock)
    file = tmp_path / "copy.db"
    talking = asyncio.create_task(_talk(stores))
    await copy_out(empty, file)
    await talking
    await stores.close()
    kept = rows_of(file)
    assert len(kept["messages"]) % 2 == len(before["messages"]) % 2
    assert len(kept["events"]) >= ROWS
    await put_back(file, empty)
    await copy_out(empty, tmp_path / "again.db")
    assert rows_of(tmp_path / "again.db") == kept


async def _talk(stores: Any) -> None:
    chat = await opened(stores.journal)
    for _ in range(20):
        chat = await answer(stores.journal, chat)


def test_places_are_known_by_how_they_are_typed(tmp_path: Path) -> None:
    from storage.opening import place_of, shown_place

    wanted: dict[str, Place] = {
        "postgres://a:b@h/d": "postgresql+asyncpg://a:b@h/d",
        f"sqlite:///{tmp_path}/x.db": tmp_path / "x.db",
        str(tmp_path): tmp_path / "easyflow.db",
    }
    assert {typed: place_of(typed) for typed in wanted} == wanted
    assert shown_place("postgresql+asyncpg://a:b@h/d") == "postgresql+asyncpg://a:***@h/d"
    for typed in ("mysql://a/b", "postgresql://host", "", "sqlite:///"):
        with pytest.raises(ValueError, match="postgresql"):
            place_of(typed)
    for typed in ("postgresql://me:a@b:c/d#e@host:5432/shop", "postgresql://me:x@host:5432x/shop"):
        with pytest.raises(
            ValueError, match="its port is no number; in a password write %40 for @"
        ):
            place_of(typed)

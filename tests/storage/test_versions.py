"""Versions of bots: immutable, numbered, one of them live, published by several processes."""

import asyncio
import json
import signal
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command

from bots.model.version import Live
from storage.beside import NoDatabase, in_use, open_beside
from storage.stores import Stores
from storage.versions import SqlVersions, live_files
from tests.storage.alembic_moves import alembic
from tests.storage.conftest import ON_SQLITE, HandClock, House

FILES = {"bot.yaml": "bot: Магазин"}


async def publish(stores: Stores, clock: HandClock, hash: str, **more: Any) -> Live:
    clock.move(minutes=1)
    files = {"bot.yaml": f"bot: {hash}"}
    return await stores.versions.publish(1, "shop", hash, files, by="test", now=clock.now, **more)


async def test_versions_are_numbered_and_the_last_published_is_live(
    stores: Stores, clock: HandClock
) -> None:
    assert await stores.versions.live(1) == []
    first = await publish(stores, clock, "a")
    second = await publish(stores, clock, "b")
    assert (first.number, second.number) == (1, 2)
    assert await stores.versions.live(1) == [second]
    assert await stores.versions.live(2) == []
    newest, before = await stores.versions.all(1, "shop")
    assert (newest.number, newest.left_at, newest.by) == (2, None, "test")
    assert (before.number, before.left_at) == (1, second.since)
    assert await stores.versions.files(1, "shop", "a") == {"bot.yaml": "bot: a"}
    assert await stores.versions.files(1, "shop", "c") is None


async def test_going_back_makes_no_new_number_and_a_number_is_never_given_twice(
    stores: Stores, clock: HandClock
) -> None:
    for hash in ("a", "b", "c"):
        await publish(stores, clock, hash)
    assert (await publish(stores, clock, "a")).number == 1
    clock.move(days=31)
    assert await stores.versions.prune(clock.now - timedelta(days=30)) == 2
    assert [version.number for version in await stores.versions.all(1, "shop")] == [1]
    assert (await publish(stores, clock, "d")).number == 4


async def test_what_is_live_is_published_again_only_when_asked_to(
    stores: Stores, clock: HandClock
) -> None:
    first = await publish(stores, clock, "a")
    assert await publish(stores, clock, "a") == first
    again = await publish(stores, clock, "a", again=True)
    assert (again.number, again.since > first.since) == (1, True)


async def test_what_was_promised_to_chats_outlives_the_next_publishing(
    stores: Stores, clock: HandClock
) -> None:
    urgent = await publish(stores, clock, "a", retire=True)
    await stores.versions.take(1, urgent)
    later = await publish(stores, clock, "b")
    assert (later.retire, later.taken) == (True, None)
    # Those of the publishing before are told of the one that came since, too.
    await stores.versions.retired(1, urgent)
    assert (await stores.versions.live(1))[0].retire
    await stores.versions.retired(1, later)
    await stores.versions.take(1, later, "it does not load")
    (live,) = await stores.versions.live(1)
    assert (live.retire, live.taken) == (False, "it does not load")


async def test_another_process_publishes_while_the_server_writes(
    house: House, clock: HandClock
) -> None:
    stores = house.stores
    await publish(stores, clock, "a")
    hand = house.hand()
    beside = SqlVersions(hand, stores.versions._reader)

    async def others() -> None:
        for number in range(200):
            await stores.shelf.put(1, "busy", str(number), number)

    busy = asyncio.create_task(others())
    for number in range(10):
        await beside.publish(1, "shop", f"h{number}", FILES, by="terminal", now=clock.now)
    await busy
    assert len(await stores.shelf.all(1, "busy")) == 200
    assert (await stores.versions.live(1))[0].number == 11


async def test_two_who_publish_at_once_get_two_numbers(house: House, clock: HandClock) -> None:
    hands = [SqlVersions(house.hand(), house.stores.versions._reader) for _ in range(8)]
    published = await asyncio.gather(
        *(
            one.publish(1, "shop", f"h{number}", FILES, by="", now=clock.now)
            for number, one in enumerate(hands)
        )
    )
    assert sorted(live.number for live in published) == list(range(1, 9))
    assert len({live.since for live in published}) == 8


@ON_SQLITE
async def test_a_publishing_that_is_killed_in_the_middle_never_was(
    house: House, clock: HandClock
) -> None:
    before = await publish(house.stores, clock, "a")
    program = Path(__file__).with_name("publishing_killed.py")
    died = await asyncio.to_thread(
        subprocess.run, [sys.executable, str(program), str(house.path)], check=False, timeout=60
    )
    assert died.returncode == -signal.SIGKILL
    assert await house.stores.versions.live(1) == [before]
    assert await house.stores.versions.files(1, "shop", "killed") is None
    assert (await publish(house.stores, clock, "b")).number == 2


@ON_SQLITE
async def test_the_live_files_are_known_before_the_database_is_opened(
    house: House, clock: HandClock, tmp_path: Path
) -> None:
    assert live_files(tmp_path / "none.db") == {}
    await house.stores.accounts.found(email="a@example.com", password_hash="x", now=clock.now)
    await publish(house.stores, clock, "a")
    await publish(house.stores, clock, "b")
    assert live_files(house.path) == {"shop": {"bot.yaml": "bot: b"}}


@ON_SQLITE
async def test_beside_a_server_nothing_is_opened_that_was_never_started(
    house: House, clock: HandClock, tmp_path: Path
) -> None:
    with pytest.raises(NoDatabase, match="start the server once"):
        open_beside(tmp_path / "none.db")
    with pytest.raises(NoDatabase, match="start the server once"):
        open_beside(house.path)
    await house.stores.accounts.found(email="a@example.com", password_hash="x", now=clock.now)
    beside = open_beside(house.path)
    assert beside.workspace == 1
    assert in_use(house.path)
    await beside.close()
    await house.stores.close()
    assert not in_use(house.path)


@ON_SQLITE
async def test_another_release_must_not_change_the_tables_of_a_running_server(
    house: House, clock: HandClock
) -> None:
    await house.stores.accounts.found(email="a@example.com", password_hash="x", now=clock.now)
    await house.run("UPDATE alembic_version SET version_num = 'v0001' WHERE version_num <> ?", "")
    with pytest.raises(NoDatabase, match="restart it first"):
        open_beside(house.path)


def test_an_upgrade_takes_versions_from_the_shelf_and_can_be_undone(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    alembic(path, command.upgrade, "v0002")
    shelf = [
        ("bot versions: shop", "f00", FILES),
        ("bot versions: shop", "a11", FILES),
        ("bot versions: salon", "b22", FILES),
        ("files", "kept", 1),
    ]
    with sqlite3.connect(path) as connection:
        for name, key, value in shelf:
            values = (name, key, json.dumps(value))
            connection.execute("INSERT INTO shelf VALUES (1, ?, ?, ?)", values)
    connection.close()
    alembic(path, command.upgrade, "v0003")
    query = "SELECT bot, number, hash, files FROM versions ORDER BY bot, number"
    text = json.dumps(FILES)
    versions = [("salon", 1, "b22", text), ("shop", 1, "f00", text), ("shop", 2, "a11", text)]
    assert _rows(path, query) == versions
    assert _rows(path, "SELECT key FROM shelf") == [("kept",)]
    assert _rows(path, "SELECT * FROM live_versions") == []
    alembic(path, command.downgrade, "v0002")
    assert len(_rows(path, "SELECT * FROM shelf WHERE shelf LIKE 'bot versions: %'")) == 3


def _rows(path: Path, query: str) -> list[Any]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()

"""On PostgreSQL too a backup of a running server holds everything, and everything moves there and back."""

import asyncio
import json
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.adapters.terminal.test_backup import history, talk
from tests.servers.easyflow import ROOT, EasyFlow
from tests.servers.postgres import Server


@pytest.fixture
def url(postgres_server: Server) -> Iterator[str]:
    one = asyncio.run(postgres_server.of_role())
    yield one
    asyncio.run(postgres_server.drop(one))


@pytest.fixture
def server(tmp_path: Path) -> EasyFlow:
    bots = tmp_path / "bots"
    shutil.copytree(ROOT / "config" / "bots", bots)
    return EasyFlow(tmp_path / "data", bots=bots, default_bot="shop", log__level="warning")


def test_a_talk_moves_to_postgresql_and_back_and_a_backup_brings_it_back(
    server: EasyFlow, url: str, tmp_path: Path
) -> None:
    with server:
        assert talk(server, "anna") == "number"
        said = history(server, "anna")
        assert "stop it first" in server.typed("move", "--to", url).stderr
        mistyped = server.typed("move", "--to", "postgres+asyncpg://me:secret@host/shop")
        assert mistyped.stderr.startswith("--to postgres+asyncpg://me:***@host/shop: write ")
    told = server.command("move", "--to", url)
    assert "messages" in told
    assert "***" in told
    again = server.typed("move", "--to", url)
    assert again.returncode == 2
    assert "is not empty" in again.stderr

    server.set(database_url=url)
    path = tmp_path / "monday.zip"
    with server:
        assert history(server, "anna") == said
        assert talk(server, "boris") == "number"
        (server.data / "files").mkdir(exist_ok=True)
        (server.data / "files" / "photo.jpg").write_bytes(b"a picture")
        assert "2 conversations" in server.command("backup", str(path))
        talk(server, "late")
        assert "stop it first" in server.typed("restore", str(path), "--force").stderr
    with zipfile.ZipFile(path) as packed:
        names = json.loads(packed.read("easyflow-backup.json"))["files"]
    # The file from before the move is nothing that has to be kept twice.
    assert "data/easyflow.db" not in names
    assert "data/files/photo.jpg" in names

    refused = server.typed("restore", str(path))
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert "2 conversations" in server.command("restore", str(path), "--force")
    (aside,) = server.data.glob("before-restore-*")
    with closing(sqlite3.connect(aside / "postgresql.db")) as kept:
        assert kept.execute("SELECT count(*) FROM conversations").fetchone() == (3,)
    with server:
        assert history(server, "anna") == said
        assert history(server, "late") == []
        talk(server, "anna", "12345")
        said = history(server, "anna")

    home = tmp_path / "home"
    assert "EASYFLOW_DATABASE_URL=sqlite" in server.command("move", "--to", str(home))
    server.set(database_url=f"sqlite+aiosqlite:///{home}/easyflow.db")
    with server:
        assert history(server, "anna") == said


def test_what_was_under_way_is_held_back_there_too(
    server: EasyFlow, url: str, tmp_path: Path
) -> None:
    with server:
        talk(server, "anna")
    with closing(sqlite3.connect(server.data / "easyflow.db")) as db, db:
        db.execute(
            "INSERT INTO outbox (key, workspace, conversation_id, seq, part, epoch, message_id, once,"
            " payload, created_at, attempts) VALUES ('k', 1, 1, 2, 0, 0, 'm', 0, '{}', 0, 0)"
        )
    path = tmp_path / "backup.zip"
    server.command("backup", str(path))
    server.set(database_url=url)
    assert "and 1 of ours" in server.command("restore", str(path))
    assert "Held back" not in server.command("restore", str(path), "--force", "--resend")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("5432", "1", "no PostgreSQL answers at"),
        ("easyflow_test_", "easyflow_no_", "there is no database"),
    ],
)
def test_what_cannot_be_reached_is_said_by_every_command(
    server: EasyFlow, url: str, tmp_path: Path, old: str, new: str, why: str
) -> None:
    server.set(database_url=url.replace(old, new))
    (tmp_path / "x.zip").write_bytes(b"")
    for words in (("backup",), ("restore", str(tmp_path / "x.zip")), ("versions",), ("users",)):
        done = server.typed(*words)
        assert done.returncode == 2, words
        assert why in done.stderr, words
        assert "Traceback" not in done.stderr

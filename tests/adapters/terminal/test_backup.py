"""A backup of a running server holds everything, and a restore brings just that back."""

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers.easyflow import ROOT, EasyFlow
from tests.servers.warm import run


@pytest.fixture
def server(tmp_path: Path) -> EasyFlow:
    bots = tmp_path / "bots"
    shutil.copytree(ROOT / "config" / "bots", bots)
    return EasyFlow(tmp_path / "data", bots=bots, default_bot="shop", log__level="warning")


def talk(server: EasyFlow, session: str, text: str = "Где мой заказ?") -> str:
    body = {"message": text, "user_id": "u", "session_id": session}
    status, answer = server.call("POST", "/api/v1/conversation/chat", body)
    assert status == 200, answer
    return str(answer["current_state"])


def history(server: EasyFlow, session: str) -> list[str]:
    _, found = server.call("GET", f"/api/v1/conversation/history/{session}")
    return [one["content"] for one in found.get("messages", [])]


def rewritten(path: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """The same archive with other contents; None leaves an entry out."""
    with zipfile.ZipFile(path) as packed:
        entries = {name: change(name, packed.read(name)) for name in packed.namelist()}
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in entries.items():
            if content is not None:
                packed.writestr(name, content)


def test_what_a_running_server_keeps_comes_back_after_everything_was_lost(
    server: EasyFlow, tmp_path: Path
) -> None:
    path = tmp_path / "kept" / "monday.zip"
    with server:
        assert talk(server, "anna") == "number"
        said = history(server, "anna")
        sealed = {
            "user_id": "u",
            "platform": "ozon",
            "credentials": {"client_id": "1", "api_key": "k"},
        }
        server.call("POST", "/api/v1/integration/connect", sealed)
        (server.data / "files").mkdir(exist_ok=True)
        (server.data / "files" / "photo.jpg").write_bytes(b"a picture")
        told = server.command("backup", str(path))
        talk(server, "late")
    assert "1 conversations" in told
    assert "The key of what is sealed is in it" in told
    assert path.stat().st_mode & 0o777 == 0o600
    key = (server.data / "easyflow.key").read_bytes()
    shutil.rmtree(server.data)
    assert "1 conversations" in server.command("restore", str(path))
    assert (server.data / "easyflow.key").read_bytes() == key
    assert (server.data / "files" / "photo.jpg").read_bytes() == b"a picture"
    with server:
        assert history(server, "anna") == said
        assert history(server, "late") == []
        # The dialog goes on where it stood.
        talk(server, "anna", "12345")
        assert any("12345" in text for text in history(server, "anna"))


def test_what_is_there_is_moved_aside_and_only_if_that_was_asked_for(
    server: EasyFlow, tmp_path: Path
) -> None:
    path = tmp_path / "backup.zip"
    with server:
        talk(server, "anna")
        server.command("backup", str(path), "--without-key")
        running = server.typed("restore", str(path), "--force")
        assert "stop it first" in running.stderr
        talk(server, "boris")
    refused = server.typed("restore", str(path))
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    told = server.command("restore", str(path), "--force")
    (aside,) = server.data.glob("before-restore-*")
    assert aside.name in told
    assert "were left alone" in told
    with sqlite3.connect(aside / "easyflow.db") as database:
        assert database.execute("SELECT count(*) FROM conversations").fetchone() == (2,)
    with zipfile.ZipFile(path) as packed:
        assert "data/easyflow.key" not in packed.namelist()
    # What was moved aside is in no later backup.
    later = tmp_path / "later.zip"
    server.command("backup", str(later))
    with zipfile.ZipFile(later) as packed:
        assert not [name for name in packed.namelist() if "before-restore" in name]


def test_the_bots_come_back_where_there_are_none_or_they_were_asked_for(
    server: EasyFlow, tmp_path: Path
) -> None:
    path = tmp_path / "backup.zip"
    with server:
        server.command("backup", str(path))
    bots = tmp_path / "bots"
    (bots / "shop" / "bot.yaml").write_text("spoilt")
    server.command("restore", str(path), "--force", "--bots")
    assert (bots / "shop" / "bot.yaml").read_text() != "spoilt"
    assert [one.name for one in tmp_path.glob("bots.before-restore-*")] != []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda name, content: None if name.endswith("backup.json") else content, "no whole"),
        (lambda name, content: b"x" * 5000 if name == "easyflow.db" else content, "is damaged"),
        (lambda name, content: None if name == "easyflow.db" else content, "no whole"),
    ],
)
def test_what_is_no_whole_backup_changes_nothing(
    server: EasyFlow,
    tmp_path: Path,
    change: Callable[[str, bytes], bytes | None],
    why: str,
) -> None:
    path = tmp_path / "backup.zip"
    with server:
        talk(server, "anna")
        server.command("backup", str(path))
    rewritten(path, change)
    refused = server.typed("restore", str(path), "--force")
    assert (refused.returncode, "Nothing was restored" in refused.stderr) == (2, True)
    assert why in refused.stderr
    assert list(server.data.glob("before-restore-*")) == list(server.data.glob(".restore-*")) == []


@pytest.mark.parametrize("name", ["../outside", "data/../../outside", "/outside", "etc/passwd"])
def test_no_file_of_a_backup_is_put_elsewhere(server: EasyFlow, tmp_path: Path, name: str) -> None:
    path = tmp_path / "backup.zip"
    with zipfile.ZipFile(path, "w") as packed:
        files = {name: "0", "easyflow.db": "0"}
        told = {"form": 1, "files": files, "counts": {}, "made_at": "2026-11-26T12:00:00+00:00"}
        packed.writestr("easyflow-backup.json", json.dumps(told))
        packed.writestr(name, "x")
        packed.writestr("easyflow.db", "x")
    refused = server.typed("restore", str(path))
    assert refused.returncode == 2
    assert "is no name of a file of a backup" in refused.stderr
    assert not (tmp_path / "outside").exists()


def test_no_zip_and_a_file_that_is_there_are_refused_in_a_sentence(
    server: EasyFlow, tmp_path: Path
) -> None:
    path = tmp_path / "text.zip"
    path.write_text("no zip")
    refused = server.typed("restore", str(path))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "is damaged, was cut short or is no backup" in refused.stderr
    none = server.typed("restore", str(tmp_path / "none.zip"))
    assert none.stderr == f"Nothing was restored: there is no file {tmp_path / 'none.zip'}.\n"
    nothing = server.typed("backup")
    assert "nothing was kept yet" in nothing.stderr
    with server:
        taken = server.typed("backup", str(path))
    assert "is there already" in taken.stderr
    nowhere = server.typed("backup", "/proc/none/monday.zip")
    assert "/proc/none" in nowhere.stderr


def test_a_backup_is_named_by_the_time(server: EasyFlow, tmp_path: Path) -> None:
    with server:
        pass
    done = run([str(ROOT / "run.py"), "backup"], environ=server.environ, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [one.suffix for one in tmp_path.glob("easyflow-*")] == [".zip"]

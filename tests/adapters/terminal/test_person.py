"""What is kept of a customer is handed out whole, and when it is erased no word of it stays."""

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.every_table import METADATA
from storage.persons import OF_CHATS
from tests.servers.easyflow import ROOT, EasyFlow

CANARY = "канарейка-9731"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EasyFlow]:
    bots = tmp_path / "bots"
    shutil.copytree(ROOT / "config" / "bots", bots)
    with EasyFlow(tmp_path / "data", bots=bots, default_bot="shop", log__level="error") as running:
        yield running


def say(server: EasyFlow, user: str, session: str, text: str) -> None:
    body = {"message": text, "user_id": user, "session_id": session}
    status, answer = server.call("POST", "/api/v1/conversation/chat", body)
    assert status == 200, answer


def kept(server: EasyFlow, session: str) -> list[str]:
    status, found = server.call("GET", f"/api/v1/conversation/history/{session}")
    return [one["content"] for one in found["messages"]] if status == 200 else []


def test_a_person_is_handed_out_and_then_erased_beside_a_running_server(
    server: EasyFlow, tmp_path: Path
) -> None:
    say(server, "anna", "s1", f"Где мой заказ? {CANARY}")
    say(server, "anna", "s2", CANARY)
    say(server, "boris", "s3", "Где мой заказ?")
    picture = server.data / "files" / "abcdef.jpg"
    picture.parent.mkdir(exist_ok=True)
    picture.write_bytes(b"hers")
    with sqlite3.connect(server.data / "easyflow.db") as database:
        database.execute(
            "UPDATE messages SET parts ="
            """ '{"attachments":[{"kind":"photo","ref":"/web/files/abcdef.jpg"}]}'"""
            " WHERE text = ?",
            (CANARY,),
        )

    packed = tmp_path / "anna.zip"
    said = server.command("person", "export", "api:anna", "--out", str(packed))
    assert "conversations 2" in said
    with zipfile.ZipFile(packed) as archive:
        told = json.loads(archive.read("person.json"))
        assert archive.read("files/abcdef.jpg") == b"hers"
    assert [one["chat_id"] for one in told["conversations"]] == ["s1", "s2"]
    assert sum(CANARY in one["text"] for one in told["messages"]) == 2
    assert told["messages"][0]["created_at"].startswith("20")
    assert "boris" not in json.dumps(told)

    said = server.command("person", "erase", "api:anna", "--yes", "--language", "en")
    assert "Earlier backups and the messenger itself still have it" in said
    assert kept(server, "s1") == kept(server, "s2") == []
    assert len(kept(server, "s3")) == 2
    assert not picture.exists()

    # Who comes again begins anew, though the server had the chat in its hand.
    say(server, "anna", "s1", "Где мой заказ?")
    assert len(kept(server, "s1")) == 2
    server.command("person", "erase", "api:anna", "--yes")
    assert server.stop() == 0
    rest = (server.data / "easyflow.db").read_bytes()
    # Answers to repeated requests are kept for a day by their key alone, and none was given here.
    assert CANARY.encode() not in rest


def test_whoever_is_with_operators_is_not_erased_under_their_hands(server: EasyFlow) -> None:
    say(server, "anna", "s1", "Где мой заказ?")
    server.call("POST", "/api/v1/conversation/escalate", {"session_id": "s1"})
    refused = server.typed("person", "erase", "api:anna", "--yes", "--language", "en")
    assert refused.returncode == 2
    assert "close the chat first" in refused.stderr
    assert len(kept(server, "s1")) >= 2


def test_several_nobody_and_no_answer_erase_nothing(server: EasyFlow) -> None:
    say(server, "anna-1", "s1", "Где мой заказ?")
    say(server, "anna-2", "s2", "Где мой заказ?")
    for who, words in (
        ("anna", "several people: "),
        ("nobody", "Nobody is known by"),
        ("api:anna-1", "Say --yes"),
    ):
        refused = server.typed("person", "erase", who, "--language", "en")
        assert (refused.returncode, words in refused.stderr) == (2, True), refused.stderr
    listed = server.command("person", "find", "anna")
    assert "api:anna-1" in listed
    assert "api:anna-2" in listed
    assert len(kept(server, "s1")) == 2


def test_a_table_of_chats_that_is_new_is_erased_too() -> None:
    """Whatever belongs to a chat says so by its column; what names a person otherwise is told here."""
    by_other_names = {
        name
        for name, table in METADATA.tables.items()
        if name not in OF_CHATS and {"chat_id", "user_id", "channel"} & set(table.columns.keys())
    }
    assert by_other_names == {
        "assistants",  # whose account at Telegram an assistant has
        "connections",  # an API client's own users
        "conversations",
        "customers",
        "desk_groups",
        "inbox",
        "read_marks",
        "receipts",
    }


def test_no_command_works_on_a_workspace_that_is_not_there(server: EasyFlow) -> None:
    for command in ("operators", "desk", "channels", "trace", "users", "keys"):
        refused = server.typed(command, "--workspace", "99")
        assert refused.returncode == 2, command
        assert refused.stderr.endswith("There is no workspace 99; there are: 1.\n")

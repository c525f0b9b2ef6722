"""The doctor names what is wrong in a sentence, with its cure, and is content with what is well."""

import os
import shutil
import sqlite3
import time
from pathlib import Path

import pytest

from tests.servers.easyflow import ROOT, EasyFlow
from tests.servers.telegram import TOKEN, FakeTelegram

HOUR = 3_600_000_000


@pytest.fixture
def server(tmp_path: Path) -> EasyFlow:
    bots = tmp_path / "bots"
    shutil.copytree(ROOT / "config" / "bots", bots)
    return EasyFlow(tmp_path / "data", bots=bots, log__level="error")


def looked(server: EasyFlow, *words: str) -> tuple[int, str]:
    done = server.typed("doctor", "--language", "en", *words)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def test_of_an_installation_that_is_well_there_is_nothing_to_say(server: EasyFlow) -> None:
    with server:
        status, said = looked(server, "--deep")
    assert status == 0
    assert "✓ The server answers" in said
    assert "✗" not in said
    assert "!" not in said


def test_before_the_first_start_it_says_what_to_do(server: EasyFlow) -> None:
    status, said = looked(server)
    assert status == 0
    assert "The first start makes it" in said


def test_whatever_stands_still_is_told(server: EasyFlow) -> None:
    with server:
        body = {"message": "Где мой заказ?", "user_id": "u", "session_id": "s"}
        server.call("POST", "/api/v1/conversation/chat", body)
    long_ago = (int(time.time()) * 1_000_000) - HOUR
    with sqlite3.connect(server.data / "easyflow.db") as database:
        for name, parked in (("a", None), ("b", long_ago)):
            database.execute(
                "INSERT INTO inbox (workspace, bot, channel, external_id, chat_id, received_at,"
                " attempts, parked_at, error) VALUES (1, 'shop', 'api', ?, 's', ?, 1, ?, 'boom')",
                (name, long_ago, parked),
            )
        database.execute(
            "INSERT INTO timers (conversation_id, name, workspace, due, payload)"
            " VALUES (1, 'x', 1, ?, '{}')",
            (long_ago,),
        )
    status, said = looked(server)
    assert status == 1
    assert "Messages of customers without a turn: 1, no server runs" in said
    assert "Messages that the bot stumbled over: 1" in said
    assert "boom" in said
    assert "Timers past their time: 1" in said


def test_a_clock_that_was_set_back_is_told(server: EasyFlow) -> None:
    with server:
        body = {"message": "Где мой заказ?", "user_id": "u", "session_id": "s"}
        server.call("POST", "/api/v1/conversation/chat", body)
    with sqlite3.connect(server.data / "easyflow.db") as database:
        database.execute("UPDATE events SET created_at = created_at + ?", (2 * HOUR,))
    status, said = looked(server)
    assert (status, "clock is behind" in said) == (1, True)


def test_a_spoilt_bot_and_a_readable_key_are_told(server: EasyFlow) -> None:
    with server:
        pass
    (server.data / "easyflow.key").write_text("k" * 40)
    os.chmod(server.data / "easyflow.key", 0o644)
    (server.data.parent / "bots" / "shop" / "bot.yaml").write_text("nonsense: [")
    status, said = looked(server)
    assert status == 1
    assert "python run.py check shop" in said
    assert "chmod 600" in said


def test_a_refused_channel_and_a_lost_key_are_told(server: EasyFlow) -> None:
    with FakeTelegram.start() as telegram:
        server.set(telegram__api_base=telegram.base)
        with server:
            pass
        added = server.typed("channels", "add", "telegram", "--from-env", "token=MINE", MINE=TOKEN)
        telegram.script(status=401, description="Unauthorized", times=None)
        with server:
            deadline = time.monotonic() + 60
            while "✗ telegram:" not in (said := looked(server)[1]):
                assert time.monotonic() < deadline, (added, said)
        shutil.move(server.data / "easyflow.key", server.data / "lost")
        status, said = looked(server)
    assert status == 1
    assert "No key at hand opens: channel 1 telegram:" in said


def test_a_damaged_database_is_told_by_a_deep_look(server: EasyFlow) -> None:
    with server:
        pass
    path = server.data / "easyflow.db"
    content = bytearray(path.read_bytes())
    for place in range(40_000, len(content), 4096):
        content[place : place + 200] = b"\xff" * 200
    path.write_bytes(content)
    status, said = looked(server, "--deep")
    assert (status, "The database is damaged" in said) == (1, True)


def test_a_database_of_another_version_is_told(server: EasyFlow) -> None:
    with server:
        pass
    for revision, words in (("v0001", "an earlier version"), ("v9999", "a later version")):
        with sqlite3.connect(server.data / "easyflow.db") as database:
            database.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        assert words in looked(server)[1]

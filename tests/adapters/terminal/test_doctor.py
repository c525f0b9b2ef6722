"""The doctor names what is wrong in a sentence, with its cure, and is content with what is well."""

import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from adapters.terminal.examining.around import Around, Surroundings
from adapters.terminal.examining.finding import Speech
from adapters.terminal.examining.sharing import Shared
from bots.model.checkup import Late, Sharing, SlotsOf
from bots.model.slots import CHORES, SLOTS
from storage.postgres.url import connecting
from tests.servers.easyflow import ROOT, EasyFlow, free_port
from tests.servers.postgres import Server
from tests.servers.telegram import TOKEN, FakeTelegram, message

HOUR = 3_600_000_000


def installed(folder: Path) -> EasyFlow:
    bots = folder / "bots"
    shutil.copytree(ROOT / "config" / "bots", bots)
    return EasyFlow(folder / "data", bots=bots, log__level="error")


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a server that ran, and was talked to."""
    with installed(tmp_path_factory.mktemp("once")) as server:
        body = {"message": "Где мой заказ?", "user_id": "u", "session_id": "s"}
        server.call("POST", "/api/v1/conversation/chat", body)
    return server.data


@pytest.fixture
def server(tmp_path: Path) -> EasyFlow:
    return installed(tmp_path)


@pytest.fixture
def stopped(server: EasyFlow, once: Path) -> EasyFlow:
    """One that ran before."""
    shutil.copytree(once, server.data)
    return server


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


def test_whatever_stands_still_is_told(stopped: EasyFlow) -> None:
    long_ago = (int(time.time()) * 1_000_000) - HOUR
    with sqlite3.connect(stopped.data / "easyflow.db") as database:
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
    status, said = looked(stopped)
    assert status == 1
    assert "Messages of customers without a turn: 1, no server runs" in said
    assert "Messages that the bot stumbled over: 1, 1 of them in a day" in said
    assert "boom" in said
    assert "shop api s (60 min" in said
    assert "python run.py trace api:s" in said
    assert "Timers past their time: 1" in said


def test_a_clock_that_was_set_back_is_told(stopped: EasyFlow) -> None:
    with sqlite3.connect(stopped.data / "easyflow.db") as database:
        database.execute("UPDATE events SET created_at = created_at + ?", (2 * HOUR,))
    status, said = looked(stopped)
    assert (status, "clock is behind" in said) == (1, True)


def test_a_spoilt_bot_and_a_readable_key_are_told(stopped: EasyFlow) -> None:
    (stopped.data / "easyflow.key").write_text("k" * 40)
    os.chmod(stopped.data / "easyflow.key", 0o644)
    (stopped.data.parent / "bots" / "shop" / "bot.yaml").write_text("nonsense: [")
    status, said = looked(stopped)
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


def test_a_damaged_database_is_told_by_a_deep_look(stopped: EasyFlow) -> None:
    path = stopped.data / "easyflow.db"
    content = bytearray(path.read_bytes())
    for place in range(40_000, len(content), 4096):
        content[place : place + 200] = b"\xff" * 200
    path.write_bytes(content)
    status, said = looked(stopped, "--deep")
    assert (status, "The database is damaged" in said) == (1, True)


def test_each_command_says_of_a_file_that_is_none_of_ours_who_knows_what_to_do(
    server: EasyFlow,
) -> None:
    server.data.mkdir()
    (server.data / "easyflow.db").write_bytes(b"no database" * 500)
    for words in (("users",), ("person", "find", "anna"), ("trace",)):
        done = server.typed(*words)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert "file is not a database. `python run.py doctor` looks at" in done.stderr
    assert "✗ The database is damaged" in looked(server)[1]


def test_a_database_of_another_version_is_told(stopped: EasyFlow) -> None:
    for revision, words in (("v0001", "an earlier version"), ("v9999", "a later version")):
        with sqlite3.connect(stopped.data / "easyflow.db") as database:
            database.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        assert words in looked(stopped)[1]


def test_whoever_stumbled_long_ago_is_told_and_alarms_nobody(stopped: EasyFlow) -> None:
    old = int(time.time()) * 1_000_000 - 48 * HOUR
    with sqlite3.connect(stopped.data / "easyflow.db") as database:
        database.execute(
            "INSERT INTO inbox (workspace, bot, channel, external_id, chat_id, received_at, attempts,"
            " parked_at, error) VALUES (1, 'shop', 'telegram:1', 'a', '501', ?, 6, ?, 'boom')",
            (old, old),
        )
    status, said = looked(stopped)
    assert (status, "stumbled over: 1, 0 of them in a day" in said) == (0, True)
    assert "python run.py trace telegram:501" in said


def test_a_process_of_another_version_is_told(stopped: EasyFlow) -> None:
    with sqlite3.connect(stopped.data / "easyflow.db") as database:
        database.execute(
            "INSERT INTO processes (id, key, role, host, pid, version, started_at, seen_at, stopping)"
            " VALUES ('p', 1, 'work', 'two', 77, '0.0.1', ?, ?, 0)",
            (int(time.time()) * 1_000_000,) * 2,
        )
    said = looked(stopped)[1]
    assert "! The process work two:77 is of version 0.0.1, this is" in said


def test_files_of_another_user_are_told(stopped: EasyFlow) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can give files away")
    (stopped.data / "left.txt").write_text("by a command that was typed as root")
    os.chown(stopped.data / "left.txt", 12345, 12345)
    status, said = looked(stopped)
    assert (status, "left.txt (1 in all)" in said) == (1, True)
    assert f"chown -R 0 {stopped.data}" in said


# ---------------------------------------------------------------- backups


def test_an_installation_without_a_backup_is_told_once_there_is_much_to_lose(
    stopped: EasyFlow,
) -> None:
    assert "backup" not in looked(stopped)[1]
    with sqlite3.connect(stopped.data / "easyflow.db") as database:
        database.execute("UPDATE accounts SET created_at = created_at - ?", (30 * 24 * HOUR,))
    assert "! No backup was made here yet" in looked(stopped)[1]
    assert stopped.typed("backup", str(stopped.data.parent / "copy.zip")).returncode == 0
    assert "✓ The last backup is 0 days old" in looked(stopped)[1]
    note = stopped.data / ".last-backup"
    note.write_text(note.read_text().replace("20", "19", 1))
    assert "! The last backup is" in looked(stopped)[1]


# ---------------------------------------------------------------- what is outside


@pytest.fixture
def telegram(stopped: EasyFlow) -> Iterator[FakeTelegram]:
    with FakeTelegram.start() as fake:
        stopped.set(telegram__api_base=fake.base, telegram__token=TOKEN)
        yield fake


def test_a_bot_that_is_well_at_telegram_is_told_so(
    stopped: EasyFlow, telegram: FakeTelegram
) -> None:
    telegram.script(
        method="getWebhookInfo",
        status=200,
        headers={"Date": formatdate(usegmt=True)},
        body=json.dumps({"ok": True, "result": {"url": "", "pending_update_count": 0}}),
    )
    said = looked(stopped)[1]
    assert "✓ telegram:111111: Telegram gives its messages here" in said
    assert "✓ The clock is right" in said
    asked = len(telegram.calls("getWebhookInfo"))
    assert "telegram:111111: Telegram" not in looked(stopped, "--offline")[1]
    assert len(telegram.calls("getWebhookInfo")) == asked


def test_messages_that_go_to_another_program_are_told(
    stopped: EasyFlow, telegram: FakeTelegram
) -> None:
    telegram.set_webhook("https://other.example.com/hook", "a-secret")
    said = looked(stopped)[1]
    assert "! telegram:111111: Telegram brings messages to other.example.com, not here" in said


def test_messages_that_wait_for_the_server_are_told(
    stopped: EasyFlow, telegram: FakeTelegram
) -> None:
    telegram.update(message(7, "anybody there?"))
    assert "! telegram:111111: 1 messages wait at Telegram" in looked(stopped)[1]


def test_what_telegram_could_not_bring_is_told_with_its_reason(
    stopped: EasyFlow, telegram: FakeTelegram
) -> None:
    stopped.set(public_url="https://bot.example.com")
    info = {
        "url": "https://bot.example.com/api/v1/messaging/webhook/telegram",
        "pending_update_count": 3,
        "last_error_date": int(time.time()) - 60,
        "last_error_message": "SSL error: certificate verify failed",
    }
    telegram.script(
        method="getWebhookInfo", status=200, body=json.dumps({"ok": True, "result": info})
    )
    status, said = looked(stopped)
    assert status == 1
    assert "could not bring a message: SSL error: certificate verify failed; 3 wait" in said
    assert "curl -i https://bot.example.com/livez" in said


def test_a_token_that_was_taken_back_and_a_messenger_that_is_away_are_told(
    stopped: EasyFlow, telegram: FakeTelegram
) -> None:
    telegram.script(status=401, description="Unauthorized", times=None)
    status, said = looked(stopped)
    assert (status, "telegram:111111: the token is not accepted any more" in said) == (1, True)
    telegram.stop()
    status, said = looked(stopped)
    assert (status, "telegram cannot be reached from here" in said) == (1, True)
    assert TOKEN not in said


@pytest.mark.parametrize(("by", "words"), [(-600, "s ahead"), (600, "s behind"), (20, "s behind")])
def test_a_clock_that_differs_from_the_messenger_s_is_told(
    stopped: EasyFlow, telegram: FakeTelegram, by: int, words: str
) -> None:
    telegram.script(
        method="getWebhookInfo",
        status=200,
        headers={"Date": formatdate(time.time() + by, usegmt=True)},
        body=json.dumps({"ok": True, "result": {"url": "", "pending_update_count": 0}}),
    )
    status, said = looked(stopped)
    assert (status, words in said) == (int(abs(by) > 60), True)


def test_databases_that_are_named_and_not_there_are_told(server: EasyFlow) -> None:
    nobody = free_port()
    server.set(
        database_url=f"postgresql+asyncpg://me:secret@127.0.0.1:{nobody}/shop",
        redis_url=f"redis://127.0.0.1:{nobody}/0",
    )
    status, said = looked(server)
    assert status == 1
    assert "✗ PostgreSQL is not there: The database postgresql+asyncpg://me:***@127.0.0.1" in said
    assert f"no PostgreSQL answers at 127.0.0.1:{nobody}" in said
    assert "! Redis is not there" in said
    assert "secret" not in said


def test_a_library_that_is_not_installed_is_told(server: EasyFlow) -> None:
    server.set(database_url="postgresql://me:secret@127.0.0.1:1/shop")
    typed = (
        "import sys; sys.modules['asyncpg'] = None; sys.argv[:] = ['run.py', 'doctor']\n"
        "import run; run.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", typed],
        check=False,
        cwd=ROOT,
        env=server.environ,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "asyncpg is not installed: make run EXTRAS=scale" in done.stdout


async def test_a_postgresql_is_looked_at_as_the_file_is(postgres: str, server: EasyFlow) -> None:
    server.set(database_url=postgres)
    said = (await asyncio.to_thread(looked, server))[1]
    assert "✓ PostgreSQL answers" in said
    assert "✓ Messages of customers without a turn: 0" in said


_JOINED = """
INSERT INTO processes (id, key, role, host, pid, version, started_at, seen_at, stopping)
VALUES ($1, 1, $1, 'two', 77, '0.0.1', 0, (extract(epoch FROM now()) - $2) * 1000000, 0)
"""
_HELD = """
INSERT INTO leases (name, holder, until)
VALUES ($1, $2, (extract(epoch FROM now()) + $3) * 1000000)
"""
_WAITS = """
INSERT INTO inbox (workspace, bot, channel, external_id, chat_id, received_at, attempts, slot)
VALUES (1, 'shop', 'api', 'a', 's', (extract(epoch FROM now()) - 600) * 1000000, 0, 3)
"""


async def test_what_stands_still_among_many_processes_is_told(
    postgres: str, server: EasyFlow
) -> None:
    server.set(database_url=postgres)
    connection = await asyncpg.connect(**connecting(postgres))
    try:
        await connection.execute(_JOINED, "work", 30)
        await connection.execute(_JOINED, "other", 0)
        for slot in range(SLOTS - 2):
            await connection.execute(_HELD, f"slot:{slot}", "other", 600)
        await connection.execute(_HELD, f"slot:{SLOTS - 1}", "work", -20)
        await connection.execute(_HELD, f"slot:{SLOTS - 2}", "other", -1)
        await connection.execute(_HELD, f"slot:{CHORES}", None, 0)
        await connection.execute(_WAITS)
    finally:
        await connection.close()
    status, said = await asyncio.to_thread(looked, server)
    assert status == 1
    assert "✗ The process work two:77 has given no sign of life for 3" in said
    assert "✗ The process other two:77 holds slots and answers nobody there: 1 messages" in said
    assert "✗ Slots that nobody holds: 2" in said
    assert "✗ No process does what one does for all" in said
    assert "! No process serves HTTP" in said
    assert "! The role postgres has SUPERUSER: PostgreSQL keeps no walls" in said


def of_sharing(**facts: Any) -> list[str]:
    well: dict[str, Any] = {
        "processes": (SlotsOf("web", "one", 7, timedelta(), False, 64, True, Late()),),
        "free": 0,
        "chores_free": False,
        "connections": 20,
        "most": 97,
        "each": 10,
        "role": "easyflow",
        "idle_walls": "",
        "unsynced": (),
        "ahead": timedelta(),
    }
    shared = Shared(Sharing(**(well | facts)), Speech("en"), now=datetime.now(UTC))
    return [one.what for one in shared.findings() if one.weight != "well"]


def test_what_a_postgresql_does_not_do_for_us_is_told() -> None:
    assert of_sharing() == []
    assert of_sharing(idle_walls="BYPASSRLS") == [
        "The role easyflow has BYPASSRLS: PostgreSQL keeps no walls between workspaces for it"
    ]
    assert of_sharing(unsynced=("fsync",)) == ["PostgreSQL has fsync off"]
    assert of_sharing(connections=90) == ["PostgreSQL: 90 of 97 connections are open"]
    assert of_sharing(each=98) == [
        "1 processes may want 98 connections, of which PostgreSQL gives 97"
    ]
    assert of_sharing(ahead=timedelta(seconds=-9)) == [
        "The clocks of this machine and of PostgreSQL are 9 s apart"
    ]


async def test_an_empty_postgresql_is_told(postgres_server: Server, server: EasyFlow) -> None:
    url = await postgres_server.empty()
    server.set(database_url=url)
    said = (await asyncio.to_thread(looked, server))[1]
    await postgres_server.drop(url)
    assert "! There is nothing in the database yet" in said


# ---------------------------------------------------------------- the address


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1:8000", "only this machine"),
        ("https://192.168.1.5", "only this machine"),
        ("https://bot.local", "only this machine"),
        ("http://bot.example.com", "https addresses alone"),
        ("https://bot.example.com:8080", "Telegram calls no port 8080"),
        ("https://bot.example.com:8443", ""),
        ("https://bot.example.com", ""),
    ],
)
def test_an_address_that_messengers_cannot_call_is_told(
    tmp_path: Path, url: str, told: str
) -> None:
    around = Around(
        data=tmp_path,
        bots_dir=tmp_path,
        database=None,
        now=datetime.now(UTC),
        running=True,
        ready={"status": "ready"},
        bots={},
        public_url=url,
        telegram=True,
    )
    found = [one.what for one in Surroundings(around, Speech("en")).findings() if url in one.what]
    assert (told in "".join(found)) if told else found == []


def test_an_address_that_leads_elsewhere_is_told(stopped: EasyFlow) -> None:
    stopped.set(public_url=f"https://127.0.0.1.nip.io.invalid:{stopped.port}")
    said = looked(stopped)[1]
    assert "it is not this server that answers: No connection" in said


def test_of_many_machines_the_one_that_serves_nothing_is_well(tmp_path: Path) -> None:
    around = Around(
        data=tmp_path,
        bots_dir=tmp_path,
        database=None,
        now=datetime.now(UTC),
        running=True,
        ready=None,
        bots={},
        elsewhere=("one", "two"),
    )
    found = {one.what: one.weight for one in Surroundings(around, Speech("en")).findings()}
    assert found["No server answers here; at work are: one, two"] == "well"

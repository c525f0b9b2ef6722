"""`python run.py` as a person meets it: what is wrong is said in a sentence, a stop loses nothing."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers.easyflow import ROOT, SECRET, EasyFlow, free_port
from tests.servers.telegram import TOKEN, FakeTelegram, message
from tests.servers.warm import run

CHAT = "/api/v1/conversation/chat"
HISTORY = "/api/v1/conversation/history"
COUNTER = ROOT / "tests" / "faults" / "bots"


def environ_of(data: Path, **settings: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if "EASYFLOW_" not in key}
    given = {f"EASYFLOW_{name.upper()}": value for name, value in settings.items()}
    return kept | {"EASYFLOW_DATA_DIR": str(data), "EASYFLOW_HTTP__PORT": "0"} | given


def started(data: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    """What comes of a start that cannot go well."""
    return run(["run.py"], environ=environ_of(data, **settings))


def started_cold(data: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    """The same in a Python of its own: nothing else is said by it either."""
    return subprocess.run(
        [sys.executable, "run.py"],
        check=False,
        cwd=ROOT,
        env=environ_of(data, **settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_a_port_in_use_is_named_with_the_cure(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = started_cold(tmp_path / "data", http__port=port)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"Cannot listen on 127.0.0.1:{port}: Address already in use.")
    assert "EASYFLOW_HTTP__PORT" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_data_folder_that_cannot_be_written_is_named_with_the_cure(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    ended = started_cold(in_the_way / "data")
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"Cannot write to the data folder {in_the_way / 'data'}")
    assert "EASYFLOW_DATA_DIR" in ended.stderr
    assert ended.stderr.count("\n") == 1
    elsewhere = started(in_the_way / "data", database_url="postgresql://me@127.0.0.1:1/shop")
    assert elsewhere.stderr == ended.stderr


def test_a_wrong_token_ends_the_start_with_a_sentence(tmp_path: Path) -> None:
    with FakeTelegram.start() as telegram:
        ended = started(
            tmp_path / "data",
            default_bot="shop",
            telegram__token="999999:a-token-nobody-knows-of-0123456789",
            telegram__api_base=telegram.base,
        )
    assert ended.returncode == 2
    assert "token" in ended.stderr.lower()
    assert ended.stderr.count("\n") == 1
    assert "a-token-nobody-knows-of" not in ended.stderr


def test_a_bots_own_token_that_is_not_set_ends_the_start_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "bots" / "kiosk" / "flows").mkdir(parents=True)
    bot = "bot: Kiosk\nlanguage: en\nstart: a\nchannels: {telegram: {token: ${KIOSK_TOKEN}}}\n"
    (tmp_path / "bots" / "kiosk" / "bot.yaml").write_text(bot)
    flow = "flow: a\nwhen: [/start]\nsteps:\n  a:\n    - say: Hello\n"
    (tmp_path / "bots" / "kiosk" / "flows" / "a.yaml").write_text(flow)
    ended = started(tmp_path / "data", bots_dir=str(tmp_path / "bots"))
    assert ended.returncode == 2
    first, second = ended.stderr.splitlines()
    assert first == "Some bots cannot be connected:"
    assert second.startswith(
        "kiosk/bot.yaml: channels.telegram.token takes the variable KIOSK_TOKEN, which is not set"
    )


async def test_a_telegram_that_does_not_answer_holds_nobody_up_and_is_found_later(
    tmp_path: Path,
) -> None:
    port = free_port()
    server = EasyFlow(
        tmp_path / "data",
        bots=COUNTER,
        telegram__token=TOKEN,
        telegram__webhook_secret=SECRET,
        telegram__api_base=f"http://127.0.0.1:{port}",
    )
    server.set(public_url=server.base)
    with server:
        assert server.call("GET", "/readyz")[0] == 200
        with FakeTelegram.start(port=port) as telegram:
            await _until(lambda: '"Connected"' in server.log, within=60)
            telegram.update(message(501, "/start"))
            await telegram.expect(1, within=60)


def test_every_mistake_of_a_broken_bot_is_told_with_its_place_and_nothing_is_started(
    tmp_path: Path,
) -> None:
    bots = tmp_path / "bots"
    shutil.copytree(COUNTER, bots)
    flow = bots / "counter" / "flows" / "count.yaml"
    flow.write_text(
        flow.read_text().replace("save: text", "sav: text").replace("go: next", "go: x")
    )
    ended = started(tmp_path / "data", bots_dir=str(bots))
    assert ended.returncode == 2
    first, *complaints = ended.stderr.strip().splitlines()
    assert first == "Nothing was started, because these bots have mistakes:"
    assert len(complaints) >= 2
    assert all(line.startswith(f"{flow}:") for line in complaints)
    assert not (tmp_path / "data").exists()


def test_a_second_process_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with EasyFlow(tmp_path / "data", bots=COUNTER) as server:
        ended = started(tmp_path / "data", bots_dir=str(COUNTER), log__level="error")
        assert ended.returncode == 2
        assert f"process {server.process_id}" in ended.stderr
        assert ended.stderr.count("\n") == 1
        assert server.call("GET", "/readyz")[0] == 200


async def test_a_bot_broken_while_it_runs_stays_as_it_was_until_it_is_mended(
    tmp_path: Path,
) -> None:
    bots = tmp_path / "bots"
    shutil.copytree(COUNTER, bots)
    flow = bots / "counter" / "flows" / "count.yaml"
    good = flow.read_text()

    def ask(server: EasyFlow, text: str) -> str:
        body = {"message": text, "user_id": "anna", "session_id": "session"}
        status, answer = server.call("POST", CHAT, body)
        assert status == 200, answer
        return str(answer["message"])

    with EasyFlow(tmp_path / "data", bots=bots) as server:
        assert ask(server, "/start") == "0:start"
        flow.write_text(good.replace("go: next", "go: nowhere"))
        await _until(lambda: "nowhere" in server.log)
        (told,) = (line for line in server.log.splitlines() if "nowhere" in line)
        assert json.loads(told)["where"].startswith("counter/flows/count.yaml:13: E014")
        assert ask(server, "a") == "1:a"
        flow.write_text(good.replace("{{ count }}:{{", "{{ count }} is {{"))
        await _until(lambda: "Published" in server.log)
        # The dialog that was under way moves on to the new version.
        assert ask(server, "b") == "2 is b"


async def test_sigterm_in_the_middle_of_turns_loses_nothing_and_is_obeyed(
    tmp_path: Path,
) -> None:
    chats = range(30)

    async def write(server: EasyFlow, chat: int, text: str) -> bool:
        body = {"message": text, "user_id": f"u{chat}", "session_id": f"s{chat}"}
        try:
            status, _ = await server.asked("POST", CHAT, body)
        except OSError:
            return False
        return status == 200

    with EasyFlow(tmp_path / "data", bots=COUNTER) as server:
        assert all(await asyncio.gather(*(write(server, chat, "/start") for chat in chats)))
        writing = [asyncio.create_task(write(server, chat, "a")) for chat in chats]
        await asyncio.sleep(0.02)
        assert await asyncio.to_thread(server.stop) == 0
        answered = await asyncio.gather(*writing)
        server.start()
        for chat in chats:
            _, history = server.call("GET", f"{HISTORY}/s{chat}")
            heard = [one["content"] for one in history["messages"] if one["role"] == "user"]
            said = [one["content"] for one in history["messages"] if one["role"] == "assistant"]
            assert len(heard) == len(said)
            assert said == ["0:start", "1:a"][: len(said)]
            assert len(said) == 2 or not answered[chat]


def test_a_stop_while_it_starts_is_a_stop(tmp_path: Path) -> None:
    kept = {key: value for key, value in os.environ.items() if "EASYFLOW_" not in key}
    data = {"EASYFLOW_DATA_DIR": str(tmp_path / "data"), "EASYFLOW_HTTP__PORT": "0"}
    process = subprocess.Popen(
        [sys.executable, "run.py"],
        cwd=ROOT,
        env=kept | data | {"EASYFLOW_BOTS_DIR": str(COUNTER)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "Talk to the bots" in line:
            process.send_signal(signal.SIGTERM)
            break
    process.stdout.read()
    process.stdout.close()
    assert process.wait(timeout=30) == 0


async def _until(what: Callable[[], bool], *, within: float = 60.0) -> None:
    deadline = time.monotonic() + within
    while not what():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


INNER = ("flows", "bots", "adapters", "storage", "scheduler", "config")


@pytest.mark.parametrize("package", [*INNER, "composition"])
def test_nothing_imports_the_entry(package: str) -> None:
    for file in (ROOT / package).rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(import run\b|from run import)", text, re.MULTILINE), file


@pytest.mark.parametrize("package", INNER)
def test_nothing_but_the_entry_imports_the_composition(package: str) -> None:
    for file in (ROOT / package).rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(import|from) composition\b", text, re.MULTILINE), file


ALONE = """
import importlib, pkgutil, sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name in {"asyncpg", "litellm", "opentelemetry.exporter", "opentelemetry.sdk", "redis"}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing())
for found in pkgutil.walk_packages(["composition"], "composition."):
    importlib.import_module(found.name)
"""


def test_without_any_extra_all_commands_can_be_imported() -> None:
    command = [sys.executable, "-c", ALONE]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_whatever_may_be_typed_has_its_function() -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import run\nfor name in run.COMMANDS: print(name, run.command_of(name).__doc__)",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    asked = subprocess.run(
        [sys.executable, "run.py", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    named = set(re.findall(r"^    (\w+)", asked, re.MULTILINE)) - {"serve"}
    assert sorted(line.split()[0] for line in said) == sorted(named)


PARTS = ("asyncpg", "redis", "litellm", "opentelemetry.exporter", "opentelemetry.sdk")
"""What comes with EXTRAS alone."""


def test_nothing_needs_a_library_that_may_be_missing() -> None:
    there = """
import sys
from importlib.abc import MetaPathFinder

class Missing(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.startswith(tuple(sys.argv[1:])):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
import run
import composition.serving
for name in run.COMMANDS:
    run.command_of(name)
"""
    said = subprocess.run(
        [sys.executable, "-c", there, *PARTS],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert said.returncode == 0, said.stderr

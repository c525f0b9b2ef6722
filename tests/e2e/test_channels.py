"""Channels added and removed while the server runs, by the command and by editing bot.yaml."""

import asyncio
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.easyflow import ROOT, EasyFlow
from tests.servers.telegram import TOKEN, FakeTelegram, message

COUNTER = ROOT / "tests" / "faults" / "bots"
SECOND = "222222:CANARY-token-CANARY-token-CANARY-02"
WRONG = "333333:CANARY-token-CANARY-token-CANARY-03"


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram.start({TOKEN: "first_bot", SECOND: "second_bot"}) as telegram:
        yield telegram


@pytest.fixture
def bots(tmp_path: Path) -> Path:
    bots = tmp_path / "bots"
    shutil.copytree(COUNTER, bots)
    shutil.copytree(bots / "counter", bots / "another")
    return bots


def server_with(telegram: FakeTelegram, tmp_path: Path, bots: Path, **environ: str) -> EasyFlow:
    return EasyFlow(
        tmp_path / "data",
        bots=bots,
        default_bot="counter",
        telegram__api_base=telegram.base,
        **environ,
    )


async def typed(
    server: EasyFlow, *words: str, **environ: str
) -> "subprocess.CompletedProcess[str]":
    """A command, as an owner types it beside the server."""
    return await asyncio.to_thread(server.typed, *words, **environ)


async def until(what: Callable[[], Any], *, within: float = 60.0) -> None:
    deadline = asyncio.get_running_loop().time() + within
    while not what():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.05)


def channels(server: EasyFlow) -> dict[str, str]:
    ready = server.call("GET", "/readyz")[1]
    return {name: one["status"] for name, one in ready["channels"].items()}


def said(telegram: FakeTelegram, token: str) -> list[str]:
    return [one.text for one in telegram.calls("sendMessage") if one.token == token]


async def test_a_second_bot_comes_and_goes_by_the_command(
    telegram: FakeTelegram, tmp_path: Path, bots: Path
) -> None:
    with server_with(telegram, tmp_path, bots, telegram__token=TOKEN) as server:
        wrong = await typed(
            server, "channels", "add", "telegram", "--from-env", "token=IT", IT=WRONG
        )
        assert wrong.returncode == 2
        assert wrong.stderr.startswith("Nothing was kept.")
        added = await typed(
            server,
            *("channels", "add", "telegram", "--bot", "another", "--from-env", "token=IT"),
            IT=SECOND,
        )
        assert added.stdout.splitlines() == [
            "telegram:222222 is @second_bot; another answers there.",
            "The server says: up.",
        ]
        telegram.update(message(501, "/start"), token=SECOND)
        telegram.update(message(501, "/start"), token=TOKEN)
        await telegram.expect(2)
        assert said(telegram, SECOND) == said(telegram, TOKEN) == ["0:start"]
        listed = (await typed(server, "channels")).stdout
        assert [line.split() for line in listed.splitlines()[1:]] == [
            ["telegram:111111", "counter", "settings", "up", "@first_bot"],
            ["telegram:222222", "another", "command", "up", "@second_bot"],
        ]

        removed = await typed(server, "channels", "remove", "telegram:222222")
        assert removed.returncode == 0
        await until(lambda: "telegram:222222" not in channels(server))
        telegram.update(message(501, "a"), token=SECOND)
        telegram.update(message(501, "a"), token=TOKEN)
        await telegram.expect(3)
        assert said(telegram, SECOND) == ["0:start"]
        assert said(telegram, TOKEN) == ["0:start", "1:a"]

        kept = await typed(server, "channels", "remove", "telegram:111111")
        assert "connected by the settings: remove it there" in kept.stderr
        metrics = server.call("GET", "/metrics")[1]
        assert 'easyflow_channel_up{channel="telegram:111111"} 1.0' in metrics
    assert "CANARY" not in server.log + wrong.stderr + added.stdout + metrics


async def test_what_was_added_is_there_after_a_restart_and_its_token_is_sealed(
    telegram: FakeTelegram, tmp_path: Path, bots: Path
) -> None:
    server = server_with(telegram, tmp_path, bots)
    with server:
        pass
    added = await typed(server, "channels", "add", "telegram", "--from-env", "token=IT", IT=SECOND)
    assert "No server runs" in added.stdout
    with sqlite3.connect(server.data / "easyflow.db") as database:
        dump = "\n".join(database.iterdump())
    assert "telegram:222222" in dump
    with server:
        await until(lambda: channels(server) == {"telegram:222222": "up"})
        rotated = await typed(server, "keys", "rotate")
        assert rotated.stdout.startswith("1 sealed anew")
    with server:
        await until(lambda: channels(server) == {"telegram:222222": "up"})
        telegram.update(message(501, "/start"), token=SECOND)
        await telegram.expect(1)
        ready = str(server.call("GET", "/readyz")[1]) + server.call("GET", "/metrics")[1]
    (server.data / "easyflow.key").write_text("another-key-than-that-of-the-row" * 2)
    with server:
        assert channels(server) == {"telegram:222222": "locked"}
        assert server.call("GET", "/readyz")[0] == 200
    files = [path.read_bytes() for path in server.data.rglob("*") if path.is_file()]
    seen = [server.log, ready, dump, *(content.decode(errors="replace") for content in files)]
    assert all("CANARY" not in one for one in seen)


async def test_a_channel_in_bot_yaml_is_opened_and_closed_as_it_is_edited(
    telegram: FakeTelegram, tmp_path: Path, bots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECOND_TOKEN", SECOND)
    page = bots / "another" / "bot.yaml"
    before = page.read_text()
    with server_with(telegram, tmp_path, bots, telegram__token=TOKEN) as server:
        assert channels(server) == {"telegram:111111": "up"}
        page.write_text(before + "channels: {telegram: {token: ${SECOND_TOKIN}}}\n")
        await until(lambda: "takes the variable SECOND_TOKIN, which is not set" in server.log)
        assert channels(server) == {"telegram:111111": "up"}
        page.write_text(before + "channels: {telegram: {token: ${SECOND_TOKEN}}}\n")
        await until(lambda: channels(server).get("telegram:222222") == "up")
        telegram.update(message(501, "/start"), token=SECOND)
        await telegram.expect(1)
        assert said(telegram, SECOND) == ["0:start"]
        page.write_text(before)
        await until(lambda: channels(server) == {"telegram:111111": "up"})
        telegram.update(message(501, "a"), token=SECOND)
        telegram.update(message(502, "/start"), token=TOKEN)
        await telegram.expect(2)
        assert said(telegram, SECOND) == ["0:start"]
    assert "CANARY" not in server.log


async def test_of_two_tokens_a_wrong_one_is_shown_and_the_other_works(
    telegram: FakeTelegram, tmp_path: Path, bots: Path
) -> None:
    several = (
        f'[{{"bot": "another", "token": "{WRONG}"}}, {{"bot": "counter", "token": "{TOKEN}"}}]'
    )
    with server_with(telegram, tmp_path, bots, telegram__bots=several) as server:
        assert channels(server) == {"telegram:333333": "refused", "telegram:111111": "up"}
        telegram.update(message(501, "/start"), token=TOKEN)
        await telegram.expect(1)
        platforms = server.call("GET", "/api/v1/messaging/platforms")[1]["platforms"]
        assert platforms[0]["name"] == "telegram"
        assert platforms[0]["status"] == "active"
    assert server.log.count("A channel is refused") == 1
    assert "CANARY" not in server.log

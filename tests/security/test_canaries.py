"""Secrets that were planted everywhere are found nowhere: not in logs, metrics or answers."""

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import connect

from tests.servers.easyflow import EasyFlow
from tests.servers.telegram import FakeTelegram, message

TOKEN = "111111:CANARY-token-CANARY-token-CANARY-01"
SECRET = "canary-webhook-secret-02"
SALON_TOKEN = "222222:CANARY-token-CANARY-token-CANARY-03"
SALON_SECRET = "canary-webhook-secret-04"
PASSWORD = "canary-password-05"
KEY = "canary-api-key-06-of-the-owner"
OURS = (TOKEN, SECRET, SALON_TOKEN, SALON_SECRET, PASSWORD, KEY)

STRANGE_KEY = "sk_live_canary0007_canary"
STRANGE_JWT = "eyJjYW5hcnkwOCI6MX0.eyJjYW5hcnkwOCI6MX0.canary08canary08"
STRANGE_SECRET = "canary-guessed-secret-09"
VISITOR = "canary10canary10canary10canary10canary10canary10"
WORDS = "canary-words-of-a-customer-11"
THEIRS = (STRANGE_KEY, STRANGE_JWT, STRANGE_SECRET, VISITOR, WORDS)

CHAT = "/api/v1/conversation/chat"
WEBHOOK = "/api/v1/messaging/webhook/telegram"
BOTS = [
    {"bot": "shop", "token": TOKEN, "webhook_secret": SECRET},
    {"bot": "salon", "token": SALON_TOKEN, "webhook_secret": SALON_SECRET},
]


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram.start({TOKEN: "shop_bot", SALON_TOKEN: "salon_bot"}) as telegram:
        yield telegram


def answers(server: EasyFlow) -> list[Any]:
    """What strangers and clumsy clients are told."""
    headers = {"X-Telegram-Bot-Api-Secret-Token": STRANGE_SECRET}
    update = message(5, WORDS)
    return [
        server.call("GET", f"/?token={STRANGE_KEY}", key=STRANGE_KEY),
        server.call("POST", CHAT, {"message": WORDS, "user_id": "u"}, key=STRANGE_KEY),
        server.call("POST", CHAT, {"message": WORDS, "user_id": "u"}, key=STRANGE_JWT),
        server.call("POST", CHAT, headers={"Authorization": f"Basic {STRANGE_KEY}"}, key=None),
        server.call("POST", CHAT, {"message": {"is": WORDS}, "user_id": "u"}, key=KEY),
        server.call("POST", CHAT, f'{{"message": "{WORDS}'.encode(), key=KEY),
        server.call("POST", CHAT, {"message": WORDS}, key=KEY),
        server.call("GET", "/api/v1/conversation/history/unknown", key=KEY),
        server.call("POST", WEBHOOK, update, headers=headers, key=None),
        server.call("POST", WEBHOOK, {"update_id": WORDS}, headers=headers, key=None),
        server.call("GET", "/readyz", key=None),
        server.call("GET", "/openapi.json", key=None),
    ]


async def visit(server: EasyFlow) -> None:
    address = f"ws://127.0.0.1:{server.port}/ws/chat"
    async with connect(address, proxy=None) as wire:
        hello = {"type": "hello", "bot": "shop", "token": VISITOR, "language": "ru"}
        await wire.send(orjson.dumps(hello).decode())
        await wire.recv()
        await wire.send(orjson.dumps({"type": "message", "id": "a", "text": WORDS}).decode())
        await wire.recv()
        await wire.send("{" + WORDS)
        await wire.wait_closed()


async def test_no_canary_is_found(telegram: FakeTelegram, tmp_path: Path) -> None:
    server = EasyFlow(
        tmp_path / "data",
        log__level="debug",
        admin__password=PASSWORD,
        admin__api_key=KEY,
        telegram__bots=orjson.dumps(BOTS).decode(),
        telegram__api_base=telegram.base,
    )
    server.set(public_url=server.base)
    with server:
        told = await asyncio.to_thread(answers, server)
        await visit(server)
        telegram.update(message(5, WORDS), token=TOKEN)
        await telegram.settled(token=TOKEN)
        telegram.script(method="sendMessage", times=1, status=401, description="Unauthorized")
        telegram.script(method="sendMessage", times=None, action="drop")
        body = {"platform": "telegram", "chat_id": "5", "text": WORDS}
        sends = [server.asked("POST", "/api/v1/messaging/send", body, key=KEY) for _ in range(2)]
        told += await asyncio.gather(*sends)
        _, metrics = server.call("GET", "/metrics", key=None)
    seen = {"the log": server.log, "metrics": metrics, "answers": str(told)}
    for place, text in seen.items():
        assert len(text) > 100
        for canary in (*OURS, *THEIRS):
            assert canary not in text, place
            assert canary.partition(":")[2] not in text or ":" not in canary, place


async def test_keys_and_passwords_are_not_kept_as_they_are(tmp_path: Path) -> None:
    server = EasyFlow(tmp_path / "data", admin__password=PASSWORD, admin__api_key=KEY)
    with server:
        await visit(server)
    with sqlite3.connect(server.data / "easyflow.db") as database:
        dump = "\n".join(database.iterdump())
    assert "owner@example.com" in dump
    for canary in (PASSWORD, KEY, VISITOR):
        assert canary not in dump


async def test_what_is_kept_is_for_its_owner_alone(tmp_path: Path) -> None:
    with EasyFlow(tmp_path / "data") as server:
        await visit(server)
        kept = [server.data, *server.data.rglob("*")]
        assert len(kept) > 1
        assert [path.name for path in kept if path.stat().st_mode & 0o077] == []

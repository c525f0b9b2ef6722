"""Thirty secrets of every kind are planted, everything goes well and wrong, and none of them is found.

Whoever is called repeats all it was told in its refusals, as proxies and careless programs do.
"""

import asyncio
import base64
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.servers import postgres as postgres_server
from tests.servers.easyflow import EasyFlow, free_port
from tests.servers.telegram import FakeTelegram, message
from tests.servers.tiny_http import Request, Response, serve

PLANTED = {
    "EASYFLOW_KEYS": "canary01-key-of-the-vault-0123456789",
    "EASYFLOW_ADMIN__PASSWORD": "canary02 password of the owner",
    "EASYFLOW_ADMIN__API_KEY": "canary03-api-key-of-the-owner",
    "EASYFLOW_TELEGRAM__TOKEN": "111111:CANARY04-token-CANARY04-token-CANARY",
    "EASYFLOW_TELEGRAM__WEBHOOK_SECRET": "canary05-telegram-secret",
    "EASYFLOW_TELEGRAM__PAYMENTS": "381764678:TEST:canary06",
    "EASYFLOW_WHATSAPP__TOKEN": "EAAcanary07canary07canary07",
    "EASYFLOW_WHATSAPP__APP_SECRET": "canary08-app-secret",
    "EASYFLOW_WHATSAPP__VERIFY_TOKEN": "canary09-verify",
    "EASYFLOW_VK__TOKEN": "vk1.a.canary10canary10",
    "EASYFLOW_VK__SECRET": "canary11secret",
    "EASYFLOW_MAX__TOKEN": "canary12-max-token",
    "EASYFLOW_MAX__WEBHOOK_SECRET": "canary13-max-secret",
    "EASYFLOW_ALERTS__SECRET": "canary14-alerts",
    "EASYFLOW_ALERTS__SMTP_PASSWORD": "canary15-smtp",
    "EASYFLOW_YOOKASSA__SECRET": "test_canary16canary16canary16",
    "EASYFLOW_SECRETS__CRM_TOKEN": "canary17-crm-token",
    "EASYFLOW_SECRETS__CRM_QUERY": "canary18-in-a-query",
    "EASYFLOW_OTEL__HEADERS": "x-key=canary19-collector",
    "SHOP_TELEGRAM": "222222:CANARY20-token-CANARY20-token-CANARY",
    "SHOP_MAX": "canary21-of-a-bot-folder",
}
"""What the environment holds, by its variables."""

ASSISTANTS = "333333:CANARY22-token-CANARY22-token-CANARY"
WRONG_BOT = "444444:CANARY23-token-CANARY23-token-CANARY"
MODELS_KEY = "sk-proj-canary24canary24canary24"
MARKET_KEY = "canary25-key-of-a-marketplace"
PASSWORD, OTHER = "canary26 password", "canary27 another password"
STRANGE_KEY = "sk_live_canary28_canary28"
STRANGE_JWT = "eyJjYW5hcnkyOSI6MX0.eyJjYW5hcnkyOSI6MX0.canary29canary29"
PROXYS = "canary30:canary30-of-a-proxy"
COOKIE = "canary31-cookie"
SITE = "st_live_canary32_canary32"
QUERY = "canary33-in-an-address"
FOREIGN = "canary34-of-the-other-system"
WORDS = "canary35-words-of-a-customer"
NAME = "canary36-name-of-a-customer"
GIVEN = (
    *(ASSISTANTS, WRONG_BOT, MODELS_KEY, MARKET_KEY, PASSWORD, OTHER, STRANGE_KEY, STRANGE_JWT),
    *(base64.b64encode(PROXYS.encode()).decode(), PROXYS.partition(":")[2]),
    *(COOKIE, SITE, QUERY, FOREIGN, WORDS, NAME),
)
"""What comes in over HTTP and from other systems."""

CHAT = "/api/v1/conversation/chat"
WEBHOOK = "/api/v1/messaging/webhook/"

BOT = """\
bot: Касса
language: ru
timezone: UTC
secrets: [crm_token, crm_query]
channels:
  telegram: {token: "${SHOP_TELEGRAM}"}
  max: {token: "${SHOP_MAX}", nick: shop_bot}
"""
FLOWS = """\
flow: заявка
when: [заявка]
steps:
  имя:
    - ask: Как вас зовут?
      save: имя
    - do: http.post
      with:
        url: ECHOleads?key={{ secrets.crm_query }}
        headers: {Authorization: "Bearer {{ secrets.crm_token }}"}
        json: {name: "{{ имя }}"}
      failed: {go: беда}
    - say: Готово
  беда:
    - do: till.raise_it
      with: {token: "{{ secrets.crm_token }}", word: "{{ имя }}"}
      failed: {go: конец}
  конец:
    - say: Не вышло
"""
ACTIONS = """\
from bots.owners import action


@action("till.raise_it", effect="none", about="go wrong, and say with what")
def raise_it(token: str, word: str) -> str:
    raise RuntimeError(f"the server did not take {token}")
"""


class Echo:
    """Answers with all that it was told: refuses, fails, hangs up, in turn."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def take(self, request: Request) -> Response | None:
        self.asked.append(f"{request.path} {request.query} {request.headers} {request.body!r}")
        # What a flow calls always fails, so that it goes on as it should.
        number = 2 if request.path == "/leads" else len(self.asked) % 3
        if number == 0:
            return None
        told = {
            "description": f"{request.method} {request.path}?{request.query}",
            "error": {"message": str(request.headers), "code": 190},
            "password": FOREIGN,
            "body": request.body.decode(errors="replace"),
        }
        return Response(orjson.dumps(told), status=(401, 500)[number - 1])


@pytest.fixture
async def echo() -> AsyncIterator[tuple[Echo, str]]:
    echo = Echo()
    server = await serve(echo.take)
    yield echo, server.url
    await server.close()


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    tokens = (PLANTED["EASYFLOW_TELEGRAM__TOKEN"], PLANTED["SHOP_TELEGRAM"], ASSISTANTS)
    with FakeTelegram.start(dict(zip(tokens, ("a_bot", "b_bot", "c_bot"), strict=True))) as running:
        yield running


def planted(folder: Path, telegram: FakeTelegram, url: str, log_format: str) -> EasyFlow:
    for name, bot in (("till", BOT), ("salon", "bot: Салон\nlanguage: ru\n")):
        flows = folder / "bots" / name / "flows"
        flows.mkdir(parents=True)
        (flows.parent / "bot.yaml").write_text(bot, encoding="utf-8")
        words = (
            FLOWS.replace("ECHO", url)
            if name == "till"
            else "flow: нет\nsteps:\n  а:\n    - say: Да\n"
        )
        (flows / "f.yaml").write_text(words, encoding="utf-8")
    (folder / "bots" / "till" / "actions.py").write_text(ACTIONS, encoding="utf-8")
    server = EasyFlow(
        folder / "data", bots=folder / "bots", log__level="debug", log__format=log_format,
        default_bot="salon", allow_actions="yes", allow_hosts="127.0.0.1", registration="open",
        telegram__bot="salon", telegram__api_base=telegram.base,
        whatsapp__bot="salon", whatsapp__phone_id="106540352242001", whatsapp__api_base=f"{url}wa/v23.0",
        vk__bot="salon", vk__group="222111", vk__api_base=f"{url}vk/method",
        max__bot="salon", max__nick="salon_bot", max__api_base=f"{url}max",
        alerts__webhook=f"{url}alerts", alerts__email="owner@example.com",
        alerts__smtp_host="127.0.0.1", alerts__smtp_port=str(free_port()),
        alerts__smtp_user="bot@example.com", alerts__smtp_security="none",
        yookassa__shop_id="1234", yookassa__api_base=f"{url}yookassa/v3",
        otel__endpoint=f"{url}otel",
    )  # fmt: skip
    server.environ |= PLANTED
    server.set(public_url=server.base)
    return server


def key(server: EasyFlow, method: str, path: str, body: Any = None, **more: Any) -> Any:
    """A call of the owner."""
    return server.call(method, path, body, key=PLANTED["EASYFLOW_ADMIN__API_KEY"], **more)


def by_people(server: EasyFlow) -> list[str]:
    """Everything that hands a secret in or gets one; gives those that were made."""
    made: list[str] = []
    person = {"email": "a@example.com", "password": PASSWORD, "first_name": NAME, "last_name": "B"}
    once = {"Idempotency-Key": "once"}
    _, registered = server.call("POST", "/api/auth/register", person, key=None, headers=once)
    made.append(registered["access_token"])
    status, signed = server.call("POST", "/api/auth/login", person, key=None)
    assert status == 200
    made.append(signed["access_token"])
    server.call("POST", "/api/auth/login", {**person, "password": OTHER}, key=None)
    change = {"current_password": PASSWORD, "new_password": OTHER}
    server.call("POST", "/api/users/change-password", change, key=made[-1])
    server.call("POST", "/api/users/change-password", change, key=made[0])
    assistant = {"name": "A", "telegram_bot_token": ASSISTANTS, "telegram_bot_username": "c_bot"}
    status, answer = key(server, "POST", "/api/assistants", assistant)
    assert status == 201, answer
    key(server, "POST", "/api/assistants", {**assistant, "telegram_bot_token": WRONG_BOT})
    models = {
        "name": "A",
        "token": MODELS_KEY,
        "priority": 1,
        "model_access": ["gpt-4"],
        "daily_limit": 100,
        "monthly_limit": 1000,
    }
    status, answer = key(server, "POST", "/api/admin/ai-tokens", models)
    assert status == 201, answer
    market = {"api_key": MARKET_KEY, "supplier_id": "12345"}
    shop = {"user_id": "u", "platform": "wildberries", "credentials": market, "settings": {}}
    status, answer = key(server, "POST", "/api/v1/integration/connect", shop)
    assert status == 200, answer
    key(server, "POST", "/api/balance/top-up", {"amount": 100, "payment_method": "card"})
    for headers in (
        {"Authorization": f"Bearer {STRANGE_KEY}"},
        {"Authorization": f"Bearer {STRANGE_JWT}"},
        {"X-API-Key": STRANGE_KEY, "Cookie": f"session={COOKIE}"},
        {"X-Site-Token": SITE, "Proxy-Authorization": f"Basic {GIVEN[8]}"},
        {"X-Telegram-Bot-Api-Secret-Token": STRANGE_KEY, "X-Request-Id": f"a b {QUERY}"},
        {"X-Max-Bot-Api-Secret": STRANGE_KEY, "X-Hub-Signature-256": f"sha256={COOKIE}"},
    ):
        for path in (CHAT, f"{WEBHOOK}telegram", f"{WEBHOOK}max", f"{WEBHOOK}whatsapp", "/nothing"):
            server.call(
                "POST", f"{path}?token={QUERY}", {"message": WORDS}, key=None, headers=headers
            )
    verify = f"{WEBHOOK}whatsapp?hub.mode=subscribe&hub.challenge=1&hub.verify_token="
    server.call("GET", verify + PLANTED["EASYFLOW_WHATSAPP__VERIFY_TOKEN"], key=None)
    server.call("GET", verify + quote(QUERY), key=None)
    for platform in ("whatsapp", "vk", "max", "telegram"):
        body = {"platform": platform, "chat_id": "5", "text": WORDS}
        key(server, "POST", "/api/v1/messaging/send", body)
    key(server, "POST", CHAT, {"message": WORDS, "user_id": "u", "context": {"password": WORDS}})
    return made


async def by_strangers(server: EasyFlow) -> None:
    """A socket with a token in its address."""
    for path in (f"/ws/dialogs/1?token={QUERY}", f"/ws/chat?token={QUERY}"):
        with contextlib.suppress(WebSocketException, OSError):
            async with connect(f"ws://127.0.0.1:{server.port}{path}", proxy=None) as wire:
                await wire.send(orjson.dumps({"type": "hello", "token": SITE}).decode())
                await wire.recv()


async def by_customers(telegram: FakeTelegram) -> None:
    """A talk in which an action fails, and one whose answers are refused with our token in the words."""
    token = PLANTED["SHOP_TELEGRAM"]
    hello = message(501, text="заявка")
    hello["message"]["from"]["first_name"] = NAME
    telegram.update(hello, token=token)
    await telegram.settled(token=token)
    telegram.update(message(501, text=WORDS), token=token)
    deadline = time.monotonic() + 90
    while not any("Не вышло" in text for text in telegram.said(501, token=token)):
        assert time.monotonic() < deadline, telegram.said(501, token=token)
        await asyncio.sleep(0.1)
    telegram.script(method="sendMessage", times=1, status=400, description=f"Bad Request: {token}")
    telegram.script(
        method="sendMessage", times=1, status=500, description=f"bot{token}/sendMessage"
    )
    for _ in range(2):
        telegram.update(message(501, text="что?"), token=token)
    await telegram.settled(token=token)


@pytest.mark.parametrize("log_format", ["json", "pretty"])
async def test_no_planted_secret_is_found(
    telegram: FakeTelegram, echo: tuple[Echo, str], tmp_path: Path, log_format: str
) -> None:
    heard, url = echo
    server = planted(tmp_path, telegram, url, log_format)
    await asyncio.to_thread(server.start)
    made = await asyncio.to_thread(by_people, server)
    await by_strangers(server)
    await by_customers(telegram)
    seen = {
        path: str((await server.asked("GET", path, key=None))[1])
        for path in ("/metrics", "/readyz", "/openapi.json")
    }
    for words in (("channels",), ("doctor",), ("check",), ("channels", "add", "max", "--bot", "x")):
        done = await asyncio.to_thread(server.typed, *words)
        seen[" ".join(words)] = done.stdout + done.stderr
    assert await asyncio.to_thread(server.stop) == 0
    seen["the log"] = server.log
    assert_used(heard)
    secrets = assert_not_found(seen, made)
    assert_sealed(server, secrets, made)


async def test_nor_where_a_worker_answers_over_postgresql(
    telegram: FakeTelegram,
    echo: tuple[Echo, str],
    postgres: postgres_server.Server,
    tmp_path: Path,
) -> None:
    heard, url = echo
    database = await postgres.new()
    server = planted(tmp_path, telegram, url, "json")
    server.set(database_url=database)
    worker = EasyFlow(tmp_path / "work", bots=tmp_path / "bots", command=("work",))
    own = {name: value for name, value in worker.environ.items() if "HTTP__PORT" in name}
    worker.environ |= server.environ | own
    worker.set(metrics__port=str(worker.port))
    try:
        await asyncio.to_thread(server.start)
        await asyncio.to_thread(worker.start)
        made = await asyncio.to_thread(by_people, server)
        await by_strangers(server)
        await by_customers(telegram)
        seen = {
            f"{path} of {one.argv}": str((await one.asked("GET", path, key=None))[1])
            for one in (server, worker)
            for path in ("/metrics", "/readyz")
        }
        for words in (("channels",), ("doctor",), ("backup", str(tmp_path / "kept.backup"))):
            done = await asyncio.to_thread(server.typed, *words)
            seen[" ".join(words)] = done.stdout + done.stderr
    finally:
        for one in (worker, server):
            await asyncio.to_thread(one.__exit__, None, None, None)
    seen["the log"], seen["the worker's log"] = server.log, worker.log
    # What failed, failed over there.
    assert '"A turn failed"' in worker.log or '"An action failed"' in worker.log
    assert_used(heard)
    assert_not_found(seen, made)
    await postgres.drop(database)


def assert_used(heard: Echo) -> None:
    """All of them: what is called was told them, in headers, addresses and bodies."""
    for name in ("CRM_TOKEN", "CRM_QUERY", "WHATSAPP__TOKEN", "VK__TOKEN", "MAX__TOKEN"):
        secret = PLANTED[f"EASYFLOW_SECRETS__{name}" if "CRM" in name else f"EASYFLOW_{name}"]
        assert secret in " ".join(heard.asked), name


def assert_not_found(seen: dict[str, str], made: list[str]) -> list[str]:
    """Gives the secrets that were looked for."""
    secrets = [value.removeprefix("x-key=") for value in PLANTED.values()]
    found = [
        (place, canary, text[max(0, (at := text.index(spelled)) - 200) : at + 80])
        for place, text in seen.items()
        for canary in (*secrets, *GIVEN, *made)
        for spelled in {canary, quote(canary), canary.rpartition(":")[2]}
        if spelled in text
    ]
    assert not found, "\n".join(map(str, found))
    return secrets


def assert_sealed(server: EasyFlow, secrets: list[str], made: list[str]) -> None:
    """The data folder holds what was said, and nothing by which somebody could come in or out."""
    kept = b"".join(path.read_bytes() for path in server.data.rglob("*") if path.is_file())
    assert WORDS.encode() in kept
    with sqlite3.connect(server.data / "easyflow.db") as database:
        (sealed,) = database.execute("SELECT count(*) FROM ai_tokens").fetchone()
    database.close()
    assert sealed == 1
    said = {WORDS, NAME}
    theirs = [*secrets, *(one for one in GIVEN if one not in said), *made]
    assert [canary for canary in theirs if canary.encode() in kept] == []


DATABASES = "canary40 p@ss/word"
REDISES = "canary41-of-redis"


def secretly(url: str) -> str:
    """The URL of a database with a password in it, which a server that trusts us does not look at."""
    return url.replace("postgres@", f"postgres:{quote(DATABASES, safe='')}@")


def spelled() -> tuple[str, ...]:
    return (DATABASES, quote(DATABASES, safe=""), quote(DATABASES), REDISES, "canary4")


@pytest.fixture
def postgres() -> Iterator[postgres_server.Server]:
    server = postgres_server.server_or_skip()
    yield server
    asyncio.run(server.close())


def test_passwords_of_databases_are_not_found_either(
    postgres: postgres_server.Server, tmp_path: Path
) -> None:
    """Nor when the database goes away under the server, or is not there at its start."""
    url = asyncio.run(postgres.new())
    redis = f"redis://:{REDISES}@127.0.0.1:{free_port()}/0"
    server = EasyFlow(
        tmp_path / "data", database_url=secretly(url), redis_url=redis, log__level="debug"
    )
    asked = {"message": "hi", "user_id": "u"}
    with server:
        assert server.call("POST", CHAT, asked)[0] == 200
        done = server.typed("doctor")
        asyncio.run(postgres.drop(url))
        assert server.call("POST", CHAT, asked)[0] >= 500
        _, metrics = server.call("GET", "/metrics", key=None)
        _, ready = server.call("GET", "/readyz", key=None)
    seen = [server.log, done.stdout + done.stderr, metrics, str(ready)]
    nowhere = secretly(f"postgresql+asyncpg://postgres@127.0.0.1:{free_port()}/none")
    server.set(database_url=nowhere)
    for words in ((), ("work",), ("doctor",), ("trace",), ("channels",)):
        done = server.typed(*words)
        assert done.returncode != 0 or words not in ((), ("work",))
        seen.append(done.stdout + done.stderr)
    assert [text for text in seen if any(one in text for one in spelled())] == []

"""Assistants of several workspaces in one server: each answers its own people, and nobody else's."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from tests.servers.easyflow import EasyFlow
from tests.servers.telegram import FakeTelegram, message
from tests.surface.people import Person, owner, register

ANNAS = "1234567890:Annas-token"
BORISS = "2345678901:Boriss-token"
HELLO = "Здравствуйте! Спросите, о чём хотите узнать. Нужен человек — напишите «оператор»."
HANDED = "Передаю ваш вопрос человеку, ответ придёт сюда же."
PATIENCE = 30.0


@pytest.fixture(scope="module")
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram.start({ANNAS: "annas_bot", BORISS: "boriss_bot"}) as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, telegram: FakeTelegram) -> Iterator[EasyFlow]:
    """With the public address of its own, so that Telegram calls it."""
    easyflow = EasyFlow(
        tmp_path_factory.mktemp("assistants") / "data",
        default_bot="shop",
        registration="open",
        telegram__api_base=telegram.base,
        billing__welcome_bonus="7.00",
    )
    easyflow.set(public_url=easyflow.base)
    with easyflow:
        yield easyflow


def newcomer(server: EasyFlow) -> Person:
    """Somebody in a workspace of their own; strangers may come, so the password is a good one."""
    return register(server, password="a pass phrase of tests 42")


def made(person: Person, **body: Any) -> Any:
    status, answer = person.call("POST", "/api/assistants", {"name": "Справка", **body})
    assert status == 201, answer
    return answer


def teach(person: Person, assistant: int, question: str, answer: str) -> None:
    body = {"assistant_id": assistant, "question": question, "answer": answer, "tags": []}
    status, told = person.call("POST", "/api/qa-knowledge", body)
    assert status == 201, told


def ask(person: Person, text: str, **body: Any) -> tuple[int, Any]:
    asked = {"message": text, "user_id": "u", **body}
    return person.call("POST", "/api/v1/conversation/chat", asked)


def heard(telegram: FakeTelegram, chat: int, token: str) -> bool:
    """Whether a customer was greeted."""
    return telegram.said(chat, token=token)[-1:] == [f"bot: {HELLO}"]


def called(telegram: FakeTelegram, token: str) -> bool:
    """Whether Telegram is to call us."""
    webhook = telegram.state(token)["webhook"]
    return bool(webhook and webhook["url"])


async def eventually(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not await asyncio.to_thread(true):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)


@asynccontextmanager
async def page(
    server: EasyFlow, bot: str | None, origin: str | None = None
) -> AsyncIterator[ClientConnection]:
    """A page that opened the chat of a bot, as far as its hello."""
    named = None if origin is None else Origin(origin)
    address = f"ws://127.0.0.1:{server.port}/ws/chat"
    async with connect(address, origin=named, proxy=None, close_timeout=1) as wire:
        await wire.send(orjson.dumps({"type": "hello", **({"bot": bot} if bot else {})}).decode())
        yield wire


async def hears(wire: ClientConnection, kind: str) -> Any:
    async with asyncio.timeout(PATIENCE):
        while (frame := orjson.loads(await wire.recv()))["type"] != kind:
            continue
        return frame


async def is_closed(wire: ClientConnection) -> int:
    async with asyncio.timeout(PATIENCE):
        try:
            while True:
                await wire.recv()
        except ConnectionClosed:
            return wire.close_code or 0


# ---------------------------------------------------------------- whose bot answers


def test_a_caller_talks_to_bots_of_their_workspace_alone(server: EasyFlow) -> None:
    anna, boris = newcomer(server), newcomer(server)
    (annas,), (boriss,) = anna.get("/api/assistants"), boris.get("/api/assistants")
    status, answer = ask(anna, "/start")
    assert (status, answer["message"]) == (200, HELLO)
    for name in ("shop", f"assistant.{boriss['id']}", "assistant.999999"):
        status, answer = ask(anna, "/start", context={"bot": name})
        assert status == 422, answer
    status, answer = ask(owner(server), "/start")
    assert status == 200
    assert "Ромашка" in answer["message"]
    status, answer = ask(owner(server), "/start", context={"bot": f"assistant.{annas['id']}"})
    assert status == 422
    bots = [one["name"] for one in anna.get("/flows/data/bots")["bots"]]
    assert bots == [f"assistant.{annas['id']}"]
    assert "assistant." not in str(owner(server).get("/flows/data/bots"))


def test_a_session_name_of_another_workspace_is_another_session(server: EasyFlow) -> None:
    anna, boris = newcomer(server), newcomer(server)
    for person in (anna, boris):
        status, answer = ask(person, "/start", session_id="the-same-name")
        assert (status, answer["message"]) == (200, HELLO)
    for person in (anna, boris):
        history = person.get("/api/v1/conversation/history/the-same-name")
        assert len(history["messages"]) == 2
    assert anna.get("/api/dialogs")["total"] == 1


# ---------------------------------------------------------------- what it knows, and what it costs


def test_an_answer_it_knows_is_paid_once_and_without_money_a_person_is_called(
    server: EasyFlow,
) -> None:
    anna, boris = newcomer(server), newcomer(server)
    (annas,), (boriss,) = anna.get("/api/assistants"), boris.get("/api/assistants")
    teach(anna, annas["id"], "Сколько стоит доставка?", "Доставка стоит 300 ₽.")
    teach(boris, boriss["id"], "Где вы находитесь?", "На Тверской, 1.")

    status, answer = ask(anna, "а сколько стоит доставка")
    assert (status, answer["message"]) == (200, "Доставка стоит 300 ₽.")
    assert anna.get("/api/balance")["balance"] == 2.0
    (charge,) = anna.get("/api/balance/transactions?type=debit")["transactions"]
    (dialog,) = anna.get("/api/dialogs")["dialogs"]
    assert charge["details"] == {"message_count": 2, "dialog_id": dialog["id"]}
    assert (charge["amount"], charge["service_type"]) == (-5.0, "api_message")

    # What another workspace's assistant knows is not known here, and costs nothing.
    status, answer = ask(anna, "где вы находитесь?")
    assert (answer["message"], answer["requires_human"]) == (HANDED, True)
    assert anna.get("/api/balance")["balance"] == 2.0
    assert boris.get("/api/balance")["balance"] == 7.0

    # Two roubles do not pay for another answer: nobody is silent, and no more bots are made.
    status, answer = anna.call("POST", "/api/assistants", {"name": "Ещё один"})
    assert (status, answer["error"]["code"]) == (402, "INSUFFICIENT_BALANCE")
    status, answer = ask(anna, "сколько стоит доставка?", session_id="second")
    assert (answer["message"], answer["requires_human"]) == (HANDED, True)
    assert anna.get("/api/balance")["balance"] == 2.0

    # Who takes such a chat sees why the assistant left it.
    waiting, unknown = anna.get("/api/dialogs?handoff_status=requested")["dialogs"]
    reason = anna.get(f"/api/dialogs/{waiting['id']}")["handoff_reason"]
    assert reason == "Баланс исчерпан, ассистент не отвечает. сколько стоит доставка?"
    reason = anna.get(f"/api/dialogs/{unknown['id']}")["handoff_reason"]
    assert reason == "где вы находитесь?"


# ---------------------------------------------------------------- Telegram


async def test_two_workspaces_serve_telegram_beside_each_other(
    server: EasyFlow, telegram: FakeTelegram
) -> None:
    anna, boris = newcomer(server), newcomer(server)
    annas = made(anna, name="Аня", telegram_bot_token=ANNAS)
    made(boris, name="Боря", telegram_bot_token=BORISS)
    for chat, token in ((501, ANNAS), (501, BORISS)):
        telegram.update(message(chat, text="/start"), token=token)
    for token in (ANNAS, BORISS):
        await eventually(partial(heard, telegram, 501, token))
    (dialog,) = anna.get("/api/dialogs")["dialogs"]
    assert (dialog["assistant_id"], dialog["telegram_chat_id"]) == (annas["id"], "501")
    status, _ = boris.call("GET", f"/api/dialogs/{dialog['id']}")
    assert status == 404

    # It moves to another account at once: the other bot of theirs was given up.
    status, _ = boris.call(
        "PUT",
        f"/api/assistants/{boris.get('/api/assistants')[1]['id']}",
        {"telegram_bot_token": ""},
    )
    assert status == 200
    path = f"/api/assistants/{annas['id']}"
    status, moved = anna.call("PUT", path, {"telegram_bot_token": BORISS})
    assert (status, moved["telegram_bot_username"]) == (200, "boriss_bot")
    telegram.update(message(502, text="/start"), token=BORISS)
    await eventually(partial(heard, telegram, 502, BORISS))
    await eventually(lambda: not called(telegram, ANNAS))

    # Stopped it hears nothing; killed and started again it is still so, and begins when it is told.
    status, _ = anna.call("PUT", path, {"is_active": False})
    assert status == 200
    await eventually(lambda: not called(telegram, BORISS))
    server.kill()
    server.start()
    assert anna.get("/api/assistants")[1]["is_active"] is False
    assert not called(telegram, BORISS)
    assert ask(anna, "/start", context={"bot": f"assistant.{annas['id']}"})[0] == 422
    assert anna.get(f"/api/dialogs/{dialog['id']}/messages")["messages"]
    status, _ = anna.call("PUT", path, {"is_active": True})
    assert status == 200
    telegram.update(message(503, text="/start"), token=BORISS)
    await eventually(partial(heard, telegram, 503, BORISS))

    assert anna.call("DELETE", path)[0] == 200
    assert anna.get(f"/api/dialogs/{dialog['id']}/messages")["messages"]
    assert anna.get(f"/api/dialogs/{dialog['id']}")["assistant_name"] == "Аня"


def test_of_two_who_ask_at_once_one_gets_the_account(server: EasyFlow) -> None:
    people = [newcomer(server) for _ in range(3)]
    body = {"name": "х", "telegram_bot_token": ANNAS}
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda one: one.call("POST", "/api/assistants", body), people))
    assert sorted(status for status, _ in answers) == [201, 409, 409]
    for person, (status, answer) in zip(people, answers, strict=True):
        if status == 201:
            assert person.call("DELETE", f"/api/assistants/{answer['id']}")[0] == 200


def test_a_start_takes_away_what_a_stop_in_the_middle_left(server: EasyFlow) -> None:
    anna = newcomer(server)
    (mine,) = anna.get("/api/assistants")
    server.kill()
    with sqlite3.connect(server.data / "easyflow.db") as db:
        # Stopped after the account was kept, before the assistant was there.
        db.execute(
            "INSERT INTO assistants (workspace, bot, name, description, system_prompt, ai_model,"
            " active, website, domains, username, created_at, updated_at, deleted_at)"
            " SELECT workspace, 'assistant.888', 'half', '', '', '', 1, 1, '[]', '', 1, 1, 1"
            " FROM assistants WHERE id = ?",
            (mine["id"],),
        )
        db.execute(
            "INSERT INTO channels (workspace, name, bot, platform, origin, credentials, settings,"
            " status, since, why, title, created_at, updated_at)"
            " SELECT workspace, 'telegram:1234567890', 'assistant.888', 'telegram', 'api', '', '{}',"
            " 'connecting', 1, '', '', 1, 1 FROM assistants WHERE id = ?",
            (mine["id"],),
        )
        # Stopped before the version of a new one was published.
        db.execute("DELETE FROM live_versions WHERE bot = ?", (f"assistant.{mine['id']}",))
        db.execute("DELETE FROM versions WHERE bot = ?", (f"assistant.{mine['id']}",))
    db.close()
    server.start()
    assert anna.get("/api/assistants") == [mine]
    assert ask(anna, "/start")[1]["message"] == HELLO
    taken = made(anna, telegram_bot_token=ANNAS)
    assert anna.call("DELETE", f"/api/assistants/{taken['id']}")[0] == 200


# ---------------------------------------------------------------- the page


async def test_its_chat_is_open_on_pages_of_its_domains(server: EasyFlow) -> None:
    anna = newcomer(server)
    one = made(anna, name="Чат", allowed_domains=["shop.example", "пример.рф"])
    bot = f"assistant.{one['id']}"
    for origin in (None, server.base, "https://shop.example", "https://xn--e1afmkfd.xn--p1ai"):
        async with page(server, bot, origin) as wire:
            welcome = await hears(wire, "welcome")
            assert welcome["bot"]["title"] == "Чат"
            assert [each["name"] for each in welcome["bots"]] == [bot]
    for origin in ("https://evil.example", "https://shop.example.evil.example", "null"):
        with pytest.raises(InvalidStatus):
            async with page(server, bot, origin):
                pass
    # The owner's bots are not for the pages of somebody else, nor is a bot that is not there.
    for name, origin in (("shop", "https://shop.example"), ("assistant.999999", None)):
        async with page(server, name, origin) as wire:
            assert await is_closed(wire) == 1008
    async with page(server, None) as wire:
        welcome = await hears(wire, "welcome")
        assert welcome["bot"]["name"] == "shop"
        assert "assistant." not in str(welcome["bots"])


async def test_a_chat_ends_when_its_bot_stops(server: EasyFlow) -> None:
    anna = newcomer(server)
    one = made(anna, name="Чат")
    bot, path = f"assistant.{one['id']}", f"/api/assistants/{one['id']}"
    for body in ({"website_integration": False}, {"is_active": False}, None):
        async with page(server, bot) as wire:
            await hears(wire, "welcome")
            method = "DELETE" if body is None else "PUT"
            status, _ = await asyncio.to_thread(anna.call, method, path, body)
            assert status == 200
            assert await is_closed(wire) == 1008
        async with page(server, bot) as wire:
            assert await is_closed(wire) == 1008
        if body is not None:
            again = {name: not value for name, value in body.items()}
            assert (await asyncio.to_thread(anna.call, "PUT", path, again))[0] == 200


def test_what_people_have_of_one_that_is_gone_they_may_end(server: EasyFlow) -> None:
    anna = newcomer(server)
    one = made(anna, name="Уходящий")
    asked = ask(anna, "оператор", context={"bot": f"assistant.{one['id']}"})
    assert asked[1]["requires_human"] is True
    (dialog,) = anna.get("/api/dialogs")["dialogs"]
    assert anna.call("DELETE", f"/api/assistants/{one['id']}")[0] == 200
    server.kill()
    server.start()
    path = f"/api/dialogs/{dialog['id']}"
    assert anna.call("POST", f"{path}/handoff/take", {"operator_name": "Анна"})[0] == 200
    status, answer = anna.call("POST", f"{path}/handoff/release")
    assert (status, answer["handoff_status"]) == (200, "released")
    assert anna.get(f"{path}/messages")["messages"]
    assert len(anna.get("/api/assistants")) == 1

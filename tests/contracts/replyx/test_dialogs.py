"""Every JSON example of the chapter Dialogs, against the running server."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from tests.contracts.likeness import assert_like
from tests.servers.easyflow import KEY, SECRET, EasyFlow
from tests.servers.telegram import FakeTelegram

Json = dict[str, Any]

SIGNED = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
LISTED: Json = {
    "id": 1,
    "assistant_id": 1,
    "platform": "telegram",
    "telegram_chat_id": "123456789",
    "telegram_username": "user123",
    "first_name": "John",
    "last_name": "Doe",
    "status": "active",
    "handoff_status": "none",
    "is_taken_over": False,
    "last_message": "Привет!",
    "last_message_time": "2025-09-01T12:00:00Z",
    "created_at": "2025-09-01T10:00:00Z",
}
SHOWN: Json = {
    "id": 1,
    "assistant_id": 1,
    "assistant_name": "Техподдержка",
    "platform": "telegram",
    "telegram_chat_id": "123456789",
    "telegram_username": "user123",
    "first_name": "John",
    "last_name": "Doe",
    "status": "active",
    "handoff_status": "none",
    "handoff_reason": None,
    "handoff_requested_at": None,
    "is_taken_over": False,
    "taken_over_by": None,
    "created_at": "2025-09-01T10:00:00Z",
}
USER: Json = {"id": 1, "sender": "user", "text": "Привет!", "created_at": "2025-09-01T10:00:00Z"}
ASSISTANT: Json = {**USER, "id": 2, "sender": "assistant", "text": "Привет! Как дела?"}
OPERATOR: Json = {
    "id": 3,
    "sender": "operator",
    "text": "Оператор Анна подключилась к диалогу",
    "operator_name": "Анна",
    "created_at": "2025-09-01T10:05:00Z",
}
ASK: Json = {"reason": "keyword", "last_user_text": "Хочу поговорить с оператором"}
_updates = itertools.count(700_000)


class Customer:
    """Somebody who writes in Telegram."""

    def __init__(self, client: httpx.AsyncClient, telegram: FakeTelegram, id: int) -> None:
        self._client = client
        self._telegram = telegram
        self.id = id

    async def writes(self, text: str) -> None:
        number = next(_updates)
        who = {"id": self.id, "first_name": "John", "last_name": "Doe", "username": "user123"}
        message = {
            "message_id": number,
            "from": {**who, "is_bot": False},
            "chat": {**who, "type": "private"},
            "date": 1704794400,
            "text": text,
        }
        update = {"update_id": number, "message": message}
        path = "/api/v1/messaging/webhook/telegram"
        response = await self._client.post(path, json=update, headers=SIGNED)
        assert response.status_code == 200

    async def sees(self, text: str) -> None:
        """Wait until the bot, or an operator, has said it."""
        for _ in range(400):
            if any(text in one for one in self._telegram.said(self.id)):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{text} was not said: {self._telegram.said(self.id)}")


@pytest.fixture(scope="module")
def keys(server: EasyFlow) -> Iterator[str]:
    """In turn, for each may call a hundred times a minute."""
    made = [server.command("keys", "add").split()[-1] for _ in range(2)]
    return itertools.cycle([KEY, *made])


@pytest.fixture
async def client(server: EasyFlow, keys: Iterator[str]) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {next(keys)}"}
    async with httpx.AsyncClient(base_url=server.base, headers=headers, timeout=40) as made:
        yield made


async def signed_in(server: EasyFlow, name: str, *options: str) -> dict[str, str]:
    """The headers of somebody who was added and has logged in."""
    words = "users", "add", f"{name}@example.com", "--first", name, *options
    shown = await asyncio.to_thread(server.command, *words)
    body = {"email": f"{name}@example.com", "password": shown.split()[-1]}
    status, answer = await server.asked("POST", "/api/auth/login", body, key=None)
    assert status == 200, answer
    return {"Authorization": f"Bearer {answer['access_token']}"}


@pytest.fixture
async def john(client: httpx.AsyncClient, telegram: FakeTelegram) -> Customer:
    """Has been greeted."""
    one = Customer(client, telegram, next(_updates))
    await one.writes("/start")
    await one.sees("Чем помочь?")
    return one


@pytest.fixture
async def dialog(client: httpx.AsyncClient, john: Customer) -> str:
    """The address of John's."""
    listed = (await client.get("/api/dialogs")).json()["dialogs"]
    (id,) = (one["id"] for one in listed if one["telegram_chat_id"] == str(john.id))
    return f"/api/dialogs/{id}"


async def test_a_list_looks_as_printed(client: httpx.AsyncClient, dialog: str) -> None:
    answer = (await client.get("/api/dialogs?limit=1")).json()
    assert_like({"dialogs": [LISTED], "total": 25, "has_more": False}, answer)
    (listed,) = answer["dialogs"]
    assert dialog.endswith(f"/{listed['id']}")
    names = listed["first_name"], listed["last_name"], listed["telegram_username"]
    assert names == ("John", "Doe", "user123")
    assert listed["last_message"] == "Чем помочь?"


async def test_filters_leave_out_what_is_not_sought(client: httpx.AsyncClient, dialog: str) -> None:
    number = int(dialog.rpartition("/")[2])

    async def found(query: str) -> bool:
        answer = await client.get(f"/api/dialogs?limit=200&{query}")
        assert answer.status_code == 200, answer.text
        assert answer.json()["total"] == len(answer.json()["dialogs"])
        return number in [one["id"] for one in answer.json()["dialogs"]]

    assert await found("status=active&handoff_status=none&platform=telegram")
    for query in ("status=archived", "handoff_status=requested", "platform=website"):
        assert not await found(query)


async def test_pages_do_not_overlap_and_end(client: httpx.AsyncClient, john: Customer) -> None:
    for user in ("u1", "u2"):
        body = {"user_id": user, "message": "/start"}
        assert (await client.post("/api/v1/conversation/chat", json=body)).status_code == 200
    seen: list[int] = []
    more = True
    while more:
        answer = (await client.get(f"/api/dialogs?limit=2&offset={len(seen)}")).json()
        seen += [one["id"] for one in answer["dialogs"]]
        more = answer["has_more"]
    assert len(seen) == len(set(seen)) == answer["total"] >= 3
    (api,) = (await client.get("/api/dialogs?platform=api&limit=1")).json()["dialogs"]
    assert (api["telegram_chat_id"], api["telegram_username"]) == (None, None)
    behind = (await client.get("/api/dialogs?offset=100000")).json()
    assert behind == {"dialogs": [], "total": answer["total"], "has_more": False}


async def test_a_dialog_looks_as_printed(
    client: httpx.AsyncClient, john: Customer, dialog: str
) -> None:
    answer = (await client.get(dialog)).json()
    assert_like(SHOWN, answer)
    assert answer["telegram_chat_id"] == str(john.id)


async def test_an_operator_takes_a_dialog_answers_and_gives_it_back(
    client: httpx.AsyncClient, john: Customer, dialog: str
) -> None:
    asked = await client.post(f"{dialog}/handoff/request", json=ASK)
    assert asked.status_code == 200, asked.text
    state = asked.json()
    assert (state["handoff_status"], state["handoff_reason"]) == ("requested", "keyword")
    assert state["queue_position"] >= 1
    again = (await client.post(f"{dialog}/handoff/request", json=ASK)).json()
    assert again["handoff_requested_at"] == state["handoff_requested_at"]
    without_words = await client.post(f"{dialog}/handoff/request")
    assert (without_words.status_code, without_words.json()["handoff_reason"]) == (200, "keyword")

    early = await client.post(f"{dialog}/messages", json={"text": "Рано", "operator_name": "Анна"})
    assert early.status_code == 409

    taken = await client.post(f"{dialog}/handoff/take", json={"operator_name": "Анна"})
    assert taken.status_code == 200, taken.text
    assert (taken.json()["is_taken_over"], taken.json()["taken_over_by"]) == (True, "Анна")
    anna = taken.json()["manager"]["id"]
    printed = {"operator_name": "Анна", "operator_id": anna}
    assert (await client.post(f"{dialog}/handoff/take", json=printed)).status_code == 200

    words = {"text": "Сообщение от оператора", "operator_name": "Анна"}
    said = await client.post(f"{dialog}/messages", json=words)
    assert said.status_code == 200, said.text
    assert_like({**OPERATOR, "delivery_status": "sent"}, said.json())
    await john.sees("Сообщение от оператора")

    messages = (await client.get(f"{dialog}/messages")).json()["messages"]
    for one in messages:
        assert_like(
            {"user": USER, "assistant": ASSISTANT, "operator": OPERATOR}[one["sender"]], one
        )
    assert [one["sender"] for one in messages][-1] == "operator"
    assert messages[-1]["operator_name"] == "Анна"
    assert [one["id"] for one in messages] == list(range(1, len(messages) + 1))
    later = (await client.get(f"{dialog}/messages?after={messages[-2]['id']}")).json()["messages"]
    assert later == messages[-1:]

    given = await client.post(f"{dialog}/handoff/release")
    assert given.status_code == 200, given.text
    assert (given.json()["handoff_status"], given.json()["taken_over_by"]) == ("released", None)
    assert (await client.post(f"{dialog}/handoff/release")).status_code == 409


async def test_of_two_who_take_at_once_one_is_told_who_has_it(
    client: httpx.AsyncClient, dialog: str
) -> None:
    names = ["Анна", "Олег", "Ира", "Зоя"]
    answers = await asyncio.gather(
        *(client.post(f"{dialog}/handoff/take", json={"operator_name": one}) for one in names)
    )
    won = [one for one in answers if one.status_code == 200]
    lost = [one for one in answers if one.status_code == 409]
    assert (len(won), len(lost)) == (1, 3)
    winner = won[0].json()["taken_over_by"]
    for one in lost:
        assert one.json()["error"]["details"]["reason"] == f"{winner} has the chat"
    other = next(one for one in names if one != winner)
    words = {"text": "Тоже я", "operator_name": other}
    assert (await client.post(f"{dialog}/messages", json=words)).status_code == 409


@pytest.mark.parametrize("id", ["abc", "-1", "999999999", "1.5", "9" * 30, "٣"])
async def test_what_is_no_dialog_is_not_found(client: httpx.AsyncClient, id: str) -> None:
    for path in (f"/api/dialogs/{id}", f"/api/dialogs/{id}/messages"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    for path in ("messages", "handoff/request", "handoff/take", "handoff/release"):
        answer = await client.post(f"/api/dialogs/{id}/{path}", json={"text": "x"})
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("messages", {}, "text"),
        ("messages", {"text": "  "}, "text"),
        ("messages", {"text": "x" * 20_001}, "text"),
        ("messages", {"text": 1}, "text"),
        ("handoff/take", {"operator_id": "5"}, "operator_id"),
        ("handoff/take", {"operator_name": "я\x07"}, "operator_name"),
        ("handoff/take", {"operator_name": "я" * 65}, "operator_name"),
        ("handoff/request", {"reason": "x" * 501}, "reason"),
    ],
)
async def test_a_bad_value_is_named(
    client: httpx.AsyncClient, dialog: str, path: str, body: Json, field: str
) -> None:
    answer = await client.post(f"{dialog}/{path}", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"
    assert answer.json()["error"]["details"]["field"] == field


async def test_an_operator_who_is_nobody_is_not_found(
    client: httpx.AsyncClient, dialog: str
) -> None:
    answer = await client.post(f"{dialog}/handoff/take", json={"operator_id": 987654})
    assert answer.status_code == 404
    assert (await client.get(dialog)).json()["handoff_status"] == "none"


async def test_who_signed_in_may_what_their_role_may(
    server: EasyFlow, client: httpx.AsyncClient, dialog: str
) -> None:
    viewer = await signed_in(server, "vera", "--role", "viewer")
    assert (await client.get(dialog, headers=viewer)).status_code == 200
    assert (await client.get(f"{dialog}/messages", headers=viewer)).status_code == 200
    for path in ("messages", "handoff/request", "handoff/take", "handoff/release"):
        answer = await client.post(f"{dialog}/{path}", json={"text": "x"}, headers=viewer)
        assert (answer.status_code, answer.json()["error"]["code"]) == (
            403,
            "INSUFFICIENT_PERMISSIONS",
        )

    olga = await signed_in(server, "olga", "--role", "operator")
    other = await client.post(
        f"{dialog}/handoff/take", json={"operator_name": "Анна"}, headers=olga
    )
    assert other.status_code == 403
    taken = await client.post(f"{dialog}/handoff/take", headers=olga)
    assert taken.json()["taken_over_by"] == "olga"
    words = {"text": "Это я", "operator_name": "Olga"}
    said = await client.post(f"{dialog}/messages", json=words, headers=olga)
    assert (said.status_code, said.json()["operator_name"]) == (200, "olga")

    lead = await signed_in(server, "lena", "--role", "lead")
    words = {"text": "Я старшая"}
    assert (await client.post(f"{dialog}/messages", json=words, headers=lead)).status_code == 409
    once = {**words, "once": True}
    said = await client.post(f"{dialog}/messages", json=once, headers=lead)
    assert (said.status_code, said.json()["operator_name"]) == (200, "lena")
    given = await client.post(f"{dialog}/handoff/release", headers=lead)
    assert given.json()["handoff_status"] == "released"


async def test_the_same_idempotency_key_says_it_once(
    client: httpx.AsyncClient, john: Customer, dialog: str
) -> None:
    await client.post(f"{dialog}/handoff/take", json={"operator_name": "Анна"})
    words = {"text": "Один раз", "operator_name": "Анна"}
    key = {"Idempotency-Key": f"say {john.id}"}
    first = await client.post(f"{dialog}/messages", json=words, headers=key)
    again = await client.post(f"{dialog}/messages", json=words, headers=key)
    assert first.json() == again.json()
    messages = (await client.get(f"{dialog}/messages")).json()["messages"]
    assert [one["text"] for one in messages].count("Один раз") == 1


async def test_another_workspace_sees_and_moves_nothing(
    server: EasyFlow, client: httpx.AsyncClient, dialog: str
) -> None:
    them = await signed_in(server, "stranger", "--apart")
    listed = (await client.get("/api/dialogs", headers=them)).json()
    assert (listed["dialogs"], listed["total"]) == ([], 0)
    for path in (dialog, f"{dialog}/messages"):
        assert (await client.get(path, headers=them)).status_code == 404
    for path in ("messages", "handoff/request", "handoff/take", "handoff/release"):
        answered = await client.post(f"{dialog}/{path}", json={"text": "x"}, headers=them)
        assert answered.status_code == 404
    assert (await client.get(dialog)).json()["handoff_status"] == "none"

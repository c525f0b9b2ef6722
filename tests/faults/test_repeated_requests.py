"""Requests with an `Idempotency-Key`: one turn and one answer, however often and whatever happens."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from json import loads
from pathlib import Path
from typing import Any

import pytest

from tests.faults.people_at_work import rows
from tests.servers.easyflow import EasyFlow
from tests.surface.following import dialog_of
from tests.surface.people import Person, login

CHAT = "/api/v1/conversation/chat"
HISTORY = "/api/v1/conversation/history"
KEYS = 20
TIMES = 10


async def test_many_at_once_make_one_turn_for_each_key(tmp_path: Path) -> None:
    async def post(server: EasyFlow, number: int) -> tuple[int, int, object]:
        body = {
            "message": "Где мой заказ №12345?",
            "user_id": f"user_{number}",
            "session_id": f"session_{number}",
        }
        headers = {"Idempotency-Key": f"key_{number}"}
        status, answer = await server.asked("POST", CHAT, body, headers=headers)
        return number, status, answer

    with EasyFlow(tmp_path / "data", default_bot="shop", log__level="warning") as server:
        numbers = [number for number in range(KEYS) for _ in range(TIMES)]
        answers = await asyncio.gather(*(post(server, number) for number in numbers))
        assert {status for _, status, _ in answers} <= {200, 409}
        said = {number: answer for number, status, answer in answers if status == 200}
        assert all(answer == said[number] for number, status, answer in answers if status == 200)
        assert len(said) == KEYS
        for number in range(KEYS):
            _, history = await server.asked("GET", f"{HISTORY}/session_{number}")
            assert Counter(one["role"] for one in history["messages"]) == {
                "user": 1,
                "assistant": 1,
            }


async def test_an_answer_outlives_the_process_that_gave_it(tmp_path: Path) -> None:
    body = {"message": "Где мой заказ №12345?", "user_id": "user", "session_id": "session"}
    headers = {"Idempotency-Key": "key"}
    with EasyFlow(tmp_path / "data", default_bot="shop", log__level="warning") as server:
        first = await server.asked("POST", CHAT, body, headers=headers)
        server.kill()
        server.start()
        assert await server.asked("POST", CHAT, body, headers=headers) == first
        _, history = await server.asked("GET", f"{HISTORY}/session")
        assert history["total"] == 2


# ---------------------------------------------------------------- an answer that was never noted


PASSWORD = "correct horse battery"

HOW = {
    "/api/v1/conversation/chat": "the message's id is the key's",
    "/api/v1/conversation/escalate": "the turn notes the key",
    "/api/v1/messaging/send": "the message's id is the key's",
    "/api/v1/integration/connect": "the transaction notes the key",
    "/api/v1/integration/sync/{platform_id}": "nothing is synced with yet",
    "/api/users/change-password": "what is the password already is taken for changed",
    "/api/assistants": "the assistant keeps the key",
    "/api/dialogs/{id}/messages": "the turn notes the key",
    "/api/dialogs/{id}/handoff/request": "the turn notes the key",
    "/api/dialogs/{id}/handoff/take": "the turn notes the key",
    "/api/dialogs/{id}/handoff/release": "the turn notes the key",
    "/api/documents/upload": "the same content is the same document",
    "/api/qa-knowledge": "the transaction notes the key",
    "/api/balance/top-up": "the top-up keeps the key",
    "/api/admin/ai-tokens": "the token keeps the key",
    "/hooks/events": "an event has an id of its own",
}
"""What takes a key, and why its work is done once though a crash swallows the answer."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EasyFlow]:
    data = tmp_path_factory.mktemp("swallowed") / "data"
    with EasyFlow(data, default_bot="shop", log__level="warning") as one:
        yield one


@pytest.fixture(scope="module")
def boss(server: EasyFlow) -> Person:
    return login(server, "owner@example.com", PASSWORD)


def swallow(server: EasyFlow) -> None:
    """Leave the database as a kill leaves it that comes after the work and before its answer is noted."""
    server.kill()
    with closing(sqlite3.connect(server.data / "easyflow.db")) as database, database:
        kept = database.execute("DELETE FROM shelf WHERE shelf LIKE 'idempotency 2%'").rowcount
        assert kept
    server.start()


def keyed(person: Person, path: str, body: Any, key: str = "") -> Any:
    headers = {"Idempotency-Key": key or path}
    status, answer = person.call("POST", path, body, headers=headers)
    assert status in (200, 201), (status, answer)
    return answer


def test_whatever_takes_a_key_is_done_once_in_some_way(server: EasyFlow) -> None:
    _, document = server.call("GET", "/openapi.json", key=None)
    takes = {
        path
        for path, calls in document["paths"].items()
        for one in calls.get("post", {}).get("parameters", ())
        if one["name"] == "Idempotency-Key"
    }
    assert takes == HOW.keys()


async def test_an_account_at_a_marketplace_is_connected_once(
    server: EasyFlow, boss: Person
) -> None:
    path = "/api/v1/integration/connect"
    of = {
        name: {
            "user_id": name,
            "platform": "ozon",
            "credentials": {"client_id": "1", "api_key": "x"},
            "settings": {"sync_interval": "hourly"},
        }
        for name in ("anna", "boris")
    }
    first = {name: keyed(boss, path, body, key=name) for name, body in of.items()}
    swallow(server)
    anew = {**of["boris"], "settings": {"sync_interval": "daily"}}
    assert boss.call("POST", path, anew)[0] == 200
    for name, body in of.items():
        again = keyed(boss, path, body, key=name)
        assert again["connection_id"] == first[name]["connection_id"]
    assert keyed(boss, path, of["anna"], key="anna") == first["anna"]
    # What was connected anew meanwhile stays.
    query = "SELECT user_id, settings FROM connections ORDER BY user_id"
    assert [(who, loads(kept)["sync_interval"]) for who, kept in rows(server.data, query)] == [
        ("anna", "hourly"),
        ("boris", "daily"),
    ]


async def test_a_question_is_answered_once(server: EasyFlow, boss: Person) -> None:
    path = "/api/qa-knowledge"
    assistant = boss.get("/api/assistants")[0]["id"]
    body = {"assistant_id": assistant, "question": "Where?", "answer": "Here", "tags": []}
    first = keyed(boss, path, body)
    swallow(server)
    assert keyed(boss, path, body, key=path) == first
    swallow(server)
    _, anew = boss.call("POST", path, {**body, "answer": "There"})
    assert keyed(boss, path, body) == anew


async def test_a_dialog_is_handed_over_and_back_once(server: EasyFlow, boss: Person) -> None:
    dialog = dialog_of(boss, "handed")
    paths = [f"/api/dialogs/{dialog}/handoff/{what}" for what in ("request", "take", "release")]
    answers = []
    for path in paths:
        answers.append(keyed(boss, path, {}))
        swallow(server)
        assert keyed(boss, path, {}) == answers[-1]
        swallow(server)
    # Nobody is asked for, takes or gives back again, whatever has become of the chat.
    ended = boss.get(f"/api/dialogs/{dialog}")
    for path in paths:
        keyed(boss, path, {})
        assert boss.get(f"/api/dialogs/{dialog}") == ended
    boss.call("POST", paths[1], {})
    swallow(server)
    keyed(boss, paths[2], {})
    assert boss.get(f"/api/dialogs/{dialog}")["handoff_status"] == answers[1]["handoff_status"]


async def test_a_session_is_handed_to_a_person_once(server: EasyFlow, boss: Person) -> None:
    dialog = dialog_of(boss, "escalated")
    path = "/api/v1/conversation/escalate"
    body = {"session_id": "escalated", "reason": "trouble"}
    first = keyed(boss, path, body)
    swallow(server)
    assert keyed(boss, path, body) == first
    swallow(server)
    for what in ("take", "release"):
        boss.call("POST", f"/api/dialogs/{dialog}/handoff/{what}", {})
    ended = boss.get(f"/api/dialogs/{dialog}")
    keyed(boss, path, body)
    assert boss.get(f"/api/dialogs/{dialog}") == ended


async def test_a_password_is_changed_once(server: EasyFlow, boss: Person) -> None:
    path = "/api/users/change-password"
    body = {"current_password": PASSWORD, "new_password": "another horse battery"}
    first = keyed(boss, path, body)
    swallow(server)
    assert keyed(boss, path, body) == first

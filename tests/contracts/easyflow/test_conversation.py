"""Every JSON example of the chapter Conversation, against the running server."""

from typing import Any
from uuid import uuid4

import httpx

from tests.contracts.likeness import assert_like

Json = dict[str, Any]

CHAT_REQUEST: Json = {
    "message": "Где мой заказ №12345?",
    "user_id": "user_123",
    "session_id": "session_456",
    "platform": "web",
    "context": {"user_name": "Иван Петров", "order_history": ["12345", "12344"]},
}


async def chat(client: httpx.AsyncClient, **changes: Any) -> Json:
    """A session of its own for each test, unless the test names one."""
    body = {**CHAT_REQUEST, "user_id": f"user_{uuid4().hex}", "session_id": None, **changes}
    response = await client.post("/conversation/chat", json=body)
    assert response.status_code == 200, response.text
    answer: Json = response.json()
    return answer


async def test_the_first_example_holds_as_printed(client: httpx.AsyncClient) -> None:
    response = await client.post("/conversation/chat", json=CHAT_REQUEST)
    assert response.status_code == 200
    assert response.json() == {
        "message": "Ваш заказ №12345 находится в пути. Ожидаемая дата доставки: 15 января 2024.",
        "session_id": "session_456",
        "intent": "order_status",
        "entities": {"order_id": "12345", "status": "in_transit"},
        "confidence": 0.95,
        "requires_human": False,
        "current_state": "order_inquiry",
        "suggested_actions": [
            {"type": "track_order", "text": "Отследить заказ", "data": {"order_id": "12345"}}
        ],
    }
    assert response.headers["x-ratelimit-limit"] == "100"
    assert int(response.headers["x-ratelimit-remaining"]) < 100
    assert response.headers["x-ratelimit-reset"].isdecimal()


async def test_a_session_opens_by_itself_and_the_dialog_goes_on_in_it(
    client: httpx.AsyncClient,
) -> None:
    asked = await chat(client, message="Где мой заказ?")
    assert asked["current_state"] == "number"
    answered = await chat(client, message="12345", session_id=asked["session_id"])
    assert answered["current_state"] == "order_inquiry"
    assert answered["entities"] == {"order_id": "12345", "status": "in_transit"}
    assert answered["session_id"] == asked["session_id"]


async def test_only_the_message_and_the_user_are_required(client: httpx.AsyncClient) -> None:
    response = await client.post(
        "/conversation/chat", json={"message": "Привет!", "user_id": "user_1"}
    )
    assert response.status_code == 200
    assert response.json()["session_id"].startswith("session_")


async def test_sessions_look_as_printed(client: httpx.AsyncClient) -> None:
    await chat(client, user_id="user_sessions", session_id="session_first")
    await chat(client, user_id="user_sessions", session_id="session_second")
    response = await client.get("/conversation/sessions/user_sessions")
    assert_like(
        {
            "sessions": [
                {
                    "session_id": "session_456",
                    "platform": "web",
                    "created_at": "2024-01-10T10:00:00Z",
                    "updated_at": "2024-01-10T10:30:00Z",
                    "messages_count": 15,
                    "status": "active",
                }
            ]
        },
        response.json(),
    )
    listed = response.json()["sessions"]
    assert {each["session_id"] for each in listed} == {"session_first", "session_second"}
    assert {each["messages_count"] for each in listed} == {2}
    assert {(each["platform"], each["status"]) for each in listed} == {("web", "active")}


async def test_history_looks_as_printed(client: httpx.AsyncClient) -> None:
    session = (await chat(client, user_id="user_history"))["session_id"]
    await chat(client, user_id="user_history", session_id=session)
    page = (await client.get(f"/conversation/history/{session}", params={"limit": 2})).json()
    asked: Json = {
        "message_id": "msg_123",
        "session_id": "session_456",
        "user_id": "user_123",
        "content": "Где мой заказ №12345?",
        "role": "user",
        "timestamp": "2024-01-10T10:15:00Z",
        "platform": "web",
    }
    said: Json = {**asked, "role": "assistant", "intent": "order_status", "confidence": 0.95}
    assert_like(asked, page["messages"][0])
    assert_like(said, page["messages"][1])
    for message in page["messages"]:
        assert message["message_id"].startswith("msg_")
        assert (message["session_id"], message["user_id"]) == (session, "user_history")
    assert page["messages"][0]["content"] == "Где мой заказ №12345?"
    assert [message["role"] for message in page["messages"]] == ["user", "assistant"]
    assert page["messages"][1]["intent"] == "order_status"
    assert page["messages"][1]["confidence"] == 0.95
    assert (page["total"], page["has_more"]) == (4, True)
    rest = (await client.get(f"/conversation/history/{session}", params={"offset": 2})).json()
    assert (len(rest["messages"]), rest["total"], rest["has_more"]) == (2, 4, False)


async def test_after_an_escalation_the_bot_is_silent(client: httpx.AsyncClient) -> None:
    session = (await chat(client, user_id="user_escalated"))["session_id"]
    response = await client.post(
        "/conversation/escalate",
        json={
            "session_id": session,
            "reason": "complex_issue",
            "priority": "high",
            "context": {"issue_type": "payment_problem", "user_tier": "premium"},
        },
    )
    assert response.status_code == 200
    assert response.json()["success"] is True
    assert (response.json()["session_id"], response.json()["status"]) == (session, "escalated")
    silent = await chat(client, user_id="user_escalated", session_id=session)
    assert (silent["message"], silent["requires_human"]) == ("", True)
    (listed,) = (await client.get("/conversation/sessions/user_escalated")).json()["sessions"]
    assert listed["status"] == "escalated"
    again = await client.post(
        "/conversation/escalate", json={"session_id": session, "priority": "urgent"}
    )
    assert again.json() == response.json()


async def test_a_queue_that_the_bot_has_not_is_refused_by_its_field(
    client: httpx.AsyncClient,
) -> None:
    session = (await chat(client, user_id="user_queue"))["session_id"]
    response = await client.post(
        "/conversation/escalate", json={"session_id": session, "context": {"queue": "moon"}}
    )
    assert response.status_code == 422
    assert [one["field"] for one in response.json()["error"]["details"]] == ["context.queue"]
    (listed,) = (await client.get("/conversation/sessions/user_queue")).json()["sessions"]
    assert listed["status"] == "active"


async def test_asking_for_a_person_requires_one(client: httpx.AsyncClient) -> None:
    answer = await chat(client, message="Позовите оператора")
    assert answer["intent"] == "operator"


async def test_a_user_that_another_bot_serves_names_it_in_the_context(
    client: httpx.AsyncClient,
) -> None:
    answer = await chat(client, message="Привет", context={"bot": "salon"})
    assert "салон" in answer["message"].lower()


async def test_a_repeated_request_makes_one_turn(client: httpx.AsyncClient) -> None:
    body = {**CHAT_REQUEST, "session_id": "session_repeated"}
    key = {"Idempotency-Key": uuid4().hex}
    answers = [await client.post("/conversation/chat", json=body, headers=key) for _ in range(3)]
    assert {answer.content for answer in answers} == {answers[0].content}
    assert (await client.get("/conversation/history/session_repeated")).json()["total"] == 2


async def test_errors_look_as_printed(client: httpx.AsyncClient) -> None:
    response = await client.post(
        "/conversation/chat",
        json={"message": "Привет"},
        headers={"X-Request-Id": "req_123456"},
    )
    assert response.status_code == 422
    assert response.json() == {
        "error": {
            "type": "validation_error",
            "message": "Invalid request parameters",
            "details": [{"field": "user_id", "error": "This field is required"}],
            "request_id": "req_123456",
        }
    }

"""Each example of the chapter Billing, and what its clients do wrong, against a running server."""

import asyncio
import time
from typing import Any

import httpx
import pytest

from tests.contracts.likeness import assert_like
from tests.servers.easyflow import KEY, EasyFlow

BALANCE = {
    "balance": 1000.0,
    "welcome_bonus": 500.0,
    "total_spent": 250.0,
    "pending_transactions": 0,
    "currency": "RUB",
}
DEBIT = {
    "id": 1,
    "type": "debit",
    "amount": -10.0,
    "description": "Сообщение виджета",
    "service_type": "widget_message",
    "details": {"dialog_id": 1, "message_count": 2},
    "created_at": "2025-09-01T10:00:00Z",
}
CREDIT = {
    "id": 2,
    "type": "credit",
    "amount": 1000.0,
    "description": "Пополнение баланса",
    "created_at": "2025-09-01T09:00:00Z",
}
ASSISTANT = {"name": "Мой бот", "system_prompt": "Ты дружелюбный помощник"}
TOP_UP = {
    "amount": 1000.0,
    "payment_method": "card",
    "return_url": "https://example.com/success",
}


@pytest.fixture
def server(alone: EasyFlow) -> EasyFlow:
    return alone


def code_of(answer: Any) -> str:
    assert set(answer) == {"error"}
    assert set(answer["error"]) == {"code", "message", "details"}
    return str(answer["error"]["code"])


def balance(server: EasyFlow) -> Any:
    status, answer = server.call("GET", "/api/balance")
    assert status == 200
    assert_like(BALANCE, answer)
    return answer


def test_a_top_up_is_pending_then_paid_and_stands_in_the_ledger(server: EasyFlow) -> None:
    before = balance(server)
    assert (before["balance"], before["welcome_bonus"], before["total_spent"]) == (500, 500, 0)
    headers = {"Idempotency-Key": "first"}
    status, begun = server.call("POST", "/api/balance/top-up", TOP_UP, headers=headers)
    assert status == 200
    assert (begun["status"], begun["amount"], begun["type"]) == ("pending", 1000.0, "credit")
    assert begun["payment_url"].startswith(server.base)
    assert server.call("POST", "/api/balance/top-up", TOP_UP, headers=headers) == (200, begun)
    assert balance(server)["pending_transactions"] == 1
    page = httpx.get(begun["payment_url"])
    assert page.status_code == 200
    assert "1000,00" in page.text
    deadline = time.monotonic() + 60
    while balance(server)["pending_transactions"]:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert balance(server)["balance"] == 1500
    back = httpx.get(begun["payment_url"])
    assert (back.status_code, back.headers["location"]) == (303, TOP_UP["return_url"])
    status, listed = server.call("GET", "/api/balance/transactions?type=credit")
    assert (status, listed["total"]) == (200, 2)
    for row in listed["transactions"]:
        assert_like(CREDIT, row)
    newest, oldest = listed["transactions"]
    assert (newest["description"], newest["amount"]) == ("Пополнение баланса", 1000)
    assert (oldest["description"], oldest["amount"]) == ("Приветственный бонус", 500)
    status, listed = server.call("GET", "/api/balance/transactions?type=debit")
    assert (status, listed) == (200, {"transactions": [], "total": 0})
    status, listed = server.call("GET", "/api/balance/transactions?limit=1&offset=1")
    assert ([row["id"] for row in listed["transactions"]], listed["total"]) == ([oldest["id"]], 2)


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "offset=-1", "type=both", "limit=999999"])
def test_a_query_that_cannot_be_is_told(server: EasyFlow, query: str) -> None:
    status, answer = server.call("GET", f"/api/balance/transactions?{query}")
    assert (status, code_of(answer)) == (422, "VALIDATION_ERROR")
    assert answer["error"]["details"]["field"] == query.split("=")[0]


def test_nobody_without_a_credential_sees_money(server: EasyFlow) -> None:
    for method, path in (
        ("GET", "/api/balance"),
        ("GET", "/api/balance/transactions"),
        ("POST", "/api/balance/top-up"),
    ):
        status, answer = server.call(method, path, TOP_UP, key=None)
        assert status == 401
        code_of(answer)


def test_the_page_of_a_payment_that_is_none(server: EasyFlow) -> None:
    assert httpx.get(f"{server.base}/pay/top-up/none-at-all").status_code == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"amount": 0, "return_url": "https://example.com"}', "INVALID_AMOUNT"),
        (b'{"amount": -5, "return_url": "https://example.com"}', "INVALID_AMOUNT"),
        (b'{"amount": 10.001, "return_url": "https://example.com"}', "INVALID_AMOUNT"),
        (b'{"amount": 1e300, "return_url": "https://example.com"}', "INVALID_AMOUNT"),
        (b'{"amount": 1000000.01, "return_url": "https://example.com"}', "INVALID_AMOUNT"),
        (b'{"amount": "1000", "return_url": "https://example.com"}', "INVALID_AMOUNT"),
        (b'{"amount": null, "return_url": "https://example.com"}', "INVALID_AMOUNT"),
        (b'{"amount": true, "return_url": "https://example.com"}', "INVALID_AMOUNT"),
        (b'{"amount": {"a": 1}, "return_url": "https://example.com"}', "INVALID_AMOUNT"),
        (b'{"return_url": "https://example.com"}', "VALIDATION_ERROR"),
        (b'{"amount": 10}', "VALIDATION_ERROR"),
        (b'{"amount": 10, "return_url": "javascript:alert(1)"}', "VALIDATION_ERROR"),
        (b'{"amount": 10, "return_url": "/success"}', "VALIDATION_ERROR"),
        (b'{"amount": 10, "return_url": "https://["}', "VALIDATION_ERROR"),
        (
            b'{"amount": 10, "return_url": "https://a.b", "payment_method": "shells"}',
            "VALIDATION_ERROR",
        ),
        (b'{"amount": NaN, "return_url": "https://example.com"}', "BAD_REQUEST"),
        (b"[]", "VALIDATION_ERROR"),
    ],
)
async def test_what_is_no_top_up_is_refused(body: bytes, code: str) -> None:
    from tests.adapters.http.fakes import build_house

    house = await build_house()
    answer = await house.client.post(
        "/api/balance/top-up", content=body, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, code_of(answer.json())) == (
        400 if code == "BAD_REQUEST" else 422,
        code,
    )
    await house.client.aclose()


def test_top_ups_are_three_in_ten_minutes(server: EasyFlow) -> None:
    statuses = []
    for _ in range(4):
        status, answer = server.call("POST", "/api/balance/top-up", TOP_UP)
        statuses.append(status)
    assert statuses[-1] == 429
    assert code_of(answer) == "RATE_LIMIT_EXCEEDED"
    assert balance(server)["currency"] == "RUB", "only top-ups are counted so"


def answers_while_it_is_paid(server: EasyFlow, assistant: int) -> None:
    """20.51 are four answers of 5.00 each; whoever asks then is given to people."""
    question = {
        "assistant_id": assistant,
        "question": "Как настроить бота?",
        "answer": "Перейдите в раздел настроек",
    }
    assert server.call("POST", "/api/qa-knowledge", question)[0] == 201
    said = [ask(server, assistant, f"customer {number}") for number in range(6)]
    assert ["раздел настроек" in one["message"] for one in said] == [True] * 4 + [False] * 2
    assert [one["requires_human"] for one in said] == [False] * 4 + [True] * 2
    assert (balance(server)["balance"], balance(server)["total_spent"]) == (0.51, 20)
    _, listed = server.call("GET", "/api/balance/transactions?type=debit")
    assert listed["total"] == 4
    for row in listed["transactions"]:
        assert_like(DEBIT, row)
        assert row["amount"] == -5


def ask(server: EasyFlow, assistant: int, customer: str) -> Any:
    body = {
        "message": "Как настроить бота?",
        "user_id": customer,
        "context": {"bot": f"assistant.{assistant}"},
    }
    status, answer = server.call("POST", "/api/v1/conversation/chat", body)
    assert status == 200, answer
    return answer


async def test_a_kill_between_paying_and_crediting_credits_once(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """In a house without a bonus, where nobody can have an assistant answer before they paid."""
    data = tmp_path_factory.mktemp("killed") / "data"
    server = EasyFlow(data, log__level="warning", billing__welcome_bonus="0")
    server.start()
    try:
        status, answer = server.call("POST", "/api/assistants", ASSISTANT)
        assert (status, code_of(answer)) == (402, "INSUFFICIENT_BALANCE")
        assert "costs 5.00" in answer["error"]["details"]["reason"]
        begun = [
            (await server.asked("POST", "/api/balance/top-up", {**TOP_UP, "amount": amount}))[1]
            for amount in (0.01, 20.5)
        ]
        assert [one["status"] for one in begun] == ["pending", "pending"]
        server.kill()
        server.start()
        deadline = time.monotonic() + 60
        while balance(server)["pending_transactions"]:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.2)
        assert balance(server)["balance"] == 20.51
        status, assistant = server.call("POST", "/api/assistants", ASSISTANT)
        assert status == 201
        answers_while_it_is_paid(server, assistant["id"])
    finally:
        server.kill()
    assert KEY not in server.log

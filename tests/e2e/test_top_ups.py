"""YooKassa and the whole server: what strangers tell moves nothing, what was paid is there once."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.easyflow import EasyFlow
from tests.servers.yookassa import SECRET, SHOP_ID, FakeYooKassa

HOOK = "/pay/yookassa"
TOP_UP = {"amount": 99.9, "payment_method": "sbp", "return_url": "https://example.com/success"}


@pytest.fixture(scope="module")
def yookassa() -> Iterator[FakeYooKassa]:
    with FakeYooKassa.start() as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, yookassa: FakeYooKassa) -> Iterator[EasyFlow]:
    easyflow = EasyFlow(
        tmp_path_factory.mktemp("paid") / "data",
        yookassa__shop_id=SHOP_ID,
        yookassa__secret=SECRET,
        yookassa__api_base=yookassa.base,
        log__level="warning",
    )
    easyflow.set(public_url=easyflow.base)
    with easyflow:
        yield easyflow


def notification(id: Any, event: str = "payment.succeeded") -> dict[str, Any]:
    """https://yookassa.ru/developers/using-api/webhooks#using"""
    status = event.partition(".")[2]
    told = {
        "id": id,
        "status": status,
        "paid": True,
        "amount": {"value": "9999.00", "currency": "RUB"},
    }
    return {"type": "notification", "event": event, "object": told}


def balance(server: EasyFlow) -> tuple[float, int]:
    status, answer = server.call("GET", "/api/balance")
    assert status == 200
    return answer["balance"], answer["pending_transactions"]


def begun(server: EasyFlow, yookassa: FakeYooKassa) -> str:
    status, answer = server.call("POST", "/api/balance/top-up", TOP_UP)
    assert (status, answer["status"]) == (200, "pending")
    return str(
        next(one["id"] for one in yookassa.payments if answer["payment_url"].endswith(one["id"]))
    )


async def test_a_payment_that_is_told_of_is_credited_once(
    server: EasyFlow, yookassa: FakeYooKassa
) -> None:
    id = begun(server, yookassa)
    assert balance(server) == (500, 1)
    assert server.call("POST", HOOK, notification(id), key=None) == (200, {})
    assert balance(server) == (500, 1), "it is not paid, whoever says so"
    yookassa.pay(id)
    told = (server.asked("POST", HOOK, notification(id), key=None) for _ in range(10))
    assert {status for status, _ in await asyncio.gather(*told)} == {200}
    assert balance(server) == (599.9, 0)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b"\xff",
        b'{"object": {"id": 5}}',
        b'{"object": []}',
        b"x" * 300_000,
    ],
)
def test_what_is_no_notification_is_refused(server: EasyFlow, body: bytes) -> None:
    assert server.call("POST", HOOK, body, key=None)[0] == 400


def test_of_foreign_payments_nobody_is_asked(server: EasyFlow, yookassa: FakeYooKassa) -> None:
    asked = len(yookassa.calls)
    for id in ("22d6d597-000f-5000-9000-145f6df21d6f", "../payments", "x" * 64):
        assert server.call("POST", HOOK, notification(id), key=None) == (200, {})
    assert len(yookassa.calls) == asked


def test_killed_while_somebody_pays_it_is_credited_after_the_start(
    server: EasyFlow, yookassa: FakeYooKassa
) -> None:
    before, _ = balance(server)
    id = begun(server, yookassa)
    server.kill()
    yookassa.pay(id)
    yookassa.away()
    server.start()
    status, _ = server.call("POST", HOOK, notification(id), key=None)
    assert status == 503, "YooKassa tells again what was not taken"
    yookassa.away(False)
    assert server.call("POST", HOOK, notification(id), key=None)[0] == 200
    after, pending = balance(server)
    assert (round(after - before, 2), pending) == (99.9, 0)


def test_a_refusal_is_payment_failed_and_no_secret_is_logged(
    server: EasyFlow, yookassa: FakeYooKassa
) -> None:
    yookassa.refuse({"type": "error", "code": "forbidden", "description": "No such method"})
    status, answer = server.call("POST", "/api/balance/top-up", TOP_UP)
    assert (status, answer["error"]["code"]) == (502, "PAYMENT_FAILED")
    assert "forbidden" in answer["error"]["details"]["reason"]
    yookassa.refuse(None)
    assert SECRET not in server.log


def test_without_a_provider_nobody_puts_money_in(tmp_path: Path) -> None:
    alone = EasyFlow(tmp_path / "data", log__level="warning", pay__sandbox="no")
    with alone:
        status, answer = alone.call("POST", "/api/balance/top-up", TOP_UP)
        assert (status, answer["error"]["code"]) == (502, "PAYMENT_FAILED")
        assert balance(alone) == (500, 0)

"""A fake YooKassa in a process of its own: payments of one shop, and people who pay or do not.

    python -m tests.servers.fake_yookassa --port 0 --shop 100500:test_secret

It takes https://yookassa.ru/developers/api#create_payment and #get_payment, knows a payment by its
Idempotence-Key for good, and is steered over HTTP: GET /__state; POST /__pay, /__cancel, /__away,
/__refuse. tests/servers/yookassa.py wraps that for tests.
"""

import asyncio
import base64
import uuid
from typing import Any

import orjson
import uvloop

from tests.servers.alone import Platform, options, play
from tests.servers.tiny_http import Request, Response, json_response

SHOP = "100500:test_secret"
METHODS = {"bank_card", "sbp", "sberbank", "tinkoff_bank", "yoo_money"}


class FakeYooKassa(Platform):
    """Payments by id; a request with a known key gets what the first one got."""

    def __init__(self, shop: str) -> None:
        self._secret = "Basic " + base64.b64encode(shop.encode()).decode()
        self._base = ""
        self._payments: dict[str, dict[str, Any]] = {}
        self._keys: dict[str, tuple[bytes, str]] = {}
        self._away = False
        self._silent = False
        self._refuse: dict[str, Any] | None = None
        self._calls: list[str] = []

    def at(self, base: str) -> None:
        self._base = base

    def handle(self, request: Request) -> Response | None:
        if request.path.startswith("/__"):
            return self._steered(request)
        self._calls.append(f"{request.method} {request.path}")
        if self._away:
            return json_response(_error("internal_server_error"), 500)
        if request.headers.get("authorization") != self._secret:
            return json_response(_error("invalid_credentials"), 401)
        if request.method == "POST" and request.path == "/payments":
            answer = self._create(request)
            return None if self._silent else answer
        found = self._payments.get(request.path.removeprefix("/payments/"))
        if request.method != "GET" or found is None:
            return json_response(_error("not_found"), 404)
        return json_response(found)

    def _create(self, request: Request) -> Response:
        key = request.headers.get("idempotence-key", "")
        if not 0 < len(key) <= 64:
            return json_response(_error("invalid_request", "Idempotence-Key"), 400)
        if key in self._keys:
            body, id = self._keys[key]
            if body != request.body:
                return json_response(_error("invalid_request", "Idempotence-Key"), 400)
            return json_response(self._payments[id])
        if self._refuse is not None:
            return json_response(self._refuse, 400)
        wrong = _wrong(orjson.loads(request.body))
        if wrong:
            return json_response(_error("invalid_request", wrong), 400)
        made = self._made(orjson.loads(request.body))
        self._keys[key] = request.body, made["id"]
        return json_response(made)

    def _made(self, asked: dict[str, Any]) -> dict[str, Any]:
        id = str(uuid.uuid4())
        self._payments[id] = {
            "id": id,
            "status": "pending",
            "paid": False,
            "amount": asked["amount"],
            "confirmation": {
                "type": "redirect",
                "return_url": asked["confirmation"]["return_url"],
                "confirmation_url": f"{self._base}checkout?orderId={id}",
            },
            "created_at": "2026-11-26T10:00:00.000Z",
            "description": asked.get("description"),
            "metadata": asked.get("metadata", {}),
            "recipient": {"account_id": "100500", "gateway_id": "100700"},
            "refundable": False,
            "test": True,
        }
        return self._payments[id]

    def _steered(self, request: Request) -> Response:
        if request.path == "/__state":
            return json_response({"payments": list(self._payments.values()), "calls": self._calls})
        told = orjson.loads(request.body)
        if request.path == "/__away":
            self._away, self._silent = told["away"], told["silent"]
        elif request.path == "/__refuse":
            self._refuse = told["error"]
        else:
            payment = self._payments[told["id"]]
            if request.path == "/__pay":
                payment |= {"status": "succeeded", "paid": True}
            else:
                party = {"party": "yoo_money", "reason": "expired_on_confirmation"}
                payment |= {"status": "canceled", "cancellation_details": party}
            payment.pop("confirmation", None)
        return json_response({})


def _wrong(asked: Any) -> str:
    """The parameter that is wrong, "" where none is."""
    if not isinstance(asked, dict):
        return "body"
    amount, confirmation = asked.get("amount", {}), asked.get("confirmation", {})
    if amount.get("currency") != "RUB":
        return "amount.currency"
    whole, _, part = str(amount.get("value")).partition(".")
    if not whole.isdecimal() or len(part) != 2 or float(amount["value"]) <= 0:
        return "amount.value"
    if confirmation.get("type") != "redirect" or not confirmation.get("return_url"):
        return "confirmation"
    method = asked.get("payment_method_data", {}).get("type")
    if method not in METHODS:
        return "payment_method_data.type"
    if len(asked.get("description", "")) > 128:
        return "description"
    return ""


def _error(code: str, parameter: str = "") -> dict[str, Any]:
    told = {"type": "error", "id": str(uuid.uuid4()), "code": code, "description": f"It is {code}"}
    return told | ({"parameter": parameter} if parameter else {})


if __name__ == "__main__":
    given = options("YooKassa", "--shop", "shop id and secret as ID:SECRET")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(play("YooKassa", lambda: FakeYooKassa((given.shop or [SHOP])[0]), given))

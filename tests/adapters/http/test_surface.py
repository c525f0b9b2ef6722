"""What holds for every address: who may call, errors, headers, limits, repeated requests."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bots.errors import Unavailable
from tests.adapters.http.fake_time import KEY
from tests.adapters.http.fakes import House, build_house

CHAT = "/api/v1/conversation/chat"
BODY = {"message": "Привет", "user_id": "u", "session_id": "s"}


# ---------------------------------------------------------------- who may call


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer sk_live_somebody_elses_key"},
        {"Authorization": "Basic dTpw"},
        {"Authorization": f"Token {KEY}"},
        {"Authorization": "Bearer eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."},
        {"Authorization": "", "X-API-Key": "sk_live_somebody_elses_key"},
        {"Authorization": "Bearer ключ".encode().decode("latin-1")},
    ],
)
async def test_without_a_key_of_ours_nothing_is_answered(
    house: House, headers: dict[str, str]
) -> None:
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    for method, path in (
        ("POST", CHAT),
        ("POST", "/api/v1/conversation/escalate"),
        ("POST", "/api/v1/messaging/send"),
        ("GET", "/api/v1/conversation/sessions/u"),
        ("GET", "/api/v1/conversation/history/s"),
        ("GET", "/api/v1/messaging/platforms"),
        ("GET", "/api/v1/messaging/context/telegram/1/1"),
        ("PUT", "/api/v1/messaging/context/telegram/1/1"),
    ):
        response = await house.client.request(method, path, json=BODY, headers=encoded)
        assert response.status_code == 401, path
        assert response.json()["error"]["type"] == "unauthorized"
        assert response.headers["www-authenticate"] == "Bearer"
    assert house.inbox.asked == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {KEY}"},
        {"Authorization": f"bearer  {KEY}"},
        {"Authorization": "", "X-API-Key": KEY},
    ],
)
async def test_a_key_is_taken_from_either_header(house: House, headers: dict[str, str]) -> None:
    assert (await house.client.post(CHAT, json=BODY, headers=headers)).status_code == 200


async def test_a_key_is_looked_up_once_in_two_seconds(house: House) -> None:
    for _ in range(3):
        await house.client.get("/api/v1/messaging/platforms")
    assert house.keys.lookups == 1
    house.clock.pass_(seconds=2)
    await house.client.get("/api/v1/messaging/platforms")
    assert house.keys.lookups == 2


# ---------------------------------------------------------------- errors


async def test_a_missing_field_is_reported_as_the_contract_prints_it(house: House) -> None:
    response = await house.client.post(
        CHAT, json={"message": "Привет"}, headers={"X-Request-Id": "req_123456"}
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


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", None])
async def test_json_that_says_it_is_something_else_is_told_what_to_say(
    house: House, kind: str | None
) -> None:
    """`curl -d` does so by itself."""
    response = await house.client.post(
        CHAT,
        content='{"message": "Привет", "user_id": "u"}',
        headers={"Content-Type": kind} if kind else {},
    )
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["type"] == "bad_request"
    assert error["message"].endswith("send Content-Type: application/json")


async def test_json_that_is_no_object_is_told_in_plain_words(house: House) -> None:
    response = await house.client.post(CHAT, json=["Привет"])
    assert response.status_code == 422
    assert response.json()["error"]["details"] == [
        {"field": "body", "error": "Input should be an object"}
    ]


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/api/v1/conversation/nothing", 404, "not_found"),
        ("GET", "/api/v1/integration/nothing", 404, "not_found"),
        ("GET", "/nothing", 404, "not_found"),
        ("GET", CHAT, 405, "method_not_allowed"),
        ("DELETE", "/api/v1/messaging/platforms", 405, "method_not_allowed"),
        ("POST", "/healthz", 405, "method_not_allowed"),
        ("GET", "/api/v1/conversation/history/s?limit=0", 404, "not_found"),
        ("GET", "/static/vendor/../app.py", 404, "not_found"),
        ("GET", "/static/vendor/%2e%2e/%2e%2e/app.py", 404, "not_found"),
    ],
)
async def test_whatever_is_left_speaks_the_envelope_too(
    house: House, method: str, path: str, status: int, kind: str
) -> None:
    if "limit" in path:
        status, kind = 422, "validation_error"
    response = await house.client.request(method, path)
    assert response.status_code == status
    error = response.json()["error"]
    assert error["type"] == kind
    assert error["request_id"] == response.headers["x-request-id"]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b'{"message": NaN}', 400),
        (b'{"message": 1e999}', 400),
        (b'{"message": "\\ud800", "user_id": "u"}', 400),
        (b'{"message": "a\\u0000b", "user_id": "u"}', 400),
        (b'{"message": "\xff", "user_id": "u"}', 400),
        (b"[" * 100_000, 400),
        (b'{"message": "?", "user_id": "u", "context": ' + b'{"a":' * 40 + b"1" + b"}" * 41, 400),
        (b'{"message": 1, "user_id": "u"}', 422),
        (b'{"message": "?", "user_id": null}', 422),
        (b'{"message": "?", "user_id": "u", "context": []}', 422),
        (b'{"message": "", "user_id": "u"}', 422),
        (b"[]", 422),
        (b'"chat"', 422),
        (b"1" * 5000, 400),
        (b'{"message": "?", "user_id": "u", "context": {"a": "' + b"a" * 70_000 + b'"}}', 422),
    ],
)
async def test_bad_bodies_are_refused_and_reach_nobody(
    house: House, content: bytes, status: int
) -> None:
    response = await house.client.post(
        CHAT, content=content, headers={"Content-Type": "application/json"}
    )
    assert response.status_code == status
    assert response.json()["error"]["message"]
    assert house.inbox.asked == []


async def test_unknown_fields_are_ignored(house: House) -> None:
    response = await house.client.post(CHAT, json={**BODY, "workspace": 2, "is_admin": True})
    assert response.status_code == 200
    assert house.inbox.asked[0][0].address.workspace == 1


async def test_a_body_over_one_mebibyte_is_refused(house: House) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b" " * (1 << 20)

    headers = {"Content-Type": "application/json"}
    streamed = await house.client.post(CHAT, content=chunks(), headers=headers)
    declared = await house.client.post(CHAT, content=b" " * (5 << 20), headers=headers)
    for response in (streamed, declared):
        assert response.status_code == 413
        assert response.json()["error"]["type"] == "payload_too_large"


async def test_an_unforeseen_error_tells_nothing_of_the_inside(house: House) -> None:
    house.inbox.refuses = RuntimeError("the password is swordfish")
    response = await house.client.post(CHAT, json=BODY)
    assert response.status_code == 500
    assert response.json()["error"]["type"] == "internal_error"
    assert "swordfish" not in response.text


async def test_an_unavailable_store_asks_to_come_back(house: House) -> None:
    house.inbox.refuses = Unavailable("The disk is full")
    response = await house.client.post(CHAT, json=BODY)
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")


async def test_an_extra_route_is_served_and_its_failure_is_enveloped() -> None:
    async def page(request: Request) -> Response:
        return Response("hello", headers={"Content-Security-Policy": "default-src 'none'"})

    async def broken(request: Request) -> Response:
        raise RuntimeError("broken")

    house = await build_house(extra_routes=[Route("/", page), Route("/broken", broken)])
    async with house.client as client:
        response = await client.get("/")
        assert response.text == "hello"
        assert response.headers["content-security-policy"] == "default-src 'none'"
        response = await client.get("/broken")
        assert response.json()["error"]["type"] == "internal_error"


# ---------------------------------------------------------------- headers


async def test_every_answer_is_guarded_and_numbered(house: House) -> None:
    for path in ("/healthz", "/docs", "/nothing", "/api/v1/messaging/platforms"):
        response = await house.client.get(path)
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
        assert response.headers["x-request-id"].startswith("req_")


async def test_a_request_id_that_logs_cannot_take_is_replaced(house: House) -> None:
    for given in ("a b", "x" * 200, "<script>"):
        response = await house.client.get("/healthz", headers={"X-Request-Id": given})
        assert response.headers["x-request-id"].startswith("req_")
    response = await house.client.get("/healthz", headers={"X-Request-Id": "mine-1"})
    assert response.headers["x-request-id"] == "mine-1"


# ---------------------------------------------------------------- limits


async def test_a_user_may_talk_a_hundred_times_a_minute(house: House) -> None:
    answers = [await house.client.post(CHAT, json=BODY) for _ in range(101)]
    assert [each.status_code for each in answers] == [200] * 100 + [429]
    assert answers[0].headers["x-ratelimit-limit"] == "100"
    assert answers[0].headers["x-ratelimit-remaining"] == "99"
    last = answers[-1]
    assert last.json()["error"]["type"] == "rate_limit_exceeded"
    assert last.headers["x-ratelimit-remaining"] == "0"
    assert int(last.headers["x-ratelimit-reset"]) > 0
    assert int(last.headers["retry-after"]) >= 1
    other = await house.client.post(CHAT, json={**BODY, "user_id": "another"})
    assert other.status_code == 200


async def test_a_chat_may_be_written_to_thirty_times_a_minute(house: House) -> None:
    body = {"platform": "telegram", "chat_id": "1", "text": "Привет"}
    answers = [await house.client.post("/api/v1/messaging/send", json=body) for _ in range(31)]
    assert [each.status_code for each in answers] == [200] * 30 + [429]
    assert answers[0].headers["x-ratelimit-limit"] == "30"


async def test_failures_of_a_limited_call_carry_its_headers(house: House) -> None:
    house.inbox.refuses = Unavailable("The disk is full")
    response = await house.client.post(CHAT, json=BODY)
    assert response.headers["x-ratelimit-remaining"] == "99"


# ---------------------------------------------------------------- repeated requests


async def test_a_repeated_request_gets_the_first_ones_answer(house: House) -> None:
    key = {"Idempotency-Key": "7f0c"}
    first = await house.client.post(CHAT, json=BODY, headers=key)
    again = await house.client.post(CHAT, json=BODY, headers=key)
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    assert len(house.inbox.asked) == 1
    other = await house.client.post(CHAT, json={**BODY, "message": "Иначе"}, headers=key)
    assert other.status_code == 422
    assert other.json()["error"]["details"][0]["field"] == "Idempotency-Key"


async def test_while_the_first_runs_the_others_are_told_to_wait(house: House) -> None:
    house.inbox.gate = asyncio.Event()

    async def post() -> httpx.Response:
        return await house.client.post(CHAT, json=BODY, headers={"Idempotency-Key": "k"})

    first = asyncio.ensure_future(post())
    await asyncio.wait_for(house.inbox.at_the_gate.wait(), 60)
    others = await asyncio.gather(*(post() for _ in range(20)))
    assert {each.status_code for each in others} == {409}
    house.inbox.gate.set()
    assert (await first).status_code == 200
    assert (await post()).content == (await first).content
    assert len(house.inbox.asked) == 1


async def test_a_failed_request_may_be_tried_again(house: House) -> None:
    key = {"Idempotency-Key": "k"}
    house.inbox.refuses = Unavailable("The disk is full")
    assert (await house.client.post(CHAT, json=BODY, headers=key)).status_code == 503
    house.inbox.refuses = None
    assert (await house.client.post(CHAT, json=BODY, headers=key)).status_code == 200


async def test_after_a_day_a_key_is_new_again(house: House) -> None:
    key = {"Idempotency-Key": "k"}
    await house.client.post(CHAT, json=BODY, headers=key)
    house.clock.pass_(hours=23)
    await house.client.post(CHAT, json=BODY, headers=key)
    assert len(house.inbox.asked) == 1
    house.clock.pass_(hours=2)
    await house.client.post(CHAT, json=BODY, headers=key)
    assert len(house.inbox.asked) == 2


async def test_what_is_past_its_day_is_cleared_away(house: House) -> None:
    await house.client.post(CHAT, json=BODY, headers={"Idempotency-Key": "k"})
    house.clock.pass_(days=2)
    await house.client.post(CHAT, json=BODY, headers={"Idempotency-Key": "other"})
    assert await house.shelf.all(1, "idempotency 2024-01-10") == {}
    assert len(await house.shelf.all(1, "idempotency 2024-01-12")) == 1


async def test_a_key_is_the_callers_own(house: House) -> None:
    key = {"Idempotency-Key": "k"}
    await house.client.post(CHAT, json=BODY, headers=key)
    stranger = {**key, "Authorization": "Bearer sk_live_somebody_elses_key"}
    assert (await house.client.post(CHAT, json=BODY, headers=stranger)).status_code == 401

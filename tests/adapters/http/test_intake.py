"""The webhook's way in, over a fake messenger."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.http.easyflow import DIALECT
from adapters.http.intake import LARGEST, SMALL, TOGETHER, Intake
from bots.errors import Unavailable
from tests.adapters.http.fakes import FakeChannel, House

WEBHOOK = "/api/v1/messaging/webhook/telegram"


async def test_an_update_is_stored_before_it_is_answered(house: House) -> None:
    house.inbox.gate = asyncio.Event()
    posting = asyncio.ensure_future(
        house.client.post(WEBHOOK, json={"text": "Привет"}, headers={"X-Secret": "first"})
    )
    await asyncio.wait_for(house.inbox.at_the_gate.wait(), 60)
    assert not posting.done()
    house.inbox.gate.set()
    response = await posting
    assert response.status_code == 200
    assert response.headers["x-request-id"]
    assert [message.text for message in house.inbox.accepted] == ["Привет"]


async def test_receipts_are_stored_before_they_are_answered(house: House) -> None:
    headers = {"X-Secret": "first"}
    assert (await house.client.post(WEBHOOK, json={"read": "9"}, headers=headers)).is_success
    assert [one.platform_message_id for one in house.inbox.noted] == ["9"]
    house.inbox.refuses = Unavailable("The disk is full")
    response = await house.client.post(WEBHOOK, json={"read": "10"}, headers=headers)
    assert response.status_code == 503


async def test_each_bot_is_found_by_its_secret(house: House) -> None:
    for secret in ("second", "first"):
        await house.client.post(WEBHOOK, json={"text": "?"}, headers={"X-Secret": secret})
    assert [message.address.bot for message in house.inbox.accepted] == ["salon", "shop"]


async def test_what_is_due_at_once_is_done_beside(house: House) -> None:
    await house.client.post(WEBHOOK, json={"text": "?"}, headers={"X-Secret": "first"})
    await asyncio.sleep(0)
    assert house.channels["telegram"][0].after == ["done"]


async def test_every_account_takes_its_part_of_one_request(house: House) -> None:
    house.channels["many"] = [
        FakeChannel("one app", bot="shop", platform="many"),
        FakeChannel("another", bot="other", platform="many"),
        FakeChannel("one app", bot="salon", platform="many"),
        FakeChannel("one app", bot="cafe", platform="many"),
    ]
    response = await house.client.post(
        WEBHOOK.replace("telegram", "many"),
        json={"text": "?", "of": ["shop", "salon", "other"]},
        headers={"X-Secret": "one app"},
    )
    assert response.status_code == 200
    assert [message.address.bot for message in house.inbox.accepted] == ["shop", "salon"]
    await asyncio.sleep(0)
    assert [channel.after for channel in house.channels["many"]] == [["done"], [], ["done"], []]


async def test_a_messenger_is_told_that_the_address_is_ours(house: House) -> None:
    house.channels["asking"] = [
        FakeChannel("first", platform="asking", asked_by_get=True),
        FakeChannel("second", platform="asking", asked_by_get=True),
    ]
    address = WEBHOOK.replace("telegram", "asking")
    known = await house.client.get(address, params={"verify": "second", "challenge": "4 & 7"})
    assert (known.status_code, known.text) == (200, "4 & 7")
    assert known.headers["content-type"].startswith("text/plain")
    unknown = await house.client.get(address, params={"verify": "third", "challenge": "47"})
    assert unknown.status_code == 403
    assert unknown.json()["error"]["type"] == "forbidden"
    assert "47" not in unknown.text


@pytest.mark.parametrize("headers", [{}, {"X-Secret": "wrong"}])
async def test_a_wrong_secret_stores_nothing(house: House, headers: dict[str, str]) -> None:
    response = await house.client.post(WEBHOOK, json={"text": "?"}, headers=headers)
    assert response.status_code == 401
    assert response.json()["error"]["type"] == "unauthorized"
    assert response.json()["error"]["request_id"] == response.headers["x-request-id"]
    assert house.inbox.accepted == []


async def test_who_does_not_know_the_secret_is_told_of_once(house: House) -> None:
    with capture_logs() as logged:
        for secret in ("wrong", "wrong", "first", "wrong"):
            await house.client.post(WEBHOOK, json={"text": "?"}, headers={"X-Secret": secret})
    (only,) = [one for one in logged if one["log_level"] == "warning"]
    assert only["platform"] == "telegram"
    assert "if it was telegram itself, the secret that signs its calls is another" in only["why"]


@pytest.mark.parametrize("given", [("first", "wrong"), ("wrong", "first"), ("first", "second")])
async def test_two_secrets_are_none(house: House, given: tuple[str, str]) -> None:
    headers = [("X-Secret", secret) for secret in given]
    response = await house.client.post(WEBHOOK, json={"text": "?"}, headers=headers)
    assert response.status_code == 401
    assert house.inbox.accepted == []


async def test_malformed_json_is_a_bad_request(house: House) -> None:
    response = await house.client.post(WEBHOOK, content=b"{", headers={"X-Secret": "first"})
    assert response.status_code == 400
    assert house.inbox.accepted == []


async def test_an_update_nobody_serves_is_acknowledged(house: House) -> None:
    response = await house.client.post(WEBHOOK, json={"poll": {}}, headers={"X-Secret": "first"})
    assert response.status_code == 200
    assert house.inbox.accepted == []


async def test_an_unknown_platform_is_not_found(house: House) -> None:
    response = await house.client.post("/api/v1/messaging/webhook/icq", json={})
    assert response.status_code == 404
    assert response.json()["error"]["type"] == "not_found"


async def test_a_body_over_four_mebibytes_is_refused(house: House) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b" " * (1 << 20)

    headers = {"X-Secret": "first"}
    streamed = await house.client.post(WEBHOOK, content=chunks(), headers=headers)
    declared = await house.client.post(WEBHOOK, content=b" " * (LARGEST + 1), headers=headers)
    assert (streamed.status_code, declared.status_code) == (413, 413)
    assert house.inbox.accepted == []


async def test_no_more_is_kept_of_bodies_under_way_than_there_is_room_for(house: House) -> None:
    go_on, all_begun = asyncio.Event(), asyncio.Barrier(TOGETHER // LARGEST + 1)

    async def most_of_it() -> AsyncIterator[bytes]:
        for _ in range(4):
            yield b" " * (LARGEST // 4)
        await all_begun.wait()
        await go_on.wait()

    async def status(content: AsyncIterator[bytes] | bytes) -> int:
        headers = {"X-Secret": "first"}
        return (await house.client.post(WEBHOOK, content=content, headers=headers)).status_code

    under_way = [asyncio.create_task(status(most_of_it())) for _ in range(TOGETHER // LARGEST)]
    await all_begun.wait()
    large = b'{"text": "?"' + b" " * SMALL + b"}"
    assert await status(large) == 503
    assert await status(b'{"text": "!"}') == 200
    go_on.set()
    assert set(await asyncio.gather(*under_way)) == {400}
    assert await status(large) == 200
    assert [message.text for message in house.inbox.accepted] == ["!", "?"]


async def test_a_journal_that_cannot_write_is_told_to_come_back(house: House) -> None:
    house.inbox.refuses = Unavailable("The disk is full")
    response = await house.client.post(WEBHOOK, json={"text": "?"}, headers={"X-Secret": "first"})
    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"


async def test_the_intake_knows_no_rate_limit(house: House) -> None:
    for _ in range(150):
        response = await house.client.post(
            WEBHOOK, json={"text": "?"}, headers={"X-Secret": "first"}
        )
        assert response.status_code == 200
        assert "x-ratelimit-limit" not in response.headers


async def test_other_methods_are_told_so(house: House) -> None:
    response = await house.client.get(WEBHOOK)
    assert response.status_code == 405
    assert response.json()["error"]["type"] == "method_not_allowed"


async def test_a_journal_that_does_not_answer_is_not_waited_for(house: House) -> None:
    sent: list[dict[str, Any]] = []
    answered = asyncio.Event()

    async def send(message: Any) -> None:
        sent.append(message)
        if message["type"] == "http.response.body":
            answered.set()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b'{"text": "?"}'}

    scope = {
        "type": "http",
        "method": "POST",
        "path": WEBHOOK,
        "headers": [(b"x-secret", b"first")],
        "query_string": b"",
    }
    house.inbox.gate = asyncio.Event()
    intake = Intake(
        house.app,
        house.inbox,
        house.channels,
        dialect=DIALECT,
        new_id=lambda: "1",
        patience=0.01,
    )
    taking = asyncio.ensure_future(intake(scope, receive, send))
    await answered.wait()
    assert sent[0]["status"] == 503
    assert (b"retry-after", b"1") in sent[0]["headers"]
    house.inbox.gate.set()
    await taking
    assert len(sent) == 2
    assert len(house.inbox.accepted) == 1


async def test_a_body_that_breaks_off_stores_nothing(house: House) -> None:
    sent: list[dict[str, Any]] = []
    parts: Iterator[dict[str, Any]] = iter(
        [
            {"type": "http.request", "body": b'{"text": "?"}', "more_body": True},
            {"type": "http.disconnect"},
        ]
    )

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return next(parts)

    headers = [(b"x-secret", b"first")]
    scope = {
        "type": "http",
        "method": "POST",
        "path": WEBHOOK,
        "headers": headers,
        "query_string": b"",
    }
    await house.app(scope, receive, send)
    assert sent[0]["status"] == 400
    assert house.inbox.accepted == []

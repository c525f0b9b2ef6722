"""Whatever Meta posts, whole or spoilt, through the real way in: never an exception, never a 5xx."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

import httpx
import orjson
from hypothesis import HealthCheck, given, settings

from adapters.http.easyflow import DIALECT
from adapters.http.intake import Intake
from adapters.messengers.whatsapp.channel import WhatsAppChannel
from adapters.messengers.whatsapp.client import Connection
from bots.model.message import UnifiedMessage
from bots.model.receipt import Receipt
from tests.adapters.stands import MemoryShelf
from tests.servers.whatsapp import PHONE_ID, SECRET, VERIFY_TOKEN
from tests.servers.whatsapp_updates import mutilated, torn, update_bodies

WEBHOOK = "/api/v1/messaging/webhook/whatsapp"
SLOW = settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)


class Heard:
    """The way in, which keeps what it is given."""

    def __init__(self) -> None:
        self.messages: list[UnifiedMessage] = []
        self.receipts: list[Receipt] = []

    async def accept(self, messages: Sequence[UnifiedMessage]) -> None:
        self.messages += messages

    async def note(self, receipts: Sequence[Receipt]) -> None:
        self.receipts += receipts


def channel(phone_id: str, bot: str, connection: Connection) -> WhatsAppChannel:
    numbers = count(1)
    return WhatsAppChannel(
        workspace=1,
        bot=bot,
        phone_id=phone_id,
        token="EAA",
        app_secret=SECRET,
        verify_token=VERIFY_TOKEN,
        connection=connection,
        shelf=MemoryShelf(),
        clock=lambda: datetime(2026, 11, 25, tzinfo=UTC),
        new_id=lambda: f"{next(numbers):032x}",
    )


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("the intake lets this address pass")


def posted(body: bytes) -> tuple[int, Heard]:
    """The status a body is answered with, and what was heard of it by two numbers of one app."""

    async def post() -> int:
        # Nobody listens there: that a message cannot be marked as read must not matter.
        connection = Connection("http://127.0.0.1:9", timeout=0.1)
        channels = [channel(PHONE_ID, "shop", connection), channel("777", "salon", connection)]
        intake = Intake(
            nothing,
            heard,
            {"whatsapp": channels},
            dialect=DIALECT,
            new_id=lambda: "1",
            patience=5,
        )
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={digest}"}
        transport = httpx.ASGITransport(intake)
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
            response = await client.post(WEBHOOK, content=body, headers=headers)
        await intake.close()
        await connection.close()
        return response.status_code

    heard = Heard()
    return asyncio.run(post()), heard


@SLOW
@given(update_bodies())
def test_every_body_is_acknowledged(body: Any) -> None:
    status, _ = posted(orjson.dumps(body))
    assert status == 200


@SLOW
@given(update_bodies(phone_id="777"))
def test_messages_of_a_second_number_come_to_its_bot(body: Any) -> None:
    status, heard = posted(orjson.dumps(body))
    assert status == 200
    assert {message.address.bot for message in heard.messages} <= {"salon"}


@SLOW
@given(mutilated(update_bodies(phone_id=PHONE_ID)))
def test_a_spoilt_body_is_no_trouble(body: Any) -> None:
    try:
        content = orjson.dumps(body)
    except TypeError:
        # Numbers past 64 bits and half a surrogate pair.
        content = json.dumps(body).encode()
    status, _ = posted(content)
    assert status in (200, 400)


@SLOW
@given(torn(update_bodies(phone_id=PHONE_ID)))
def test_a_torn_body_is_refused(body: bytes) -> None:
    status, heard = posted(body)
    assert status == 400
    assert heard.messages == []

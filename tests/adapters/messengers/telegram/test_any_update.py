"""Whatever comes as an update is read without an exception, and what is no update at all as well."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.http.easyflow import DIALECT
from adapters.http.intake import PREFIX, Intake
from adapters.messengers.telegram.channel import SECRET_HEADER, TelegramChannel
from adapters.messengers.telegram.client import Connection
from adapters.messengers.telegram.parse import parse_update
from bots.model.message import Address, UnifiedMessage
from bots.model.receipt import Receipt
from bots.services.banks import Banks
from bots.services.payments import Payments
from tests.adapters.stands import NOW, MemoryShelf
from tests.servers.mutilation import mutilated, torn
from tests.servers.telegram import TOKEN
from tests.servers.telegram_updates import updates


def parsed(update: Any) -> list[UnifiedMessage]:
    return parse_update(
        update,
        address_of=lambda chat_id: Address(1, "shop", "telegram:111111", chat_id),
        new_id=lambda: "m",
        now=NOW,
    )


@settings(deadline=None)
@given(updates())
def test_any_update_gives_one_message_at_most_and_names_its_chat(update: dict[str, Any]) -> None:
    for message in parsed(update):
        assert message.external_id == str(update["update_id"])
        assert message.address.chat_id


@settings(deadline=None)
@given(mutilated(updates()))
def test_a_mutilated_update_is_read_or_left(update: Any) -> None:
    for message in parsed(update):
        assert message.address.chat_id


@settings(deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_what_is_no_object_is_no_message(update: Any) -> None:
    assert parsed(update) == []


# ---------------------------------------------------------------- through the intake


class Inbox:
    def __init__(self) -> None:
        self.accepted: list[UnifiedMessage] = []

    async def accept(self, messages: Sequence[UnifiedMessage]) -> None:
        self.accepted += messages

    async def note(self, receipts: Sequence[Receipt]) -> None:
        raise AssertionError("Telegram tells nothing of messages sent")


async def _nobody(*told: Any, **more: Any) -> bool:
    raise AssertionError("no invoice is known")


async def _ends(work: Any) -> None:
    raise AssertionError("the request was passed on")


def posted(body: bytes) -> tuple[int, list[UnifiedMessage]]:
    """The status of the real intake, and what was kept."""

    async def post() -> tuple[int, list[UnifiedMessage]]:
        connection = Connection("http://127.0.0.1:9", timeout=1.0)
        shelf = MemoryShelf()
        channel = TelegramChannel(
            workspace=1,
            bot="shop",
            token=TOKEN,
            secret="a-secret",
            connection=connection,
            shelf=shelf,
            clock=lambda: NOW,
            new_id=lambda: "m",
            invoices=Payments(shelf, Banks({}), _nobody, clock=lambda: NOW),
        )
        inbox = Inbox()
        intake = Intake(
            lambda scope, receive, send: _ends(scope),
            inbox,
            {"telegram": [channel]},
            dialect=DIALECT,
            new_id=lambda: "r",
        )
        told: list[Any] = []

        async def send(message: Any) -> None:
            told.append(message)

        async def receive() -> Any:
            return {"type": "http.request", "body": body}

        scope = {
            "type": "http",
            "method": "POST",
            "path": f"{PREFIX}telegram",
            "headers": [(SECRET_HEADER.encode(), b"a-secret")],
            "query_string": b"",
        }
        await intake(scope, receive, send)
        await intake.close()
        await connection.close()
        return told[0]["status"], inbox.accepted

    return asyncio.run(post())


@settings(deadline=None)
@given(updates())
def test_any_update_is_acknowledged(update: dict[str, Any]) -> None:
    status, accepted = posted(json.dumps(update).encode())
    assert status == 200
    assert [message.external_id for message in accepted] in ([], [str(update["update_id"])])


@settings(deadline=None)
@given(mutilated(updates()))
def test_a_mutilated_update_is_acknowledged_or_called_invalid(update: Any) -> None:
    status, _ = posted(json.dumps(update).encode())
    assert status in (200, 400)


@settings(deadline=None)
@given(torn(updates()))
def test_a_torn_update_is_called_invalid(body: bytes) -> None:
    assert posted(body) == (400, [])

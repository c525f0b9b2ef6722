"""Whatever comes as an update is read without an exception, and what is no update at all as well."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.messengers.telegram.channel import SECRET_HEADER, TelegramChannel
from adapters.messengers.telegram.client import Connection
from adapters.messengers.telegram.parse import parse_update
from bots.errors import Invalid
from bots.model.message import Address, UnifiedMessage
from bots.ports import Webhook
from tests.adapters.messengers.telegram.conftest import NOW, MemoryShelf
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


# ---------------------------------------------------------------- as a webhook gets it


def received(body: bytes) -> list[UnifiedMessage]:
    channel = TelegramChannel(
        workspace=1,
        bot="shop",
        token=TOKEN,
        secret="a-secret",
        connection=Connection("http://127.0.0.1:9"),
        shelf=MemoryShelf(),
        clock=lambda: NOW,
        new_id=lambda: "m",
    )
    webhook = Webhook(headers={SECRET_HEADER: "a-secret"}, body=body)
    return list(asyncio.run(channel.receive(webhook)).messages)


@settings(deadline=None)
@given(updates())
def test_any_update_is_acknowledged(update: dict[str, Any]) -> None:
    assert len(received(json.dumps(update).encode())) <= 1


@settings(deadline=None)
@given(mutilated(updates()))
def test_a_mutilated_update_is_acknowledged_or_called_invalid(update: Any) -> None:
    with suppress(Invalid):
        received(json.dumps(update).encode())


@settings(deadline=None)
@given(torn(updates()))
def test_a_torn_update_is_called_invalid(body: bytes) -> None:
    with pytest.raises(Invalid):
        received(body)

"""What was said to a customer of MAX, said otherwise or taken back."""

import pytest

from adapters.messengers.max.channel import MaxChannel
from bots.model.message import Attachment, Reply
from tests.adapters.messengers.max.conftest import ADDRESS, row
from tests.servers.max import Max
from tests.servers.max_events import CUSTOMER


@pytest.fixture
def opened(fake: Max) -> Max:
    fake.person(CUSTOMER, "open")
    return fake


async def said(channel: MaxChannel, text: str, *attachments: Attachment) -> str:
    (call,) = channel.render(ADDRESS, Reply(message_id="m", text=text, attachments=attachments))
    return await channel.send(row(call))


def corrected(text: str, id: str) -> Reply:
    return Reply(message_id="n", text=text, replaces=id, corrected=f"Исправление: {text}")


async def test_new_words_stand_in_the_same_message_and_its_files_stay(
    channel: MaxChannel, opened: Max
) -> None:
    id = await said(channel, "Вот", Attachment(kind="photo", ref="media/hello.png"))
    (call,) = channel.render(ADDRESS, corrected("Вот она", id))
    await channel.send(row(call))
    (edit,) = opened.calls("PUT /messages")
    assert edit.text == "Вот она"
    assert [one["type"] for one in edit.body["attachments"]] == ["image"]
    assert opened.violations() == []


async def test_what_cannot_be_changed_is_said_anew(channel: MaxChannel, opened: Max) -> None:
    (call,) = channel.render(ADDRESS, corrected("Так", "mid.gone"))
    await channel.send(row(call))
    assert [one.text for one in opened.calls("POST /messages")] == ["Исправление: Так"]


async def test_a_message_is_taken_back(channel: MaxChannel, opened: Max) -> None:
    id = await said(channel, "Не туда")
    (call,) = channel.taken_back(ADDRESS, [id])
    await channel.send(row(call))
    (deleted,) = opened.calls("DELETE /messages")
    assert deleted.query == {"message_id": id}
    assert opened.violations() == []

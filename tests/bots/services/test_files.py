"""Customers' files, for those who may read the chat."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bots.errors import NotFound
from bots.model.account import Caller
from bots.model.conversation import Conversation
from bots.model.message import Address, Attachment
from bots.model.turn import MessageRecord
from bots.ports import File
from bots.services.conversations import Conversations
from bots.services.files import AT_ONCE, Files

NOW = datetime(2026, 11, 25, tzinfo=UTC)


class OneFileEach:
    """Conversations by the ids of their only message, which is called after its channel."""

    async def message(self, workspace: int, message_id: str) -> tuple[Conversation, MessageRecord]:
        address = Address(workspace, "shop", message_id, "5")
        chat = Conversation(
            id=1,
            uuid="u",
            address=address,
            platform=message_id.partition(":")[0],
            user_id="5",
            customer_id=1,
            created_at=NOW,
            updated_at=NOW,
        )
        photo = Attachment(kind="photo", ref="photo.png")
        record = MessageRecord(
            message_id=message_id,
            seq=1,
            direction="inbound",
            author="customer",
            created_at=NOW,
            attachments=(photo,),
        )
        return chat, record


class Messenger:
    """A messenger that gives a file out as soon as `answers`."""

    def __init__(self, name: str) -> None:
        self.name, self.platform = name, name.partition(":")[0]
        self.answers = asyncio.Event()
        self.full = asyncio.Event()
        self.asked = 0

    async def fetch(self, ref: str) -> File:
        self.asked += 1
        if self.asked == AT_ONCE:
            self.full.set()
        await self.answers.wait()
        return File(content=self.name.encode())


CALLER = Caller(workspace=1, account_id=1, key_id=1)


def files_at(*messengers: Messenger) -> Files:
    store: Any = OneFileEach()
    channels: dict[str, Any] = {one.name: one for one in messengers}
    return Files(Conversations(store), channels)


async def test_a_messenger_that_hangs_keeps_files_of_no_other_back() -> None:
    hangs, well = Messenger("vk:1"), Messenger("telegram:1")
    well.answers.set()
    files = files_at(hangs, well)
    waiting = [asyncio.create_task(files.of(CALLER, hangs.name, 1)) for _ in range(AT_ONCE + 1)]
    async with asyncio.timeout(60):
        await hangs.full.wait()
        assert (await files.of(CALLER, well.name, 1)).content == b"telegram:1"
    assert hangs.asked == AT_ONCE
    hangs.answers.set()
    assert [file.content for file in await asyncio.gather(*waiting)] == [b"vk:1"] * len(waiting)


@pytest.mark.parametrize("number", [0, 2, -1, 10**30])
async def test_of_a_message_with_one_file_no_other_is_there(number: int) -> None:
    files = files_at(Messenger("vk:1"))
    with pytest.raises(NotFound):
        await files.of(CALLER, "vk:1", number)


async def test_a_key_of_another_bot_gets_no_file() -> None:
    with pytest.raises(NotFound):
        await files_at(Messenger("vk:1")).of(replace(CALLER, bot="salon"), "vk:1", 1)

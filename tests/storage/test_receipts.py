"""Receipts: the highest holds, in whatever order they come, however often, before or after our note."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from bots.model.answer import Delivery
from bots.model.conversation import Conversation
from bots.model.receipt import RANK, Receipt, ReceiptStatus
from storage.stores import Stores
from tests.storage.conftest import House
from tests.storage.samples import ANNA, BORIS, NOON, answer, opened, outgoing

CHANNEL = ANNA.channel


def receipt(
    status: ReceiptStatus, id: str = "9001", *, chat_id: str = ANNA.chat_id, upto: bool = False
) -> Receipt:
    failed = status == "failed"
    return Receipt(
        channel=CHANNEL,
        platform_message_id=id,
        status=status,
        at=NOON,
        chat_id=chat_id,
        code=131026 if failed else None,
        error="not on this messenger" if failed else "",
        upto=upto,
    )


async def sent(stores: Stores, *ids: str) -> Conversation:
    """A message of Anna's of so many parts, taken by the messenger as these."""
    conversation = await opened(stores.journal)
    rows = [outgoing(conversation, conversation.seq + 2, part) for part in range(len(ids))]
    conversation = await answer(stores.journal, conversation, outgoing=rows)
    for row, id in zip(rows, ids, strict=True):
        await stores.outbox.sent(row.key, id)
    return conversation


async def status_of(stores: Stores, message_id: str = "said-2") -> str:
    delivery = await stores.outbox.delivered(message_id)
    assert delivery is not None
    return delivery.status


async def events(house: House) -> list[tuple[str, str]]:
    found = await house.run("SELECT name, data FROM events WHERE name <> 'messages.added'")
    return [(name, data) for name, data in found]


@pytest.fixture(autouse=True)
async def workspace(house: House) -> None:
    await house.run("INSERT INTO workspaces (id, name, created_at) VALUES (1, 'home', 0)")


@pytest.mark.parametrize("order", [*itertools.permutations(["delivered", "read", "delivered"])])
async def test_the_highest_of_a_message_holds(
    stores: Stores, order: tuple[ReceiptStatus, ...]
) -> None:
    await sent(stores, "9001")
    for status in order:
        await stores.journal.note([receipt(status)])
    assert await status_of(stores) == "read"


async def test_a_receipt_may_come_before_our_own_note_that_the_message_was_sent(
    stores: Stores,
) -> None:
    await stores.journal.note([receipt("delivered")])
    await sent(stores, "9001")
    assert await status_of(stores) == "delivered"


async def test_a_batch_may_tell_of_one_message_more_than_once(stores: Stores) -> None:
    await sent(stores, "9001")
    told = [receipt("read"), receipt("delivered"), receipt("read"), receipt("delivered", "other")]
    await stores.journal.note(told)
    assert await status_of(stores) == "read"


async def test_a_message_of_parts_has_come_as_far_as_the_slowest(stores: Stores) -> None:
    await sent(stores, "9001", "9002", "9003")
    await stores.journal.note([receipt("read", "9001"), receipt("delivered", "9002")])
    assert await status_of(stores) == "sent"
    await stores.journal.note([receipt("delivered", "9003")])
    assert await status_of(stores) == "delivered"


async def test_one_part_that_failed_fails_the_message(stores: Stores) -> None:
    await sent(stores, "9001", "9002")
    await stores.journal.note([receipt("read", "9001"), receipt("failed", "9002")])
    assert await stores.outbox.delivered("said-2") == Delivery(
        status="failed", platform_message_id="9001", error="not on this messenger", code=131026
    )


async def test_a_failure_is_an_event_once(house: House) -> None:
    await sent(house.stores, "9001", "9002")
    for _ in range(2):
        await house.stores.journal.note([receipt("failed", "9002"), receipt("failed", "9002")])
    ((name, data),) = await events(house)
    assert name == "message.failed"
    assert '"message_id":"said-2"' in data
    assert '"code":131026' in data


async def test_whose_customer_is_gone_is_told_once(stores: Stores) -> None:
    await sent(stores, "9001")
    gone = replace(receipt("failed"), unreachable=True)
    assert await stores.journal.note([receipt("failed", "other")]) == []
    assert await stores.journal.note([gone]) == [ANNA]
    assert await stores.journal.note([gone]) == []


async def test_a_failure_we_know_no_message_of_is_an_event_of_its_chat(house: House) -> None:
    await opened(house.stores.journal)
    await house.stores.journal.note([receipt("failed")])
    await house.stores.journal.note([receipt("failed", chat_id="nobody")])
    ((_, data),) = await events(house)
    assert '"platform_message_id":"9001"' in data


async def test_all_up_to_a_message_were_read_in_that_chat_alone(stores: Stores) -> None:
    await sent(stores, "99")
    await sent(stores, "100")
    await sent(stores, "101")
    boris = await opened(stores.journal, BORIS)
    row = outgoing(boris, 2, key="b:0", message_id="b")
    await answer(stores.journal, boris, messages=[], outgoing=[row])
    await stores.outbox.sent("b:0", "98")
    await stores.journal.note([receipt("read", "100", upto=True)])
    found = [await status_of(stores, f"said-{seq}") for seq in (2, 4, 6)]
    assert found == ["read", "read", "sent"]


async def test_an_older_mark_takes_nothing_back(stores: Stores) -> None:
    await sent(stores, "99")
    await stores.journal.note([receipt("read", "100", upto=True)])
    older = replace(receipt("read", "90", upto=True), at=NOON - timedelta(hours=1))
    await stores.journal.note([older])
    assert await status_of(stores) == "read"


async def test_receipts_go_with_the_inbox(house: House) -> None:
    await sent(house.stores, "9001")
    await house.stores.journal.note([receipt("read"), receipt("read", "other")])
    assert await house.stores.journal.prune(NOON) == 0
    assert await house.stores.journal.prune(NOON + timedelta(days=1)) == 2
    assert await status_of(house.stores) == "sent"


def test_the_ranks_are_those_of_a_delivery() -> None:
    assert list(RANK) == ["sent", "delivered", "read", "failed"]

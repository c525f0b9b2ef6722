"""What is on its way out: begun once, never after a take-over, and told when it is sent."""

from dataclasses import replace
from datetime import timedelta

from bots.model.answer import Delivery
from bots.model.turn import TurnRecord
from storage.stores import Stores
from tests.storage.conftest import House
from tests.storage.samples import ANNA, BORIS, NOON, answer, opened, outgoing, said


async def test_unsent_rows_come_back_in_the_order_of_their_chats(stores: Stores) -> None:
    anna, boris = await opened(stores.journal), await opened(stores.journal, BORIS)
    rows = [outgoing(anna, 2, 1), outgoing(anna, 2, 0), outgoing(anna, 4)]
    other = outgoing(boris, 2, key="b:0", message_id="b")
    await answer(stores.journal, anna, outgoing=rows)
    await answer(stores.journal, boris, outgoing=[other])
    assert await stores.outbox.unsent() == [rows[1], rows[0], rows[2], other]


async def test_a_begun_row_is_known_to_be_ambiguous_after_a_restart(house: House) -> None:
    conversation = await opened(house.stores.journal)
    row = outgoing(conversation, 2)
    await answer(house.stores.journal, conversation, outgoing=[row])
    assert await house.stores.outbox.begin(row) == "begun"
    stores = await house.reopen()
    (unsent,) = await stores.outbox.unsent()
    assert unsent.sending_at is not None


async def test_a_row_of_an_older_epoch_is_not_begun(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    row = outgoing(conversation, 2)
    await answer(stores.journal, conversation, outgoing=[row])
    await stores.journal.commit(
        TurnRecord(conversation=replace(conversation, seq=2, owner="operator", epoch=1))
    )
    assert await stores.outbox.begin(row) == "dropped"
    assert await stores.outbox.unsent() == []


async def test_a_row_that_missed_the_take_over_is_dropped_when_it_is_begun(house: House) -> None:
    conversation = await opened(house.stores.journal)
    row = outgoing(conversation, 2)
    await answer(house.stores.journal, conversation, outgoing=[row])
    await house.run("UPDATE conversations SET epoch = epoch + 1")
    assert await house.stores.outbox.begin(row) == "dropped"
    delivery = await house.stores.outbox.delivered("said-2")
    assert delivery is not None
    assert delivery.status == "failed"


async def test_a_sent_row_is_gone_and_its_message_knows_the_platforms_id(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    rows = [outgoing(conversation, 2), outgoing(conversation, 2, 1)]
    await answer(stores.journal, conversation, outgoing=rows)
    await stores.outbox.sent(rows[0].key, "9001")
    await stores.outbox.sent(rows[1].key, "9002")
    assert await stores.outbox.unsent() == []
    assert await stores.outbox.begin(rows[0]) == "dropped"
    (record,) = await stores.conversations.tail(ANNA, limit=1)
    assert record == said(2, platform_message_id="9001")


async def test_sending_twice_tells_nothing_new(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    row = outgoing(conversation, 2)
    await answer(stores.journal, conversation, outgoing=[row])
    await stores.outbox.sent(row.key, "9001")
    await stores.outbox.sent(row.key, "9002")
    (record,) = await stores.conversations.tail(ANNA, limit=1)
    assert record.platform_message_id == "9001"


async def test_a_row_put_off_counts_its_tries_and_may_be_begun_again(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    row = outgoing(conversation, 2, sending_at=NOON)
    await answer(stores.journal, conversation, outgoing=[row])
    until = NOON + timedelta(seconds=30)
    await stores.outbox.later(row.key, until, "Too Many Requests")
    (unsent,) = await stores.outbox.unsent()
    assert unsent == replace(row, sending_at=None, attempts=1, not_before=until)
    assert await stores.outbox.begin(unsent) == "begun"


async def test_a_failed_row_lets_the_next_one_go(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    rows = [outgoing(conversation, 2), outgoing(conversation, 4)]
    await answer(stores.journal, conversation, outgoing=rows)
    await stores.outbox.failed(rows[0].key, "chat not found")
    assert await stores.outbox.unsent() == rows[1:]


async def test_a_delivery_is_as_good_as_its_worst_part(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    rows = [outgoing(conversation, 2, part) for part in range(2)]
    await answer(stores.journal, conversation, outgoing=rows)
    delivered = stores.outbox.delivered
    assert await delivered("said-2") == Delivery(status="queued")
    await stores.outbox.sent(rows[0].key, "9001")
    assert await delivered("said-2") == Delivery(status="queued", platform_message_id="9001")
    await stores.outbox.later(rows[1].key, NOON, "timed out")
    assert await delivered("said-2") == Delivery(
        status="queued", platform_message_id="9001", error="timed out"
    )
    await stores.outbox.failed(rows[1].key, "blocked")
    assert await delivered("said-2") == Delivery(
        status="failed", platform_message_id="9001", error="blocked"
    )


async def test_a_delivery_is_sent_when_all_parts_are(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    rows = [outgoing(conversation, 2, part) for part in range(2)]
    await answer(stores.journal, conversation, outgoing=rows)
    for row in rows:
        await stores.outbox.sent(row.key, f"90{row.part}")
    assert await stores.outbox.delivered("said-2") == Delivery(
        status="sent", platform_message_id="900"
    )


async def test_where_nothing_was_to_send_there_is_no_delivery(stores: Stores) -> None:
    await answer(stores.journal, await opened(stores.journal))
    assert await stores.outbox.delivered("said-2") is None
    assert await stores.outbox.delivered("nothing") is None


async def test_a_held_row_waits_until_it_is_begun_and_one_event_tells_of_its_message(
    house: House,
) -> None:
    outbox = house.stores.outbox
    conversation = await opened(house.stores.journal)
    rows = [outgoing(conversation, 2, part, sending_at=NOON) for part in range(2)]
    await answer(house.stores.journal, conversation, outgoing=rows)
    told = [await outbox.held(row.key, NOON, "silent") for row in rows]
    assert told == [True, False]
    assert await outbox.unsent() == [replace(row, sending_at=None, held_at=NOON) for row in rows]
    assert await outbox.delivered("said-2") == Delivery(status="held", error="silent")
    assert await house.run("SELECT data FROM events WHERE name = 'message.held'") == [
        ('{"message_id":"said-2","error":"silent"}',)
    ]
    assert await outbox.begin(rows[0]) == "begun"
    (begun, _) = await outbox.unsent()
    assert (begun.held_at, begun.sending_at is not None) == (None, True)


async def test_when_the_customer_last_wrote_is_kept_with_the_conversation(house: House) -> None:
    conversation = await opened(house.stores.journal)
    assert await house.stores.outbox.heard_at(conversation.id) is None
    row = outgoing(conversation, 2)
    changes = {"heard_at": NOON}
    await answer(house.stores.journal, conversation, changes=changes, outgoing=[row])
    stores = await house.reopen()
    assert await stores.outbox.heard_at(conversation.id) == NOON
    assert (await opened(stores.journal)).heard_at == NOON
    (unsent,) = await stores.outbox.unsent()
    assert unsent.heard_at == NOON

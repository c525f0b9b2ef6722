"""The journal: everything once, turns whole or not at all, and only by the owner of the claim."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bots.errors import ClaimLost, Consumed, NotFound
from bots.model.episode import Episode
from bots.model.message import Address, Attachment, Button, Card, Keyboard
from bots.model.turn import Event, Intent, TurnRecord
from storage.stores import Stores
from tests.storage.conftest import HandClock, House
from tests.storage.samples import (
    ANNA,
    BORIS,
    NOON,
    OPENING,
    answer,
    heard,
    message,
    opened,
    outgoing,
    said,
    timer,
)

# ---------------------------------------------------------------- taking in


async def test_what_comes_twice_is_taken_once(stores: Stores) -> None:
    first = await stores.journal.accept([message("1"), message("2")])
    again = await stores.journal.accept([message("2"), message("3"), message("1")])
    assert [arrival.message.external_id for arrival in first] == ["1", "2"]
    assert [arrival.message.external_id for arrival in again] == ["3"]


async def test_repeats_within_one_delivery_are_dropped(stores: Stores) -> None:
    arrivals = await stores.journal.accept([message("1"), message("1"), message("2")])
    assert [arrival.message.external_id for arrival in arrivals] == ["1", "2"]


async def test_repeats_in_deliveries_at_the_same_time_are_dropped(stores: Stores) -> None:
    several = await asyncio.gather(*(stores.journal.accept([message("7")]) for _ in range(20)))
    assert sum(map(len, several)) == 1


async def test_an_external_id_means_something_within_its_channel_alone(stores: Stores) -> None:
    others = [
        ANNA._replace(workspace=2),
        ANNA._replace(bot="salon"),
        ANNA._replace(channel="telegram:9"),
    ]
    arrivals = await stores.journal.accept([message("1", address) for address in [ANNA, *others]])
    assert len(arrivals) == 4


async def test_receipt_is_numbered_in_order_over_restarts(house: House) -> None:
    before = await house.stores.journal.accept([message("1"), message("2")])
    stores = await house.reopen()
    after = await stores.journal.accept([message("3")])
    numbers = [arrival.seq for arrival in [*before, *after]]
    assert numbers == sorted(set(numbers))


async def test_the_backlog_is_all_that_was_not_answered_in_order(house: House) -> None:
    full = message(
        "2",
        BORIS,
        happening="button",
        text=None,
        button="b1",
        attachments=(Attachment(kind="photo", ref="file", size=7, details={"width": 90}),),
        profile={"language": "ru"},
        metadata={"update": {"nested": [1, None, "я"]}},
    )
    arrivals = await house.stores.journal.accept([message("1"), full, message("3")])
    conversation = await opened(house.stores.journal)
    await answer(house.stores.journal, conversation, arrivals=(arrivals[0].seq,))
    stores = await house.reopen()
    assert await stores.journal.backlog() == arrivals[1:]


async def test_an_answered_message_is_still_known(house: House) -> None:
    (arrival,) = await house.stores.journal.accept([message("1")])
    await answer(house.stores.journal, await opened(house.stores.journal), arrivals=(arrival.seq,))
    stores = await house.reopen()
    assert await stores.journal.accept([message("1")]) == []
    assert await stores.journal.backlog() == []


async def test_failures_are_counted_and_the_last_one_parks(stores: Stores) -> None:
    (arrival,) = await stores.journal.accept([message("1")])
    await stores.journal.postpone(arrival.seq, until=NOON + timedelta(seconds=5), error="boom")
    assert await stores.journal.backlog() == [replace(arrival, attempts=1)]
    await stores.journal.postpone(arrival.seq, until=None, error="boom")
    assert await stores.journal.backlog() == []
    assert await stores.journal.accept([message("1")]) == []


async def test_pruning_forgets_what_was_answered_long_ago(stores: Stores, clock: HandClock) -> None:
    old, waiting = await stores.journal.accept([message("1"), message("2")])
    conversation = await answer(stores.journal, await opened(stores.journal), arrivals=(old.seq,))
    clock.move(days=30)
    (new,) = await stores.journal.accept([message("3")])
    await answer(stores.journal, conversation, arrivals=(new.seq,))
    assert await stores.journal.prune(clock.now - timedelta(days=14)) == 1
    again = await stores.journal.accept([message("1"), message("2"), message("3")])
    assert [arrival.message.external_id for arrival in again] == ["1"]
    assert waiting in await stores.journal.backlog()


# ---------------------------------------------------------------- claims


async def test_a_conversation_is_opened_with_what_is_known_of_the_customer(
    stores: Stores, clock: HandClock
) -> None:
    conversation = await stores.journal.claim(ANNA, OPENING)
    assert conversation.address == ANNA
    assert (conversation.platform, conversation.user_id) == ("telegram", "501")
    assert (conversation.owner, conversation.status, conversation.seq) == ("bot", "active", 0)
    assert conversation.created_at == clock.now
    assert len(conversation.uuid) == 32


async def test_without_an_opening_an_unknown_chat_is_not_found(stores: Stores) -> None:
    with pytest.raises(NotFound):
        await stores.journal.claim(ANNA)


async def test_a_conversation_is_opened_once(stores: Stores) -> None:
    several = await asyncio.gather(*(stores.journal.claim(ANNA, OPENING) for _ in range(10)))
    assert len({conversation.id for conversation in several}) == 1


async def test_a_restart_raises_the_claim_and_changes_nothing_else(house: House) -> None:
    conversation = await answer(
        house.stores.journal,
        await opened(house.stores.journal),
        changes={
            "position": {"stack": [{"flow": "order", "step": "ask", "сумма": 1990.5}]},
            "context": {"cart": [1, 2]},
            "step": "ask",
            "owner": "queue",
            "status": "escalated",
            "epoch": 1,
            "unreachable": True,
            "keyboard": True,
            "updated_at": NOON + timedelta(microseconds=1),
            "episode": Episode(id="e1", number=1, state="requested", requested_at=NOON),
        },
    )
    stores = await house.reopen()
    claimed = await stores.journal.claim(ANNA)
    assert claimed.claim > conversation.claim
    assert replace(claimed, claim=conversation.claim) == conversation


async def test_a_claim_of_ours_costs_no_write(house: House) -> None:
    conversation = await opened(house.stores.journal)
    for _ in range(3):
        assert await house.stores.journal.claim(ANNA) == conversation
    assert await house.run("SELECT claim FROM conversations") == [(conversation.claim,)]


async def test_a_turn_of_somebody_who_lost_the_claim_leaves_no_trace(house: House) -> None:
    journal = house.stores.journal
    (arrival,) = await journal.accept([message("1")])
    conversation = await opened(journal)
    await house.steal(ANNA)
    with pytest.raises(ClaimLost):
        await answer(
            journal,
            conversation,
            arrivals=(arrival.seq,),
            outgoing=[outgoing(conversation, 2)],
            timers=[timer(conversation, "remind", NOON)],
            events=[Event(name="goal", created_at=NOON)],
        )
    assert await journal.backlog() == [arrival]
    assert await house.stores.outbox.unsent() == []
    assert await house.stores.timers.next_due() is None
    assert await house.stores.conversations.tail(ANNA, limit=10) == []
    assert await house.run("SELECT * FROM events") == []


async def test_after_a_lost_claim_the_next_one_reads_anew(house: House) -> None:
    journal = house.stores.journal
    conversation = await opened(journal)
    await house.steal(ANNA)
    with pytest.raises(ClaimLost):
        await answer(journal, conversation)
    claimed = await journal.claim(ANNA)
    assert claimed.claim == conversation.claim + 2
    await answer(journal, claimed)


async def test_a_lost_claim_does_not_hurt_turns_committed_with_it(house: House) -> None:
    journal = house.stores.journal
    anna, boris = await opened(journal), await opened(journal, BORIS)
    await house.steal(ANNA)
    lost, kept = await asyncio.gather(
        answer(journal, anna), answer(journal, boris), return_exceptions=True
    )
    assert isinstance(lost, ClaimLost)
    assert not isinstance(kept, BaseException)
    assert len(await house.stores.conversations.tail(BORIS, limit=10)) == 2


# ---------------------------------------------------------------- turns


async def test_a_turn_is_written_whole(house: House) -> None:
    journal = house.stores.journal
    (arrival,) = await journal.accept([message("1")])
    conversation = await opened(journal)
    keyboard = Keyboard(rows=((Button(text="Да", payload="b1"),),))
    cards = (
        Card(title="Роза", text="Алая", photo="media/r.jpg", keyboard=keyboard),
        Card(title="Мак"),
    )
    messages = [
        heard(1, attachments=(Attachment(kind="photo", ref="f", album=True),)),
        said(2, keyboard=keyboard, cards=cards, renews=True, intent="order_status", confidence=0.9),
    ]
    row = outgoing(conversation, 2, once=True, sending_at=NOON)
    later = timer(conversation, "remind", NOON + timedelta(hours=1))
    intent = Intent(
        key="i1",
        conversation_id=conversation.id,
        address=ANNA,
        wait_id="w1",
        action="find_order",
        arguments={"number": "12345"},
        created_at=NOON,
        timeout=5.0,
        retries=2,
    )
    await answer(
        journal,
        conversation,
        arrivals=(arrival.seq,),
        messages=messages,
        outgoing=[row],
        timers=[later],
        intents=[intent],
        events=[Event(name="goal", created_at=NOON, data={"name": "ordered"})],
    )
    stores = await house.reopen()
    assert await stores.conversations.tail(ANNA, limit=10) == messages
    assert await stores.outbox.unsent() == [row]
    assert await stores.timers.due(later.due, limit=10) == [later]
    assert await stores.timers.intents(NOON) == [intent]
    assert await house.run("SELECT name, data FROM events") == [
        ("messages.added", '{"first":1,"last":2}'),
        ("goal", '{"name":"ordered"}'),
    ]


async def test_a_message_is_answered_once(stores: Stores) -> None:
    (arrival,) = await stores.journal.accept([message("1")])
    conversation = await answer(
        stores.journal, await opened(stores.journal), arrivals=(arrival.seq,)
    )
    with pytest.raises(Consumed):
        await answer(stores.journal, conversation, arrivals=(arrival.seq,))
    assert (await stores.journal.claim(ANNA)).seq == 2


async def test_many_turns_at_once_are_all_kept(stores: Stores) -> None:
    chats = [Address(1, "shop", "web", str(number)) for number in range(150)]

    async def talk(address: Address) -> None:
        for number in range(3):
            (arrival,) = await stores.journal.accept(
                [message(f"{address.chat_id}/{number}", address)]
            )
            conversation = await opened(stores.journal, address)
            seq = conversation.seq
            await answer(
                stores.journal,
                conversation,
                arrivals=(arrival.seq,),
                messages=[
                    heard(seq + 1, f"{address.chat_id}-{seq + 1}"),
                    said(seq + 2, f"{address.chat_id}-{seq + 2}"),
                ],
            )

    await asyncio.gather(*map(talk, chats))
    assert await stores.journal.backlog() == []
    for address in chats:
        records = await stores.conversations.tail(address, limit=100)
        assert [record.seq for record in records] == [1, 2, 3, 4, 5, 6]


async def test_a_turn_that_cannot_be_written_does_not_hurt_those_beside_it(stores: Stores) -> None:
    anna, boris = await opened(stores.journal), await opened(stores.journal, BORIS)
    broken = [said(1, "one"), said(1, "same place")]
    failure, kept = await asyncio.gather(
        answer(stores.journal, anna, messages=broken),
        answer(stores.journal, boris),
        return_exceptions=True,
    )
    assert isinstance(failure, Exception)
    assert not isinstance(kept, BaseException)
    assert await stores.conversations.tail(ANNA, limit=10) == []
    assert (await stores.journal.claim(ANNA)).seq == 0


async def test_a_turn_nobody_waits_for_any_more_is_read_back_from_disk(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    task = asyncio.ensure_future(answer(stores.journal, conversation, changes={"step": "written"}))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    claimed = await stores.journal.claim(ANNA)
    assert claimed.claim > conversation.claim
    records = await stores.conversations.tail(ANNA, limit=10)
    assert (claimed.step, len(records)) in (("written", 2), (None, 0))


# ---------------------------------------------------------------- the customer


async def test_what_is_remembered_of_a_customer_is_seen_in_their_other_chats(
    house: House,
) -> None:
    journal = house.stores.journal
    web = ANNA._replace(channel="telegram:777", chat_id="777")
    one, other = await journal.claim(ANNA, OPENING), await journal.claim(web, OPENING)
    assert one.customer_id == other.customer_id
    await answer(journal, one, changes={"user": {"name": "Анна"}}, user_changed=True)
    assert (await journal.claim(web)).user == {"name": "Анна"}
    stores = await house.reopen()
    assert (await stores.journal.claim(web)).user == {"name": "Анна"}


async def test_two_chats_of_a_customer_that_learn_at_once_keep_what_both_have_learnt(
    house: House,
) -> None:
    journal = house.stores.journal
    web = ANNA._replace(channel="telegram:777", chat_id="777")
    known = {"name": "Анна", "city": "Омск", "asked": 1, "splits": {"greeting": "a"}}
    one = await journal.claim(ANNA, OPENING)
    await answer(journal, one, changes={"user": known}, user_changed=True)
    one, other = await journal.claim(ANNA), await journal.claim(web, OPENING)
    assert other.user == known
    # Both turns began with the same knowledge; one has forgotten the city, the other asked again.
    here = {"name": "Аня", "asked": 1, "splits": {"greeting": "a", "price": "b"}}
    there = known | {"phone": "+7", "asked": 2, "splits": {"greeting": "a", "photo": "c"}}
    for chat, learnt in ((one, here), (other, there)):
        change = {"user": learnt}
        await answer(journal, chat, changes=change, user_changed=True, user_before=known)
    merged = {
        "name": "Аня",
        "asked": 2,
        "phone": "+7",
        "splits": {"greeting": "a", "price": "b", "photo": "c"},
    }
    assert (await journal.claim(ANNA)).user == (await journal.claim(web)).user == merged
    stores = await house.reopen()
    assert (await stores.journal.claim(web)).user == merged


async def test_customers_of_other_bots_and_workspaces_are_other_people(stores: Stores) -> None:
    addresses = [ANNA, ANNA._replace(bot="salon"), ANNA._replace(workspace=2)]
    claimed = [await stores.journal.claim(address, OPENING) for address in addresses]
    assert len({conversation.customer_id for conversation in claimed}) == 3


async def test_an_unchanged_customer_is_not_overwritten_by_an_old_copy(stores: Stores) -> None:
    journal = stores.journal
    web = ANNA._replace(channel="telegram:777")
    one, other = await journal.claim(ANNA, OPENING), await journal.claim(web, OPENING)
    await answer(journal, one, changes={"user": {"name": "Анна"}}, user_changed=True)
    await answer(journal, other, messages=[heard(1, "x")], changes={"step": "other"})
    assert (await journal.claim(web)).user == {"name": "Анна"}
    assert (await journal.claim(ANNA)).user == {"name": "Анна"}


# ---------------------------------------------------------------- a change of owner


async def test_a_new_owner_stops_what_was_to_be_sent_and_the_old_timers(stores: Stores) -> None:
    journal = stores.journal
    conversation = await opened(journal)
    flying = outgoing(conversation, 2, sending_at=NOON)
    waiting = outgoing(conversation, 2, 1)
    kept = timer(conversation, "survey", NOON, epoch=None)
    conversation = await answer(
        journal,
        conversation,
        outgoing=[flying, waiting],
        timers=[timer(conversation, "remind", NOON), kept],
    )
    taken = replace(conversation, owner="operator", epoch=1)
    await answer(
        journal,
        conversation,
        changes={"owner": "operator", "epoch": 1},
        outgoing=[outgoing(taken, 4)],
        timers=[timer(taken, "wait", NOON)],
    )
    assert [row.key for row in await stores.outbox.unsent()] == [flying.key, "said-4:0"]
    due = await stores.timers.due(NOON, limit=10)
    assert sorted(one.name for one in due) == ["survey", "wait"]


async def test_the_epoch_is_known_after_a_restart_too(house: House) -> None:
    conversation = await opened(house.stores.journal)
    await answer(house.stores.journal, conversation, outgoing=[outgoing(conversation, 2)])
    stores = await house.reopen()
    conversation = await stores.journal.claim(ANNA)
    await stores.journal.commit(
        TurnRecord(conversation=replace(conversation, owner="queue", epoch=1))
    )
    assert await stores.outbox.unsent() == []

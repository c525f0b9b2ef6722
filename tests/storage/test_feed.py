"""What happened is told in the order of commits, each thing once, and nothing that is between operators."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bots.model.feed import TOLD, told_of
from bots.model.message import Address
from bots.model.turn import Event, TurnRecord
from storage.stores import Stores
from tests.storage.conftest import HandClock, House
from tests.storage.samples import ANNA, BORIS, NOON, answer, opened, outgoing
from tests.storage.test_receipts import receipt

HIDDEN = "to colleagues only"
ROOT = Path(__file__).parents[2]


async def told(stores: Stores, cursor: int = 0, limit: int = 1000) -> list[tuple[str, object]]:
    entries = await stores.feed.after(1, cursor, limit=limit)
    return [(one.event.name, one.event.data) for one in entries]


@pytest.fixture(autouse=True)
async def workspace(house: House) -> None:
    await house.run("INSERT INTO workspaces (id, name, created_at) VALUES (1, 'home', 0)")


async def test_a_turn_is_told_with_its_messages_and_what_became_of_the_chat(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    asked = Event(name="handoff.requested", created_at=NOON, data={"episode": "e", "queue": "q"})
    await answer(
        stores.journal, conversation, events=[asked], changes={"status": "escalated", "epoch": 1}
    )
    entries = await stores.feed.after(1, 0, limit=10)
    added, status, requested = (one.event for one in entries)
    assert [one["message_id"] for one in added.data["messages"]] == ["heard-1", "said-2"]
    assert [one["author"] for one in added.data["messages"]] == ["customer", "bot"]
    assert (status.name, status.data) == ("chat.status", {"from": "active", "to": "escalated"})
    assert (requested.name, requested.data) == (asked.name, asked.data)
    assert {(one.address, one.platform, one.conversation) for one in entries} == {
        (ANNA, "telegram", conversation.id)
    }


async def test_a_turn_that_says_nothing_and_changes_nothing_tells_nothing(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    await stores.journal.commit(TurnRecord(conversation=conversation))
    assert await told(stores) == []


async def test_a_cursor_goes_on_where_it_stood_while_others_write(stores: Stores) -> None:
    chats = [Address(1, "shop", "web", f"visitor-{number}") for number in range(20)]

    async def talk(chat: Address) -> None:
        conversation = await opened(stores.journal, chat)
        for _ in range(10):
            conversation = await answer(stores.journal, conversation)
            await asyncio.sleep(0)

    async def follow() -> list[tuple[int, str, int]]:
        cursor = 0
        seen: list[tuple[int, str, int]] = []
        while len(seen) < 20 * 10 * 2:
            for entry in await stores.feed.after(1, cursor, limit=7):
                assert entry.cursor > cursor
                cursor = entry.cursor
                chat = entry.address.chat_id
                seen += [(cursor, chat, one["seq"]) for one in entry.event.data["messages"]]
        return seen

    seen, *_ = await asyncio.gather(follow(), *map(talk, chats))
    again = [
        (one.cursor, one.address.chat_id, message["seq"])
        for one in await stores.feed.after(1, 0, limit=1000)
        for message in one.event.data["messages"]
    ]
    assert seen == again
    for chat in chats:
        assert [seq for _, who, seq in seen if who == chat.chat_id] == [*range(1, 21)]
    assert await stores.feed.latest() == seen[-1][0]


async def test_what_a_turn_lost_with_its_claim_is_not_told(house: House) -> None:
    conversation = await opened(house.stores.journal)
    await house.steal(ANNA)
    with pytest.raises(Exception, match="new owner"):
        await answer(house.stores.journal, conversation)
    assert await told(house.stores) == []


async def test_events_of_another_workspace_are_its_own(stores: Stores) -> None:
    await answer(stores.journal, await opened(stores.journal))
    assert await stores.feed.after(2, 0, limit=10) == []


async def test_some_names_alone_can_be_asked_for(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    goal = Event(name="goal", created_at=NOON, data={"name": "ordered"})
    private = Event(name="asked", created_at=NOON)
    await answer(stores.journal, conversation, events=[goal, private])
    found = await stores.feed.after(1, 0, limit=10, names=["goal", "asked"])
    assert [one.event.name for one in found] == ["goal"]


async def test_that_a_note_was_written_is_not_told(stores: Stores) -> None:
    noted = Event(name="handoff.noted", created_at=NOON, data={"operator": 1})
    await answer(stores.journal, await opened(stores.journal), events=[noted])
    assert [name for name, _ in await told(stores)] == ["messages.added"]
    assert await stores.feed.after(1, 0, limit=10, names=["handoff.noted"]) == []


@pytest.mark.parametrize("name", ["handoff.requested", "handoff.transferred", "handoff.later"])
async def test_what_operators_tell_one_another_is_never_told(stores: Stores, name: str) -> None:
    data = {"episode": "e", "note": HIDDEN, "text": HIDDEN, "words": HIDDEN, "deep": [HIDDEN]}
    event = Event(name=name, created_at=NOON, data=data)
    await answer(stores.journal, await opened(stores.journal), events=[event])
    assert HIDDEN not in repr(await told(stores))
    assert told_of(name, data) == {"episode": "e"}


async def test_how_far_messages_came_is_told_once_each(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    rows = [outgoing(conversation, 2)]
    await answer(stores.journal, conversation, outgoing=rows)
    # WhatsApp may be quicker than our own note of what it called the message.
    await stores.journal.note([receipt("delivered", "9001")])
    assert "message.delivered" not in dict(await told(stores))
    await stores.outbox.sent(rows[0].key, "9001")
    for _ in range(2):
        await stores.journal.note([receipt("read", "9001"), receipt("delivered", "9001")])
    ours = {"message_id": "said-2", "platform_message_id": "9001"}
    assert (await told(stores))[1:] == [("message.delivered", ours), ("message.read", ours)]


async def test_receipts_of_what_is_not_ours_are_not_told(stores: Stores) -> None:
    await opened(stores.journal)
    await stores.journal.note([receipt("read", "7"), receipt("read", "8", chat_id="nobody")])
    assert await told(stores) == []
    # A page full of them is no end.
    await stores.journal.note([receipt("read", str(id)) for id in range(20, 25)])
    await answer(stores.journal, await opened(stores.journal))
    assert [name for name, _ in await told(stores, limit=2)] == ["messages.added"]


async def test_a_chat_read_up_to_a_message_is_told_once(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    row = outgoing(conversation, 2)
    await answer(stores.journal, conversation, outgoing=[row])
    await stores.outbox.sent(row.key, "100")
    for _ in range(2):
        await stores.journal.note([receipt("read", "100", upto=True)])
    (read,) = (await told(stores))[1:]
    assert read == (
        "message.read",
        {"message_id": "said-2", "platform_message_id": "100", "upto": True},
    )


async def test_a_message_of_parts_that_cannot_be_sent_fails_once(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    rows = [outgoing(conversation, 2, part) for part in range(3)]
    await answer(stores.journal, conversation, outgoing=rows)
    for row in rows[:2]:
        await stores.outbox.failed(row.key, "no such chat")
    assert (await told(stores))[1:] == [
        ("message.failed", {"message_id": "said-2", "error": "no such chat"})
    ]


async def test_what_is_left_unsaid_when_a_person_takes_the_chat_is_told(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    waiting = [outgoing(conversation, 2, part) for part in range(2)]
    mark = outgoing(conversation, 2, 9, message_id="", key="mark")
    conversation = await answer(stores.journal, conversation, outgoing=[*waiting, mark])
    sending = outgoing(conversation, 4, sending_at=NOON, key="said-4:0", message_id="said-4")
    conversation = await answer(stores.journal, conversation, outgoing=[sending])
    taken = replace(conversation, owner="operator", epoch=1)
    await stores.journal.commit(TurnRecord(conversation=taken))
    assert await stores.outbox.begin(sending) == "dropped"
    assert await stores.outbox.begin(sending) == "dropped"
    assert (await told(stores))[2:] == [
        ("message.dropped", {"message_id": "said-2"}),
        ("message.dropped", {"message_id": "said-4"}),
    ]


async def test_old_events_go_and_hand_offs_stay_as_long_as_reports_need_them(
    stores: Stores, clock: HandClock
) -> None:
    for day in range(4):
        conversation = await opened(stores.journal, ANNA if day % 2 else BORIS)
        at = clock.now
        events = [
            Event(name="handoff.requested", created_at=at, data={"number": day}),
            Event(name="asked", created_at=at),
        ]
        await answer(stores.journal, conversation, events=events)
        clock.move(days=1)
    last = await stores.feed.latest()
    gone = await stores.feed.prune(
        clock.now - timedelta(days=1, hours=1),
        handoffs_before=clock.now - timedelta(days=3, hours=1),
    )
    assert gone == 3 * 2 + 1
    left = [(name, data) for name, data in await told(stores)]
    assert [data for name, data in left if name == "handoff.requested"] == [
        {"number": 1},
        {"number": 2},
        {"number": 3},
    ]
    assert [name for name, _ in left if name == "messages.added"] == ["messages.added"]
    assert await stores.feed.latest() == last
    assert await stores.feed.prune(clock.now, handoffs_before=clock.now) == 2 + 3
    await answer(stores.journal, await opened(stores.journal))
    # Numbers are never given again: a reader that saw all goes on with what is new.
    assert len(await told(stores, cursor=last)) == 1


def test_nothing_is_told_step_by_step() -> None:
    assert not TOLD & {"asked", "answered", "misfit", "action", "error", "split"}


def test_the_documentation_names_all_that_is_told() -> None:
    page = (ROOT / "docs" / "events.md").read_text()
    code = "\n".join(path.read_text() for path in (ROOT / "bots").rglob("*.py"))
    told = TOLD | set(re.findall(r'"(handoff\.[a-z_]+)"', code))
    assert {name for name in told if f"`{name}`" not in page} == set()

"""Hand-offs as they are read from outside of turns: the open ones, a chat's, and what they told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bots.errors import NotFound
from bots.model import handoff
from bots.model.cases import Told
from bots.model.conversation import Conversation
from bots.model.episode import Asked
from bots.model.message import Address
from bots.model.turn import Event
from storage import episodes as stored
from storage.stores import Stores
from tests.storage.conftest import ON_SQLITE, House
from tests.storage.samples import ANNA, BORIS, NOON, answer, opened, said


async def asked_for(stores: Stores, address: Address, *, id: str, minutes: int = 0) -> Conversation:
    """A chat whose customer asked for a person."""
    chat = await opened(stores.journal, address)
    now = NOON + timedelta(minutes=minutes)
    moved, event = handoff.requested(chat, Asked(queue="sales"), id=id, now=now)
    return await answer(stores.journal, moved, events=(event,))


async def told(stores: Stores, *, since: int = -60) -> list[Told]:
    return [one async for one in stores.episodes.told(1, since=NOON + timedelta(minutes=since))]


async def test_the_open_ones_are_told_the_longest_first(stores: Stores) -> None:
    await asked_for(stores, BORIS, id="b" * 32, minutes=5)
    anna = await asked_for(stores, ANNA, id="a" * 32)
    there = await stores.episodes.open(1)
    assert [(chat.address, episode.id[0]) for chat, episode in there] == [(ANNA, "a"), (BORIS, "b")]
    over, event = handoff.released(anna, "cancel", now=NOON)
    await answer(stores.journal, over, events=(event,))
    assert [chat.address for chat, _ in await stores.episodes.open(1)] == [BORIS]
    assert await stores.episodes.open(2) == []


async def test_a_chats_hand_offs_are_told_the_newest_first(stores: Stores) -> None:
    first = await asked_for(stores, ANNA, id="1" * 32)
    over, event = handoff.released(first, "cancel", now=NOON)
    await answer(stores.journal, over, events=(event,))
    second = await asked_for(stores, ANNA, id="2" * 32, minutes=9)
    found = await stores.episodes.of_chat(second.id, limit=5)
    assert [(one.number, one.state) for one in found] == [(2, "requested"), (1, "released")]
    assert found[0] == second.episode
    assert len(await stores.episodes.of_chat(second.id, limit=1)) == 1


async def test_a_chat_is_found_by_its_own_number_in_its_workspace_alone(stores: Stores) -> None:
    anna = await asked_for(stores, ANNA, id="a" * 32)
    assert (await stores.episodes.conversation(1, anna.id)).episode == anna.episode
    with pytest.raises(NotFound):
        await stores.episodes.conversation(2, anna.id)
    with pytest.raises(NotFound):
        await stores.episodes.conversation(1, anna.id + 1)


async def test_messages_past_a_place_come_in_order(stores: Stores) -> None:
    anna = await opened(stores.journal)
    for seq in (1, 2, 3):
        anna = await answer(stores.journal, replace(anna, seq=seq), messages=(said(seq),))
    found = await stores.episodes.messages(anna.id, after=1, limit=10)
    assert [one.seq for one in found] == [2, 3]
    assert [one.seq for one in await stores.episodes.messages(anna.id, after=0, limit=1)] == [1]


async def test_what_was_told_is_read_page_by_page_in_order(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "PAGE", 3)
    anna = await asked_for(stores, ANNA, id="a" * 32)
    for number in range(7):
        at = NOON + timedelta(minutes=number // 3)
        event = Event(name="handoff.noted", created_at=at, data={"number": number})
        other = Event(name="goal", created_at=at, data={})
        anna = await answer(stores.journal, anna, events=(event, other))
    heard = await told(stores)
    assert [one.event.name for one in heard] == ["handoff.requested"] + ["handoff.noted"] * 7
    assert [one.event.data["number"] for one in heard[1:]] == list(range(7))
    assert {(one.conversation, one.bot, one.platform) for one in heard} == {
        (anna.id, "shop", "telegram")
    }
    assert [one.event.data["number"] for one in await told(stores, since=1)] == [3, 4, 5, 6]
    assert await told(stores, since=3) == []


@ON_SQLITE
async def test_reports_find_hand_offs_by_their_index(house: House) -> None:
    plan = await house.run(f"EXPLAIN QUERY PLAN {stored._TOLD}", 1, 0, 0, 10)
    steps = " ".join(str(row[-1]) for row in plan)
    assert "events_of_handoff" in steps
    assert "TEMP B-TREE" not in steps

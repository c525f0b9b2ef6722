"""Chats in lists: every filter, every page, and totals that are exact whatever happened."""

import random
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bots.errors import NotFound
from bots.model.conversation import Conversation, Opening
from bots.model.dialog import Sought
from bots.model.episode import Episode
from bots.model.message import Address
from bots.model.turn import TurnRecord
from storage import writes
from storage.stores import Stores
from tests.storage.conftest import ON_SQLITE, HandClock, House
from tests.storage.samples import NOON, answer, heard, opened, said

PLATFORMS = ("telegram", "web", "vk")
STATES: Any = ("none", "requested", "active", "released")
OWNER: Any = {"none": "bot", "requested": "queue", "active": "operator", "released": "bot"}


def moved(chat: Conversation, state: Any, *, closed: bool, at: Any) -> Conversation:
    """A chat whose last hand-off is in a state."""
    episode = None
    if state != "none":
        episode = Episode(id=f"e-{chat.id}", number=1, state=state, requested_at=NOON)
    status: Any = "closed" if closed else "active"
    return replace(chat, episode=episode, owner=OWNER[state], status=status, updated_at=at)


async def test_lists_are_those_of_a_plain_reading(house: House, clock: HandClock) -> None:
    stores, chance = house.stores, random.Random(7)
    kept: dict[int, Conversation] = {}
    for number in range(60):
        platform = chance.choice(PLATFORMS)
        address = Address(chance.choice((1, 1, 2)), chance.choice("ab"), "c", str(number))
        chat = await stores.journal.claim(address, Opening(platform=platform, user_id=str(number)))
        kept[chat.id] = chat
    for _ in range(200):
        chat = kept[chance.choice(list(kept))]
        closed = chance.random() < 0.3
        at = clock.move(seconds=chance.choice((0, 1)))
        kept[chat.id] = moved(chat, chance.choice(STATES), closed=closed, at=at)
        await stores.journal.commit(TurnRecord(conversation=kept[chat.id]))
    stores = await house.reopen()
    for _ in range(150):
        sought = Sought(
            closed=chance.choice((None, True, False)),
            handoff=chance.choice((None, *STATES)),
            platform=chance.choice((None, *PLATFORMS, "max")),
            bot=chance.choice((None, "a")),
        )
        limit, offset = chance.randint(1, 20), chance.choice((0, 0, 5, 30, 100))
        found = await stores.dialogs.listed(1, sought, limit=limit, offset=offset)
        expected = sorted(
            (one for one in kept.values() if fits(one, sought)),
            key=lambda one: (one.updated_at, one.id),
            reverse=True,
        )
        assert found.total == len(expected), sought
        ids = [one.id for one in expected[offset : offset + limit]]
        assert [one.id for one in found.chats] == ids, sought


def fits(chat: Conversation, sought: Sought) -> bool:
    handoff = chat.episode.state if chat.episode is not None else "none"
    return (
        chat.address.workspace == 1
        and sought.closed in (None, chat.status == "closed")
        and sought.handoff in (None, handoff)
        and sought.platform in (None, chat.platform)
        and sought.bot in (None, chat.address.bot)
    )


async def test_a_chat_is_listed_with_its_last_words(stores: Stores) -> None:
    chat = await answer(stores.journal, await opened(stores.journal))
    (listed,) = (await stores.dialogs.listed(1, Sought(), limit=50, offset=0)).chats
    assert listed.last is not None
    assert (listed.id, listed.last.text, listed.last.seq) == (chat.id, "Уже в пути", 2)
    assert listed.profile == {"first_name": "Анна"}
    assert (listed.closed, listed.handoff, listed.assistant) == (False, "none", None)


async def test_what_was_taken_back_is_marked_and_is_nobodys_last_word(
    stores: Stores, clock: HandClock
) -> None:
    chat = await answer(stores.journal, await opened(stores.journal))
    at = clock.move(minutes=1)
    await stores.journal.commit(TurnRecord(conversation=chat, deleted=("said-2",)))
    told, total = await stores.dialogs.messages(chat.id, limit=9, offset=None, after=None)
    assert total == 2
    assert [one.deleted_at for one in told] == [None, at]
    (listed,) = (await stores.dialogs.listed(1, Sought(), limit=50, offset=0)).chats
    assert listed.last is not None
    assert listed.last.seq == 1


async def test_who_of_us_said_something_is_kept(stores: Stores) -> None:
    chat = await opened(stores.journal)
    told = [heard(1), said(2, author="operator", operator=7), said(3)]
    await answer(stores.journal, chat, messages=told)
    found, _ = await stores.dialogs.messages(chat.id, limit=9, offset=None, after=None)
    assert [one.operator for one in found] == [None, 7, None]


async def test_messages_are_read_from_where_one_asks(stores: Stores) -> None:
    chat = await opened(stores.journal)
    for _ in range(5):
        chat = await answer(stores.journal, chat)

    async def read(**where: Any) -> list[int]:
        given = {"offset": None, "after": None} | where
        found, total = await stores.dialogs.messages(chat.id, limit=3, **given)
        assert total == 10
        return [one.seq for one in found]

    assert await read() == [8, 9, 10]
    assert await read(offset=0) == [1, 2, 3]
    assert await read(offset=9) == [10]
    assert await read(after=4) == [5, 6, 7]
    assert await read(after=10) == []


async def test_another_workspace_has_no_such_chat(stores: Stores) -> None:
    chat = await opened(stores.journal)
    assert (await stores.dialogs.one(1, chat.id))[0].id == chat.id
    for workspace, id in ((2, chat.id), (1, chat.id + 1)):
        with pytest.raises(NotFound):
            await stores.dialogs.one(workspace, id)
    assert (await stores.dialogs.listed(2, Sought(), limit=50, offset=0)).total == 0


async def test_a_schedules_own_chat_is_none(stores: Stores) -> None:
    opening = Opening(platform="schedule", user_id="schedule")
    chat = await stores.journal.claim(Address(1, "shop", "schedule", "x"), opening)
    assert (await stores.dialogs.listed(1, Sought(), limit=50, offset=0)).total == 0
    with pytest.raises(NotFound):
        await stores.dialogs.one(1, chat.id)


@ON_SQLITE
async def test_no_list_reads_chats_that_are_left_out(house: House) -> None:
    """Every filter is answered by an index that has all it needs."""
    for condition, index in (
        ("platform = 'vk'", "conversations_latest"),
        ("handoff = 'none' AND status <> 'closed' AND bot = 'a'", "conversations_latest"),
        ("handoff <> 'none' AND handoff = 'active' AND bot = 'a'", "conversations_with_people"),
        ("status = 'closed' AND platform = 'vk'", "conversations_closed"),
    ):
        (plan,) = await house.run(
            "EXPLAIN QUERY PLAN SELECT id FROM conversations"
            f" INDEXED BY {index} WHERE workspace = ? AND platform <> 'schedule' AND {condition}"
            " ORDER BY updated_at DESC, id DESC LIMIT 50",
            1,
        )
        assert f"USING COVERING INDEX {index}" in plan[-1]


async def test_counts_follow_a_year_of_hand_offs(stores: Stores, clock: HandClock) -> None:
    chat = await opened(stores.journal)
    for state in (*STATES, *STATES):
        chat = moved(chat, state, closed=state == "released", at=clock.move(days=1))
        await stores.journal.commit(TurnRecord(conversation=chat))
        for sought in STATES:
            found = await stores.dialogs.listed(1, Sought(handoff=sought), limit=1, offset=0)
            assert (found.total, len(found.chats)) == ((1, 1) if sought == state else (0, 0))
    assert clock.now - NOON == timedelta(days=8)


@ON_SQLITE
async def test_a_chat_is_still_found_by_its_own_name(house: House) -> None:
    """An index in the order of a list must not tempt SQLite to look through all chats for one."""
    plan, *_ = await house.run(
        "EXPLAIN QUERY PLAN SELECT * FROM conversations WHERE workspace = ? AND chat_id = ?"
        " AND channel = 'api' ORDER BY updated_at DESC, id DESC LIMIT 1",
        1,
        "session_1",
    )
    assert "USING INDEX conversations_of_chat (workspace=? AND chat_id=?)" in plan[-1]


def test_a_turn_that_moves_nobody_in_lists_runs_no_trigger(database: Path) -> None:
    """Nor does it make ready to undo one, which is dearer than the turn's own line."""
    with sqlite3.connect(database) as db:
        explained = [
            {row[1] for row in db.execute(f"EXPLAIN {statement}", [None] * 17)}
            for statement in (writes.SAME_KIND, writes.UPDATE_CONVERSATION)
        ]
    db.close()
    assert ["Program" in codes for codes in explained] == [False, True]

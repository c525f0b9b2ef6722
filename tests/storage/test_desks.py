"""Operators' groups, topics and what is shown in them; moved with their group, noted once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bots.model.desk import Canned, DeskGroup, Note, Relay, Topic
from storage.desks import SqlDesks
from storage.stores import Stores
from tests.storage.conftest import HandClock
from tests.storage.samples import NOON, opened

GROUP = DeskGroup(
    workspace=1,
    channel="telegram:1",
    chat_id="-100",
    title="Продажи",
    bot="shop",
    queues=("sales",),
    created_at=NOON,
)
TOPIC = Topic(
    workspace=1,
    conversation_id=7,
    channel="telegram:1",
    chat_id="-100",
    thread_id="55",
    status="open",
    created_at=NOON,
)
RELAY = Relay(
    channel="telegram:1",
    chat_id="-100",
    message_id="900",
    thread_id="55",
    conversation_id=7,
    seq=3,
)


@pytest.fixture
def desks(stores: Stores) -> SqlDesks:
    return stores.desks


async def test_a_group_is_kept_by_its_chat_and_changed_in_place(desks: SqlDesks) -> None:
    other = replace(GROUP, chat_id="-200", created_at=NOON - timedelta(days=1))
    await desks.put_group(GROUP)
    await desks.put_group(other)
    assert await desks.groups(1) == [other, GROUP]
    broken = replace(GROUP, flat=True, trouble="Нет прав", checked_at=NOON, queues=())
    await desks.put_group(broken)
    assert await desks.groups(1) == [other, broken]
    assert await desks.groups(2) == []


async def test_a_group_that_moved_takes_everything_with_it(desks: SqlDesks) -> None:
    await desks.put_group(GROUP)
    await desks.add_relays([RELAY], TOPIC)
    beside = replace(GROUP, channel="telegram:2")
    await desks.put_group(beside)
    await desks.move_group("telegram:1", "-100", "-1001")
    moved = replace(GROUP, chat_id="-1001")
    assert {one.chat_id: one for one in await desks.groups(1)} == {"-1001": moved, "-100": beside}
    assert await desks.topics(7) == [replace(TOPIC, chat_id="-1001")]
    assert await desks.topic_at("telegram:1", "-1001", "55") is not None
    assert await desks.topic_at("telegram:1", "-100", "55") is None
    assert await desks.relay("telegram:1", "-1001", "900") == replace(RELAY, chat_id="-1001")
    # Telegram tells of it on both sides.
    await desks.move_group("telegram:1", "-100", "-1001")
    assert len(await desks.groups(1)) == 2


async def test_a_removed_group_takes_its_topics_and_leaves_what_was_relayed(
    desks: SqlDesks,
) -> None:
    await desks.put_group(GROUP)
    await desks.add_relays([RELAY], TOPIC)
    await desks.remove_group("telegram:1", "-100")
    assert (await desks.groups(1), await desks.topics(7)) == ([], [])
    assert await desks.relay("telegram:1", "-100", "900") == RELAY


async def test_a_topic_has_generations_and_the_newest_comes_first(desks: SqlDesks) -> None:
    lost = replace(TOPIC, status="lost")
    again = replace(
        TOPIC,
        gen=2,
        thread_id="",
        status="creating",
        lease_until=NOON + timedelta(minutes=1),
        shown={"title": "Анна"},
    )
    await desks.put_topic(lost)
    await desks.put_topic(again)
    assert await desks.topics(7) == [again, lost]
    assert await desks.unfinished(1) == [again]
    made = replace(again, thread_id="56", status="open", lease_until=None, mirrored=3)
    await desks.put_topic(made)
    assert await desks.topics(7) == [made, lost]
    assert await desks.unfinished(2) == []


async def test_what_was_shown_is_noted_once_with_the_topics_cursor(
    desks: SqlDesks, clock: HandClock
) -> None:
    await desks.put_topic(TOPIC)
    second = replace(RELAY, message_id="901", part=1)
    await desks.add_relays([RELAY, second], replace(TOPIC, mirrored=3))
    clock.move(seconds=1)
    await desks.add_relays([replace(RELAY, way="own"), second])
    assert (await desks.topics(7))[0].mirrored == 3
    assert await desks.relays(7, 3) == [RELAY, second]


async def test_notes_are_a_chats_own(stores: Stores, desks: SqlDesks) -> None:
    chat = await opened(stores.journal)
    note = Note(
        conversation_id=chat.id, episode="e", operator=1, text="Ждёт курьера", created_at=NOON
    )
    first = await desks.add_note(note)
    second = await desks.add_note(replace(note, text="Уже едет"))
    assert first.id < second.id
    assert await desks.notes(chat.id) == [first, second]
    assert await desks.notes(chat.id + 1) == []


async def test_ready_answers_of_a_bot_and_of_all(desks: SqlDesks, clock: HandClock) -> None:
    for bot, text in (("", "всем"), ("shop", "лавке"), ("salon", "салону")):
        await desks.put_canned(Canned(workspace=1, bot=bot, key="час", text=text), now=clock())
    assert [one.text for one in await desks.canned(1, "shop")] == ["лавке", "всем"]
    await desks.put_canned(Canned(workspace=1, bot="shop", key="час", text=""), now=clock())
    assert [one.text for one in await desks.canned(1, "shop")] == ["всем"]
    assert await desks.canned(2, "shop") == []

"""Figures of a period are those of what was said and handed over in it, and of nothing else."""

from dataclasses import replace
from datetime import timedelta

from bots.model.message import Address
from bots.model.metrics import Period, PlatformFigures
from bots.model.turn import Event, MessageRecord
from storage.stores import Stores
from tests.storage.conftest import House
from tests.storage.samples import ANNA, BORIS, NOON, answer, heard, opened, said

DAY = Period(NOON - timedelta(hours=12), NOON + timedelta(hours=12))


def at(record: MessageRecord, seconds: float) -> MessageRecord:
    return replace(record, created_at=NOON + timedelta(seconds=seconds))


async def talked(stores: Stores, address: Address, *said_there: MessageRecord) -> int:
    chat = await opened(stores.journal, address)
    chat = await answer(stores.journal, replace(chat, seq=len(said_there)), messages=said_there)
    return chat.id


async def test_messages_people_and_chats_are_counted(stores: Stores) -> None:
    await talked(stores, ANNA, heard(1), said(2), heard(3), said(4))
    await talked(stores, BORIS, at(heard(1, "b1"), 10), at(said(2, "b2"), 12))
    counted = await stores.metrics.counted(1, DAY, bot=None, user_id=None)
    assert (counted.conversations, counted.successful, counted.escalated) == (2, 2, 0)
    assert (counted.inbound, counted.outbound) == (3, 3)
    assert counted.platforms == {"telegram": PlatformFigures(messages=6, users=2)}


async def test_what_is_outside_of_the_period_does_not_count(stores: Stores) -> None:
    await talked(
        stores,
        ANNA,
        at(heard(1), -43_201),
        at(said(2), -43_200),
        at(heard(3), 43_199),
        at(said(4), 43_200),
    )
    counted = await stores.metrics.counted(1, DAY, bot=None, user_id=None)
    assert (counted.inbound, counted.outbound) == (1, 1)


async def test_others_chats_do_not_count(stores: Stores) -> None:
    await talked(stores, ANNA, heard(1), said(2))
    for foreign in (ANNA._replace(workspace=2), ANNA._replace(bot="salon"), BORIS):
        await talked(stores, foreign, heard(1, f"{foreign}1"), said(2, f"{foreign}2"))
    of_bot = await stores.metrics.counted(1, DAY, bot="shop", user_id=None)
    assert of_bot.conversations == 2
    of_user = await stores.metrics.counted(1, DAY, bot="shop", user_id="501")
    assert (of_user.conversations, of_user.inbound) == (1, 1)


async def test_a_customer_waits_from_their_first_word_until_the_answer_was_sent(
    house: House,
) -> None:
    stores = house.stores
    await talked(
        stores,
        ANNA,
        at(said(1), -50),
        at(heard(2), 0),
        at(heard(3), 4),
        at(said(4), 5),
        at(said(5), 60),
        at(heard(6), 100),
        at(said(7), 102),
        at(heard(8), 200),
    )
    sent_at = int((NOON + timedelta(seconds=6)).timestamp() * 1_000_000)
    await house.run("UPDATE messages SET sent_at = ? WHERE seq = 4", sent_at)
    counted = await stores.metrics.counted(1, DAY, bot=None, user_id=None)
    assert counted.answered_in == 4.0


async def test_where_only_we_spoke_there_was_no_conversation(stores: Stores) -> None:
    await talked(stores, ANNA, said(1), said(2))
    counted = await stores.metrics.counted(1, DAY, bot=None, user_id=None)
    assert (counted.conversations, counted.outbound, counted.answered_in) == (0, 2, None)


async def test_handed_over_counts_once_and_the_last_rating_counts(house: House) -> None:
    stores = house.stores
    anna = await opened(stores.journal)
    rated = [
        Event(name="handoff.rated", data={"episode": episode, "rating": rating}, created_at=NOON)
        for episode, rating in (("e1", 1), ("e1", 5), ("e2", 4), ("e3", 2))
    ]
    late = Event(
        name="handoff.rated",
        data={"episode": "e4", "rating": 1},
        created_at=NOON + timedelta(days=1),
    )
    anna = await answer(
        stores.journal, replace(anna, seq=1), messages=[heard(1)], events=[*rated, late]
    )
    for number in (1, 2):
        await house.run(
            "INSERT INTO episodes (id, workspace, bot, conversation_id, number, state, queue,"
            " requested_at, data) VALUES (?, 1, 'shop', ?, ?, 'released', '', ?, '{}')",
            f"e{number}",
            anna.id,
            number,
            int(NOON.timestamp() * 1_000_000),
        )
    counted = await stores.metrics.counted(1, DAY, bot=None, user_id=None)
    assert (counted.conversations, counted.escalated, counted.successful) == (1, 1, 0)
    assert counted.ratings == (5, 4, 2)
    assert counted.satisfaction == 2 / 3

"""A conversation's course: one number after the other, whatever is pruned and whoever reads."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.model import handoff
from bots.model.conversation import Conversation
from bots.model.course import Move, Point
from bots.model.episode import Asked
from bots.model.turn import TurnRecord
from storage.stores import Stores
from tests.storage.conftest import House
from tests.storage.samples import ANNA, BORIS, NOON, answer, heard, opened, said


def named(points: list[Point]) -> list[str]:
    """Points as a test reads them: a message by its `seq`, a move by its name."""
    return [
        point.what.name.removeprefix("handoff.")
        if isinstance(point.what, Move)
        else str(point.what.seq)
        for point in points
    ]


async def requested(stores: Stores, chat: Conversation, id: str) -> Conversation:
    """The customer writes, the bot answers, asks for a person and says so: in one turn."""
    asking = replace(chat, seq=chat.seq + 2)
    moved, event = handoff.requested(asking, Asked(note="a secret"), id=id * 32, now=NOON)
    moved = replace(moved, seq=chat.seq + 3)
    messages = [heard(chat.seq + 1), said(chat.seq + 2), said(chat.seq + 3)]
    await stores.journal.commit(TurnRecord(conversation=moved, messages=messages, events=(event,)))
    return moved


async def taken(stores: Stores, chat: Conversation) -> Conversation:
    moved, event = handoff.taken(chat, by=5, id="9" * 32, now=NOON)
    await stores.journal.commit(TurnRecord(conversation=moved, events=(event,)))
    return moved


async def test_messages_and_moves_have_one_row_of_numbers(stores: Stores) -> None:
    chat = await answer(stores.journal, await opened(stores.journal))
    chat = await requested(stores, chat, "a")
    chat = await taken(stores, chat)
    chat = await answer(stores.journal, chat)
    over, event = handoff.released(chat, "released", now=NOON, by=5)
    await answer(stores.journal, over, events=(event,))
    points = await stores.course.after(chat.id, 0, limit=100)
    assert named(points) == [
        *("1", "2", "3", "4", "requested", "5", "accepted", "6", "7", "released", "8", "9"),
    ]
    assert [point.seq for point in points] == list(range(1, 13))
    assert await stores.course.latest(chat.id) == 12
    for after in range(14):
        for limit in (1, 2, 5, 100):
            found = await stores.course.after(chat.id, after, limit=limit)
            assert found == points[after : after + limit]


async def test_what_operators_note_is_not_among_it(stores: Stores, house: House) -> None:
    await requested(stores, await opened(stores.journal), "a")
    ((kept,),) = await house.run("SELECT data FROM moves")
    assert "secret" not in kept


async def test_numbers_outlive_the_events_and_a_restart(stores: Stores, house: House) -> None:
    chat = await requested(stores, await opened(stores.journal), "a")
    other = await requested(stores, await opened(stores.journal, BORIS), "b")
    before = await stores.course.after(chat.id, 0, limit=100)
    await house.run("DELETE FROM events")
    again = await house.reopen()
    assert await again.course.after(chat.id, 0, limit=100) == before
    claimed = await again.journal.claim(ANNA)
    await taken(again, claimed)
    assert named(await again.course.after(chat.id, 4, limit=9)) == ["accepted"]
    assert await again.course.latest(chat.id) == 5
    assert await again.course.latest(other.id) == 4


async def test_a_request_that_is_over_at_once_stands_where_it_was_made(stores: Stores) -> None:
    chat = await opened(stores.journal)
    asking = replace(chat, seq=1)
    moved, events = handoff.offline(asking, Asked(), id="a" * 32, now=NOON)
    messages = [heard(1), said(2)]
    await stores.journal.commit(
        TurnRecord(conversation=replace(moved, seq=2), messages=messages, events=tuple(events))
    )
    points = await stores.course.after(chat.id, 0, limit=9)
    assert named(points) == ["1", "requested", "failed", "2"]


async def test_nobody_is_told_of_a_conversation_that_is_not_there(stores: Stores) -> None:
    assert await stores.course.after(77, 0, limit=9) == []
    assert await stores.course.latest(77) == 0


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(turns=st.lists(st.sampled_from(["talk", "ask", "take", "end"]), max_size=12))
async def test_whatever_happens_no_number_is_left_out(stores: Stores, turns: list[str]) -> None:
    chat = await opened(stores.journal)
    begun = await stores.course.latest(chat.id)
    for number, turn in enumerate(turns):
        is_open = chat.episode is not None and chat.episode.open
        if turn == "talk":
            chat = await answer(stores.journal, chat)
        elif turn == "ask" and not is_open:
            chat = await requested(stores, chat, "0123456789ab"[number])
        elif turn == "take" and is_open and chat.owner == "queue":
            chat = await taken(stores, chat)
        elif turn == "end" and is_open:
            over, event = handoff.released(chat, "closed", now=NOON, by=5)
            chat = await answer(stores.journal, over, events=(event,))
    points = await stores.course.after(chat.id, begun, limit=1000)
    latest = await stores.course.latest(chat.id)
    assert [point.seq for point in points] == list(range(begun + 1, latest + 1))

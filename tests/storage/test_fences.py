"""Of several processes on one PostgreSQL only the one that works for a chat answers and sends there."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count

import pytest

from bots.errors import ClaimLost, LeaseLost
from bots.model.answer import Answer
from bots.model.conversation import Opening
from bots.model.feed import ADDED
from bots.model.neighbour import Stirred, Waiting
from bots.model.slots import SLOTS, Slots, slot_of
from bots.model.turn import TurnRecord
from storage.db import Db, side_by_side
from storage.opening import open_stores
from storage.postgres.membership import SqlMembership
from storage.stores import Stores
from tests.storage.conftest import HandClock
from tests.storage.samples import ANNA, BORIS, NOON, message, opened, outgoing, said, timer

ids = count(1)


@dataclass
class Process:
    """One of them: its stores, and what it holds."""

    stores: Stores
    slots: Slots
    membership: SqlMembership

    async def hold(self, *slots: int) -> None:
        """These, of the table and in memory."""
        free = set(await self.membership.take(SLOTS))
        await self.membership.release(free - set(slots))
        self.slots.hold({*(self.slots.held or ()), *slots}, 1e12)

    async def lose(self, *slots: int) -> None:
        """In the table; what it believes itself stays."""
        await self.membership.release(slots)


@pytest.fixture
async def processes(postgres: str, clock: HandClock) -> AsyncIterator[list[Process]]:
    made = []
    for _ in range(2):
        slots = Slots(f"{next(ids):032x}")
        stores = await open_stores(
            postgres, new_id=lambda: f"{next(ids):032x}", clock=clock, slots=slots
        )
        member = SqlMembership(postgres, id=slots.holder, role="work", version="1")
        await member.beat()
        made.append(Process(stores, slots, member))
    yield made
    for one in made:
        await one.membership.leave()
        await one.stores.close()


async def answered(one: Process, *arrivals: int, finished: str | None = None) -> None:
    chat = await opened(one.stores.journal)
    await one.stores.journal.commit(
        TurnRecord(conversation=chat, arrivals=arrivals, finished=finished)
    )


async def test_messages_come_to_the_process_that_holds_their_slot(processes: list[Process]) -> None:
    web, work = processes
    await work.hold(slot_of(ANNA))
    taken = await web.stores.journal.accept([message("1"), message("2", BORIS), message("1")])
    assert [one.message.external_id for one in taken] == ["1", "2"]
    assert await web.stores.journal.backlog() == []
    backlog = await work.stores.journal.backlog()
    assert [one.message.external_id for one in backlog] == ["1"]
    assert await work.stores.journal.came({backlog[0].seq}, NOON, limit=9) == []
    assert await work.stores.journal.came((), NOON, limit=9) == backlog


@pytest.mark.parametrize("finished", [None, "an action"], ids=["one statement", "several"])
async def test_what_a_process_would_answer_whose_lease_is_gone_is_not_written(
    processes: list[Process], finished: str | None
) -> None:
    """A plain turn is written by one statement, and any other by several."""
    first, second = processes
    await first.hold(slot_of(ANNA))
    (arrival,) = await first.stores.journal.accept([message("1")])
    await first.lose(slot_of(ANNA))
    with pytest.raises(LeaseLost):
        await answered(first, arrival.seq, finished=finished)
    await second.hold(slot_of(ANNA))
    await answered(second, arrival.seq, finished=finished)
    assert await second.stores.journal.backlog() == []


async def test_a_turn_of_any_process_makes_what_others_remember_stale(
    processes: list[Process],
) -> None:
    worker, web = processes
    await worker.hold(slot_of(ANNA))
    remembered = await opened(worker.stores.journal)
    theirs = await opened(web.stores.journal)
    await web.stores.journal.commit(TurnRecord(conversation=replace(theirs, context={"vip": True})))
    with pytest.raises(ClaimLost):
        await worker.stores.journal.commit(TurnRecord(conversation=remembered))
    assert (await opened(worker.stores.journal)).context == {"vip": True}


async def test_only_the_process_that_holds_a_chat_sends_there(processes: list[Process]) -> None:
    worker, web = processes
    await worker.hold(slot_of(ANNA))
    chat = await opened(web.stores.journal)
    row = outgoing(chat, 1)
    await web.stores.journal.commit(
        TurnRecord(conversation=chat, messages=[said(1)], outgoing=[row])
    )
    assert await web.stores.outbox.begin(row) == "not ours"
    assert await web.stores.outbox.unsent() == []
    assert [one.key for one in await worker.stores.outbox.unsent()] == [row.key]
    assert await worker.stores.outbox.begin(row) == "begun"


async def test_nothing_is_sent_before_what_was_said_earlier(processes: list[Process]) -> None:
    worker, web = processes
    await worker.hold(slot_of(ANNA))
    chat = await opened(web.stores.journal)
    first = outgoing(chat, 1)
    await web.stores.journal.commit(TurnRecord(conversation=chat, outgoing=[first]))
    later = await opened(worker.stores.journal)
    second = outgoing(later, 2)
    await worker.stores.journal.commit(TurnRecord(conversation=later, outgoing=[second]))
    assert await worker.stores.outbox.begin(second) == "behind"
    assert await worker.stores.outbox.begin(first) == "begun"
    assert await worker.stores.outbox.begin(second) == "behind"
    await worker.stores.outbox.sent(first.key, "1")
    assert await worker.stores.outbox.begin(second) == "begun"


async def test_what_was_said_before_a_take_over_is_not_begun_beside_what_is(
    processes: list[Process],
) -> None:
    """Several are asked for at once, one of which takes more than the others."""
    web, work = processes
    await work.hold(slot_of(ANNA), slot_of(BORIS))
    journal, outbox = work.stores.journal, work.stores.outbox
    anna, boris = await opened(journal), await opened(journal, BORIS)
    calls = [
        outgoing(anna, 2, key="of anna"),
        outgoing(boris, 2, key="of boris", message_id="said to boris"),
    ]
    for chat, call in ((anna, calls[0]), (boris, calls[1])):
        await journal.commit(TurnRecord(conversation=chat, outgoing=(call,)))
    async with web.stores.base.reader.connect() as reader:
        told = "SELECT count(*) FROM events WHERE name = 'message.dropped'"
        assert (await reader.exec_driver_sql(told)).scalar() == 0
        # Not by a turn, which would drop the call itself.
        await web.stores.base.writer.do(_take_over, anna.id)
        found = await asyncio.gather(*map(outbox.begin, calls))
        assert found == ["dropped", "begun"]
        assert await asyncio.gather(*map(outbox.begin, calls)) == ["dropped", "begun"]
        assert (await reader.exec_driver_sql(told)).scalar() == 1


@side_by_side
def _take_over(db: Db, chats: Sequence[int]) -> list[None]:
    for chat in chats:
        db.execute("UPDATE conversations SET epoch = epoch + 1 WHERE id = ?", (chat,))
    return [None] * len(chats)


async def test_what_others_commit_is_told_once_and_our_own_never(processes: list[Process]) -> None:
    here, there = processes
    ours = here.stores.neighbourhood(here.slots.holder)
    cursor = await ours.latest()
    chat = await opened(there.stores.journal)
    await there.stores.journal.commit(TurnRecord(conversation=chat, messages=[said(1), said(2)]))
    mine = await opened(here.stores.journal, BORIS)
    await here.stores.journal.commit(TurnRecord(conversation=mine, messages=[said(1, "mine")]))
    heard: list[Stirred] = []

    def wanted(chat: Stirred) -> bool:
        heard.append(chat)
        return chat.address == ANNA

    (told,), behind, more = await ours.after(cursor, wanted, limit=10)
    assert heard == [Stirred(ANNA, with_people=False, names=frozenset({ADDED}))]
    assert told.conversation.address == ANNA
    assert [one.seq for one in told.messages] == [1, 2]
    assert not more
    assert await ours.after(behind, wanted, limit=10) == ([], behind, False)
    # What nobody here wants to hear of is passed over, and what is ours too.
    assert await ours.after(cursor, lambda chat: False, limit=10) == ([], behind, False)
    assert behind == await ours.latest()


async def test_it_is_known_what_waits_in_slots_that_are_ours(processes: list[Process]) -> None:
    here, there = processes
    await there.hold(slot_of(ANNA), slot_of(BORIS))
    ours = here.stores.neighbourhood(here.slots.holder)
    slot, other = slot_of(ANNA), slot_of(BORIS)

    async def left(slots: Collection[int], *known: int, keys: Collection[str] = ()) -> Waiting:
        return await ours.waiting(slots, known, keys, NOON)

    assert await left([slot]) == Waiting(frozenset(), None)
    (arrival,) = await there.stores.journal.accept([message("1")])
    assert (await left([slot])).kinds == {"messages"}
    assert (await left([slot], arrival.seq)).kinds == frozenset()
    assert (await left([other])).kinds == frozenset()
    chat = await opened(there.stores.journal)
    call = outgoing(chat, 2)
    due = NOON + timedelta(hours=1)
    await there.stores.journal.commit(
        TurnRecord(
            conversation=chat,
            arrivals=[arrival.seq],
            outgoing=[call],
            timers=[timer(chat, "later", due)],
        )
    )
    assert await left([slot]) == Waiting(frozenset({"calls"}), due)
    assert await left([slot], keys=[call.key]) == Waiting(frozenset(), due)
    assert await left([other]) == Waiting(frozenset(), None)


async def test_an_answer_passes_from_one_process_to_another(processes: list[Process]) -> None:
    web, worker = processes
    asks = web.stores.neighbourhood(web.slots.holder)
    answers = worker.stores.neighbourhood(worker.slots.holder)
    assert await asks.answer(7) is None
    chat = await opened(worker.stores.journal)
    answer = Answer(conversation=chat, said=[said(1, text="Да — «конечно»")])
    await answers.put_answer(7, answer, NOON)
    got = await asks.answer(7)
    assert isinstance(got, Answer)
    assert (got.conversation.address, got.said[0].text) == (ANNA, "Да — «конечно»")
    await answers.put_answer(8, "the bot is gone", NOON)
    assert await asks.answer(8) == "the bot is gone"
    await answers.prune(NOON.replace(year=2027))
    assert await asks.answer(7) is None


async def test_numbers_of_one_chat_rise_whoever_takes_in(processes: list[Process]) -> None:
    one, other = processes
    numbers = []
    for place in range(20):
        (arrival,) = await (one, other)[place % 2].stores.journal.accept([message(str(place))])
        numbers.append(arrival.seq)
    assert numbers == sorted(numbers)


async def test_what_two_processes_learn_of_a_customer_is_all_remembered(
    processes: list[Process],
) -> None:
    """Each works for another of their chats, and knows nothing of what the other has written."""
    chats = [
        await one.stores.journal.claim(
            ANNA._replace(chat_id=id), Opening(platform="telegram", user_id="501")
        )
        for one, id in zip(processes, ("1", "2"), strict=True)
    ]
    assert chats[0].customer_id == chats[1].customer_id
    for one, chat, learnt in zip(
        processes, chats, ({"name": "Анна"}, {"phone": "+7"}), strict=True
    ):
        turn = TurnRecord(conversation=replace(chat, user=learnt), user_changed=True)
        await one.stores.journal.commit(turn)
    first, second = processes
    both = {"name": "Анна", "phone": "+7"}
    assert (await second.stores.journal.claim(chats[1].address)).user == both
    first.stores.journal.forget(lambda address: True)
    assert (await first.stores.journal.claim(chats[0].address)).user == both

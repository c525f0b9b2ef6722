"""Timers and slow actions: due in order, moved, cancelled, consumed by one turn."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bots.errors import ClaimLost, Consumed
from bots.lanes import Lanes
from bots.model.turn import Timer, TimerKey, TurnRecord
from scheduler.worker import Worker
from storage.journal import SqlJournal
from storage.stores import Stores
from tests.storage.conftest import HandClock
from tests.storage.samples import ANNA, BORIS, NOON, answer, intent, opened, timer

MINUTE = timedelta(minutes=1)


async def test_those_that_should_have_fired_are_counted(stores: Stores) -> None:
    anna = await opened(stores.journal)
    timers = [timer(anna, str(number), NOON + number * MINUTE) for number in range(5)]
    await answer(stores.journal, anna, timers=timers)
    assert await stores.timers.overdue(NOON + 2 * MINUTE) == 3
    assert await stores.timers.overdue(NOON - MINUTE) == 0
    assert await stores.timers.overdue(NOON + 9 * MINUTE, most=4) == 4


async def test_timers_come_when_they_are_due_the_earliest_first(stores: Stores) -> None:
    anna, boris = await opened(stores.journal), await opened(stores.journal, BORIS)
    late, soon = timer(anna, "late", NOON + 3 * MINUTE), timer(anna, "soon", NOON + MINUTE)
    other = timer(boris, "soon", NOON + 2 * MINUTE)
    await answer(stores.journal, anna, timers=[late, soon])
    await answer(stores.journal, boris, timers=[other])
    assert await stores.timers.next_due() == soon.due
    assert await stores.timers.due(NOON, limit=10) == []
    assert await stores.timers.due(NOON + 2 * MINUTE, limit=10) == [soon, other]
    assert await stores.timers.due(NOON + 9 * MINUTE, limit=2) == [soon, other]


async def test_setting_a_timer_again_moves_it(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    first = timer(conversation, "remind", NOON)
    conversation = await answer(stores.journal, conversation, timers=[first])
    moved = timer(conversation, "remind", NOON + MINUTE, payload={"try": 2})
    await answer(stores.journal, conversation, timers=[moved])
    assert await stores.timers.due(NOON + MINUTE, limit=10) == [moved]


async def test_a_cancelled_timer_is_gone(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    one = timer(conversation, "remind", NOON)
    conversation = await answer(stores.journal, conversation, timers=[one])
    await answer(stores.journal, conversation, cancelled=["remind", "never set"])
    assert await stores.timers.next_due() is None


async def test_a_timer_fires_in_one_turn_alone(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    one = timer(conversation, "remind", NOON)
    conversation = await answer(stores.journal, conversation, timers=[one])
    conversation = await answer(stores.journal, conversation, fired=one)
    assert await stores.timers.next_due() is None
    with pytest.raises(Consumed):
        await answer(stores.journal, conversation, fired=one)
    assert (await stores.journal.claim(ANNA)).seq == 4


@pytest.mark.parametrize("by", [-MINUTE, MINUTE])
async def test_a_timer_that_was_moved_does_not_fire(
    stores: Stores, clock: HandClock, by: timedelta
) -> None:
    conversation = await opened(stores.journal)
    read = timer(conversation, "remind", clock.now)
    conversation = await answer(stores.journal, conversation, timers=[read])
    moved = timer(conversation, "remind", clock.now + by, payload={"try": 2})
    conversation = await answer(stores.journal, conversation, timers=[moved])
    with pytest.raises(Consumed):
        await answer(stores.journal, conversation, fired=read)
    assert await stores.timers.due(NOON + MINUTE, limit=10) == [moved]


async def test_a_clock_that_is_set_back_during_its_turn_does_not_keep_a_timer_from_firing(
    stores: Stores, clock: HandClock
) -> None:
    conversation = await opened(stores.journal)
    one = timer(conversation, "remind", clock.now)
    conversation = await answer(stores.journal, conversation, timers=[one])
    clock.move(hours=-1)
    await answer(stores.journal, conversation, fired=one)
    assert await stores.timers.next_due() is None


async def test_a_firing_timer_may_set_itself_again(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    one = timer(conversation, "remind", NOON)
    conversation = await answer(stores.journal, conversation, timers=[one])
    again = timer(conversation, "remind", NOON + MINUTE)
    await answer(stores.journal, conversation, fired=one, timers=[again])
    assert await stores.timers.due(NOON + MINUTE, limit=10) == [again]


async def test_what_is_due_is_read_page_by_page_though_all_is_due_at_one_moment(
    stores: Stores,
) -> None:
    chats = [await opened(stores.journal, ANNA._replace(chat_id=f"c{n}")) for n in range(3)]
    timers = [timer(chat, name, NOON) for chat in chats for name in ("a", "b")]
    for chat in chats:
        mine = [one for one in timers if one.conversation_id == chat.id]
        await answer(stores.journal, chat, timers=mine)
    read: list[Any] = []
    while page := await stores.timers.due(NOON, limit=2, after=read[-1].key if read else None):
        read += page
    assert read == sorted(timers, key=lambda one: one.key)


async def test_the_next_is_told_past_a_moment(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    first, second = timer(conversation, "a", NOON), timer(conversation, "b", NOON + MINUTE)
    await answer(stores.journal, conversation, timers=[first, second])
    assert await stores.timers.next_due(NOON - MINUTE) == NOON
    assert await stores.timers.next_due(NOON) == NOON + MINUTE
    assert await stores.timers.next_due(NOON + MINUTE) is None


async def test_a_timer_of_an_older_owner_does_not_stand(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    one = timer(conversation, "remind", NOON)
    conversation = await answer(stores.journal, conversation, timers=[one])
    await stores.journal.commit(
        TurnRecord(conversation=replace(conversation, owner="queue", epoch=1))
    )
    assert await stores.timers.due(NOON, limit=10) == []
    assert await stores.timers.next_due() is None


async def test_an_action_waits_until_its_result_is_taken(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    waiting = intent(conversation, "i1", arguments={"number": 12345}, retries=3)
    conversation = await answer(stores.journal, conversation, intents=[waiting])
    assert await stores.timers.intents(NOON) == [waiting]
    await stores.timers.intent_later("i1", until=NOON + MINUTE, error="timed out")
    assert await stores.timers.intents(NOON) == []
    assert await stores.timers.intents(NOON + MINUTE) == [
        replace(waiting, attempts=1, not_before=NOON + MINUTE)
    ]
    await answer(stores.journal, conversation, finished="i1")
    assert await stores.timers.intents(NOON + MINUTE) == []


async def test_a_result_nobody_waits_for_may_still_be_told(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    conversation = await answer(
        stores.journal, conversation, intents=[intent(conversation, key) for key in "ab"]
    )
    conversation = await answer(stores.journal, conversation, cancelled_intents=["a", "b"])
    assert await stores.timers.intents(NOON) == []
    await answer(stores.journal, conversation, finished="a")


# ---------------------------------------------------------------- several at once


class Scheduler:
    """One of several processes: a worker, lanes, and a memory of chats of its own over one database."""

    def __init__(self, stores: Stores, clock: HandClock) -> None:
        base = stores.base
        self.journal = SqlJournal(
            base.writer,
            base.reader,
            intake=stores.journal._intake,
            new_id=lambda: "0" * 32,
            clock=clock,
        )
        self.worker = Worker(timers=stores.timers, clock=clock)
        self.lanes = Lanes()
        self.fired: list[TimerKey] = []
        self.outrun = 0

    def fire(self, timer: Timer, done: Callable[[bool], None]) -> None:
        self.lanes.submit(timer.address, partial(self._turn, timer, done))

    async def _turn(self, timer: Timer, done: Callable[[bool], None]) -> None:
        conversation = await self.journal.claim(timer.address)
        try:
            await self.journal.commit(TurnRecord(conversation=conversation, fired=timer))
        except ClaimLost:
            self.outrun += 1
            return done(False)
        except Consumed:
            self.outrun += 1
        else:
            self.fired.append(timer.key)
        done(True)

    async def look(self) -> None:
        """What is due, and whatever follows from it."""
        await self.worker.fire_due(self.fire)
        while self.lanes._tasks:
            await asyncio.wait(self.lanes._tasks)


async def test_of_four_schedulers_that_see_a_timer_at_once_one_fires_it(
    stores: Stores, clock: HandClock
) -> None:
    wanted = []
    for number in range(25):
        conversation = await opened(stores.journal, ANNA._replace(chat_id=f"c{number}"))
        timers = [timer(conversation, name, clock.now) for name in "abcd"]
        wanted += [one.key for one in timers]
        await answer(stores.journal, conversation, timers=timers)
    four = [Scheduler(stores, clock) for _ in range(4)]
    while await stores.timers.next_due() is not None:
        await asyncio.gather(*(one.look() for one in four))
        clock.move(minutes=10)
    assert sorted(key for one in four for key in one.fired) == sorted(wanted)
    assert sum(one.outrun for one in four) > 0

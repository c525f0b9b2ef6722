"""Slots are shared out evenly, handed over in order, and never worked for by two at once."""

import asyncio
from collections.abc import Collection, Iterator

import pytest
from structlog.testing import capture_logs

from bots.model.message import Address
from bots.model.process import WEB, WORK, Process
from bots.model.slots import CHORES, SLOTS, Slots, slot_of
from bots.sharing import HELD_FOR, Sharing, share_of


def process(id: str, role: str = WORK, *, stopping: bool = False) -> Process:
    return Process(id=id, role=role, host="here", pid=1, version="1", stopping=stopping)


class Table:
    """The leases of all, as the database has them."""

    def __init__(self) -> None:
        self.holders: dict[int, str] = {}
        self.processes: list[Process] = []


class Member:
    """Implements `bots.ports.Membership` over the table of all."""

    def __init__(self, table: Table, id: str, role: str = WORK) -> None:
        self.table = table
        self.id = id
        self.away = False
        self.deaf = False
        table.processes.append(process(id, role))

    async def beat(self) -> set[int]:
        if self.away:
            raise OSError("the database is away")
        return {slot for slot, holder in self.table.holders.items() if holder == self.id}

    async def processes(self) -> list[Process]:
        return list(self.table.processes)

    async def take(self, most: int) -> set[int]:
        free = [slot for slot in range(SLOTS) if slot not in self.table.holders]
        return self._take(free[:most])

    async def take_chores(self) -> set[int]:
        return self._take([] if CHORES in self.table.holders else [CHORES])

    def _take(self, slots: Collection[int]) -> set[int]:
        self.table.holders |= dict.fromkeys(slots, self.id)
        return set(slots)

    async def release(self, slots: Collection[int]) -> None:
        if self.deaf:
            raise OSError("the line broke")
        for slot in slots:
            assert self.table.holders.pop(slot) == self.id

    async def stop(self) -> None:
        self.table.processes = [
            process(one.id, one.role, stopping=one.id == self.id) for one in self.table.processes
        ]

    async def leave(self) -> None:
        self.table.processes = [one for one in self.table.processes if one.id != self.id]
        self.table.holders = {s: h for s, h in self.table.holders.items() if h != self.id}


class Worker:
    """One process with what it has taken up and not let go of."""

    def __init__(self, table: Table, id: str, role: str = WORK) -> None:
        self.now = 0.0
        self.member = Member(table, id, role)
        self.slots = Slots(id, monotonic=lambda: self.now)
        self.works_for: set[int] = set()
        self.weather: Iterator[bool] = iter(())
        self.may_let_go = asyncio.Event()
        self.may_let_go.set()
        self.sharing = Sharing(
            self.member,
            self.slots,
            take_up=self._take_up,
            let_go=self._let_go,
            sleep=self._sleep,
            monotonic=lambda: self.now,
        )

    async def _sleep(self, _: float) -> None:
        self.member.away = next(self.weather)

    async def _take_up(self, slots: frozenset[int]) -> None:
        self.works_for |= slots

    async def _let_go(self, slots: frozenset[int]) -> None:
        await self.may_let_go.wait()
        self.works_for -= slots

    async def beat(self) -> None:
        await self.sharing.beat()
        await settled()


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def rounds(*workers: Worker) -> None:
    for _ in range(3):
        for worker in workers:
            await worker.beat()


@pytest.fixture
def table() -> Table:
    return Table()


def test_a_chat_is_of_the_same_slot_for_ever() -> None:
    """Rows name it: another number for a chat would leave its messages to nobody."""
    assert slot_of(Address(1, "shop", "telegram:1", "42")) == 39
    assert {slot_of(Address(1, "shop", "web", str(one))) for one in range(2000)} == set(
        range(SLOTS)
    )


def test_shares_add_up_whatever_the_number_of_processes() -> None:
    for many in range(1, 20):
        processes = [process(str(one)) for one in range(many)]
        shares = [share_of(str(one), processes) for one in range(many)]
        assert sum(most for most, _ in shares) == SLOTS
        assert max(most for most, _ in shares) - min(most for most, _ in shares) <= 1
        assert [chores for _, chores in shares] == [True] + [False] * (many - 1)


def test_who_serves_works_only_where_nobody_else_does() -> None:
    web, work = process("web", WEB), process("work")
    assert share_of("web", [web]) == (SLOTS, True)
    assert share_of("web", [web, work]) == (0, False)
    assert share_of("work", [web, work]) == (SLOTS, True)
    assert share_of("web", [web, process("work", stopping=True)]) == (SLOTS, True)
    assert share_of("gone", [web, work]) == (0, False)


async def test_those_that_come_get_their_share_and_leave_it(table: Table) -> None:
    first = Worker(table, "1")
    await first.beat()
    assert len(first.works_for) == SLOTS + 1
    second = Worker(table, "2")
    await rounds(second, first, second)
    assert len(first.works_for) == SLOTS // 2 + 1
    assert len(second.works_for) == SLOTS // 2
    assert not first.works_for & second.works_for
    await first.sharing.close()
    await rounds(second)
    assert first.works_for == set()
    assert second.works_for == {*range(SLOTS), CHORES}


async def test_what_is_under_way_ends_before_another_begins(table: Table) -> None:
    first = Worker(table, "1")
    await first.beat()
    first.may_let_go.clear()
    second = Worker(table, "2")
    await rounds(second, first, second)
    assert second.works_for == set()
    given = [slot for slot in range(SLOTS) if not first.slots.has_slot(slot)]
    assert len(given) == SLOTS // 2, "new work for them is refused already"
    assert len(first.works_for) == SLOTS + 1
    first.may_let_go.set()
    await settled()
    await rounds(second)
    assert second.works_for == set(given)


async def test_a_process_that_slept_past_its_leases_knows_it(table: Table) -> None:
    one = Worker(table, "1")
    await one.beat()
    assert one.slots.held == frozenset({*range(SLOTS), CHORES})
    one.now += HELD_FOR
    assert one.slots.held == frozenset()
    assert not one.slots.has(Address(1, "shop", "web", "1"))


async def test_slots_that_another_took_meanwhile_are_let_go(table: Table) -> None:
    one = Worker(table, "1")
    await one.beat()
    table.holders = dict.fromkeys(range(SLOTS), "2")
    table.processes.append(process("2"))
    await rounds(one)
    assert one.works_for == {CHORES}


async def test_slots_that_were_lost_and_taken_again_are_let_go_before_they_are_taken_up(
    table: Table,
) -> None:
    worker = Worker(table, "a")
    await worker.beat()
    held = worker.works_for.copy()
    assert len(held) == SLOTS + 1
    worker.may_let_go.clear()
    table.holders.clear()
    await worker.beat()
    assert set(table.holders.values()) == {"a"}
    worker.may_let_go.set()
    await settled()
    assert worker.works_for == held


async def test_while_the_database_is_away_nothing_is_taken_or_let_go(table: Table) -> None:
    one = Worker(table, "1")
    await one.beat()
    one.member.away = True
    with pytest.raises(OSError, match="away"):
        await one.beat()
    assert len(one.works_for) == SLOTS + 1
    one.member.away = False
    one.now += HELD_FOR
    await one.beat()
    assert one.slots.held == frozenset({*range(SLOTS), CHORES})


async def test_an_outage_is_told_when_it_begins_and_when_it_ends(table: Table) -> None:
    one = Worker(table, "1")
    one.weather = iter([True, True, True, False])
    with capture_logs() as told, pytest.raises(RuntimeError, match="StopIteration"):
        await one.sharing.run()
    assert [line["event"] for line in told[1:]] == [
        "No sign of life could be given",
        "Signs of life are given again",
    ]


async def test_slots_that_could_not_be_handed_over_are_not_left_to_nobody(table: Table) -> None:
    first = Worker(table, "a")
    await rounds(first)
    second = Worker(table, "b")
    first.member.deaf = True
    await first.beat()
    assert len(first.works_for) == SLOTS // 2 + 1
    assert set(table.holders.values()) == {"a"}
    first.member.deaf = False
    await rounds(first, second)
    assert len(second.works_for) == SLOTS // 2
    assert not first.works_for & second.works_for


async def test_slots_that_were_taken_without_an_answer_are_worked_for(table: Table) -> None:
    worker = Worker(table, "a")
    table.holders |= dict.fromkeys(range(10), "a")
    await worker.beat()
    assert worker.works_for == {*range(SLOTS), CHORES}

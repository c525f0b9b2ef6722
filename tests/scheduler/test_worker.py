"""Timers: each fires once, none is forgotten, a failing one does not keep us busy."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bots.model.message import Address
from bots.model.turn import Intent, Timer, TimerKey
from scheduler.worker import AT_MOST_BESIDE, AT_ONCE, BATCH, FEW, LOOK_AGAIN, LOOK_AT_ALL, Worker

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ANNA = Address(1, "shop", "web", "anna")


class TimerRows:
    def __init__(self, *timers: Timer) -> None:
        self.rows = {timer.name: timer for timer in timers}
        self.reads = 0

    async def due(self, now: datetime, *, limit: int, after: TimerKey | None = None) -> list[Timer]:
        self.reads += 1
        due = sorted((one for one in self.rows.values() if one.due <= now), key=lambda one: one.key)
        return [one for one in due if after is None or one.key > after][:limit]

    async def next_due(self, after: datetime | None = None) -> datetime | None:
        moments = [one.due for one in self.rows.values() if after is None or one.due > after]
        return min(moments, default=None)

    async def intents(self, now: datetime) -> list[Intent]:
        return []

    async def intent_later(self, key: str, *, until: datetime, error: str) -> None:
        raise AssertionError("not asked for")


def timer(name: str, seconds: float) -> Timer:
    return Timer(
        conversation_id=1,
        address=ANNA,
        name=name,
        due=NOW + timedelta(seconds=seconds),
        payload={},
    )


async def test_only_what_is_due_fires() -> None:
    worker = Worker(timers=TimerRows(timer("now", 0), timer("later", 60)), clock=lambda: NOW)
    fired: list[str] = []
    await worker.fire_due(lambda timer, done: fired.append(timer.name))
    assert fired == ["now"]


async def test_a_timer_whose_turn_is_under_way_does_not_fire_again() -> None:
    rows = TimerRows(timer("now", 0))
    worker = Worker(timers=rows, clock=lambda: NOW)
    fired: list[str] = []
    calls: list[Callable[[bool], None]] = []

    def fire(timer: Timer, done: Callable[[bool], None]) -> None:
        fired.append(timer.name)
        calls.append(done)

    await worker.fire_due(fire)
    await worker.fire_due(fire)
    assert fired == ["now"]
    rows.rows.clear()
    calls[0](True)
    await worker.fire_due(fire)
    assert fired == ["now"]


async def test_a_timer_whose_turn_failed_rests_before_it_fires_again() -> None:
    worker = Worker(timers=TimerRows(timer("broken", 0)), clock=lambda: NOW)
    fired: list[str] = []

    def fire(timer: Timer, done: Callable[[bool], None]) -> None:
        fired.append(timer.name)
        done(False)

    await worker.fire_due(fire)
    await worker.fire_due(fire)
    assert fired == ["broken"]


async def test_timers_that_rest_after_a_failure_do_not_keep_others_from_firing() -> None:
    broken = [timer(f"broken {number}", -60) for number in range(BATCH + 10)]
    rows = TimerRows(*broken, timer("good", 0))
    worker = Worker(timers=rows, clock=lambda: NOW)
    fired: list[str] = []

    def fire(timer: Timer, done: Callable[[bool], None]) -> None:
        fired.append(timer.name)
        done(timer.name == "good")

    await worker.fire_due(fire)
    await worker.fire_due(fire)
    assert fired.count("good") == 1
    assert len(fired) == len(set(fired)) == BATCH + 11


async def test_a_timer_that_fails_again_and_again_rests_ever_longer() -> None:
    moment = [NOW]
    worker = Worker(timers=TimerRows(timer("broken", 0)), clock=lambda: moment[0])
    fired: list[float] = []

    def fire(timer: Timer, done: Callable[[bool], None]) -> None:
        fired.append((moment[0] - NOW).total_seconds())
        done(False)

    for _ in range(3600):
        await worker.fire_due(fire)
        moment[0] += timedelta(seconds=1)
    assert fired == [0, 1, 6, 36, 156, 756]


class Turns:
    """Takes timers; the turns they are given end when a test says so."""

    def __init__(self, rows: TimerRows) -> None:
        self.names: list[str] = []
        self._rows = rows
        self._ends: dict[str, Callable[[bool], None]] = {}

    def fire(self, timer: Timer, done: Callable[[bool], None]) -> None:
        self.names.append(timer.name)
        self._ends[timer.name] = done

    def end(self, name: str) -> None:
        del self._rows.rows[name]
        self._ends[name](True)


def many(count: int) -> TimerRows:
    return TimerRows(*(timer(f"t{number:05d}", 0) for number in range(count)))


async def test_ten_thousand_due_at_once_are_started_a_few_at_a_time_and_all_in_order() -> None:
    rows = many(10_000)
    worker = Worker(timers=rows, clock=lambda: NOW)
    turns = Turns(rows)
    most = ended = 0
    while rows.rows:
        await worker.fire_due(turns.fire)
        most = max(most, len(turns.names) - ended)
        for name in turns.names[ended : ended + 50]:
            turns.end(name)
            ended += 1
            most = max(most, len(turns.names) - ended)
    assert most == AT_ONCE
    assert turns.names == sorted(turns.names)
    assert len(turns.names) == 10_000
    assert rows.reads <= 10_000 // (BATCH - AT_ONCE) + 2


async def test_one_that_ends_lets_the_next_begin_without_a_look_at_the_table() -> None:
    rows = many(AT_ONCE + 1)
    worker = Worker(timers=rows, clock=lambda: NOW)
    turns = Turns(rows)
    await worker.fire_due(turns.fire)
    assert (len(turns.names), rows.reads) == (AT_ONCE, 1)
    turns.end(turns.names[0])
    assert (len(turns.names), rows.reads) == (AT_ONCE + 1, 1)


async def test_while_customers_wait_few_timers_are_under_way() -> None:
    rows, waiting = many(100), [1]
    worker = Worker(timers=rows, clock=lambda: NOW, customers=lambda: waiting[0])
    turns = Turns(rows)
    await worker.fire_due(turns.fire)
    assert len(turns.names) == FEW
    turns.end(turns.names[0])
    assert len(turns.names) == FEW + 1
    waiting[0] = 0
    turns.end(turns.names[1])
    assert len(turns.names) == AT_ONCE + 2


async def test_the_later_timers_are_the_less_they_stand_back_for_customers() -> None:
    rows, moment = many(100), [NOW]
    worker = Worker(timers=rows, clock=lambda: moment[0], customers=lambda: 1)
    turns = Turns(rows)
    for late, under_way in ((0, FEW), (1, 2 * FEW), (2, 3 * FEW), (3.9, AT_MOST_BESIDE)):
        moment[0] = NOW + timedelta(seconds=late)
        await worker.fire_due(turns.fire)
        assert len(turns.names) == under_way


async def test_turns_that_do_not_end_keep_no_others_from_theirs() -> None:
    rows, moment = many(AT_ONCE + 1), [NOW]
    worker = Worker(timers=rows, clock=lambda: moment[0])
    turns = Turns(rows)
    await worker.fire_due(turns.fire)
    assert len(turns.names) == AT_ONCE
    moment[0] += LOOK_AGAIN
    await worker.fire_due(turns.fire)
    assert len(turns.names) == AT_ONCE + 1


async def test_a_timer_set_again_during_its_turn_fires_again() -> None:
    rows = TimerRows(timer("again", 0))
    worker = Worker(timers=rows, clock=lambda: NOW)
    turns = Turns(rows)
    await worker.fire_due(turns.fire)
    rows.rows["again"] = timer("again", -1)
    worker.wake(NOW)
    await worker.fire_due(turns.fire)
    assert turns.names == ["again", "again"]


async def test_a_timer_set_for_a_moment_that_is_over_is_not_overlooked() -> None:
    rows, moment = TimerRows(), [NOW]
    worker = Worker(timers=rows, clock=lambda: moment[0])
    turns = Turns(rows)
    await worker.fire_due(turns.fire)
    rows.rows["long ago"] = timer("long ago", -3600)
    worker.wake(rows.rows["long ago"].due)
    await worker.fire_due(turns.fire)
    rows.rows["by another process"] = timer("by another process", -7200)
    moment[0] += LOOK_AT_ALL
    await worker.fire_due(turns.fire)
    assert turns.names == ["long ago", "by another process"]


async def test_timers_of_chats_that_become_ours_are_looked_at() -> None:
    rows = TimerRows()
    worker = Worker(timers=rows, clock=lambda: NOW)
    turns = Turns(rows)
    await worker.fire_due(turns.fire)
    rows.rows["theirs"] = timer("theirs", -3600)
    worker.look_at_all()
    await worker.fire_due(turns.fire)
    assert turns.names == ["theirs"]


async def test_timers_of_other_processes_are_found_without_going_through_all_that_rest() -> None:
    broken = [timer(f"broken {number:04d}", -60) for number in range(BATCH)]
    rows = TimerRows(*broken)
    worker = Worker(timers=rows, clock=lambda: NOW)
    fired: list[str] = []

    def fire(timer: Timer, done: Callable[[bool], None]) -> None:
        fired.append(timer.name)
        done(timer.name == "new")

    for _ in range(3):
        await worker.fire_due(fire)
    reads = rows.reads
    rows.rows["new"] = timer("new", 0)
    worker.look()
    await worker.fire_due(fire)
    assert fired.count("new") == 1
    assert rows.reads == reads + 1


@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(hours=-1)])
async def test_a_clock_that_is_set_by_an_hour_loses_no_timer_and_fires_none_twice(
    step: timedelta,
) -> None:
    moment = [NOW]
    rows = TimerRows(*(timer(f"{minute:03d}", 60 * minute) for minute in range(180)))
    worker = Worker(timers=rows, clock=lambda: moment[0])
    late: dict[str, timedelta] = {}

    def fire(timer: Timer, done: Callable[[bool], None]) -> None:
        assert timer.name not in late
        late[timer.name] = moment[0] - timer.due
        del rows.rows[timer.name]
        done(True)

    for minute in range(300):
        if minute == 90:
            moment[0] += step
        await worker.fire_due(fire)
        moment[0] += timedelta(minutes=1)
    assert len(late) == 180
    # By the clock that holds when it fires: what an hour's leap passed over comes at once.
    assert sum(one > timedelta() for one in late.values()) == (60 if step > timedelta() else 0)


async def test_a_timer_set_while_we_sleep_wakes_us() -> None:
    rows = TimerRows()
    worker = Worker(timers=rows, clock=lambda: NOW)
    fired = asyncio.Event()
    running = asyncio.create_task(worker.run(lambda timer, done: fired.set()))
    await asyncio.sleep(0.01)
    rows.rows["new"] = timer("new", 0)
    worker.wake(NOW)
    async with asyncio.timeout(60):
        await fired.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

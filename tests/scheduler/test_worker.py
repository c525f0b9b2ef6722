"""Timers: each fires once, none is forgotten, a failing one does not keep us busy."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bots.model.message import Address
from bots.model.turn import Intent, Timer, TimerKey
from scheduler.worker import BATCH, Worker

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

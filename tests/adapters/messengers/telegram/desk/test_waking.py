"""Each chat's work goes on by itself, whatever goes wrong, and never twice at once."""

import asyncio
from datetime import datetime, timedelta

from adapters.messengers.telegram.desk.slots import Slots
from adapters.messengers.telegram.desk.waking import PAUSES, Waking
from tests.bots.clockwork import Clockwork, others_go_on

NOW = datetime(2026, 3, 2, 10, 0)


class Work:
    """Notes when it runs; fails and rests as it is told."""

    def __init__(self) -> None:
        self.clock = Clockwork()
        self.ran: list[tuple[int, float]] = []
        self.fails = 0
        self.again: list[timedelta] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.at_once = 0
        self.start = self.clock.now()
        self.waking = Waking(self.run, clock=self.clock.now, sleep=self.clock.sleep)

    async def run(self, key: int) -> datetime | None:
        self.at_once += 1
        assert self.at_once == 1
        self.ran.append((key, (self.clock.now() - self.start).total_seconds()))
        await self.gate.wait()
        self.at_once -= 1
        if self.fails:
            self.fails -= 1
            raise RuntimeError("a bug")
        return self.clock.now() + self.again.pop(0) if self.again else None


async def test_wakes_that_come_while_it_runs_make_it_run_once_more() -> None:
    work = Work()
    work.gate.clear()
    work.waking.wake(1)
    await others_go_on()
    for _ in range(5):
        work.waking.wake(1)
    assert work.waking.busy == 1
    work.gate.set()
    await others_go_on()
    assert work.ran == [(1, 0.0), (1, 0.0)]
    assert work.waking.busy == 0


async def test_what_fails_is_tried_again_in_growing_pauses() -> None:
    work = Work()
    work.fails = 7
    work.waking.wake(1)
    await others_go_on()
    assert work.clock.slept == [*PAUSES, PAUSES[-1], PAUSES[-1]]
    assert len(work.ran) == 8


async def test_it_looks_again_when_it_said_and_at_once_when_it_is_woken() -> None:
    work = Work()
    work.again = [timedelta(seconds=30)]
    work.waking.wake(1)
    await others_go_on()
    assert work.ran == [(1, 0.0), (1, 30.0)]
    work.again = [timedelta(hours=1)]
    work.clock.held.clear()
    work.waking.wake(1)
    await others_go_on()
    work.waking.wake(1)
    await others_go_on()
    assert [at for _, at in work.ran] == [0.0, 30.0, 30.0, 30.0]


async def test_after_the_end_nothing_runs_any_more() -> None:
    work = Work()
    work.gate.clear()
    work.waking.wake(1)
    await others_go_on()
    await work.waking.close(0.01)
    work.waking.wake(1)
    work.waking.wake(2)
    work.gate.set()
    await others_go_on()
    assert [key for key, _ in work.ran] == [1]


def test_six_topics_a_minute_in_the_order_of_asking() -> None:
    slots = Slots()
    given = [(slots.of(number, NOW) - NOW).total_seconds() for number in range(14)]
    assert given == [0.0] * 6 + [60.0] * 6 + [120.0] * 2


def test_whoever_asks_again_keeps_the_moment() -> None:
    slots = Slots()
    for number in range(7):
        slots.of(number, NOW)
    later = NOW + timedelta(seconds=30)
    assert slots.of(6, later) == NOW + timedelta(minutes=1)
    slots.used(6)
    assert slots.of(7, NOW + timedelta(minutes=5)) == NOW + timedelta(minutes=5)

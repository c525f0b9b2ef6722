"""So many calls a second, and no more."""

import asyncio
from datetime import timedelta

import pytest

from adapters.rate import Rate
from bots.errors import ChannelBusy
from tests.adapters.stands import Moments


async def test_no_second_has_more_than_its_calls(moments: Moments) -> None:
    rate = Rate(20, clock=moments, sleep=moments.sleep)
    begun = []
    for _ in range(70):
        await rate.turn()
        begun.append(moments.now)
    for at in begun:
        assert sum(at <= other < at + timedelta(seconds=1) for other in begun) <= 20
    assert begun[-1] - begun[0] < timedelta(seconds=3.5)


async def test_twenty_go_at_once(moments: Moments) -> None:
    rate = Rate(20, clock=moments, sleep=moments.sleep)
    spare = []
    for _ in range(20):
        spare.append(rate.spare)
        await rate.turn()
    assert moments.waits == []
    assert spare == [True] * 10 + [False] * 10


async def test_without_a_limit_nobody_waits(moments: Moments) -> None:
    rate = Rate(0, clock=moments, sleep=moments.sleep)
    for _ in range(100):
        await rate.turn()
    assert (moments.waits, rate.spare) == ([], True)


async def test_a_queue_of_half_a_minute_is_too_long(moments: Moments) -> None:
    async def never(seconds: float) -> None:
        await asyncio.Event().wait()

    rate = Rate(20, clock=moments, sleep=never)
    waiting = [asyncio.ensure_future(rate.turn()) for _ in range(580)]
    await asyncio.sleep(0)
    with pytest.raises(ChannelBusy):
        await rate.turn()
    assert not all(task.done() for task in waiting[20:])
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_clock_that_was_set_back_holds_nobody_up(moments: Moments) -> None:
    rate = Rate(20, clock=moments, sleep=moments.sleep)
    for _ in range(20):
        await rate.turn()
    moments.now -= timedelta(hours=1)
    await rate.turn()
    assert moments.waits == []

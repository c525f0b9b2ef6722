"""Timers over the whole runtime: none is missed and none fires twice, whatever dies or sets the clock."""

import os
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.bots.rig import Rig

TIMERS = int(os.environ.get("EASYFLOW_TIMERS", "200"))
"""10,000 for the promise as it is written."""

KILLS = 50
POINTS = [
    f"{when} {what}"
    for when in ("before", "after")
    for what in ("due", "claim", "commit", "begin", "send", "sent")
]
HOUR = 3600.0


@pytest.fixture
async def rig(database: Path) -> AsyncIterator[Rig]:
    one = Rig(database)
    await one.open()
    try:
        yield one
    finally:
        await one.crash()


def reminded(rig: Rig, count: int) -> dict[int, int]:
    """How many chats were reminded how often."""
    times: dict[int, int] = {}
    for number in range(count):
        often = rig.messenger.texts(f"chat{number}").count("still 0")
        times[often] = times.get(often, 0) + 1
    return times


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_kills_steps_of_the_clock_and_an_hour_s_downtime_lose_none_and_fire_none_twice(
    rig: Rig, seed: int
) -> None:
    chance = random.Random(seed)
    step_forward, step_back, downtime = chance.sample(range(5, KILLS), 3)
    for life in range(KILLS):
        mine = range(life * TIMERS // KILLS, (life + 1) * TIMERS // KILLS)
        await rig.inbox.accept([rig.message(f"chat{number}", "/start") for number in mine])
        await rig.quiet()
        # What was set in the lives before comes due in this one and dies with it, at some point.
        rig.life.doom = chance.choice(POINTS)
        await rig.passes(chance.uniform(1, 600))
        if life == step_forward:
            rig.hands.time += timedelta(seconds=HOUR)
        if life == step_back:
            rig.hands.time -= timedelta(seconds=HOUR)
        await rig.restart()
        if life == downtime:
            await rig.crash()
            rig.hands.time += timedelta(seconds=HOUR)
            await rig.open()
    await rig.passes(3 * HOUR)
    assert reminded(rig, TIMERS) == {1: TIMERS}
    assert await rig.stores.timers.next_due() is None

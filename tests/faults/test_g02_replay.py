"""G2: a whole day that a messenger delivers again a week later changes nothing and says nothing."""

import asyncio
from pathlib import Path
from random import Random

import pytest

from tests.faults.rig.clock import DAY, WallClock
from tests.faults.rig.figures import Figures
from tests.faults.rig.installation import Installation
from tests.faults.rig.sizes import SIZE, sized
from tests.faults.rig.storm import answered, kept, noted
from tests.faults.rig.telegram import CALM, Telegram
from tests.servers.telegram import FakeTelegram

CHATS = sized(ci=0, long=200, soak=1000)
MESSAGES = 5


@pytest.mark.skipif(SIZE == "ci", reason="the server of test_g05_timers.py does it too")
async def test_a_day_replayed_a_week_later_changes_nothing(tmp_path: Path) -> None:
    clock = WallClock(tmp_path)
    with FakeTelegram.start() as fake:
        telegram = Telegram(fake, Random(20261126), CALM)
        house = Installation(tmp_path, telegram.settings, clock=clock)
        telegram.listen(house.base)
        with house:
            for number in range(MESSAGES):
                telegram.write(range(1000, 1000 + CHATS), f"m{number}" if number else "/start")
            await answered(telegram, MESSAGES)
            await nothing_comes_of_a_replay(house, telegram, clock)
    Figures("G2", house.layout.name, CHATS * MESSAGES, what="a day again a week later").tell()


async def nothing_comes_of_a_replay(
    house: Installation, telegram: Telegram, clock: WallClock
) -> None:
    """Everything once more, seven days later."""
    await telegram.settled()
    await noted(house)
    before, seen = kept(house), {key: list(one) for key, one in telegram.look().items()}
    clock.step(7 * DAY)
    telegram.replay()
    await telegram.settled()
    await asyncio.sleep(1)
    assert kept(house) == before
    assert telegram.look() == seen

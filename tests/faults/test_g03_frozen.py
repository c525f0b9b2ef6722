"""G3: a process stands still until others have its chats, and wakes: nothing is out of order."""

import asyncio
from pathlib import Path
from random import Random

from tests.faults.rig.checker import judge
from tests.faults.rig.figures import Figures
from tests.faults.rig.installation import POSTGRES, Installation, Layout, over
from tests.faults.rig.sizes import sized
from tests.faults.rig.storm import answered, kept, noted
from tests.faults.rig.telegram import CALM, Telegram
from tests.servers.telegram import FakeTelegram

CHATS = sized(ci=40, long=200)
FREEZES = sized(ci=1, long=4, soak=50)
STILL = 13.0
"""Seconds: longer than a lease."""


@over(POSTGRES)
async def test_order_holds_when_a_frozen_process_wakes_after_its_lease(
    tmp_path: Path, layout: Layout
) -> None:
    chance = Random(20261126)
    in_doubt = 0
    with FakeTelegram.start() as fake:
        telegram = Telegram(fake, chance, CALM)
        # Answers take a while, so that some are under way at any moment.
        fake.script(method="sendMessage", times=None, share=0.5, delay=0.2, action="late")
        house = Installation(tmp_path, telegram.settings, layout=layout)
        telegram.listen(house.base)
        with house:
            chats = range(1000, 1000 + CHATS)
            telegram.write(chats, "/start")
            await answered(telegram, 1)
            for number in range(FREEZES):
                telegram.write(chats, f"m{number}a")
                frozen = asyncio.create_task(house.freeze(chance, STILL))
                await asyncio.sleep(0.1)
                in_doubt += house.in_doubt()
                telegram.write(chats, f"m{number}b")
                # Everybody is answered by the others, or by whoever wakes.
                await frozen
                telegram.write(chats, f"m{number}c")
                await answered(telegram, 1 + 3 * (number + 1))
            await telegram.settled()
            await noted(house)
            rows = kept(house)
    verdict = judge(telegram.told, telegram.wrote)
    messages = CHATS * (1 + 3 * FREEZES)
    figures = Figures("G3", house.layout.name, messages, FREEZES)
    figures.lost, figures.doubled = verdict.lost, verdict.doubled
    figures.disordered, figures.repeated = verdict.disordered, verdict.repeated
    figures.allowed, figures.what = in_doubt, "SIGSTOP past the lease"
    figures.tell()
    assert verdict.holds(), verdict.worst
    assert verdict.repeated <= in_doubt
    assert rows["heard"] == rows["said"] == messages

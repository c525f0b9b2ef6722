"""G4: a process that is asked to end finishes what is on its way: nothing is sent twice, nothing stays behind."""

import asyncio
from pathlib import Path
from random import Random

from tests.faults.rig.checker import judge
from tests.faults.rig.figures import Figures, seconds
from tests.faults.rig.installation import Installation, Layout, on_both
from tests.faults.rig.sizes import SIZE, sized
from tests.faults.rig.storm import answered, kept, noted
from tests.faults.rig.telegram import CALM, Telegram
from tests.servers.telegram import FakeTelegram

CHATS = sized(ci=30, long=100)
STOPS = sized(ci=2, long=12, soak=20)


@on_both
async def test_sigterm_sends_nothing_twice(tmp_path: Path, layout: Layout) -> None:
    chance = Random(20261126)
    with FakeTelegram.start() as fake:
        telegram = Telegram(fake, chance, CALM)
        # Answers take a while, so that some are on their way whenever it ends.
        fake.script(method="sendMessage", times=None, share=0.7, delay=0.3, action="late")
        house = Installation(tmp_path, telegram.settings, layout=layout)
        telegram.listen(house.base)
        drained = []
        with house:
            chats = range(1000, 1000 + CHATS)
            telegram.write(chats, "/start")
            await answered(telegram, 1)
            for number in range(STOPS):
                for part in "abc":
                    telegram.write(chats, f"m{number}{part}")
                await asyncio.sleep(chance.uniform(0.05, 0.4))
                drained.append(await house.restart(chance))
            await answered(telegram, 1 + 3 * STOPS)
            await telegram.settled()
            await noted(house)
            rows = kept(house)
            telegram.look()
    verdict = judge(telegram.told, telegram.wrote)
    messages = CHATS * (1 + 3 * STOPS)
    figures = Figures("G4", layout.name, messages, STOPS)
    figures.lost, figures.doubled = verdict.lost, verdict.doubled
    figures.disordered, figures.repeated = verdict.disordered, verdict.repeated
    figures.what = f"SIGTERM, ended within {seconds(drained)}"
    figures.tell()
    assert verdict.holds(), verdict.worst
    assert verdict.repeated == 0
    assert rows["heard"] == rows["said"] == messages
    if SIZE != "ci":
        assert max(drained) < 30

"""G11: the disk is full, again and again; nothing acknowledged is lost, and all goes on when there is room."""

import asyncio
from pathlib import Path
from random import Random

from tests.faults.rig.checker import judge
from tests.faults.rig.disk import small_disk
from tests.faults.rig.figures import Figures
from tests.faults.rig.installation import Installation
from tests.faults.rig.sizes import sized
from tests.faults.rig.storm import answered, kept, noted
from tests.faults.rig.telegram import CALM, Telegram
from tests.servers.easyflow import EasyFlow
from tests.servers.telegram import FakeTelegram

CHATS = sized(ci=30, long=150)
TIMES = sized(ci=2, long=6, soak=10)
MEGABYTES = sized(ci=96, long=512)
"""Room for all there is to say, several times over."""
ROUNDS = 3
"""Messages of each chat around each time that it is full."""
WORDS = "a long word " * 300
"""So that what is written needs new room soon."""


async def test_a_full_disk_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    chance = Random(20261126)
    with small_disk(tmp_path / "disk", MEGABYTES) as disk, FakeTelegram.start() as fake:
        telegram = Telegram(fake, chance, CALM)
        house = Installation(disk.folder, telegram.settings)
        telegram.listen(house.base)
        unready = 0
        with house:
            chats = range(1000, 1000 + CHATS)
            telegram.write(chats, "/start")
            for time in range(TIMES):
                # Somewhere in the midst of what comes now.
                for number in range(ROUNDS):
                    telegram.write(chats, f"m{time}.{number} {WORDS}".strip())
                    if number == 0:
                        await asyncio.sleep(chance.uniform(0, 0.5))
                        disk.fill()
                unready += await _unready(house.web)
                disk.free()
                await answered(telegram, 1 + ROUNDS * (time + 1))
            await telegram.settled()
            await noted(house)
            rows = kept(house)
            ready, _ = house.web.call("GET", "/readyz")
            told = dict(telegram.look())
    verdict = judge(told, telegram.wrote)
    messages = CHATS * (1 + ROUNDS * TIMES)
    figures = Figures("G11", house.layout.name, messages, TIMES)
    figures.lost, figures.doubled = verdict.lost, verdict.doubled
    figures.disordered, figures.repeated = verdict.disordered, verdict.repeated
    figures.what = f"the disk full, {unready} times unready meanwhile"
    figures.tell()
    assert verdict.holds(), verdict.worst
    assert rows["heard"] == rows["said"] == messages
    assert verdict.repeated == 0
    assert ready == 200
    assert unready > 0


async def _unready(server: EasyFlow) -> bool:
    """Whether it says within a while that it is not ready: it may have had room for all there was."""
    for _ in range(30):
        status, _ = await server.asked("GET", "/readyz")
        if status == 503:
            return True
        await asyncio.sleep(0.1)
    return False

"""G10: the database is away; the intake says so, and all goes on when it is back, without a restart."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from random import Random

from tests.faults.rig.checker import judge
from tests.faults.rig.figures import Figures
from tests.faults.rig.installation import Installation
from tests.faults.rig.sizes import SIZE, sized
from tests.faults.rig.storm import answered, kept, noted
from tests.faults.rig.telegram import CALM, PATH, Telegram
from tests.servers.easyflow import SECRET
from tests.servers.telegram import FakeTelegram, message

CHATS = sized(ci=30, long=100)
OUTAGES = sized(ci=1, long=5, soak=20)
AWAY = sized(ci=4.0, long=20.0, soak=60.0)
"""Seconds an outage takes."""


async def test_a_locked_database_is_an_outage_that_passes(tmp_path: Path) -> None:
    chance = Random(20261126)
    with FakeTelegram.start() as fake:
        telegram = Telegram(fake, chance, CALM)
        house = Installation(tmp_path, telegram.settings)
        telegram.listen(house.base)
        recovery, refused = [], []
        with house:
            chats = range(1000, 1000 + CHATS)
            telegram.write(chats, "/start")
            await answered(telegram, 1)
            for outage in range(OUTAGES):
                with closing(sqlite3.connect(house.data / "easyflow.db", timeout=60)) as other:
                    other.execute("BEGIN IMMEDIATE")
                    telegram.write(chats, f"m{outage}a")
                    refused.append(await asyncio.to_thread(_posted, house))
                    await asyncio.sleep(AWAY)
                    telegram.write(chats, f"m{outage}b")
                back = time.monotonic()
                await answered(telegram, 1 + 2 * (outage + 1))
                recovery.append(time.monotonic() - back)
            await telegram.settled()
            await noted(house)
            rows = kept(house)
    verdict = judge(telegram.told, telegram.wrote)
    figures = Figures("G10", house.layout.name, CHATS * (1 + 2 * OUTAGES), OUTAGES)
    figures.lost, figures.doubled, figures.disordered = (
        verdict.lost,
        verdict.doubled,
        verdict.disordered,
    )
    figures.repeated, figures.recovery = verdict.repeated, recovery
    figures.what = f"the database locked, refused within {max(took for _, took in refused):.1f} s"
    figures.tell()
    assert verdict.holds(), verdict.worst
    assert verdict.repeated == 0
    assert rows["heard"] == rows["said"] == CHATS * (1 + 2 * OUTAGES)
    assert {status for status, _ in refused} == {503}
    if SIZE != "ci":
        assert max(took for _, took in refused) < 3
        assert max(recovery) < 10


def _posted(house: Installation) -> tuple[int, float]:
    """What an update gets now, and after how many seconds; nobody brings it again."""
    began = time.monotonic()
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    body = {"update_id": 10**9, **message(999, "nobody waits for this")}
    status, _ = house.web.call("POST", PATH, body, key=None, headers=headers)
    return status, time.monotonic() - began

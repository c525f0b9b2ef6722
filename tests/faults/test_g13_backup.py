"""G13: a backup made under load holds all up to its moment, and says nothing twice where it is restored."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

from tests.faults.rig.figures import Figures
from tests.faults.rig.installation import Installation
from tests.faults.rig.sizes import sized
from tests.faults.rig.storm import answered, noted
from tests.faults.rig.telegram import CALM, Telegram
from tests.servers.telegram import FakeTelegram

CHATS = sized(ci=30, long=200)
MESSAGES = 6
RESTORES = sized(ci=1, long=3, soak=5)
SILENCE = 2.0
"""Seconds in which a server would say whatever it has to."""


async def test_what_was_backed_up_is_whole_and_is_not_said_twice(tmp_path: Path) -> None:
    chance = Random(20261126)
    with FakeTelegram.start() as fake:
        telegram = Telegram(fake, chance, CALM)
        # Answers take a while, so that a backup finds some on their way.
        fake.script(method="sendMessage", times=None, share=0.5, delay=0.3, action="late")
        house = Installation(tmp_path, telegram.settings)
        telegram.listen(house.base)
        backups: list[tuple[Path, int]] = []
        with house:
            chats = range(1000, 1000 + CHATS)
            for number in range(MESSAGES):
                telegram.write(chats, f"m{number}" if number else "/start")
                if number >= MESSAGES - RESTORES:
                    seen = sum(map(len, telegram.look().values()))
                    path = tmp_path / f"{number}.zip"
                    await asyncio.to_thread(house.web.command, "backup", str(path))
                    backups.append((path, seen))
            await answered(telegram, MESSAGES)
            await telegram.settled()
            await noted(house)
        held = 0
        for path, seen in backups:
            held += await _restored(telegram, path, seen)
    Figures("G13", house.layout.name, CHATS * MESSAGES, RESTORES, what=f"{held} held back").tell()


async def _restored(telegram: Telegram, path: Path, seen: int) -> int:
    """Restore elsewhere, twice: all is there, and only with --resend anything is said again."""
    elsewhere = Installation(path.with_suffix(""), telegram.settings)
    elsewhere.data.parent.mkdir()
    elsewhere.web.command("restore", str(path))
    held = elsewhere.count("outbox") + elsewhere.count("inbox WHERE parked_at IS NOT NULL")
    said = elsewhere.count("messages WHERE direction = 'outbound'")
    assert said >= seen, "answers that customers had seen are not in it"
    assert _is_whole(elsewhere)
    before = sum(map(len, telegram.look().values()))
    with elsewhere:
        await asyncio.sleep(SILENCE)
        assert sum(map(len, telegram.look().values())) == before
        assert elsewhere.count("messages WHERE direction = 'outbound'") == said
    elsewhere.web.command("restore", str(path), "--force", "--resend")
    with elsewhere:
        await noted(elsewhere)
    again = sum(map(len, telegram.look().values())) - before
    assert again == held
    return held


def _is_whole(house: Installation) -> bool:
    with closing(sqlite3.connect(house.data / "easyflow.db")) as db:
        return bool(db.execute("PRAGMA integrity_check").fetchone() == ("ok",))

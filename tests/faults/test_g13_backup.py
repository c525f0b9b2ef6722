"""G13: a backup made under load holds all up to its moment, and says nothing twice where it is restored."""

import asyncio
from contextlib import closing
from pathlib import Path
from random import Random

from tests.faults.rig.figures import Figures
from tests.faults.rig.installation import POSTGRES, SQLITE, Installation, Layout, over
from tests.faults.rig.sizes import sized
from tests.faults.rig.storm import answered, noted
from tests.faults.rig.telegram import CALM, Telegram
from tests.servers.telegram import FakeTelegram

CHATS = sized(ci=30, long=200)
MESSAGES = 6
RESTORES = sized(ci=1, long=2, soak=5)
LAYOUTS = sized(ci=[SQLITE], long=[SQLITE, POSTGRES])
SILENCE = 2.0
"""Seconds in which a server would say whatever it has to."""


@over(*LAYOUTS)
async def test_what_was_backed_up_is_whole_and_is_not_said_twice(
    tmp_path: Path, layout: Layout
) -> None:
    chance = Random(20261126)
    with FakeTelegram.start() as fake:
        telegram = Telegram(fake, chance, CALM)
        # Answers take a while, so that a backup finds some on their way.
        fake.script(method="sendMessage", times=None, share=0.5, delay=0.3, action="late")
        house = Installation(tmp_path, telegram.settings, layout=layout)
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
            held += await _restored(telegram, path, seen, layout)
    Figures("G13", house.layout.name, CHATS * MESSAGES, RESTORES, what=f"{held} held back").tell()


async def _restored(telegram: Telegram, path: Path, seen: int, layout: Layout) -> int:
    """Restore elsewhere, twice: all is there, and only with --resend anything is said again."""
    folder = path.with_suffix("")
    folder.mkdir()
    with closing(Installation(folder, telegram.settings, layout=layout)) as elsewhere:
        elsewhere.web.command("restore", str(path))
        held = elsewhere.count("outbox") + elsewhere.count("inbox WHERE parked_at IS NOT NULL")
        said = elsewhere.count("messages WHERE direction = 'outbound'")
        assert said >= seen, "answers that customers had seen are not in it"
        assert _is_whole(elsewhere)
        before = sum(map(len, telegram.look().values()))
        with elsewhere.running():
            await asyncio.sleep(SILENCE)
            assert sum(map(len, telegram.look().values())) == before
            assert elsewhere.count("messages WHERE direction = 'outbound'") == said
        elsewhere.web.command("restore", str(path), "--force", "--resend")
        with elsewhere.running():
            await noted(elsewhere)
        again = sum(map(len, telegram.look().values())) - before
        assert again == held
    return held


def _is_whole(house: Installation) -> bool:
    """As the database sees it; PostgreSQL took the restore as one transaction."""
    return house.layout.postgres or house.rows("PRAGMA integrity_check") == [("ok",)]

"""G12: processes are replaced one by one by those of the next version, which changes the tables, under load."""

import asyncio
import time
from pathlib import Path
from random import Random

from storage.migrate import HEAD
from tests.faults.mutants.mutant import copy_of_the_tree
from tests.faults.rig.checker import judge
from tests.faults.rig.cold import ColdEasyFlow
from tests.faults.rig.figures import Figures, seconds
from tests.faults.rig.installation import POSTGRES, SQLITE, Installation, Layout, over
from tests.faults.rig.sizes import SIZE, sized
from tests.faults.rig.storm import answered, kept, noted
from tests.faults.rig.telegram import CALM, Telegram
from tests.servers.telegram import FakeTelegram

CHATS = sized(ci=30, long=100)
NEXT = "v9999"
MIGRATION = f'''"""What a next version might do: a column more."""

import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{HEAD}"


def upgrade() -> None:
    op.add_column("conversations", sa.Column("rig", sa.Integer(), server_default="0"))
'''
# A cold start takes as long as all else here: one process is enough where time is short.
LAYOUTS = [SQLITE] if SIZE == "ci" else [SQLITE, POSTGRES]


@over(*LAYOUTS)
async def test_nothing_is_lost_when_a_next_version_takes_over(
    tmp_path: Path, layout: Layout
) -> None:
    tree = _next_version(tmp_path)
    drained, written = [], 0
    with FakeTelegram.start() as fake:
        telegram = Telegram(fake, Random(20261126), CALM)
        house = Installation(tmp_path, telegram.settings, layout=layout)
        telegram.listen(house.base)
        with house:
            chats = range(1000, 1000 + CHATS)
            telegram.write(chats, "/start")
            await answered(telegram, 1)
            for place in range(len(house.members)):
                for _ in range(3):
                    written += 1
                    telegram.write(chats, f"m{written}")
                began = time.monotonic()
                assert await asyncio.to_thread(house.members[place].stop) == 0
                drained.append(time.monotonic() - began)
                await asyncio.to_thread(_replace, house, place, tree)
            await answered(telegram, written + 1)
            await telegram.settled()
            await noted(house)
            rows = kept(house)
            at = house.rows("SELECT version_num FROM alembic_version")
            telegram.look()
    verdict = judge(telegram.told, telegram.wrote)
    messages = CHATS * (written + 1)
    figures = Figures("G12", layout.name, messages, len(drained))
    figures.lost, figures.doubled = verdict.lost, verdict.doubled
    figures.disordered, figures.repeated = verdict.disordered, verdict.repeated
    figures.what = f"a next version with other tables, ended within {seconds(drained)}"
    figures.tell()
    assert verdict.holds(), verdict.worst
    assert verdict.repeated == 0
    assert rows["heard"] == rows["said"] == messages
    assert at == [(NEXT,)]
    assert max(drained) < 30


def _next_version(folder: Path) -> Path:
    tree = copy_of_the_tree(folder)
    (tree / "storage" / "migrations" / "versions" / f"{NEXT}_rig.py").write_text(MIGRATION)
    migrate = tree / "storage" / "migrate.py"
    migrate.write_text(migrate.read_text().replace(f'HEAD = "{HEAD}"', f'HEAD = "{NEXT}"'))
    return tree


def _replace(house: Installation, place: int, tree: Path) -> None:
    """The same member, of the next version."""
    old = house.members[place]
    new = ColdEasyFlow(old.data, root=tree)
    new.argv, new.port, new.base, new.environ = old.argv, old.port, old.base, old.environ
    house.members[place] = new.start()

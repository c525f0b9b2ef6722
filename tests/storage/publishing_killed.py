"""The program that test_versions.py kills: it dies by kill -9 in the middle of a publishing."""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from storage.beside import Hand
from storage.database import open_readers
from storage.versions import SqlVersions


class Doomed(Hand):
    """Does the work and is dead before it can commit."""

    async def do(self, work: Any, item: Any, *, patient: bool = False) -> Any:
        def and_die(db: Any, items: Any) -> Any:
            work(db, items)
            os.kill(os.getpid(), signal.SIGKILL)

        return await super().do(and_die, item)


async def main(path: Path) -> None:
    versions = SqlVersions(Doomed(path), open_readers(path))
    files = {"bot.yaml": "bot: killed"}
    await versions.publish(1, "shop", "killed", files, by="test", now=datetime.now(UTC))


asyncio.run(main(Path(sys.argv[1])))

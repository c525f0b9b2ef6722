"""The Easy Flow under test: which processes it is made of, and what may befall them."""

import asyncio
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self

from tests.faults.rig.clock import WallClock
from tests.faults.rig.cold import ColdEasyFlow
from tests.servers.easyflow import EasyFlow

BOTS = Path(__file__).parents[1] / "bots"


@dataclass(frozen=True)
class Layout:
    """What it runs on."""

    name: str
    web: int = 1
    workers: int = 0


SQLITE = Layout("SQLite")


class Installation:
    """One Easy Flow over one data folder; `with` starts all its processes and ends them."""

    def __init__(
        self,
        folder: Path,
        environ: Mapping[str, str],
        *,
        layout: Layout = SQLITE,
        bots: Path = BOTS,
        clock: WallClock | None = None,
    ) -> None:
        """`environ` are settings without their prefix; `clock` is what the processes read as the time."""
        self.layout = layout
        self.data = folder / "data"
        self._bots = bots
        self._clock = clock
        self.members = [self._member({"log__level": "warning", **environ})]
        self.base = self.members[0].base
        for one in self.members:
            one.set(public_url=self.base)

    def _member(self, environ: Mapping[str, str]) -> EasyFlow:
        if self._clock is None:
            one = EasyFlow(self.data, bots=self._bots)
        else:
            one = ColdEasyFlow(self.data, bots=self._bots, also=self._clock.environ)
        one.set(**environ)
        return one

    @property
    def web(self) -> EasyFlow:
        """One that serves HTTP."""
        return self.members[0]

    def __enter__(self) -> Self:
        for one in self.members:
            one.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for one in self.members:
            one.__exit__(kind, error, trace)

    # ------------------------------------------------------------ what is in its tables

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        path = self.data / "easyflow.db"
        with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as db:
            return db.execute(query).fetchall()

    def count(self, query: str) -> int:
        return int(self.rows(f"SELECT count(*) FROM {query}")[0][0])

    def in_doubt(self) -> int:
        """Calls of which nobody could say at this moment whether they reached the messenger."""
        return self.count("outbox WHERE sending_at IS NOT NULL AND failed_at IS NULL")

    # ------------------------------------------------------------ what befalls it

    async def crash(self, chance: Random) -> int:
        """Kill one process with -9 and start it again; says how many calls were in doubt."""
        one = chance.choice(self.members)
        one.kill()
        doubtful = self.in_doubt()
        await asyncio.to_thread(one.start)
        return doubtful

    async def restart(self, chance: Random) -> float:
        """SIGTERM to one, and start it again; says how many seconds it took to end."""
        one = chance.choice(self.members)
        began = time.monotonic()
        status = await asyncio.to_thread(one.stop)
        took = time.monotonic() - began
        assert status == 0, f"it ended with {status}:\n{one.log[-4000:]}"
        await asyncio.to_thread(one.start)
        return took

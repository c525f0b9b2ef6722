"""The Easy Flow under test: which processes it is made of, and what may befall them."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self

import pytest

from bots.model.slots import CHORES
from tests.faults.rig.clock import WallClock
from tests.faults.rig.cold import ColdEasyFlow
from tests.faults.rig.databases import (
    CrashingDatabase,
    Database,
    PostgresDatabase,
    RedisServer,
    SqliteFile,
)
from tests.faults.rig.proxy import Wire
from tests.faults.rig.sizes import sized
from tests.servers.easyflow import EasyFlow

BOTS = Path(__file__).parents[1] / "bots"


@dataclass(frozen=True)
class Layout:
    """What it runs on: so many processes that serve HTTP, and so many at work, where there may be."""

    name: str
    web: int = 1
    workers: int = 0
    postgres: bool = False
    redis: bool = False
    crashing: bool = False
    """PostgreSQL is one of our own, that may be crashed."""


SQLITE = Layout("SQLite")
WORKERS = sized(ci=2, long=4)
POSTGRES = Layout("PostgreSQL", web=2, workers=WORKERS, postgres=True)
CRASHING = replace(POSTGRES, name="PostgreSQL of its own", crashing=True)
BOTH = [SQLITE, POSTGRES]


def over(*layouts: Layout) -> pytest.MarkDecorator:
    """A test over each of these, whose name tells which it is."""
    return pytest.mark.parametrize("layout", layouts, ids=lambda one: one.name)


on_both = over(*BOTH)
WITH_REDIS = Layout("PostgreSQL and Redis", web=2, workers=WORKERS, postgres=True, redis=True)


class Worker(EasyFlow):
    """`python run.py work`; whether it is ready it says at the port of its metrics."""

    def __init__(self, data: Path, *, bots: Path) -> None:
        super().__init__(data, bots=bots, command=["work"])
        self.set(metrics__port=str(self.port))


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
        self._open = ExitStack()
        self._around = {"log__level": "warning", **environ}
        self.database: Database = SqliteFile(self.data / "easyflow.db")
        if layout.postgres:
            database = (
                CrashingDatabase(folder / "postgres") if layout.crashing else PostgresDatabase()
            )
            self.database = self._open.enter_context(database)
            self._around["database_url"] = database.url
        if layout.redis:
            self.redis = self._open.enter_context(RedisServer(folder / "redis"))
            self._around["redis_url"] = self.redis.url
        self.webs = [self._web() for _ in range(layout.web)]
        self.workers = [Worker(self.data, bots=bots) for _ in range(layout.workers)]
        self.members: list[EasyFlow] = [*self.webs, *self.workers]
        self.base = self.webs[0].base
        if layout.web > 1:
            front = Wire([("127.0.0.1", one.port) for one in self.webs])
            self.base = f"http://127.0.0.1:{self._open.enter_context(front).port}"
        for one in self.members:
            one.set(public_url=self.base, **self._around)

    def _web(self) -> EasyFlow:
        if self._clock is None:
            return EasyFlow(self.data, bots=self._bots)
        return ColdEasyFlow(self.data, bots=self._bots, also=self._clock.environ)

    @property
    def web(self) -> EasyFlow:
        """One that serves HTTP."""
        return self.webs[0]

    def __enter__(self) -> Self:
        try:
            self._open.enter_context(self.running())
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.__exit__(kind, error, trace)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """All its processes, for a while; its database stays until `close`."""
        try:
            for one in self.members:
                one.start()
            yield
            for one in self.members:
                one.signal(signal.SIGCONT)
                one.signal(signal.SIGTERM)
            for one in self.members:
                one.__exit__(None, None, None)
        finally:
            for one in self.members:
                one.end()

    def close(self) -> None:
        """Let go of its database."""
        self._open.close()

    # ------------------------------------------------------------ what is in its tables

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.database.rows(query)

    def count(self, query: str) -> int:
        return int(self.rows(f"SELECT count(*) FROM {query}")[0][0])

    def in_doubt(self) -> int:
        """Calls of which nobody could say at this moment whether they reached the messenger."""
        return self.count("outbox WHERE sending_at IS NOT NULL AND failed_at IS NULL")

    def standing(self) -> str:
        """What is under way and who holds what, for whoever looks into a failure."""
        asked = {
            "open": "SELECT slot, channel, chat_id, seq, attempts, error FROM inbox"
            " WHERE done_at IS NULL ORDER BY seq LIMIT 10",
            "unsent": "SELECT slot, key, attempts, sending_at, not_before, error FROM outbox"
            " WHERE failed_at IS NULL ORDER BY key LIMIT 10",
            "timers": "SELECT slot, count(*), min(due) FROM timers GROUP BY slot ORDER BY slot",
        }
        if self.layout.postgres:
            asked["leases"] = "SELECT holder, count(*), min(until) FROM leases GROUP BY holder"
            asked["processes"] = "SELECT id, role, pid, stopping, seen_at FROM processes"
        lines = [f"{name}: {self.rows(query)}" for name, query in asked.items()]
        lines += [
            f"{' '.join(one.argv)} {one.process_id}: {one.log[-3000:]}" for one in self.members
        ]
        return "\n".join(lines)

    # ------------------------------------------------------------ what befalls it

    @property
    def chores(self) -> EasyFlow | None:
        """The process that does what one does for all; None where nobody does at the moment."""
        if len(self.members) == 1:
            return self.members[0]
        query = "SELECT pid FROM processes p JOIN leases l ON l.holder = p.id WHERE name"
        query += f" = 'slot:{CHORES}'"
        pids = {pid for (pid,) in self.rows(query)}
        return next((one for one in self.members if one.process_id in pids), None)

    async def crash(self, chance: Random, *, whom: EasyFlow | None = None) -> int:
        """Kill a process with -9 and start it again; says how many calls were in doubt."""
        one = whom or chance.choice(self.members)
        one.kill()
        doubtful = self.in_doubt()
        if len(self.members) > 1:
            # The others notice, and take up what it did, or they do not before it is back.
            await asyncio.sleep(chance.uniform(0, 2))
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

    async def freeze(self, chance: Random, seconds: float) -> None:
        """SIGSTOP to one at work for so long: past a lease others take its chats meanwhile."""
        one = chance.choice(self.workers or self.members)
        one.signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        one.signal(signal.SIGCONT)

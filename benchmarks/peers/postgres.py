"""A database of its own on a PostgreSQL that runs on this machine, and the CPU that the server spends on it.

`BENCH_POSTGRES` names the server and who may make databases on it. The server's own processes (the
writers of its log and of its pages) count too, so nobody else should use it meanwhile.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg

from benchmarks.peers.running import cpu_of
from bots.model.slots import SLOTS

SERVER = os.environ.get("BENCH_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")

_HOST = urlsplit(SERVER).netloc.rpartition("@")[2]
PASSWORD = "bench"


class Database:
    """An empty one; `url` is as Easy Flow's settings want it."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]", name: str) -> None:
        self._connection = connection
        self._name = name
        self.url = f"postgresql+asyncpg://{name}:{PASSWORD}@{_HOST}/{name}"

    async def cpu(self) -> float:
        """Seconds of the backends of this database and of the server's own processes."""
        rows = await self._connection.fetch(
            "SELECT pid FROM pg_stat_activity WHERE datname = $1 OR datname IS NULL", self._name
        )
        return sum(cpu_of(row["pid"]) for row in rows)

    async def shared_out(self, workers: int, check: Callable[[], None]) -> None:
        """Come back when so many workers hold all the chats between them.

        Raises RuntimeError after two minutes, or what `check` raises when a process has ended.
        """
        connection = await asyncpg.connect(
            urlsplit(SERVER)._replace(path=f"/{self._name}").geturl()
        )
        try:
            for _ in range(1200):
                check()
                row = await connection.fetchrow(
                    "SELECT count(*) AS slots, count(DISTINCT holder) AS holders FROM leases"
                    " JOIN processes ON processes.id = holder AND role = 'work'"
                    " WHERE name LIKE 'slot:%'"
                )
                if row and row["slots"] >= SLOTS and row["holders"] == workers:
                    return
                await asyncio.sleep(0.1)
        finally:
            await connection.close()
        raise RuntimeError(f"{workers} workers have not shared the chats out within two minutes")


@asynccontextmanager
async def database() -> AsyncIterator[Database]:
    """Of a role of its own, as PostgreSQL keeps walls between workspaces for no other; both go with the block."""
    connection = await asyncpg.connect(SERVER)
    name = f"easyflow_bench_{os.getpid()}"
    try:
        await connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
        await connection.execute(f"CREATE DATABASE {name} OWNER {name}")
        try:
            yield Database(connection, name)
        finally:
            await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            await connection.execute(f"DROP ROLE {name}")
    finally:
        await connection.close()


def answers() -> bool:
    """Whether anybody listens where the server should be."""
    parts = urlsplit(SERVER)
    with contextlib.suppress(OSError):
        socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 5432), 1).close()
        return True
    return False

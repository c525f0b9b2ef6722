"""What an installation keeps its data in, with a wire of ours on the way there; and how to look into it."""

import asyncio
import contextlib
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from storage.postgres.url import connecting
from tests.faults.rig.cluster import Cluster
from tests.faults.rig.proxy import Wire
from tests.servers.easyflow import free_port
from tests.servers.postgres import Server, server_or_skip

Row = tuple[Any, ...]


class Database(Protocol):
    """Looked into past whatever wire there is."""

    def rows(self, query: str) -> list[Row]: ...

    def alter(self, *statements: str) -> None: ...


class SqliteFile:
    """The file of a single process."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def rows(self, query: str) -> list[Row]:
        with closing(sqlite3.connect(self._path, isolation_level=None, timeout=60)) as db:
            return db.execute(query).fetchall()

    def alter(self, *statements: str) -> None:
        for statement in statements:
            self.rows(statement)


class PostgresDatabase:
    """A database of its own on the server of the tests; `url` leads there over `wire`."""

    def __init__(self) -> None:
        """Skips the test where no server runs."""
        # A thread of its own: a loop may run in this one.
        self._beside = ThreadPoolExecutor(1)
        self._server: Server = self._beside.submit(server_or_skip).result()
        self._own = self._beside.submit(asyncio.run, self._server.empty()).result()
        parts = urlsplit(self._own)
        self.wire = Wire([(parts.hostname or "127.0.0.1", parts.port or 5432)])

    def __enter__(self) -> Self:
        self.wire.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.wire.__exit__(kind, error, trace)
        self._beside.submit(asyncio.run, self._server.drop(self._own)).result()
        self._beside.shutdown()

    @property
    def url(self) -> str:
        parts = urlsplit(self._own)
        user = f"{parts.username}@" if parts.username else ""
        return urlunsplit(parts._replace(netloc=f"{user}127.0.0.1:{self.wire.port}"))

    def rows(self, query: str) -> list[Row]:
        return self._beside.submit(asyncio.run, self._asked([query])).result()

    def alter(self, *statements: str) -> None:
        self._beside.submit(asyncio.run, self._asked(statements)).result()

    async def _asked(self, statements: Sequence[str]) -> list[Row]:
        connection = await asyncpg.connect(**connecting(self._own), timeout=30)
        try:
            for statement in statements:
                found = await connection.fetch(statement)
            return [tuple(row) for row in found]
        finally:
            await connection.close()


class CrashingDatabase(PostgresDatabase):
    """The same on a server that is nobody else's."""

    def __init__(self, folder: Path) -> None:
        """Skips the test where no server can be started."""
        self.cluster = Cluster(folder)
        self._beside = ThreadPoolExecutor(1)
        self._own = self.cluster.url
        self.wire = Wire([("127.0.0.1", self.cluster.port)])

    def __enter__(self) -> Self:
        self.cluster.__enter__()
        self.wire.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.wire.__exit__(kind, error, trace)
        self.cluster.__exit__()
        self._beside.shutdown()


class RedisServer:
    """A Redis of its own, for it is emptied, stopped and killed; `url` leads there over `wire`."""

    def __init__(self, folder: Path) -> None:
        """Skips the test where the program is missing."""
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("no Redis can be started: install the package redis-server")
        folder.mkdir(parents=True, exist_ok=True)
        self._command = [program, "--save", "", "--dir", str(folder), "--bind", "127.0.0.1"]
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.wire = Wire([("127.0.0.1", self._port)])

    def __enter__(self) -> Self:
        self.start()
        self.wire.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.wire.__exit__(kind, error, trace)
        self.kill()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.wire.port}/0"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [*self._command, "--port", str(self._port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError):
                if self.say("PING").startswith(b"+PONG"):
                    return
            assert time.monotonic() < deadline, "Redis did not start"
            time.sleep(0.05)

    def say(self, words: str) -> bytes:
        """One command in words; the beginning of the answer."""
        with socket.create_connection(("127.0.0.1", self._port), timeout=5) as line:
            line.sendall(words.encode() + b"\r\n")
            return line.recv(4096)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

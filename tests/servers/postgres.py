"""Databases of PostgreSQL for tests: each a copy of one that has all the tables, dropped afterwards."""

import asyncio
import os
import uuid
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from storage.postgres.schema import migrate
from storage.postgres.url import connecting

SERVER = os.environ.get(
    "EASYFLOW_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres"
)


class Server:
    """A server that runs, and a database in it whose tables are copied."""

    def __init__(self) -> None:
        self._template = ""

    async def new(self) -> str:
        """The URL of a database with today's tables and nothing in them."""
        if not self._template:
            self._template = _name("template")
            await _typed(f"CREATE DATABASE {self._template}")
            await migrate(_url(self._template))
        return await self.empty(f"TEMPLATE {self._template} STRATEGY file_copy")

    async def empty(self, more: str = "") -> str:
        """The URL of a database with nothing in it."""
        name = _name("test")
        await _typed(f"CREATE DATABASE {name} {more}")
        return _url(name)

    async def drop(self, url: str) -> None:
        name = urlsplit(url).path.strip("/")
        await _typed(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    async def close(self) -> None:
        if self._template:
            await self.drop(_url(self._template))


def server_or_skip() -> Server:
    """Under `CI=true` a missing server is a failure."""
    try:
        asyncio.run(_typed("SELECT 1"))
    except (OSError, asyncpg.PostgresError) as error:
        why = f"PostgreSQL does not answer at {SERVER} (EASYFLOW_TEST_POSTGRES): {error}"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    return Server()


async def _typed(statement: str) -> None:
    connection = await asyncpg.connect(**connecting(SERVER), timeout=5)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _name(kind: str) -> str:
    return f"easyflow_{kind}_{uuid.uuid4().hex[:12]}"


def _url(database: str) -> str:
    return urlunsplit(urlsplit(SERVER)._replace(path=f"/{database}"))

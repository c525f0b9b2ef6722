"""Databases of PostgreSQL for tests: copies of one that has all the tables, lent to one test at a time."""

import asyncio
import contextlib
import os
import uuid
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from storage.postgres.schema import migrate
from storage.postgres.url import connecting

SERVER = os.environ.get(
    "EASYFLOW_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres"
)
ROLE = "easyflow_walled"

_NOBODY_ELSE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_EMPTIED = """
DO $$
DECLARE name text;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
    FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'
    LOOP PERFORM setval(quote_ident(name), 1, false); END LOOP;
END $$
"""
"""Quicker than a new database, and than TRUNCATE, which makes new files."""


class Server:
    """A server that runs, and a database in it whose tables are copied."""

    def __init__(self) -> None:
        self._template = ""
        self._spare: list[str] = []

    async def lend(self) -> str:
        """The URL of a database with today's tables, nothing in them, and every number at its first."""
        return self._spare.pop() if self._spare else await self.new()

    async def give_back(self, url: Any) -> None:
        """It is emptied for the next; whoever still speaks to it is cut off."""
        await _typed(_NOBODY_ELSE, url)
        await _typed(_EMPTIED, url)
        self._spare.append(url)

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

    async def of_role(self) -> str:
        """The URL of a database whose owner is no superuser, for whom PostgreSQL keeps walls."""
        with contextlib.suppress(asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
            await _typed(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{ROLE}'")
        parts = urlsplit(await self.empty(f"OWNER {ROLE}"))
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{ROLE}:{ROLE}@{host}"))

    async def drop(self, url: str) -> None:
        name = urlsplit(url).path.strip("/")
        await _typed(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    async def close(self) -> None:
        for url in self._spare:
            await self.drop(url)
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


async def _typed(statement: str, url: str = SERVER) -> None:
    connection = await asyncpg.connect(**connecting(url), timeout=5)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _name(kind: str) -> str:
    return f"easyflow_{kind}_{uuid.uuid4().hex[:12]}"


def _url(database: str) -> str:
    return urlunsplit(urlsplit(SERVER)._replace(path=f"/{database}"))

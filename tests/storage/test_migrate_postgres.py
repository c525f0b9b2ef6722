"""PostgreSQL's tables: a new database has today's at once, an older one is brought up to them."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import BigInteger, Boolean, Connection, Integer, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from storage.every_table import METADATA, is_described
from storage.migrate import HEAD, NewerDatabase, configured
from storage.postgres.opening import open_postgres
from storage.postgres.schema import BESIDE, migrate, revision
from storage.postgres.url import connecting, postgres_url
from tests.servers.postgres import Server
from tests.storage.conftest import HandClock, numbers
from tests.storage.samples import answer, opened

OWN_INDEXES = re.findall(r"CREATE (?:UNIQUE )?INDEX (\w+)", BESIDE.read_text(encoding="utf-8"))


@pytest.fixture
async def empty(postgres_server: Server) -> AsyncIterator[str]:
    url = await postgres_server.empty()
    yield url
    await postgres_server.drop(url)


@pytest.fixture
async def made(postgres_server: Server) -> AsyncIterator[str]:
    url = await postgres_server.new()
    yield url
    await postgres_server.drop(url)


async def with_connection(url: str, work: Callable[[Connection], Any]) -> Any:
    engine = create_async_engine(postgres_url(url), poolclass=NullPool)
    async with engine.begin() as connection:
        found = await connection.run_sync(work)
    await engine.dispose()
    return found


def is_of_the_code(one: Any, name: str, kind: str, reflected: bool, other: Any) -> bool:
    """PostgreSQL has indexes more than SQLite."""
    return name not in OWN_INDEXES and is_described(one, name, kind, reflected, other)


def is_other_type(_context: Any, _here: Any, _there: Any, kept: Any, told: Any) -> bool | None:
    """What is true or false is a number there, and whole numbers are long."""
    if isinstance(told, Boolean):
        return not isinstance(kept, Integer)
    return not isinstance(kept, BigInteger) if isinstance(told, Integer) else None


def differences(connection: Connection) -> list[Any]:
    ours = {"include_object": is_of_the_code, "compare_type": is_other_type}
    context = MigrationContext.configure(connection, opts=ours)
    return list(compare_metadata(context, METADATA))


async def test_the_tables_are_those_of_the_code(made: str) -> None:
    assert await with_connection(made, differences) == []
    assert await with_connection(made, revision) == HEAD


async def test_one_version_back_and_up_again_nothing_is_lost(made: str, clock: HandClock) -> None:
    stores = await open_postgres(made, new_id=numbers(), clock=clock)
    chat = await answer(stores.journal, await opened(stores.journal))
    await stores.close()

    def back(connection: Connection) -> None:
        command.downgrade(configured(connection), "-1")

    await with_connection(made, back)
    assert await with_connection(made, revision) != HEAD
    await migrate(made)
    assert await with_connection(made, differences) == []
    stores = await open_postgres(made, new_id=numbers(), clock=clock)
    assert (await stores.journal.claim(chat.address)).seq == chat.seq
    await stores.close()


async def test_of_processes_that_start_at_once_one_makes_the_tables(empty: str) -> None:
    await asyncio.gather(*(migrate(empty) for _ in range(4)))
    assert await with_connection(empty, differences) == []


async def test_a_newer_database_is_refused_with_a_sentence(made: str) -> None:
    def grow(connection: Connection) -> None:
        connection.execute(text("UPDATE alembic_version SET version_num = 'v9999'"))

    await with_connection(made, grow)
    for refused in (migrate(made), open_postgres(made, new_id=numbers(), clock=HandClock())):
        with pytest.raises(NewerDatabase, match="later version of Easy Flow"):
            await refused
    assert await with_connection(made, revision) == "v9999"


async def test_numbers_are_of_64_bits_everywhere(made: str) -> None:
    connection = await asyncpg.connect(**connecting(made))
    short = await connection.fetch(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND data_type IN ('smallint', 'integer')"
    )
    await connection.close()
    flags = {
        (table.name, column.name)
        for table in METADATA.tables.values()
        for column in table.columns
        if column.type.python_type is bool
    }
    assert {tuple(row) for row in short} <= flags

"""Tables as PostgreSQL has them: a new database gets today's at once, an older one is brought up to them.

What is true or false is a number, 0 or 1, as SQLite has it: one statement is for both.
"""

from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Boolean, Column, Connection, Integer, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import NullPool

from storage.every_table import METADATA
from storage.migrate import HEAD, upgrade
from storage.postgres.url import connecting
from storage.postgres.walls import put_up

LOCK = 0x0EA5F107
"""The advisory lock of whoever changes tables: of processes that start together one does it."""

BESIDE = Path(__file__).with_name("beside_tables.sql")


@compiles(Boolean, "postgresql")
def _number(_type: Boolean, _compiler: Any, *, type_expression: Any = None, **_: Any) -> str:
    """In tables; what SQLAlchemy asks of PostgreSQL's own knows true from 1."""
    return "INTEGER" if isinstance(type_expression, Column) else "BOOLEAN"


@compiles(Integer, "postgresql")
def _long_number(_type: Integer, _compiler: Any, *, type_expression: Any = None, **_: Any) -> str:
    """Of 64 bits in tables, as all of SQLite's are: no id that somebody asks for is too large there."""
    return "BIGINT" if isinstance(type_expression, Column) else "INTEGER"


async def migrate(url: str) -> None:
    """Raises NewerDatabase, with a sentence, rather than touching what it does not know."""
    engine = create_async_engine(
        "postgresql+asyncpg://",
        poolclass=NullPool,
        async_creator=lambda: asyncpg.connect(**connecting(url)),
    )
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
            await connection.commit()
            await connection.run_sync(_migrate)
            await connection.commit()
    finally:
        await engine.dispose()


def _migrate(connection: Connection) -> None:
    at = revision(connection)
    if at == HEAD:
        return
    if at is None:
        _make(connection)
    else:
        upgrade(connection, at)
    put_up(connection, METADATA)


def revision(connection: Connection) -> str | None:
    """Which revision a database is at; None for a new one."""
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    at = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if at is None else str(at)


def _make(connection: Connection) -> None:
    for table in METADATA.tables.values():
        for index in table.indexes:
            where = index.dialect_options["sqlite"].get("where")
            index.dialect_options["postgresql"]["where"] = where
    METADATA.create_all(connection)
    for statement in BESIDE.read_text(encoding="utf-8").split("\n--;\n"):
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)")
    connection.execute(text("INSERT INTO alembic_version VALUES (:at)"), {"at": HEAD})

"""Bring a database to today's tables; at once where it has them already."""

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from storage.database import sqlite_path

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

HEAD = "v0010"
"""The newest revision, so that a start need not import Alembic (0.3 s) to find that it has it."""


class NewerDatabase(OSError):
    """The database was written by a later version of Easy Flow."""


def migrate(url: str) -> None:
    """Raises NewerDatabase, with a sentence, rather than touching what it does not know."""
    at = revision(url)
    if at == HEAD:
        return
    # Heavy, and needed at the first start and after an upgrade alone.
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        upgrade(connection, at)


def upgrade(connection: "Connection", at: str | None) -> None:
    """Bring a database from a revision to the newest, over a connection. Raises NewerDatabase."""
    from alembic import command

    if at is not None and at not in known_revisions():
        raise NewerDatabase(
            f"The database is of a later version of Easy Flow ({at}); install that version"
            " or restore the backup from before the upgrade"
        )
    command.upgrade(configured(connection), "head")


def configured(connection: "Connection") -> "Config":
    """Of Alembic, for moves over a connection."""
    config = _config()
    config.attributes["connection"] = connection
    return config


def known_revisions() -> set[str]:
    """Those that this version can start from."""
    from alembic.script import ScriptDirectory  # heavy, and seldom needed

    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def revision(url: str) -> str | None:
    """Which revision a database is at; None for a new one."""
    path = sqlite_path(url)
    if not path.exists():
        return None
    connection = sqlite3.connect(path)
    try:
        tables = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")
        if tables.fetchone() is None:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return None if row is None else str(row[0])
    finally:
        connection.close()

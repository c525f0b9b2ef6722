"""Bring a database to today's tables; at once where it has them already."""

import sqlite3
from pathlib import Path

from storage.database import sqlite_path

HEAD = "v0007"
"""The newest revision, so that a start need not import Alembic (0.3 s) to find that it has it."""


class NewerDatabase(OSError):
    """The database was written by a later version of Easy Flow."""


def migrate(url: str) -> None:
    """Raises NewerDatabase, with a sentence, rather than touching what it does not know."""
    at = revision(url)
    if at == HEAD:
        return
    # Heavy, and needed at the first start and after an upgrade alone.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if at is not None and at not in known:
        raise NewerDatabase(
            f"The database is of a later version of Easy Flow ({at}); install that version"
            " or restore the backup from before the upgrade"
        )
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


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

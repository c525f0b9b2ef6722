"""Migrations make exactly the tables the code names, and leave alone what they do not know."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from storage import tables
from storage.every_table import METADATA, is_described
from storage.migrate import HEAD, NewerDatabase, migrate, revision


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def test_the_tables_are_those_of_the_code(migrated: Path) -> None:
    assert tables.InboxRows.metadata is METADATA
    engine = create_engine(url(migrated))
    with engine.connect() as connection:
        ours = {"include_object": is_described}
        context = MigrationContext.configure(connection, opts=ours)
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_head_is_the_newest_revision(migrated: Path) -> None:
    config = Config()
    config.set_main_option("script_location", "storage/migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]
    assert revision(url(migrated)) == HEAD


def test_a_new_database_has_no_revision(tmp_path: Path) -> None:
    assert revision(url(tmp_path / "none.db")) is None
    assert not (tmp_path / "none.db").exists()


def test_a_database_at_head_is_opened_without_alembic(migrated: Path) -> None:
    program = (
        "import sys; from storage.migrate import migrate;"
        f"migrate({url(migrated)!r}); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_newer_database_is_refused_with_a_sentence(tmp_path: Path, migrated: Path) -> None:
    path = tmp_path / "newer.db"
    path.write_bytes(migrated.read_bytes())
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'v9999'")
    connection.close()
    with pytest.raises(NewerDatabase, match="later version of Easy Flow"):
        migrate(url(path))
    assert revision(url(path)) == "v9999"

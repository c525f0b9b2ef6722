"""Moves a database from revision to revision, as a new version of Easy Flow or an older one does."""

from collections.abc import Callable
from pathlib import Path

from alembic.config import Config
from sqlalchemy import create_engine


def alembic(path: Path, move: Callable[[Config, str], None], revision: str) -> None:
    """`move` is `alembic.command.upgrade` or `downgrade`."""
    config = Config()
    config.set_main_option("script_location", "storage/migrations")
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        move(config, revision)
    engine.dispose()

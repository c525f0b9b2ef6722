"""All tables together, for whoever makes or compares them."""

from typing import Any

from sqlmodel import SQLModel

from storage import (
    assistant_tables,
    billing_tables,
    desk_tables,
    people_tables,
    process_tables,
    tables,
    webhook_tables,
)

MODULES = (
    tables,
    desk_tables,
    people_tables,
    assistant_tables,
    billing_tables,
    process_tables,
    webhook_tables,
)
METADATA = SQLModel.metadata

WORDS = "passage_words"
"""The virtual table of FTS5: SQL makes it, and beside it tables that are SQLite's own."""


def is_described(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Whether a table is one of ours, for Alembic to compare."""
    return not (kind == "table" and (name or "").startswith(WORDS))

"""Run by Alembic with the connection that storage/migrate.py opened."""

from alembic import context
from sqlmodel import SQLModel

from storage import tables

__all__ = ["tables"]

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()

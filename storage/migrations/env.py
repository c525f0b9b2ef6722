"""Run by Alembic with the connection that storage/migrate.py opened."""

from alembic import context

from storage.every_table import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()

"""Run by Alembic with the connection that storage/migrate.py opened."""

from alembic import context

from storage.every_table import METADATA, is_described

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    include_object=is_described,
)
with context.begin_transaction():
    context.run_migrations()

"""How a database of any earlier version becomes today's (Alembic)."""

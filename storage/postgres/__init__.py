"""Easy Flow over PostgreSQL: the same statements, by asyncpg."""

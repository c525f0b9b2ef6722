"""What a PostgreSQL database says of itself to somebody who looks for trouble; nothing is written."""

from dataclasses import replace
from datetime import datetime

import asyncpg
from sqlalchemy.util import greenlet_spawn

from bots.model.checkup import Kept
from bots.ports import Vault
from storage.checkup import whole
from storage.migrate import HEAD
from storage.postgres.connection import PgDb
from storage.postgres.sharing import look_at_sharing
from storage.postgres.troubles import TROUBLES, trouble
from storage.postgres.url import connecting

PATIENCE = 5.0
"""Seconds, for the connection and for each statement."""

_REVISION = "SELECT version_num FROM alembic_version"


async def look_at_postgres(url: str, now: datetime, vault: Vault) -> Kept:
    """Raises OSError with a sentence where it cannot be reached."""
    try:
        connection = await asyncpg.connect(
            **connecting(url), timeout=PATIENCE, command_timeout=PATIENCE
        )
    except TROUBLES as error:
        raise OSError(trouble(url, error)) from error
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            # Whoever looks for trouble looks at all workspaces.
            await connection.execute("SELECT set_config('easyflow.workspace', 'all', true)")
            there = await connection.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL")
            at = await connection.fetchval(_REVISION) if there else None
            size = await connection.fetchval("SELECT pg_database_size(current_database())")
            if at != HEAD:
                return Kept(revision=at, expected=HEAD, bytes=size)
            kept: Kept = await greenlet_spawn(whole, PgDb(connection), now, vault, (size, 0))
        # Beside that transaction, which sees what is as it was at its beginning.
        await connection.execute("SELECT set_config('easyflow.workspace', 'all', false)")
        return replace(kept, sharing=await look_at_sharing(connection, now))
    finally:
        await connection.close()

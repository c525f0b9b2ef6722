"""The owner of a database that an older Easy Flow made is found, and is what they were."""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command

from storage.sqlite import open_sqlite
from tests.storage.alembic_moves import alembic
from tests.storage.conftest import HandClock, numbers


async def test_the_owner_of_before_is_found_by_their_email_in_small_letters(
    tmp_path: Path, clock: HandClock
) -> None:
    path = tmp_path / "easyflow.db"
    alembic(path, command.upgrade, "v0006")
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("INSERT INTO workspaces (id, name, created_at) VALUES (1, 'mine', 0)")
        db.execute(
            "INSERT INTO accounts (id, workspace, email, password_hash, is_admin, created_at)"
            " VALUES (1, 1, 'Owner@Example.COM', 'hash', 1, 0)"
        )
        db.execute(
            "INSERT INTO api_keys (workspace, account_id, name, prefix, digest, created_at)"
            " VALUES (1, 1, 'owner', 'sk_live_abcd', 'd', 0)"
        )
    stores = await open_sqlite(path, new_id=numbers(), clock=clock)
    try:
        owner = await stores.accounts.by_email("owner@example.com")
        assert owner is not None
        assert (owner.id, owner.role, owner.active, owner.is_admin) == (1, "owner", True, True)
        key = await stores.keys.by_digest("d")
        assert key is not None
        assert (key.kind, key.domains, key.is_admin, key.revoked_at) == ("secret", (), True, None)
    finally:
        await stores.close()
    alembic(path, command.downgrade, "v0006")
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT id, email FROM accounts").fetchall() == [(1, "owner@example.com")]

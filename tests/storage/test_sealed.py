"""Sealing anew: every column that holds a secret is walked, and nothing is lost on the way."""

from random import Random

from bots.services.second_factor import SecondFactor
from storage.every_table import METADATA
from storage.sealed import SEALED, TOTP
from storage.stores import Stores
from storage.vault import KeyRing
from tests.storage.conftest import HandClock, House

OLD, NEW = "the old key of the tests " * 2, "the new key of the tests " * 2


async def test_each_sealed_column_is_one_of_a_table(stores: Stores) -> None:
    for kind in SEALED:
        columns = METADATA.tables[kind.table].columns
        assert {kind.column, *kind.key} <= set(columns.keys())


async def test_every_kind_is_sealed_anew_and_opens_with_the_new_key_alone(
    house: House, clock: HandClock
) -> None:
    stores = house.stores
    old = KeyRing(lambda: [OLD])
    owner = await stores.accounts.found(email="o@example.com", password_hash="h", now=clock())
    factor = SecondFactor(
        stores.second_factors,
        guesses=stores.guesses,
        vault=old,
        clock=clock,
        random_bytes=Random(1).randbytes,
    )
    new = await factor.propose(owner)
    rows = {
        "channels": "INSERT INTO channels (workspace, name, bot, platform, origin, credentials,"
        " settings, status, since, why, title, created_at, updated_at)"
        " VALUES (1, 'telegram:1', 'shop', 'telegram', 'command', ?, '{}', 'up', 0, '', '', 0, 0)",
        "ai_tokens": "INSERT INTO ai_tokens (id, name, token, tail, models, daily_limit,"
        " monthly_limit, priority, active, notes, created_at, updated_at)"
        " VALUES (7, '', ?, '', '[]', 1, 1, 1, 1, '', 0, 0)",
        "connections": "INSERT INTO connections (id, workspace, user_id, platform, credentials,"
        " settings, status, sync_status, error, orders, products, connected_at, next_sync_at)"
        " VALUES ('c', 1, 'u 1', 'ozon', ?, '{}', '', '', '', 0, 0, 0, 0)",
        "webhook_endpoints": "INSERT INTO webhook_endpoints (id, workspace, url, name, events,"
        " secrets, state, why, cursor, tries, error, version, created_at)"
        " VALUES ('w', 1, '', '', '[]', ?, 'active', '', 0, 0, '', 1, 0)",
    }
    keys: dict[str, tuple[object, ...]] = {
        "channels": (1, "telegram:1"),
        "ai_tokens": (7,),
        "connections": (1, "ozon", "u 1"),
        "webhook_endpoints": (1, "w"),
        "accounts": (owner.workspace, owner.id),
    }
    secrets = {table: f"a secret of {table}" for table in rows} | {"accounts": new.secret}
    assert {kind.table for kind in SEALED} == secrets.keys(), "give the new kind a row here"
    abouts = {kind.table: kind.about(*keys[kind.table]) for kind in SEALED}
    for table, insert in rows.items():
        await house.run(insert, old.seal(secrets[table], abouts[table]))

    locked = await stores.seals(KeyRing(lambda: [NEW])).again()
    assert locked[0] == 0
    assert len(locked[1]) == len(SEALED)
    assert await stores.seals(KeyRing(lambda: [NEW, OLD])).again() == (len(SEALED), [])
    only_new = KeyRing(lambda: [NEW])
    for kind in SEALED:
        ((sealed,),) = await house.run(f"SELECT {kind.column} FROM {kind.table}")
        assert only_new.open(sealed, abouts[kind.table]) == secrets[kind.table]


def test_a_second_factor_is_sealed_for_its_own_row() -> None:
    assert TOTP.about(3, 8) == "totp 3 8"

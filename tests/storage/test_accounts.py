"""Workspaces, people and keys."""

from dataclasses import replace

import pytest

from bots.errors import Conflict
from bots.model.account import ApiKey
from tests.storage.conftest import House
from tests.storage.samples import NOON

OWNER = "owner@example.org"


async def test_the_first_account_owns_the_first_workspace(house: House) -> None:
    accounts = house.stores.accounts
    assert await accounts.owner() is None
    account = await accounts.found(email=OWNER, password_hash="hash", now=NOON)
    assert (account.workspace, account.email, account.is_admin) == (1, OWNER, True)
    assert await (await house.reopen()).accounts.owner() == account


async def test_the_owner_stays_the_first_one(house: House) -> None:
    accounts = house.stores.accounts
    first = await accounts.found(email=OWNER, password_hash="hash", now=NOON)
    second = await accounts.found(email="other@example.org", password_hash="hash", now=NOON)
    assert second.workspace != first.workspace
    assert await accounts.owner() == first


async def test_an_email_has_one_account(house: House) -> None:
    await house.stores.accounts.found(email=OWNER, password_hash="hash", now=NOON)
    with pytest.raises(Conflict):
        await house.stores.accounts.found(email=OWNER, password_hash="hash", now=NOON)
    assert await house.run("SELECT count(*) FROM workspaces") == [(1,)]


async def test_a_key_is_found_by_its_digest(house: House) -> None:
    owner = await house.stores.accounts.found(email=OWNER, password_hash="hash", now=NOON)
    new = ApiKey(
        id=0,
        workspace=owner.workspace,
        account_id=owner.id,
        name="first",
        prefix="sk_live_abcd",
        digest="d" * 64,
        bot="shop",
        created_at=NOON,
        domains=("example.com",),
    )
    key = await house.stores.keys.add(new)
    assert key == replace(new, id=key.id)
    stores = await house.reopen()
    assert await stores.keys.by_digest("d" * 64) == replace(key, is_admin=True)
    assert await stores.keys.by_digest("e" * 64) is None
    with pytest.raises(Conflict):
        await stores.keys.add(new)

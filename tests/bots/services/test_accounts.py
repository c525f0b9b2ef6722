"""The owner of the first start, and who is behind a key."""

from random import Random

import pytest

from bots.errors import Invalid, Unauthorised
from bots.services.accounts import Accounts
from bots.services.keys import checksum, digest
from bots.services.passwords import Passwords
from tests.adapters.http.fake_people import FakeAccounts, FakeKeys, accounts_over
from tests.adapters.http.fake_time import Time

GIVEN_KEY = "a-key-the-owner-chose-himself"


@pytest.fixture
def store() -> FakeAccounts:
    return FakeAccounts()


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def keys() -> FakeKeys:
    return FakeKeys()


@pytest.fixture
def accounts(store: FakeAccounts, keys: FakeKeys, clock: Time) -> Accounts:
    return accounts_over(store, keys, clock, Random(1).randbytes)


async def test_the_first_start_makes_an_owner_with_a_password_and_a_key(
    accounts: Accounts, store: FakeAccounts
) -> None:
    founded = await accounts.found_owner()
    assert founded is not None
    assert founded.generated
    assert founded.email == "owner@localhost"
    assert len(founded.password) == 20
    assert founded.key.startswith("sk_live_")
    (owner,) = store.people
    assert owner.is_admin
    assert owner.password_hash == f"hash 1 of {founded.password}"
    caller = await accounts.caller(founded.key)
    assert (caller.workspace, caller.account_id) == (owner.workspace, owner.id)


async def test_only_a_keys_hash_and_its_beginning_are_kept(
    accounts: Accounts, keys: FakeKeys
) -> None:
    founded = await accounts.found_owner()
    assert founded is not None
    (key,) = keys.keys.values()
    assert key.digest == digest(founded.key)
    assert key.prefix == founded.key[:16]
    assert founded.key not in repr(key)


async def test_the_second_start_makes_nothing(
    accounts: Accounts, store: FakeAccounts, keys: FakeKeys
) -> None:
    await accounts.found_owner()
    assert await accounts.found_owner(email="other@example.com") is None
    assert len(store.people) == len(keys.keys) == 1


async def test_what_is_given_is_taken_as_it_is(accounts: Accounts) -> None:
    founded = await accounts.found_owner(
        email="me@example.com", password="correct horse", key=GIVEN_KEY
    )
    assert founded is not None
    assert not founded.generated
    assert (founded.email, founded.password) == ("me@example.com", "correct horse")
    assert (await accounts.caller(GIVEN_KEY)).workspace == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"key": "x" * 19}, "api_key"),
        ({"key": "ключ, который длиннее двадцати"}, "api_key"),
    ],
)
async def test_what_is_too_weak_is_refused_and_nothing_is_made(
    accounts: Accounts, store: FakeAccounts, given: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await accounts.found_owner(**given)
    assert refused.value.field == field
    assert store.people == []


async def test_an_unknown_key_is_nobodys(accounts: Accounts) -> None:
    with pytest.raises(Unauthorised):
        await accounts.caller("sk_live_somebody_elses_key")


async def test_a_revoked_key_dies_within_two_seconds(
    accounts: Accounts, keys: FakeKeys, clock: Time
) -> None:
    await accounts.found_owner(key=GIVEN_KEY)
    await accounts.caller(GIVEN_KEY)
    keys.keys.clear()
    clock.pass_(seconds=1)
    await accounts.caller(GIVEN_KEY)
    clock.pass_(seconds=1)
    with pytest.raises(Unauthorised):
        await accounts.caller(GIVEN_KEY)


async def test_a_clock_that_is_put_back_keeps_no_key_alive(
    accounts: Accounts, keys: FakeKeys, clock: Time
) -> None:
    await accounts.found_owner(key=GIVEN_KEY)
    await accounts.caller(GIVEN_KEY)
    keys.keys.clear()
    clock.pass_(hours=-1)
    with pytest.raises(Unauthorised):
        await accounts.caller(GIVEN_KEY)


def test_keys_differ_and_carry_their_checksum(accounts: Accounts) -> None:
    made = {accounts.keys.new() for _ in range(50)}
    assert len(made) == 50
    for key in made:
        assert len(key) == len("sk_live_") + 8 + 1 + 32 + 6
        assert checksum(key[:-6]) == key[-6:]


async def test_passwords_are_hashed_with_argon2id() -> None:
    passwords = Passwords(random_bytes=Random(1).randbytes)
    hashed = await passwords.hash("correct horse")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,")
    assert await passwords.fits("correct horse", hashed) == (True, None)
    assert await passwords.fits("wrong horse", hashed) == (False, None)

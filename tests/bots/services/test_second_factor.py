"""Codes of an authenticator app and backup codes: each is taken once, and guessed slowly."""

import asyncio
from collections import Counter
from datetime import timedelta

import pyotp
import pytest

from bots.errors import (
    BadCredentials,
    Conflict,
    Forbidden,
    SecondFactorNeeded,
    TooMany,
    Unavailable,
)
from bots.model.account import Account
from bots.services.second_factor import NewFactor
from tests.bots.services.entrance import EMAIL, Entrance


async def account(entrance: Entrance) -> Account:
    return await entrance.members.anywhere(EMAIL)


def code(entrance: Entrance, new: NewFactor, *, steps: int = 0) -> str:
    return pyotp.TOTP(new.secret).at(entrance.clock() + timedelta(seconds=30 * steps))


@pytest.fixture
async def factor(entrance: Entrance) -> NewFactor:
    """Anna's, which counts; the step of its first code is over."""
    await entrance.register()
    new = await entrance.second_factor.propose(await account(entrance))
    await entrance.second_factor.confirm(await account(entrance), code(entrance, new))
    entrance.clock.pass_(seconds=90)
    return new


async def test_it_counts_from_its_first_code_on(entrance: Entrance) -> None:
    await entrance.register()
    new = await entrance.second_factor.propose(await account(entrance))
    assert new.uri == (
        f"otpauth://totp/Easy%20Flow:anna%40example.com?secret={new.secret}&issuer=Easy%20Flow"
    )
    assert len(set(new.backup_codes)) == 10
    await entrance.log_in()
    with pytest.raises(BadCredentials):
        await entrance.second_factor.confirm(await account(entrance), new.backup_codes[0])
    await entrance.second_factor.confirm(await account(entrance), code(entrance, new))
    with pytest.raises(SecondFactorNeeded):
        await entrance.log_in()
    with pytest.raises(Conflict):
        await entrance.second_factor.propose(await account(entrance))


async def test_a_code_is_taken_once(entrance: Entrance, factor: NewFactor) -> None:
    now = code(entrance, factor)
    await entrance.log_in(code=f" {now[:3]} {now[3:]} ")
    with pytest.raises(BadCredentials):
        await entrance.log_in(code=now)
    entrance.clock.pass_(seconds=30)
    await entrance.log_in(code=code(entrance, factor))


async def test_a_code_of_before_is_worth_nothing_after_one_of_now(
    entrance: Entrance, factor: NewFactor
) -> None:
    await entrance.log_in(code=code(entrance, factor))
    with pytest.raises(BadCredentials):
        await entrance.log_in(code=code(entrance, factor, steps=-1))


@pytest.mark.parametrize(
    ("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
async def test_clocks_may_be_half_a_minute_apart(
    entrance: Entrance, factor: NewFactor, steps: int, taken: bool
) -> None:
    if taken:
        await entrance.log_in(code=code(entrance, factor, steps=steps))
    else:
        with pytest.raises(BadCredentials):
            await entrance.log_in(code=code(entrance, factor, steps=steps))


async def test_of_a_hundred_logins_with_one_code_one_is_let_in(
    entrance: Entrance, factor: NewFactor
) -> None:
    who, now = await account(entrance), code(entrance, factor)
    outcomes = await asyncio.gather(
        *(entrance.second_factor.check(who, now) for _ in range(100)), return_exceptions=True
    )
    kinds = Counter(type(one).__name__ for one in outcomes)
    assert kinds["NoneType"] == 1
    assert kinds["BadCredentials"] + kinds["TooMany"] == 99


async def test_a_backup_code_is_taken_once_however_it_is_typed(
    entrance: Entrance, factor: NewFactor
) -> None:
    first, second = factor.backup_codes[:2]
    await entrance.log_in(code=first.lower().replace("-", ""))
    with pytest.raises(BadCredentials):
        await entrance.log_in(code=first)
    await entrance.log_in(code=second)


async def test_a_backup_code_is_its_accounts_alone(entrance: Entrance, factor: NewFactor) -> None:
    await entrance.register("bob@example.com")
    bob = await entrance.members.anywhere("bob@example.com")
    new = await entrance.second_factor.propose(bob)
    bob = await entrance.members.anywhere("bob@example.com")
    await entrance.second_factor.confirm(bob, code(entrance, new))
    with pytest.raises(BadCredentials):
        await entrance.log_in("bob@example.com", code=factor.backup_codes[0])


async def test_five_wrong_codes_in_a_quarter_of_an_hour_are_enough(
    entrance: Entrance, factor: NewFactor
) -> None:
    for _ in range(5):
        with pytest.raises(BadCredentials):
            await entrance.log_in(code="000000")
    with pytest.raises(TooMany) as told:
        await entrance.log_in(code=code(entrance, factor))
    entrance.clock.pass_(seconds=told.value.retry_after)
    await entrance.log_in(code=code(entrance, factor))


@pytest.mark.parametrize("given", ["１２３４５６", "0" * 200, "'", "null", "-", "٠٠٠٠٠٠"])
async def test_garbage_is_a_wrong_code(entrance: Entrance, factor: NewFactor, given: str) -> None:
    with pytest.raises(BadCredentials):
        await entrance.log_in(code=given)


async def test_the_password_comes_first(entrance: Entrance, factor: NewFactor) -> None:
    with pytest.raises(BadCredentials):
        await entrance.log_in(password="a guess", code=code(entrance, factor))
    await entrance.log_in(code=code(entrance, factor))


async def test_secret_and_backup_codes_are_not_in_the_file(
    entrance: Entrance, factor: NewFactor
) -> None:
    await entrance.close()
    kept = entrance._path.read_bytes()
    assert factor.secret.encode() not in kept
    for backup in factor.backup_codes:
        assert backup.encode() not in kept
        assert backup.replace("-", "").encode() not in kept
    await entrance.open()


async def test_without_its_key_a_backup_code_still_lets_in(
    entrance: Entrance, factor: NewFactor
) -> None:
    entrance.ring[:] = ["another key of the tests, long enough"]
    entrance.build(entrance.stores)
    with pytest.raises(Unavailable):
        await entrance.log_in(code=code(entrance, factor))
    await entrance.log_in(code=factor.backup_codes[0])


async def test_it_is_switched_off(entrance: Entrance, factor: NewFactor) -> None:
    await entrance.second_factor.switch_off(await account(entrance))
    await entrance.log_in()
    with pytest.raises(Conflict):
        await entrance.second_factor.confirm(await account(entrance), code(entrance, factor))


async def test_with_a_token_that_was_stolen_later_it_is_neither_made_nor_dropped(
    entrance: Entrance,
) -> None:
    entered = await entrance.register()
    caller = await entrance.sessions.caller(entered.tokens.access)
    new = await entrance.signing_in.propose_factor(caller)
    await entrance.signing_in.confirm_factor(caller, code(entrance, new))
    entrance.clock.pass_(minutes=6)
    with pytest.raises(Forbidden):
        await entrance.signing_in.drop_factor(caller, code(entrance, new))
    again = (await entrance.log_in(code=code(entrance, new))).tokens.access
    caller = await entrance.sessions.caller(again)
    with pytest.raises(BadCredentials):
        await entrance.signing_in.drop_factor(caller, code(entrance, new))
    await entrance.signing_in.drop_factor(caller, new.backup_codes[3])
    await entrance.log_in()
    entrance.clock.pass_(minutes=6)
    with pytest.raises(Forbidden):
        await entrance.signing_in.propose_factor(caller)

"""Registration and login: who gets in, who is slowed, and what nobody can tell from outside."""

import asyncio
import time
from collections import Counter

import pytest

from bots.errors import BadCredentials, Conflict, Forbidden, Invalid, TooMany, Unavailable
from bots.model.account import Account
from bots.services.passwords import AT_ONCE, WAITING, Passwords
from bots.services.sessions import LASTING, Whence
from bots.services.signing_in import Registering
from tests.adapters.http.fake_people import QuickHasher
from tests.bots.services.entrance import EMAIL, HOME, PASSWORD, Entrance

ELSEWHERE = "198.51.100.9"


async def test_each_who_registers_has_a_workspace_and_is_its_owner(entrance: Entrance) -> None:
    anna, bob = await entrance.register(), await entrance.register("bob@example.com")
    assert anna.account.workspace != bob.account.workspace
    assert (bob.account.role, bob.account.is_admin) == ("owner", False)


@pytest.mark.parametrize(
    "written",
    [EMAIL, "Anna@Example.COM", "  anna@example.com ", "ANNA@EXAMPLE.COM", "ａｎｎａ@example.com"],
)
async def test_an_email_is_one_account_however_it_is_written(
    entrance: Entrance, written: str
) -> None:
    await entrance.register()
    with pytest.raises(Conflict):
        await entrance.register(written)
    assert (await entrance.log_in(written)).account.email == EMAIL


async def test_a_domain_is_the_same_in_letters_and_in_punycode(entrance: Entrance) -> None:
    made = await entrance.register("ivan@Почта.РФ")
    assert made.account.email == "ivan@почта.рф"
    with pytest.raises(Conflict):
        await entrance.register("ivan@xn--80a1acny.xn--p1ai")


async def test_of_fifty_who_register_one_email_at_once_one_does(entrance: Entrance) -> None:
    outcomes = Counter(
        type(one).__name__
        for one in await asyncio.gather(
            *(entrance.register() for _ in range(30)), return_exceptions=True
        )
    )
    assert outcomes == {"SignedIn": 1, "Conflict": 29}
    assert await entrance.stores.workspaces.ids() == [1]


async def test_what_a_workspace_begins_with_is_made_again_at_a_login_if_it_failed(
    entrance: Entrance,
) -> None:
    made: list[str] = []

    async def first(account: Account) -> None:
        made.append(f"balance of {account.workspace}")

    async def second(account: Account) -> None:
        if len(made) < 2:
            raise Unavailable("not now")
        made.append(f"bot of {account.workspace}")

    entrance.opened += [first, second]
    await entrance.register()
    assert made == ["balance of 1"]
    await entrance.log_in()
    assert made == ["balance of 1", "balance of 1", "bot of 1"]
    await entrance.log_in()
    assert len(made) == 3


async def test_what_a_workspace_begins_with_is_made_once_for_all_who_sign_in_at_once(
    entrance: Entrance,
) -> None:
    made: list[int] = []

    async def slowly(account: Account) -> None:
        await asyncio.sleep(0)
        made.append(account.workspace)

    await entrance.register()
    await entrance.members.add(
        "bob@example.com", workspace=None, role="owner", first_name="", last_name=""
    )
    bob = await entrance.members.anywhere("bob@example.com")
    password = await entrance.members.new_password(bob)
    entrance.opened.append(slowly)
    await asyncio.gather(*(entrance.log_in(bob.email, password) for _ in range(5)))
    assert made == [bob.workspace]


# ---------------------------------------------------------------- who may register


async def test_nobody_registers_where_it_is_closed_not_even_who_is_invited(
    entrance: Entrance,
) -> None:
    invited = await entrance.members.invite(1, workspace=None, role="owner")
    entrance.registration = "closed"
    entrance.build(entrance.stores)
    for code in ("", invited.code):
        with pytest.raises(Forbidden):
            await entrance.register(invitation=code)


async def test_an_invitation_leads_into_a_workspace_with_a_role(entrance: Entrance) -> None:
    anna = (await entrance.register()).account
    entrance.registration = "invite"
    entrance.build(entrance.stores)
    with pytest.raises(Forbidden):
        await entrance.register("bob@example.com")
    new = await entrance.members.invite(anna.workspace, workspace=anna.workspace, role="operator")
    bob = await entrance.register("bob@example.com", invitation=new.code.lower().replace("-", " "))
    assert (bob.account.workspace, bob.account.role) == (anna.workspace, "operator")


async def test_an_invitation_opens_a_workspace_where_it_names_none(entrance: Entrance) -> None:
    anna = (await entrance.register()).account
    new = await entrance.members.invite(anna.workspace, workspace=None, role="owner")
    bob = await entrance.register("bob@example.com", invitation=new.code)
    assert bob.account.workspace != anna.workspace
    assert bob.account.role == "owner"


@pytest.mark.parametrize("code", ["null", "0000-0000-0000-0000", "x", "'", "A" * 64])
async def test_what_is_no_invitation_is_refused_by_its_field(entrance: Entrance, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        await entrance.register(invitation=code)
    assert refused.value.field == "invite_code"


async def test_an_invitation_runs_out_and_is_kept_by_its_hash_alone(entrance: Entrance) -> None:
    new = await entrance.members.invite(1, workspace=None, role="owner")
    kept = await entrance.stores.accounts._rows("SELECT digest, subject FROM codes", ())
    assert new.code.replace("-", "") not in str(kept)
    entrance.clock.pass_(days=7)
    with pytest.raises(Invalid, match="run out"):
        await entrance.register(invitation=new.code)


async def test_of_fifty_who_redeem_one_invitation_at_once_one_does(entrance: Entrance) -> None:
    anna = (await entrance.register()).account
    new = await entrance.members.invite(anna.workspace, workspace=anna.workspace, role="lead")

    async def redeem(number: int) -> object:
        email = f"p{number}@example.com"
        who = Registering(email=email, password=PASSWORD, invitation=new.code)
        # Each from a network of their own: none is slowed for the others.
        return await entrance.signing_in.register(who, LASTING, Whence(address=f"10.0.{number}.1"))

    outcomes = await asyncio.gather(*(redeem(one) for one in range(30)), return_exceptions=True)
    assert Counter(type(one).__name__ for one in outcomes) == {"SignedIn": 1, "Invalid": 29}
    assert len(await entrance.members.all(anna.workspace)) == 2


async def test_codes_of_invitations_are_not_guessed_fast(entrance: Entrance) -> None:
    for _ in range(5):
        with pytest.raises(Invalid):
            await entrance.register(invitation="AAAA-AAAA-AAAA-AAAA")
    with pytest.raises(TooMany):
        await entrance.register(invitation="AAAA-AAAA-AAAA-AAAA")


async def test_a_clock_that_is_put_back_makes_nobody_wait_for_the_hour_that_was(
    entrance: Entrance,
) -> None:
    await entrance.register()
    for _ in range(5):
        with pytest.raises(BadCredentials):
            await entrance.log_in(password="not hers at all")
    with pytest.raises(TooMany):
        await entrance.log_in()
    entrance.clock.pass_(hours=-1)
    await entrance.log_in()


@pytest.mark.parametrize("password", ["", "short", "x" * 7, "x" * 129])
async def test_a_password_has_its_length(entrance: Entrance, password: str) -> None:
    with pytest.raises(Invalid) as refused:
        entrance.passwords.check(password)
    assert refused.value.field == "password"


# ---------------------------------------------------------------- what nobody can tell


async def test_unknown_people_cost_as_many_hashes_and_are_told_the_same_words(
    entrance: Entrance,
) -> None:
    await entrance.register()
    await entrance.members.add(
        "gone@example.com", workspace=1, role="lead", first_name="", last_name=""
    )
    await entrance.members.remove(await entrance.members.anywhere("gone@example.com"))
    with pytest.raises(BadCredentials):
        await entrance.log_in(password="wrong at first, which makes the hash of nobody")
    told = set()
    for email in (EMAIL, "nobody@example.com", "gone@example.com", "no address", "", "x" * 300):
        hashes, checks = entrance.hasher.hashes, len(entrance.hasher.checks)
        with pytest.raises(BadCredentials) as refused:
            await entrance.log_in(email, "not the password")
        told.add(str(refused.value))
        assert (entrance.hasher.hashes - hashes, len(entrance.hasher.checks) - checks) == (0, 1)
    assert len(told) == 1


async def test_the_password_of_nobodys_hash_lets_nobody_in(entrance: Entrance) -> None:
    await entrance.register()
    with pytest.raises(BadCredentials):
        await entrance.log_in("nobody@example.com", "x")
    nobodys = entrance.passwords._nobodys
    assert nobodys is not None
    assert await entrance.passwords.fits(nobodys.partition(" of ")[2], None) == (False, None)


async def test_a_hash_that_is_out_of_date_is_made_anew_at_a_login(entrance: Entrance) -> None:
    before = (await entrance.register()).account.password_hash
    entrance.hasher.outdated.add(before)
    after = (await entrance.log_in()).account.password_hash
    assert after != before
    assert (await entrance.log_in()).account.password_hash == after


async def test_passwords_are_hashed_two_at_a_time_and_the_queue_has_an_end() -> None:
    class Slow(QuickHasher):
        now = most = 0

        def hash(self, password: str) -> str:
            Slow.now += 1
            Slow.most = max(Slow.most, Slow.now)
            time.sleep(0.002)
            Slow.now -= 1
            return super().hash(password)

    passwords = Passwords(random_bytes=bytes, hasher=Slow())
    outcomes = await asyncio.gather(
        *(passwords.hash("a password") for _ in range(100)), return_exceptions=True
    )
    kinds = Counter(type(one).__name__ for one in outcomes)
    assert kinds == {"str": AT_ONCE + WAITING, "Unavailable": 100 - AT_ONCE - WAITING}
    assert Slow.most <= AT_ONCE
    assert await passwords.hash("a password")


# ---------------------------------------------------------------- guessing


async def test_guessing_gets_slower_and_is_told_for_how_long(entrance: Entrance) -> None:
    await entrance.register()
    waits = []
    for _ in range(12):
        try:
            await entrance.log_in(password="a guess")
        except TooMany as told:
            waits.append(told.retry_after)
            entrance.clock.pass_(seconds=told.retry_after)
        except BadCredentials:
            pass
    assert waits == [1, 2, 4, 8]


async def test_ten_thousand_guesses_in_an_hour_are_a_handful(entrance: Entrance) -> None:
    await entrance.register()
    await entrance.log_in()
    checked = len(entrance.hasher.checks)
    for _ in range(10_000):
        entrance.clock.pass_(seconds=0.36)
        with pytest.raises((TooMany, BadCredentials)):
            await entrance.log_in(password="a guess")
    assert len(entrance.hasher.checks) - checked < 60


async def test_the_right_password_is_taken_from_where_nobody_guessed(entrance: Entrance) -> None:
    await entrance.register()
    for network in range(40):
        for _ in range(5):
            with pytest.raises((TooMany, BadCredentials)):
                await entrance.log_in(password="a guess", address=f"192.0.{network}.4")
    with pytest.raises(TooMany):
        await entrance.log_in(address="192.0.7.200")
    assert await entrance.log_in(address=ELSEWHERE)


async def test_a_hundred_guesses_at_once_are_not_a_hundred_free_ones(entrance: Entrance) -> None:
    await entrance.register()
    outcomes = await asyncio.gather(
        *(entrance.log_in(password="a guess") for _ in range(30)), return_exceptions=True
    )
    assert Counter(type(one).__name__ for one in outcomes) == {"BadCredentials": 5, "TooMany": 25}


async def test_one_network_does_not_try_all_accounts(entrance: Entrance) -> None:
    told: Counter[str] = Counter()
    for number in range(80):
        try:
            await entrance.log_in(f"p{number}@example.com", "password123")
        except (TooMany, BadCredentials) as refused:
            told[type(refused).__name__] += 1
    assert told == {"BadCredentials": 50, "TooMany": 30}


async def test_the_current_password_is_not_guessed_with_a_stolen_token(entrance: Entrance) -> None:
    token = (await entrance.register()).tokens.access
    caller = await entrance.sessions.caller(token)
    for _ in range(5):
        with pytest.raises(Invalid) as refused:
            await entrance.signing_in.change_password(caller, "a guess", "another secret", HOME)
        assert refused.value.field == "current_password"
    with pytest.raises(TooMany):
        await entrance.signing_in.change_password(caller, PASSWORD, "another secret", HOME)


async def test_a_key_has_no_password_to_change(entrance: Entrance) -> None:
    await entrance.register()
    new = await entrance.keys.add(workspace=1, account_id=1, name="ci")
    caller = await entrance.accounts.caller(new.text)
    for refused in (
        entrance.signing_in.log_out(caller),
        entrance.signing_in.change_password(caller, PASSWORD, "another secret", HOME),
    ):
        with pytest.raises(Forbidden):
            await refused


async def test_a_login_under_way_does_not_outlive_the_password_it_was_made_with(
    entrance: Entrance,
) -> None:
    entered = await entrance.register()
    caller = await entrance.sessions.caller(entered.tokens.access)
    read = await entrance.stores.accounts.by_email(EMAIL)
    assert read is not None
    await entrance.signing_in.change_password(caller, PASSWORD, "another secret", HOME)
    with pytest.raises(BadCredentials):
        await entrance.sessions.open(read, LASTING, HOME)
    with pytest.raises(Conflict):  # as a login would hash the old one anew
        await entrance.stores.accounts.change(
            read.workspace,
            read.id,
            {"password_hash": "the old one"},
            now=entrance.clock(),
            was=read.password_hash,
        )
    assert (await entrance.log_in(password="another secret")).account.id == read.id


async def test_a_login_under_way_does_not_let_in_who_was_removed(entrance: Entrance) -> None:
    await entrance.register()
    workspace = (await entrance.register("bob@example.com")).account.workspace
    second = await entrance.members.invite(workspace, workspace=workspace, role="operator")
    read = (await entrance.register("eve@example.com", invitation=second.code)).account
    await entrance.members.remove(read)
    with pytest.raises(BadCredentials):
        await entrance.sessions.open(read, LASTING, HOME)


async def test_of_two_who_change_a_password_at_once_one_does(entrance: Entrance) -> None:
    caller = await entrance.sessions.caller((await entrance.register()).tokens.access)
    words = [f"secret number {number}" for number in range(4)]
    changes = (entrance.signing_in.change_password(caller, PASSWORD, one, HOME) for one in words)
    outcomes = await asyncio.gather(*changes, return_exceptions=True)
    assert [type(one) for one in outcomes].count(Account) == 1, outcomes
    won = next(word for word, one in zip(words, outcomes, strict=True) if isinstance(one, Account))
    await entrance.log_in(password=won)

"""Tokens: which are taken, how they end, and what a refresh token that was stolen is worth."""

import asyncio
import base64
import json
from collections import Counter
from typing import Any

import jwt
import pytest

from bots.errors import EasyFlowError, TokenExpired, Unauthorised
from bots.services.sessions import AUDIENCE, ISSUER, LASTING, REFRESHED
from tests.bots.services.entrance import EMAIL, HOME, PASSWORD, Entrance


async def test_a_token_names_whose_it_is(entrance: Entrance) -> None:
    entered = await entrance.register()
    caller = await entrance.accounts.caller(entered.tokens.access)
    assert (caller.kind, caller.account_id) == ("user", entered.account.id)
    assert (caller.workspace, caller.role, caller.is_admin) == (1, "owner", False)
    assert entered.tokens.expires_in == 24 * 3600
    assert entered.tokens.refresh == ""


async def test_a_token_lasts_as_long_as_its_kind(entrance: Entrance) -> None:
    lasting = (await entrance.register()).tokens.access
    short = (await entrance.log_in(kind=REFRESHED)).tokens.access
    entrance.clock.pass_(minutes=29)
    await entrance.sessions.caller(short)
    entrance.clock.pass_(minutes=1)
    with pytest.raises(TokenExpired):
        await entrance.sessions.caller(short)
    entrance.clock.pass_(hours=23, minutes=29)
    await entrance.sessions.caller(lasting)
    entrance.clock.pass_(minutes=1)
    with pytest.raises(TokenExpired):
        await entrance.sessions.caller(lasting)


def forged(token: str, header: dict[str, Any], **claims: Any) -> str:
    """The token with another head and no right signature."""
    said = jwt.decode(token, options={"verify_signature": False}) | claims
    parts = [
        base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in (header, said)
    ]
    return b".".join([*parts, b""]).decode()


@pytest.mark.filterwarnings("ignore:The HMAC key is 32 bytes")
async def test_what_we_did_not_sign_opens_nothing(entrance: Entrance) -> None:
    token = (await entrance.register()).tokens.access
    name = jwt.get_unverified_header(token)["kid"]
    claims = jwt.decode(token, options={"verify_signature": False})
    key = entrance.sessions._keys.of(name)
    assert key is not None

    def signed(key: bytes = key, algorithm: str = "HS256", kid: Any = name, **more: Any) -> str:
        said = {field: value for field, value in (claims | more).items() if value is not None}
        return jwt.encode(said, key, algorithm, {"kid": kid})

    assert (await entrance.sessions.caller(signed())).session
    head, body, seal = token.split(".")
    attacks = {
        "no algorithm": forged(token, {"alg": "none", "kid": name}),
        "none in capitals": forged(token, {"alg": "NONE", "kid": name}),
        "another algorithm": signed(algorithm="HS512"),
        "the algorithm of a public key": forged(token, {"alg": "RS256", "kid": name}),
        "another key": signed(b"0" * 32),
        "no key": signed(b"\0" * 32, kid=""),
        "a key that is a path": signed(b"\0" * 32, kid="../../../../dev/null"),
        "a key that is a query": signed(b"\0" * 32, kid="x' UNION SELECT 'k"),
        "a key that is a list": forged(token, {"alg": "HS256", "kid": [name]}),
        "no name of a key": forged(token, {"alg": "HS256"}),
        "for others": signed(aud="somebody else"),
        "for nobody": signed(aud=None),
        "by others": signed(iss="somebody else"),
        "without an end": signed(exp=None),
        "without a session": signed(sid=None),
        "somebody else's": signed(sub="77"),
        "no signature": f"{head}.{body}.",
        "half a signature": f"{head}.{body}.{seal[:-4]}",
        "another body": f"{head}.{body[:-2]}.{seal}",
        "a critical extension": forged(token, {"alg": "HS256", "kid": name, "crit": ["b64"]}),
        "no JSON": f"{head[:-1]}!.{body}.{seal}",
        "huge": token + "a" * 5_000,
        "nothing": "",
        "null": "null",
        "two dots": "..",
    }
    for what, attack in attacks.items():
        with pytest.raises(Unauthorised) as refused:
            await entrance.sessions.caller(attack)
        assert not isinstance(refused.value, TokenExpired), what
    with pytest.raises(Unauthorised):
        await entrance.sessions.caller(signed(sid="a session of nobody"))
    with pytest.raises(TokenExpired):
        await entrance.sessions.caller(signed(ver=0))
    with pytest.raises(TokenExpired):
        await entrance.sessions.caller(signed(exp=int(entrance.clock().timestamp())))
    assert (claims["aud"], claims["iss"]) == (AUDIENCE, ISSUER)


async def test_a_logout_counts_at_once_here_and_within_two_seconds_elsewhere(
    entrance: Entrance,
) -> None:
    token = (await entrance.register()).tokens.access
    other = Entrance(entrance._path)
    other.clock = entrance.clock
    other.build(entrance.stores)
    caller = await entrance.sessions.caller(token)
    await other.sessions.caller(token)
    await entrance.signing_in.log_out(caller)
    with pytest.raises(TokenExpired):
        await entrance.sessions.caller(token)
    await other.sessions.caller(token)
    entrance.clock.pass_(seconds=2)
    with pytest.raises(TokenExpired):
        await other.sessions.caller(token)


async def test_a_clock_that_is_put_back_keeps_no_session_alive(entrance: Entrance) -> None:
    entered = await entrance.register()
    other = Entrance(entrance._path)
    other.clock = entrance.clock
    other.build(entrance.stores)
    await other.sessions.caller(entered.tokens.access)
    entrance.clock.pass_(hours=-1)
    await entrance.signing_in.log_out(await entrance.sessions.caller(entered.tokens.access))
    with pytest.raises(TokenExpired):
        await other.sessions.caller(entered.tokens.access)


async def test_tokens_outlive_a_new_first_key_and_die_with_their_own(entrance: Entrance) -> None:
    token = (await entrance.register()).tokens.access
    entrance.ring.insert(0, "the second key of the tests, as long")
    entrance.build(entrance.stores)
    await entrance.sessions.caller(token)
    fresh = (await entrance.log_in()).tokens.access
    del entrance.ring[1:]
    entrance.build(entrance.stores)
    await entrance.sessions.caller(fresh)
    with pytest.raises(Unauthorised):
        await entrance.sessions.caller(token)


async def test_the_ring_is_asked_once_a_second_for_names_that_strangers_make_up(
    entrance: Entrance,
) -> None:
    token = (await entrance.register()).tokens.access
    asked = 0

    def ring() -> list[str]:
        nonlocal asked
        asked += 1
        return entrance.ring

    entrance.sessions._keys._ring = ring
    for number in range(50):
        with pytest.raises(Unauthorised):
            await entrance.sessions.caller(forged(token, {"alg": "HS256", "kid": f"made{number}"}))
    assert asked <= 1


async def test_signing_in_gives_a_session_of_its_own(entrance: Entrance) -> None:
    first = await entrance.register()
    second = await entrance.log_in()
    callers = [await entrance.sessions.caller(one.tokens.access) for one in (first, second)]
    assert callers[0].session != callers[1].session


# ---------------------------------------------------------------- refresh tokens


async def test_a_refresh_token_is_spent_for_the_next(entrance: Entrance) -> None:
    tokens = (await entrance.register(kind=REFRESHED)).tokens
    seen = {tokens.refresh}
    for _ in range(5):
        entrance.clock.pass_(minutes=40)
        tokens = await entrance.sessions.refresh(tokens.refresh)
        assert (await entrance.sessions.caller(tokens.access)).account_id == 1
        seen.add(tokens.refresh)
    assert len(seen) == 6


async def test_only_hashes_of_refresh_tokens_are_kept(entrance: Entrance) -> None:
    tokens = (await entrance.register(kind=REFRESHED)).tokens
    await entrance.close()
    assert tokens.refresh.encode() not in entrance._path.read_bytes()
    await entrance.open()


async def test_a_spent_token_ends_the_session_of_thief_and_owner(entrance: Entrance) -> None:
    first = (await entrance.register(kind=REFRESHED)).tokens
    second = await entrance.sessions.refresh(first.refresh)
    entrance.clock.pass_(seconds=31)
    with pytest.raises(TokenExpired):
        await entrance.sessions.refresh(first.refresh)
    for refused in (
        entrance.sessions.refresh(second.refresh),
        entrance.sessions.caller(second.access),
    ):
        with pytest.raises(TokenExpired):
            await refused


async def test_a_lost_answer_is_asked_for_again_within_half_a_minute(entrance: Entrance) -> None:
    first = (await entrance.register(kind=REFRESHED)).tokens
    lost = await entrance.sessions.refresh(first.refresh)
    entrance.clock.pass_(seconds=30)
    again = await entrance.sessions.refresh(first.refresh)
    assert again.refresh != lost.refresh
    assert await entrance.sessions.refresh(again.refresh)
    # The answer that was lost turns up after all, when its time is over: two hold the session.
    entrance.clock.pass_(seconds=31)
    with pytest.raises(TokenExpired):
        await entrance.sessions.refresh(lost.refresh)


async def test_the_grace_is_for_the_token_before_the_newest_alone(entrance: Entrance) -> None:
    first = (await entrance.register(kind=REFRESHED)).tokens
    second = await entrance.sessions.refresh(first.refresh)
    third = await entrance.sessions.refresh(second.refresh)
    with pytest.raises(TokenExpired):
        await entrance.sessions.refresh(first.refresh)
    with pytest.raises(TokenExpired):
        await entrance.sessions.refresh(third.refresh)


async def test_a_race_of_a_hundred_refreshes_hands_out_few_and_breaks_nothing(
    entrance: Entrance,
) -> None:
    first = (await entrance.register(kind=REFRESHED)).tokens
    outcomes = await asyncio.gather(
        *(entrance.sessions.refresh(first.refresh) for _ in range(100)), return_exceptions=True
    )
    kinds = Counter(type(one).__name__ for one in outcomes)
    assert kinds == {"Tokens": 10, "TooMany": 90}
    # Of those that were handed out one goes on; any other is a spent one as soon as it does.
    held = [one.refresh for one in outcomes if not isinstance(one, BaseException)]
    await entrance.sessions.refresh(held[0])
    entrance.clock.pass_(seconds=31)
    with pytest.raises(TokenExpired):
        await entrance.sessions.refresh(held[1])
    with pytest.raises(TokenExpired):
        await entrance.sessions.refresh(held[0])


@pytest.mark.parametrize("token", ["", "null", "None", "rt_", "rt_" + "0" * 43, "a" * 10_000, "'"])
async def test_a_refresh_token_of_nobody_is_unknown(entrance: Entrance, token: str) -> None:
    await entrance.register(kind=REFRESHED)
    with pytest.raises(Unauthorised) as refused:
        await entrance.sessions.refresh(token)
    assert not isinstance(refused.value, TokenExpired)


async def test_a_session_ends_after_its_time_however_often_it_is_refreshed(
    entrance: Entrance,
) -> None:
    tokens = (await entrance.register(kind=REFRESHED)).tokens
    for _ in range(29):
        entrance.clock.pass_(days=1)
        tokens = await entrance.sessions.refresh(tokens.refresh)
    entrance.clock.pass_(hours=23, minutes=50)
    last = await entrance.sessions.refresh(tokens.refresh)
    assert last.expires_in == 600
    entrance.clock.pass_(minutes=10)
    for refused in (entrance.sessions.refresh(last.refresh), entrance.sessions.caller(last.access)):
        with pytest.raises(TokenExpired):
            await refused


async def test_what_is_long_over_is_forgotten(entrance: Entrance) -> None:
    tokens = (await entrance.register(kind=REFRESHED)).tokens
    entrance.clock.pass_(days=31)
    fresh = (await entrance.log_in(kind=REFRESHED)).tokens
    await entrance.sessions.prune(entrance.clock())
    with pytest.raises(Unauthorised) as refused:
        await entrance.sessions.refresh(tokens.refresh)
    assert not isinstance(refused.value, TokenExpired)
    await entrance.sessions.refresh(fresh.refresh)


async def test_a_change_of_password_ends_all_other_sessions(entrance: Entrance) -> None:
    here = (await entrance.register()).tokens
    elsewhere = (await entrance.log_in(kind=REFRESHED)).tokens
    caller = await entrance.sessions.caller(here.access)
    await entrance.signing_in.change_password(caller, PASSWORD, "another secret", HOME)
    assert await entrance.sessions.caller(here.access) == caller
    gone: list[Any] = [
        entrance.sessions.caller(elsewhere.access),
        entrance.sessions.refresh(elsewhere.refresh),
        entrance.log_in(EMAIL, PASSWORD),
    ]
    for refused in gone:
        with pytest.raises(EasyFlowError):
            await refused
    await entrance.log_in(EMAIL, "another secret")


async def test_a_role_that_changes_in_the_middle_counts_at_once(entrance: Entrance) -> None:
    await entrance.register()
    await entrance.members.add(
        "bob@example.com", workspace=1, role="lead", first_name="", last_name=""
    )
    bob = await entrance.members.anywhere("bob@example.com")
    token = (await entrance.sessions.open(bob, LASTING, HOME)).access
    assert (await entrance.sessions.caller(token)).role == "lead"
    await entrance.members.give_role(bob, "viewer")
    assert (await entrance.sessions.caller(token)).role == "viewer"
    await entrance.members.remove(bob)
    with pytest.raises(TokenExpired):
        await entrance.sessions.caller(token)

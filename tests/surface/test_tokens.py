"""Tokens that are no tokens, at every address of a running server; who registers where strangers come."""

import asyncio
import hashlib
import hmac
import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pyotp
import pytest

from tests.servers.easyflow import KEY, EasyFlow
from tests.surface.people import PASSWORD, Person, login, owner, register, some_email


def refused(answer: tuple[int, Any]) -> tuple[int, str]:
    status, body = answer
    return status, body["error"].get("code", body["error"].get("type"))


def signing_key(server: EasyFlow) -> bytes:
    """As whoever stole the key of the data folder would make it."""
    ring = (Path(server.data) / "easyflow.key").read_text().split()[0]
    return hmac.new(ring.encode(), b"easyflow tokens v1 key", hashlib.sha256).digest()


@pytest.fixture
def forged(server: EasyFlow, person: Person) -> dict[str, str]:
    """What somebody who has one good token makes of it."""
    token = person.credential
    name = jwt.get_unverified_header(token)["kid"]
    claims = jwt.decode(token, options={"verify_signature": False})
    head, body, seal = token.split(".")
    long_ago = {"iat": 1_600_000_000, "exp": 1_600_000_060}
    key = signing_key(server)
    assert jwt.encode(claims, key, "HS256", {"kid": name}) == token
    return {
        "no signature": f"{head}.{body}.",
        "no algorithm": jwt.encode(claims, "", "none", {"kid": name}),
        "another key": jwt.encode(claims, b"1" * 32, "HS256", {"kid": name}),
        "a key that is a path": jwt.encode(claims, b"0" * 32, "HS256", {"kid": "../../dev/null"}),
        "for others": jwt.encode(claims | {"aud": "x"}, key, "HS256", {"kid": name}),
        "somebody else's": jwt.encode(claims | {"sub": "1"}, key, "HS256", {"kid": name}),
        "over": jwt.encode(claims | long_ago, key, "HS256", {"kid": name}),
        "another signature": f"{head}.{body}.{seal[::-1]}",
        "a session of nobody": jwt.encode(claims | {"sid": "0" * 32}, key, "HS256", {"kid": name}),
        "nothing": "",
        "null": "null",
        "undefined": "undefined",
    }


def test_no_forged_token_opens_any_address(server: EasyFlow, forged: dict[str, str]) -> None:
    document = server.call("GET", "/openapi.json")[1]
    asked = 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if not operation.get("security"):
                continue
            filled = re.sub(r"{\w+}", "1", path)
            for what, token in forged.items():
                status, _ = server.call(method.upper(), filled, key=token)
                assert status == 401, (what, method, path, status)
                asked += 1
    assert asked > 100


def test_a_token_that_was_right_once_is_told_apart(
    server: EasyFlow, forged: dict[str, str]
) -> None:
    told = {
        what: refused(server.call("GET", "/api/users/me", key=one)) for what, one in forged.items()
    }
    assert told.pop("over") == told.pop("a session of nobody") == (401, "TOKEN_EXPIRED")
    assert set(told.values()) == {(401, "UNAUTHORIZED")}


def test_a_key_of_a_page_opens_no_people(server: EasyFlow) -> None:
    shown = server.command("keys", "add", "--site", "--bot", "shop", "--language", "en")
    site = shown.split()[-1]
    assert refused(server.call("GET", "/api/users/me", key=site)) == (
        403,
        "INSUFFICIENT_PERMISSIONS",
    )
    as_site = {"X-Site-Token": site}
    assert server.call("GET", "/api/users/me", key=None, headers=as_site)[0] == 403
    # A secret key in a page's header has got into a page: it is no site's token.
    as_site = {"X-Site-Token": KEY}
    assert server.call("GET", "/api/users/me", key=None, headers=as_site)[0] == 401


def test_whoever_may_only_read_writes_to_nobody(server: EasyFlow) -> None:
    shown = server.command("users", "invite", "--role", "viewer", "--language", "en")
    code = re.search(r"code (\S+) is good", shown)
    assert code is not None
    viewer = register(server, invite_code=code[1])
    chat = {"message": "привет", "user_id": "read-only", "session_id": "read-only"}
    assert server.call("POST", "/api/v1/conversation/chat", chat)[0] == 200
    assert viewer.call("GET", "/api/v1/conversation/history/read-only")[0] == 200
    for method, path, body in (
        ("POST", "/api/v1/messaging/send", {"platform": "web", "chat_id": "1", "text": "!"}),
        ("PUT", "/api/v1/messaging/context/web/1/1", {"context": {"a": 1}}),
        ("POST", "/api/v1/conversation/escalate", {"session_id": "read-only"}),
        ("POST", "/hooks/events", {"event": "x"}),
    ):
        assert viewer.call(method, path, body)[0] == 403, path


def test_a_key_that_is_revoked_beside_the_server_dies_within_two_seconds(server: EasyFlow) -> None:
    shown = server.command("keys", "add", "--name", "ci", "--language", "en")
    number, key = shown.split()[1], shown.split()[-1]
    assert server.call("GET", "/api/users/me", key=key)[0] == 200
    server.command("keys", "revoke", number)
    started = datetime.now(UTC)
    while server.call("GET", "/api/users/me", key=key)[0] == 200:
        assert (datetime.now(UTC) - started).total_seconds() < 15
        time.sleep(0.4)
    assert refused(server.call("GET", "/api/users/me", key=key)) == (401, "UNAUTHORIZED")


async def test_a_login_in_the_middle_of_others_is_its_own(server: EasyFlow, person: Person) -> None:
    """Session fixation: what a caller sends along is taken over by nothing."""
    stale = {"Authorization": f"Bearer {person.credential}", "Cookie": "session=1"}
    body = {"email": person.email, "password": PASSWORD}
    answers = await asyncio.gather(
        *(server.asked("POST", "/api/auth/login", body, key=None, headers=stale) for _ in range(4))
    )
    tokens = {answer["access_token"] for _, answer in answers}
    sessions = {jwt.decode(one, options={"verify_signature": False})["sid"] for one in tokens}
    assert (len(tokens), len(sessions)) == (4, 4)


def test_a_second_factor_is_asked_for_at_the_login(server: EasyFlow, person: Person) -> None:
    shown = server.command("users", "totp", person.email)
    secret = re.search(r"secret=(\w+)", shown)
    assert secret is not None
    now = datetime.now(UTC)
    server.command("users", "totp", person.email, "--code", pyotp.TOTP(secret[1]).at(now))
    body = {"email": person.email, "password": PASSWORD}
    assert refused(server.call("POST", "/api/auth/login", body, key=None)) == (
        401,
        "TWO_FACTOR_REQUIRED",
    )
    backup = re.findall(r"^  (\w{4}-\w{4}-\w{4})$", shown, re.MULTILINE)
    assert len(backup) == 10
    assert login(server, person.email, code=backup[0]).id == person.id
    body["code"] = backup[0]
    assert refused(server.call("POST", "/api/auth/login", body, key=None)) == (
        401,
        "INVALID_CREDENTIALS",
    )


def test_nothing_secret_stands_in_the_log(server: EasyFlow, person: Person) -> None:
    person.call("GET", f"/api/users/me?token={person.credential}")
    assert person.credential not in server.log
    assert PASSWORD not in server.log


# ---------------------------------------------------------------- where strangers come


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EasyFlow]:
    server = EasyFlow(tmp_path_factory.mktemp("public") / "data", log__level="warning")
    server.set(public_url=server.base)
    with server:
        yield server


async def test_with_a_public_address_an_invitation_registers_one(public: EasyFlow) -> None:
    body = {"email": some_email(), "password": "a good long secret"}
    answer = public.call("POST", "/api/auth/register", body, key=None)
    assert refused(answer) == (403, "INSUFFICIENT_PERMISSIONS")
    shown = public.command("users", "invite", "--role", "lead", "--language", "en")
    code = re.search(r"code (\S+) is good", shown)
    assert code is not None

    async def redeem(number: int) -> int:
        mine = body | {"email": f"racer{number}@example.com", "invite_code": code[1]}
        return (await public.asked("POST", "/api/auth/register", mine, key=None))[0]

    statuses = Counter(await asyncio.gather(*map(redeem, range(5))))
    assert statuses == {201: 1, 422: 4}
    people = public.command("users", "--json")
    assert people.count('"role": "lead"') == 1
    assert people.count("racer") == 1


def test_with_a_public_address_the_commonest_passwords_are_refused(public: EasyFlow) -> None:
    shown = public.command("users", "invite", "--apart", "--language", "en")
    code = re.search(r"code (\S+) is good", shown)
    assert code is not None
    body = {"email": some_email(), "password": "password123", "invite_code": code[1]}
    assert refused(public.call("POST", "/api/auth/register", body, key=None)) == (
        422,
        "VALIDATION_ERROR",
    )
    # The invitation was not spent by it.
    alone = register(public, password="a good long secret", invite_code=code[1])
    mine, owners = alone.get("/api/users/me"), owner(public).get("/api/users/me")
    assert (mine["id"] != owners["id"], owners["is_admin"], mine["is_admin"]) == (True, True, False)


def test_a_server_for_strangers_does_not_start_with_a_password_that_is_tried_first(
    tmp_path: Path,
) -> None:
    server = EasyFlow(tmp_path / "data", admin__password="password123")
    server.set(public_url=server.base)
    with pytest.raises(AssertionError, match="EASYFLOW_ADMIN__PASSWORD: it is one of those"):
        server.start()

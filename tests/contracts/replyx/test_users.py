"""Each example of the chapters Authentication and Users, against a running server."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contracts.likeness import assert_like
from tests.servers.easyflow import EasyFlow

LOGIN = {"email": "user@example.com", "password": "password123"}
ENTERED = {
    "access_token": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9...",
    "token_type": "bearer",
    "user": {"id": 1, "email": "user@example.com", "is_admin": False, "balance": 1000.0},
}
REGISTER = {
    "email": "user@example.com",
    "password": "password123",
    "first_name": "John",
    "last_name": "Doe",
}
PROFILE = {
    "id": 1,
    "email": "user@example.com",
    "first_name": "John",
    "last_name": "Doe",
    "is_admin": False,
    "balance": 1000.0,
    "welcome_bonus": 500.0,
    "plan": "trial",
    "onboarding_completed": True,
    "created_at": "2025-08-01T10:00:00Z",
}
CHANGE = {"first_name": "John", "last_name": "Smith"}
PASSWORD = {"current_password": "old_password", "new_password": "new_password123"}


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EasyFlow]:
    """A server of one's own machine: everybody may register, with the document's password."""
    data = tmp_path_factory.mktemp("door") / "data"
    with EasyFlow(data, default_bot="shop", log__level="warning") as running:
        status, answer = running.call("POST", "/api/auth/register", REGISTER, key=None)
        assert status == 201
        assert_like(ENTERED, answer)
        yield running


@pytest.fixture(scope="module")
def token(door: EasyFlow) -> str:
    status, answer = door.call("POST", "/api/auth/login", LOGIN, key=None)
    assert status == 200
    assert_like(ENTERED, answer)
    assert answer["user"]["email"] == LOGIN["email"]
    return str(answer["access_token"])


def refused(answer: tuple[int, Any]) -> tuple[int, str, str]:
    """Status, code and what is to blame of an error in the document's envelope."""
    status, body = answer
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "details"}
    return status, body["error"]["code"], body["error"]["details"].get("field", "")


def test_a_profile_is_shown_and_changed(door: EasyFlow, token: str) -> None:
    status, answer = door.call("GET", "/api/users/me", key=token)
    assert status == 200
    assert_like(PROFILE, answer)
    status, changed = door.call("PUT", "/api/users/me", CHANGE, key=token)
    assert status == 200
    assert_like(PROFILE, changed)
    assert changed == answer | CHANGE


def test_what_is_not_a_profiles_name_is_ignored_and_not_stored(door: EasyFlow, token: str) -> None:
    before = door.call("GET", "/api/users/me", key=token)[1]
    more = {
        "id": 1,
        "email": "owner@example.com",
        "is_admin": True,
        "role": "owner",
        "workspace": 1,
        "workspace_id": 1,
        "balance": 99999,
        "welcome_bonus": 99999,
        "plan": "enterprise",
        "onboarding_completed": True,
        "password_hash": "x",
        "version": 0,
        "active": False,
        "created_at": "1999-01-01T00:00:00Z",
    }
    assert door.call("PUT", "/api/users/me", more, key=token) == (200, before)
    mass = REGISTER | more | {"email": "mass@example.com"}
    status, answer = door.call("POST", "/api/auth/register", mass, key=None)
    assert status == 201
    assert (answer["user"]["is_admin"], answer["user"]["balance"]) == (False, 500.0)
    made = door.call("GET", "/api/users/me", key=answer["access_token"])[1]
    assert (made["plan"], made["onboarding_completed"]) == ("trial", False)
    assert made["created_at"] > "2026"
    # Not the owner's workspace, whose bots would be theirs.
    assert door.call("GET", "/api/admin/users", key=answer["access_token"])[0] == 403


def test_a_password_is_changed_with_the_one_before(door: EasyFlow) -> None:
    body = REGISTER | {"email": "changes@example.com", "password": PASSWORD["current_password"]}
    here = door.call("POST", "/api/auth/register", body, key=None)[1]["access_token"]
    there = door.call("POST", "/api/auth/login", body, key=None)[1]["access_token"]
    path = "/api/users/change-password"
    wrong = PASSWORD | {"current_password": "no_password"}
    assert refused(door.call("POST", path, wrong, key=here)) == (
        422,
        "VALIDATION_ERROR",
        "current_password",
    )
    assert door.call("POST", path, PASSWORD, key=here) == (200, {"success": True})
    assert door.call("GET", "/api/users/me", key=here)[0] == 200
    assert refused(door.call("GET", "/api/users/me", key=there))[:2] == (401, "TOKEN_EXPIRED")
    assert refused(door.call("POST", "/api/auth/login", body, key=None))[:2] == (
        401,
        "INVALID_CREDENTIALS",
    )
    body["password"] = PASSWORD["new_password"]
    assert door.call("POST", "/api/auth/login", body, key=None)[0] == 200


def test_a_logout_makes_the_token_worthless(door: EasyFlow) -> None:
    body = REGISTER | {"email": "leaves@example.com"}
    key = door.call("POST", "/api/auth/register", body, key=None)[1]["access_token"]
    assert door.call("POST", "/api/auth/logout", key=key) == (200, {"success": True})
    for method, path in (("GET", "/api/users/me"), ("POST", "/api/auth/logout")):
        assert refused(door.call(method, path, key=key))[:2] == (401, "TOKEN_EXPIRED")


def test_the_documents_error_is_word_for_word(door: EasyFlow) -> None:
    body = REGISTER | {"email": "no address"}
    assert door.call("POST", "/api/auth/register", body, key=None) == (
        422,
        {
            "error": {
                "code": "VALIDATION_ERROR",
                "message": "Некорректные данные",
                "details": {"field": "email", "issue": "Неверный формат email"},
            }
        },
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"password": None}, "password"),
        ({"password": ["password123"]}, "password"),
        ({"email": None}, "email"),
        ({"email": {"$ne": ""}}, "email"),
        ({"first_name": "x" * 65}, "first_name"),
        ({"last_name": 7}, "last_name"),
        ({"invite_code": "AAAA-AAAA"}, "invite_code"),
    ],
)
def test_what_cannot_be_registered_is_named(
    door: EasyFlow, change: dict[str, Any], field: str
) -> None:
    body = REGISTER | {"email": "new@example.com"} | change
    answer = door.call("POST", "/api/auth/register", body, key=None)
    assert refused(answer) == (422, "VALIDATION_ERROR", field)


def test_five_logins_in_five_minutes_for_an_email_from_a_place(door: EasyFlow) -> None:
    body = {"email": "Guessed@Example.com", "password": "a guess at it"}
    for _ in range(5):
        assert refused(door.call("POST", "/api/auth/login", body, key=None))[0] == 401
    body["email"] = "guessed@example.com"
    assert refused(door.call("POST", "/api/auth/login", body, key=None))[:2] == (
        429,
        "RATE_LIMIT_EXCEEDED",
    )
    assert door.call("POST", "/api/auth/login", LOGIN, key=None)[0] == 200

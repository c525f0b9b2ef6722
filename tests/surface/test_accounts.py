"""Registration, login, logout and the profile, as somebody with nothing but HTTP sees them."""

from tests.servers.easyflow import EasyFlow
from tests.surface.people import PASSWORD, Person, login, register, some_email


def error(answer: tuple[int, object]) -> tuple[int, str]:
    status, body = answer
    assert isinstance(body, dict), body
    return status, body["error"]["code"]


def test_whoever_registers_is_in_at_once(server: EasyFlow) -> None:
    somebody = register(server)
    me = somebody.get("/api/users/me")
    assert (me["id"], me["email"], me["first_name"]) == (somebody.id, somebody.email, "John")
    assert (me["is_admin"], me["plan"], me["balance"]) == (False, "trial", 500.0)


def test_a_login_gives_another_token_and_a_logout_ends_only_its_own(server: EasyFlow) -> None:
    first = register(server)
    second = login(server, first.email.upper())
    assert second.credential != first.credential
    assert second.call("POST", "/api/auth/logout") == (200, {"success": True})
    assert error(second.call("GET", "/api/users/me")) == (401, "TOKEN_EXPIRED")
    assert first.get("/api/users/me")["id"] == second.id


def test_a_wrong_password_and_an_unknown_person_are_told_the_same(
    server: EasyFlow, person: Person
) -> None:
    def refused(email: str) -> tuple[int, object]:
        body = {"email": email, "password": "not my password"}
        return server.call("POST", "/api/auth/login", body, key=None)

    known, unknown = refused(person.email), refused(some_email())
    assert known == unknown
    assert error(known) == (401, "INVALID_CREDENTIALS")


def test_an_email_registers_once(server: EasyFlow, person: Person) -> None:
    body = {"email": f" {person.email.upper()}", "password": PASSWORD}
    assert error(server.call("POST", "/api/auth/register", body, key=None)) == (409, "CONFLICT")


def test_one_address_registers_so_many_and_then_waits(server: EasyFlow, person: Person) -> None:
    def asked(place: str) -> int:
        body = {"email": person.email, "password": PASSWORD, "invite_code": "2345-2345-2345-2345"}
        from_there = {"X-Forwarded-For": place}
        return server.call("POST", "/api/auth/register", body, key=None, headers=from_there)[0]

    statuses = [asked("8.8.4.4") for _ in range(31)]
    assert 429 in statuses
    assert asked("8.8.8.8") == 409

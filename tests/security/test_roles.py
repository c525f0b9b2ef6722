"""Every call by people of every role against its policy, and with fields that nobody may set."""

import re
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from adapters.http import hooks
from adapters.http.app import SPOKEN
from adapters.http.dialect import route_rules
from adapters.http.policy import Policy
from bots.model.operator import ROLES, Role
from tests.security.tenants import (
    MULTIPART,
    Operation,
    Tenant,
    furnished,
    operations,
    quiet,
    rows_of,
    send,
    settled,
    workspace_of,
)
from tests.servers.assistants import another_key
from tests.servers.easyflow import EasyFlow
from tests.surface.people import Person, register

LAST = ("/api/users/change-password", "/api/auth/logout")
"""What ends sessions is tried last."""

NOBODYS = "987654321"
KEY_OF_A_BOT = "sk_test_of_the_shop_alone_0123456789"

PLANTED: dict[str, Any] = {
    "role": "owner",
    "roles": ["owner"],
    "workspace": 1,
    "workspace_id": 1,
    "account_id": 1,
    "is_admin": True,
    "is_owner": True,
    "admin": True,
    "active": False,
    "version": 99,
    "plan": "planted-plan",
    "balance": 987654321,
    "welcome_bonus": 987654321,
    "created_at": "1999-12-31T00:00:00Z",
    "updated_at": "1999-12-31T00:00:00Z",
    "password_hash": "planted-hash",
    "bot": "shop",
    "digest": "planted-digest",
    "planted": "planted-word",
}
"""Fields that no call has, or that its own fields win over."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EasyFlow]:
    data = tmp_path_factory.mktemp("roles") / "data"
    with quiet(data) as running:
        yield running


@pytest.fixture(scope="module")
def calls(server: EasyFlow) -> list[Operation]:
    found = operations(server.call("GET", "/openapi.json")[1])
    return sorted(found, key=lambda call: LAST.index(call.path) if call.path in LAST else -1)


@pytest.fixture(scope="module")
def tenant(server: EasyFlow) -> Tenant:
    return furnished(register(server))


def policies() -> dict[str, Policy]:
    """What each route declares, by its method and path."""
    routers = [router for package in SPOKEN for router in package.routers()]
    found = {}
    for router in [*routers, hooks.router]:
        for route in iter_route_contexts(router.routes):
            rules = route_rules(route.original_route)
            for method in route.methods or ():
                if rules is not None:
                    found[f"{method} {route.path_format}"] = rules.policy
    return found


def test_every_call_of_the_document_has_a_policy(calls: list[Operation]) -> None:
    declared = policies()
    for call in calls:
        assert call.is_open is declared[call.name].is_open, call.name


def colleague(server: EasyFlow, tenant: Tenant, role: Role) -> Person:
    workspace = str(workspace_of(server, tenant.person))
    told = server.command("users", "invite", "--role", role, "--workspace", workspace)
    code = max(re.findall(r"[\w-]{8,}", told.replace(role, "")), key=len)
    return register(server, invite_code=code)


def nobodys(call: Operation) -> dict[str, str]:
    return {one.name: NOBODYS for one in call.ids()}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_what_its_policy_says_and_nothing_else(
    server: EasyFlow, calls: list[Operation], tenant: Tenant, role: Role
) -> None:
    person = colleague(server, tenant, role) if role != "owner" else register(server)
    declared = policies()
    let_in = 0
    for call in calls:
        policy = declared[call.name]
        if policy.is_open:
            continue
        status, answer = send(person, call, nobodys(call))
        may = ROLES.index(role) >= ROLES.index(policy.role) and not policy.admin
        if not may:
            assert status == 403, (call.name, role, status, answer)
        else:
            assert status not in (401, 403), (call.name, role, status, answer)
            let_in += 1
    assert let_in > 5


def test_a_key_of_one_bot_opens_nothing_that_is_no_bots(
    server: EasyFlow, calls: list[Operation]
) -> None:
    """Money, people and shops of the workspace."""
    another_key(server, KEY_OF_A_BOT, bot="shop")
    holder, declared = Person(server=server, credential=KEY_OF_A_BOT), policies()
    refused = set()
    for call in calls:
        if not declared[call.name].is_open:
            status, answer = send(holder, call, nobodys(call))
            assert "owner@example.com" not in str(answer), call.name
            refused |= {call.path} if status == 403 else set()
    whole = {call.path for call in calls if declared[call.name].whole}
    assert whole <= refused
    assert {"/api/users/me", "/api/balance", "/api/balance/transactions"} <= whole


def test_no_field_that_nobody_may_set_is_set(server: EasyFlow, calls: list[Operation]) -> None:
    tenant = furnished(register(server))
    person, workspace = tenant.person, workspace_of(server, tenant.person)
    before = person.get("/api/users/me")
    firsts = settled(server, 1)
    tried = 0
    for call in calls:
        if call.method == "GET" or not call.contents or call.path in LAST or call.is_open:
            continue
        own = {one.name: tenant.things[one.noun] for one in call.ids()}
        taken = {name for name in PLANTED if name in call.body or name in fields(call)}
        planted = {name: value for name, value in PLANTED.items() if name not in taken}
        if call.is_form:
            planted = {name: str(value) for name, value in planted.items()}
        status, answer = send(person, call, own, **planted)
        assert status < 500 or status == 502, (call.name, answer)
        assert "planted-" not in str(answer), (call.name, answer)
        assert "1999" not in str(answer), (call.name, answer)
        tried += 1
    assert tried > 10
    after = person.get("/api/users/me")
    for name in ("id", "email", "is_admin", "plan", "welcome_bonus", "created_at"):
        assert after[name] == before[name], name
    assert after["balance"] <= before["balance"]
    assert rows_of(server, 1) == firsts
    kept = str(rows_of(server, workspace))
    assert "planted-" not in kept
    assert "1999-12-31" not in kept
    with sqlite3.connect(f"file:{server.data / 'easyflow.db'}?mode=ro", uri=True) as db:
        role, admin = db.execute(
            "SELECT role, is_admin FROM accounts WHERE id = ?", [person.id]
        ).fetchone()
    assert (role, admin) == ("owner", 0)


def fields(call: Operation) -> set[str]:
    """What the body of a call has of its own."""
    schema = next(iter(call.contents.values()))["schema"]
    name = schema.get("$ref", "").rpartition("/")[2]
    return set(call.schemas.get(name, {}).get("properties", {}))


def test_registration_sets_no_such_field_either(server: EasyFlow) -> None:
    body = {**PLANTED, "email": "planted@example.com"}
    person = register(server, **{key: value for key, value in body.items() if key != "planted"})
    me = person.get("/api/users/me")
    assert (me["is_admin"], me["plan"], me["balance"]) == (False, "trial", 500.0)
    assert workspace_of(server, person) != 1


def test_forms_are_among_what_was_tried(calls: list[Operation]) -> None:
    assert any(MULTIPART in call.contents for call in calls)

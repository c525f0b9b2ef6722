"""Every call of the OpenAPI document with every id of another workspace: 404, no word, no trace."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from tests.security.tenants import (
    CLIENTS_OWN,
    MAKE,
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
from tests.servers.easyflow import EasyFlow
from tests.servers.postgres import Server
from tests.surface.people import register

NOBODYS = ("0", "-1", "9" * 18, "9" * 30, "1.0", "x", "'--", "%00")
"""What is no id of anything."""


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EasyFlow]:
    """On PostgreSQL as a role for which it keeps its walls."""
    data = tmp_path_factory.mktemp("tenants") / "data"
    if request.param == "sqlite":
        with quiet(data) as running:
            yield running
        return
    postgres: Server = request.getfixturevalue("postgres_server")
    url = asyncio.run(postgres.of_role())
    with quiet(data, url) as running:
        yield running
    asyncio.run(postgres.drop(url))


@pytest.fixture(scope="module")
def calls(server: EasyFlow) -> list[Operation]:
    return operations(server.call("GET", "/openapi.json")[1])


@pytest.fixture(scope="module")
def victim(server: EasyFlow) -> Tenant:
    return furnished(register(server))


@pytest.fixture(scope="module")
def attacker(server: EasyFlow) -> Tenant:
    return furnished(register(server))


def words(answer: Any) -> str:
    return str(answer)


def test_every_id_is_marked_and_can_be_made(calls: list[Operation]) -> None:
    found = {one.noun for call in calls for one in call.ids()}
    assert found <= set(MAKE), "an id of a new noun wants a row in tests/security/tenants.py: MAKE"
    own = {(call.name, one.name) for call in calls for one in call.ids()}
    assert own >= CLIENTS_OWN


def test_ones_own_things_are_there(calls: list[Operation], attacker: Tenant) -> None:
    """Else the refusals below would prove nothing."""
    for call in calls:
        if call.method == "GET" and any(one.noun in MAKE for one in call.ids()):
            status, answer = send(attacker.person, call, own_ids(call, attacker))
            # A message without a file has no first one.
            expected = 404 if "/files/" in call.path else 200
            assert status == expected, (call.name, status, answer)


def own_ids(call: Operation, tenant: Tenant) -> dict[str, str]:
    return {one.name: tenant.things[one.noun] for one in call.ids()}


def test_no_id_of_another_workspace_opens_shows_or_changes_anything(
    server: EasyFlow, calls: list[Operation], attacker: Tenant, victim: Tenant
) -> None:
    workspace = workspace_of(server, victim.person)
    before = settled(server, workspace)
    assert sum(map(len, before.values())) > 20
    tried = 0
    # A name that the attacker takes for a thing of their own is theirs from then on: those last.
    for call in sorted(calls, key=lambda call: call.name in {name for name, _ in CLIENTS_OWN}):
        for one in call.ids():
            ids = own_ids(call, attacker) | {one.name: victim.things[one.noun]}
            status, answer = send(attacker.person, call, ids)
            where = (call.name, one.name, status, answer)
            if (call.name, one.name) not in CLIENTS_OWN:
                assert status == 404, where
            assert victim.word not in words(answer).replace(victim.things[one.noun], ""), where
            assert rows_of(server, workspace) == before, where
            tried += 1
    assert tried > 20


def test_what_is_no_id_of_anything_is_not_found(
    server: EasyFlow, calls: list[Operation], victim: Tenant
) -> None:
    stranger = furnished(register(server))
    for call in calls:
        for one in call.ids():
            if one.place != "path" or (call.name, one.name) in CLIENTS_OWN:
                continue
            for id in NOBODYS:
                ids = own_ids(call, stranger) | {one.name: id}
                status, answer = send(stranger.person, call, ids)
                if status == 429:
                    stranger = furnished(register(server))
                    status, answer = send(stranger.person, call, ids)
                assert status == 404, (call.name, one.name, id, status, answer)


def test_lists_show_nothing_of_another_workspace(
    calls: list[Operation], attacker: Tenant, victim: Tenant
) -> None:
    for call in calls:
        if call.method == "GET" and not call.is_open:
            _, answer = send(attacker.person, call, own_ids(call, attacker))
            assert victim.word not in words(answer), (call.name, answer)

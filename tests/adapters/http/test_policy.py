"""Who may call a route stands beside it, and a route that does not say is a mistake."""

from dataclasses import replace

import pytest
from fastapi import APIRouter

from adapters.http.dialect import route_class
from adapters.http.easyflow.errors import DIALECT
from adapters.http.policy import OPEN, lets, people, policy_of
from bots.errors import Forbidden
from bots.model.account import Caller
from bots.model.operator import Role


def caller(role: Role, *, admin: bool = False) -> Caller:
    return Caller(workspace=1, account_id=1, key_id=None, kind="user", role=role, is_admin=admin)


def test_a_route_that_does_not_say_who_may_call_it_is_refused() -> None:
    router = APIRouter(route_class=route_class(DIALECT))
    with pytest.raises(TypeError, match="/nobody says nowhere who may call it"):
        router.get("/nobody")(lambda: None)


def test_a_routes_own_policy_counts_more_than_its_routers() -> None:
    assert policy_of([*lets(people("lead")), *lets(people("viewer"))]) == people("viewer")
    assert policy_of([*lets(people("lead")), *lets(OPEN)]) == OPEN


@pytest.mark.parametrize(
    ("who", "fits"),
    [
        (caller("lead"), True),
        (caller("owner"), True),
        (caller("operator"), False),
        (Caller(workspace=1, account_id=None, key_id=1), True),
        (Caller(workspace=1, account_id=None, key_id=1, kind="site"), False),
        (Caller(workspace=1, account_id=None, key_id=1, kind="publishable"), False),
    ],
)
def test_a_role_and_the_kind_of_credential_are_asked_for(who: Caller, fits: bool) -> None:
    if fits:
        people("lead").check(who)
    else:
        with pytest.raises(Forbidden):
            people("lead").check(who)


def test_what_is_for_the_administrator_is_for_nobody_elses_owner() -> None:
    people("owner", admin=True).check(caller("owner", admin=True))
    with pytest.raises(Forbidden):
        people("owner", admin=True).check(caller("owner"))


def test_what_is_no_bots_is_for_no_key_of_one_bot() -> None:
    key = Caller(workspace=1, account_id=None, key_id=1)
    people(whole=True).check(key)
    people().check(replace(key, bot="shop"))
    with pytest.raises(Forbidden):
        people(whole=True).check(replace(key, bot="shop"))

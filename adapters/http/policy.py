"""Who may call a route: declared beside it, checked by the route's class, read by the tests."""

from dataclasses import dataclass
from typing import Any

from fastapi import Depends, Security
from fastapi.security import APIKeyHeader, HTTPBearer

from bots.errors import Forbidden
from bots.model.account import Caller, CallerKind
from bots.model.operator import Role

_bearer = HTTPBearer(
    auto_error=False, scheme_name="Bearer", description="An API key, or the token of a login"
)
_header = APIKeyHeader(
    name="X-API-Key", auto_error=False, scheme_name="ApiKey", description="An API key"
)

_site = APIKeyHeader(
    name="X-Site-Token",
    auto_error=False,
    scheme_name="SiteToken",
    description="A page's key: for pages of its domains",
)

PAGES: frozenset[CallerKind] = frozenset({"publishable", "site"})
"""Keys that everybody can read in a page."""


@dataclass(frozen=True, slots=True)
class Policy:
    """`kinds` of callers that are let in, if they have at least the `role`; none: everybody is.

    `admin` is for those alone who look after the whole server; `whole` is not for keys of one bot:
    what is no bot's, such as money and people.
    """

    kinds: frozenset[CallerKind]
    role: Role = "viewer"
    admin: bool = False
    whole: bool = False

    def __call__(self) -> None:
        """A dependency that does nothing: the route's class looks for it."""

    @property
    def is_open(self) -> bool:
        """Whether nobody need say who they are."""
        return not self.kinds

    def check(self, caller: Caller) -> None:
        """Raises Forbidden."""
        if caller.kind not in self.kinds:
            raise Forbidden("This kind of credential may not do this")
        if not caller.may(self.role):
            raise Forbidden(f"This needs the role {self.role}; yours is {caller.role}")
        if self.admin and not caller.is_admin:
            raise Forbidden("This is for the administrator of the server")
        if self.whole and caller.bot is not None:
            raise Forbidden(
                f"This key is for the bot {caller.bot} alone: take one of the whole workspace"
            )


OPEN = Policy(frozenset())


def people(role: Role = "viewer", *, admin: bool = False, whole: bool = False) -> Policy:
    """Secret keys and people who signed in."""
    return Policy(frozenset({"key", "user"}), role, admin, whole)


def signed_in(role: Role = "viewer") -> Policy:
    """People alone: what is about their own session or password."""
    return Policy(frozenset({"user"}), role)


def pages() -> Policy:
    """Pages with a key of their own beside secret keys and people. A route takes care what for."""
    return Policy(PAGES | {"key", "user"})


def lets(policy: Policy) -> list[Any]:
    """A policy as dependencies of a router or of one route, whose own counts more than its router's."""
    if policy.is_open:
        return [Depends(policy)]
    site = [Security(_site)] if PAGES & policy.kinds else []
    return [Depends(policy), Security(_bearer), Security(_header), *site]


def policy_of(dependencies: list[Any]) -> Policy | None:
    """The one that counts among the dependencies of a route; None where none was declared."""
    found = [each.dependency for each in dependencies if isinstance(each.dependency, Policy)]
    return found[-1] if found else None

"""Which pages may call us: sites that a setting names, and the domains of a page's own key."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.requests import Request

from adapters.http.policy import PAGES
from bots.errors import Forbidden
from bots.model.account import Caller

ASKED_BY_PAGES = frozenset({"/api/v1/conversation/chat"})
"""The addresses that pages of others may call with a key of their own."""


def is_own(origin: str, host: str) -> bool:
    """Whether a page is one of ours: it stands at the very address that it calls."""
    return bool(host) and _parts(origin)[0] == host.lower()


def is_of(origin: str, domains: Collection[str]) -> bool:
    """Whether a page is of one of these domains, written as `shop.example` or `shop.example:8443`.

    `*.shop.example` is every domain below that one.
    """
    place, name = _parts(origin)
    return any(
        name.endswith(domain[1:]) if domain.startswith("*.") else domain in (place, name)
        for domain in map(str.lower, domains)
        if name
    )


def hold_to_domains(caller: Caller, request: Request) -> None:
    """A page's key opens nothing from pages of other domains. Raises Forbidden.

    A program may say what it likes of its origin: this protects visitors from other sites' pages,
    not us from programs.
    """
    if caller.kind not in PAGES:
        return
    origin = request.headers.get("origin", "")
    if is_own(origin, request.headers.get("host", "")):
        return
    if not is_of(origin, caller.domains):
        named = ", ".join(caller.domains) or "none is named yet"
        found = f"this is {origin}" if origin else "this call says no Origin, as browsers do"
        raise Forbidden(f"This key is for pages of its domains ({named}); {found}")
    request.state.page_origin = origin


def _parts(origin: str) -> tuple[str, str]:
    """`https://shop.example:8443` as its place and its name."""
    try:
        parts = urlsplit(origin)
        name = parts.hostname or ""
    except ValueError:
        return "", ""
    return (parts.netloc.lower(), name) if parts.scheme in ("http", "https") else ("", "")

"""Who may look at flows and their figures: this very machine, or whoever shows an API key."""

from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request

from adapters.http.auth import authenticate
from bots.errors import Forbidden, Unauthorised
from bots.model.account import Caller
from bots.services.accounts import Accounts

_HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})
_NAMES = frozenset(name.strip("[]") for name in _HERE)
_FORWARDED = ("forwarded", "via", "true-client-ip", "cdn-loop")
_FORWARDED_BEGINS = ("x-", "cf-", "fly-", "ngrok-", "tailscale-")
_OURS = ("x-visitor-token", "x-requested-with")
"""Of the headers that begin like a proxy's these are said by pages."""


class Access:
    """`trusts_here` lets this machine into `workspace` without a key: right only while no public URL
    is set."""

    def __init__(self, accounts: Accounts, *, workspace: int, trusts_here: bool) -> None:
        self._accounts = accounts
        self._workspace = workspace
        self._trusts_here = trusts_here

    async def caller(self, request: Request) -> Caller:
        """Raises Unauthorised for no key or a wrong one, Forbidden for one of a page."""
        headers = request.headers
        if "authorization" not in headers and "x-api-key" not in headers:
            if self._trusts_here and comes_from_here(request):
                return Caller(workspace=self._workspace, account_id=None, key_id=None)
            raise Unauthorised(
                "Flows and their figures are the owner's: show an API key,"
                " Authorization: Bearer <key>"
            )
        found = await authenticate(headers, self._accounts)
        if found.kind not in ("key", "user"):
            raise Forbidden("A key for pages does not open flows and their figures")
        return found


def comes_from_here(request: Request) -> bool:
    """Whether a person at this machine asks, and neither a proxy nor another site's page.

    The Host tells a page that a name of its own led here (DNS rebinding); proxies give themselves
    away by what they add, or by HTTP/1.0, which nginx speaks unless it is told otherwise. Where one
    does not, the page that a browser names still stands at the proxy's address.
    """
    hosts = request.headers.getlist("host")
    return (
        len(hosts) == 1
        and _name(hosts[0]) in _HERE
        and request.client is not None
        and _is_loopback(request.client.host)
        and request.scope.get("http_version") != "1.0"
        and not _forwarded(request.headers)
        and request.headers.get("sec-fetch-site", "none") in ("none", "same-origin")
        and all(_is_ours(page) for page in _pages(request.headers))
    )


def _pages(headers: Headers) -> list[str]:
    """The pages that a browser says it asks for."""
    return [*headers.getlist("origin"), *headers.getlist("referer")]


def _is_ours(page: str) -> bool:
    try:
        return urlsplit(page).hostname in _NAMES
    except ValueError:
        return False


def _name(host: str) -> str:
    """A Host without its port."""
    name, colon, port = host.strip().lower().rpartition(":")
    return name if colon and port.isdecimal() else host.strip().lower()


def _is_loopback(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback


def _forwarded(headers: Mapping[str, str]) -> bool:
    return any(
        name in _FORWARDED or (name.startswith(_FORWARDED_BEGINS) and name not in _OURS)
        for name in headers
    )

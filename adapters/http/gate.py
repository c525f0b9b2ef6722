"""Pure ASGI before the routes: whom a request is addressed to, doubled headers, other sites' pages."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.http.faults import Fault
from adapters.http.origins import ASKED_BY_PAGES, is_own

Refuse = Callable[[Request, Fault], Response]
"""Words a fault in the dialect of the request's address."""

SINGLE = (
    "host",
    "authorization",
    "x-api-key",
    "x-site-token",
    "content-type",
    "idempotency-key",
    "origin",
)
"""Headers of which two would be read one way by a proxy and the other way by us."""

ANY_HOST = frozenset({"/livez", "/healthz", "/readyz", "/metrics"})
"""What load balancers ask by whatever address they know us."""

HERE = frozenset({"localhost", "127.0.0.1", "::1"})

METHODS = "GET, POST, PUT, PATCH, DELETE"
TAKEN = "Authorization, X-API-Key, X-Site-Token, Content-Type, Idempotency-Key, X-Request-Id"
TOLD = (
    "X-Request-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After,"
    " Idempotency-Replayed, X-Site-Token"
)
REMEMBERED = "600"
"""Seconds a browser may remember the answer to its question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """`hosts` are our own names, any where there are none; `origins` are sites that may call us."""

    hosts: Collection[str] = ()
    origins: Collection[str] = ()


class Gate:
    """Refuses what no route should see, and tells browsers which pages may read the answers.

    Nothing of ours is authorised by cookies, so no answer says that it may be.
    """

    def __init__(self, app: ASGIApp, doors: Doors, refuse: Refuse) -> None:
        self._app = app
        self._hosts = frozenset(host.lower().strip("[]") for host in doors.hosts)
        self._origins = frozenset(origin.rstrip("/").lower() for origin in doors.origins)
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        fault = self._trouble(headers, scope["path"])
        origin = headers.get("origin")
        if fault is not None and scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif fault is not None:
            await self._refuse(Request(scope), fault)(scope, receive, send)
        elif scope["type"] == "websocket":
            # Sockets look at the origin themselves.
            await self._app(scope, receive, send)
        elif origin is None or is_own(origin, headers.get("host", "")):
            await self._app(scope, receive, send)
        elif scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await self._preflight(origin, scope)(scope, receive, send)
        else:
            await self._app(scope, receive, self._readable(origin, scope, send))

    def _trouble(self, headers: Headers, path: str) -> Fault | None:
        for name in SINGLE:
            if len(headers.getlist(name)) > 1:
                return _bad_request(f"The header {name} is given more than once")
        if self._hosts and path not in ANY_HOST:
            name = _name(headers.get("host", ""))
            if name not in self._hosts and name not in HERE:
                return _bad_request("This server is not called by that name")
        return None

    def _preflight(self, origin: str, scope: Scope) -> Response:
        """For a page's key it is not known yet whose page asks: its own request will tell."""
        if not self._welcome(origin) and scope["path"] not in ASKED_BY_PAGES:
            message = (
                f"Pages of {origin[:200]} may not call us: the server's owner names such sites in"
                " EASYFLOW_HTTP__ALLOWED_ORIGINS"
            )
            fault = Fault(status=403, kind="forbidden", message=message)
            return self._refuse(Request(scope), fault)
        allowed = {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": TAKEN,
            "Access-Control-Max-Age": REMEMBERED,
            "Vary": "Origin",
        }
        return Response(status_code=204, headers=allowed)

    def _readable(self, origin: str, scope: Scope, send: Send) -> Send:
        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Origin")
                state: Mapping[str, object] = scope.get("state", {})
                if self._welcome(origin) or state.get("page_origin") == origin:
                    headers["Access-Control-Allow-Origin"] = origin
                    headers["Access-Control-Expose-Headers"] = TOLD
            await send(message)

        return told

    def _welcome(self, origin: str) -> bool:
        return origin.lower() in self._origins


def _bad_request(message: str) -> Fault:
    """The connection is closed: whatever body there is, nobody reads it."""
    headers = {"Connection": "close"}
    return Fault(status=400, kind="bad_request", message=message, headers=headers)


def _name(host: str) -> str:
    """A Host without its port and without the brackets of IPv6."""
    name, colon, port = host.strip().lower().rpartition(":")
    return (name if colon and port.isdecimal() else host.strip().lower()).strip("[]")

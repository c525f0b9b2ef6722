"""Pure ASGI around the application: request ids, security headers, metrics, the last resort."""

import re
import time
from collections.abc import Callable, Mapping, Sequence

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bots.ports import NewId

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' https: data: blob:; media-src 'self' https: blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

_SANE = re.compile(r"[A-Za-z0-9._-]{1,128}")

Counted = Callable[[str, str, int, float], None]
"""Hears of an answer: method, the route's template, status, seconds."""


class Envelope:
    """What every answer gets. A header that a route has set itself is left alone."""

    def __init__(
        self, app: ASGIApp, *, new_id: NewId, secure: bool, counted: Counted | None = None
    ) -> None:
        self._app = app
        self._new_id = new_id
        self._headers = dict(_headers(secure))
        self._counted = counted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        id = self._id(scope["headers"])
        scope.setdefault("state", {})["request_id"] = id
        began = time.perf_counter()
        status = 500

        async def enveloped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = id
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if headers.get("content-type", "").startswith("application/json"):
                    # What is said of people is for whoever asked, and for no cache on the way.
                    headers.setdefault("Cache-Control", "no-store")
                    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=id):
            await self._app(scope, receive, enveloped)
        if self._counted is not None:
            seconds = time.perf_counter() - began
            self._counted(scope["method"], _template(scope), status, seconds)

    def _id(self, headers: Sequence[tuple[bytes, bytes]]) -> str:
        """The caller's own, if it is such that logs can take it."""
        for name, value in headers:
            if name == b"x-request-id":
                given = value.decode("latin-1")
                if _SANE.fullmatch(given):
                    return given
        return f"req_{self._new_id()}"


def _headers(secure: bool) -> Mapping[str, str]:
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(self)",
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Permitted-Cross-Domain-Policies": "none",
    }
    if secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return headers


def _template(scope: Scope) -> str:
    """The route's own path, so that ids in addresses do not become labels."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else "other"

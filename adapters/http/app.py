"""The HTTP application: intake, dialects, health, documentation and whatever errors are left."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache, partial
from typing import Any, Protocol

from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from adapters.http import avito, chatflow, easyflow, hooks, omnisupport, replyx
from adapters.http.dialect import Dialect, Surface, answer, speaker
from adapters.http.docs_pages import docs_routes
from adapters.http.faults import Fault, fault_of
from adapters.http.gate import Doors, Gate, Refuse
from adapters.http.headers import Envelope
from adapters.http.health import health_routes
from adapters.http.idempotency import Idempotency, Together
from adapters.http.intake import Accepting, Intake
from adapters.http.limits import Limits
from adapters.http.metrics import Metrics
from adapters.http.openapi import complete
from adapters.http.sockets import Sockets
from bots.ports import Channel, Clock, NewId, Shelf
from bots.services import Services


class Speaking(Hashable, Protocol):
    """A dialect's package."""

    DIALECT: Dialect

    def routers(self) -> list[APIRouter]:
        """Its routes, a router for each chapter of the document."""


SPOKEN: Sequence[Speaking] = (easyflow, replyx, chatflow, omnisupport, avito)
"""The first one speaks for addresses that no document names."""

EVERY_DOOR = Doors()
"""Called by any name, by no other site's pages."""

TITLE = "Easy Flow"
ABOUT = """Talk to the bots, write to customers, read what was said.

Each chapter belongs to a published contract, whose name stands before it: errors have that
contract's envelope. Authenticate with an API key or the token of a login, `Authorization: Bearer
<key>`, or with `X-API-Key: <key>`. `X-Request-Id` is on every answer. `Idempotency-Key` is taken on
every POST but logins: the same request again gets the first one's answer, for a day. Limited calls
tell what is left in `X-RateLimit-Remaining`.

To follow a dialog open the socket `/ws/dialogs/{id}?token=<token of a login>`, which has no place
among the calls below."""


_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""FastAPI's own would tell collectors addresses and errors as they are, what customers write among them."""


def build_app(
    services: Services,
    *,
    inbox: Accepting,
    channels: Mapping[str, Sequence[Channel]],
    shelf: Shelf,
    clock: Clock,
    new_id: NewId,
    version: str = "0.1.0",
    metrics: Metrics | None = None,
    metrics_here: bool = True,
    extra_routes: Sequence[BaseRoute] = (),
    secure: bool = False,
    doors: Doors = EVERY_DOOR,
    sockets: Sockets | None = None,
    limits: Limits | None = None,
    together: Together | None = None,
    spoken: Sequence[Speaking] = SPOKEN,
) -> ASGIApp:
    """`channels` are by platform; `secure` says that the public address is https.

    `limits` and `together` are shared with other processes, where there are any.

    `sockets` says whose pages may open one, and how patient we are with it.

    `metrics_here` says that /metrics is among the addresses, and not at a port of its own alone.

    `extra_routes` come after ours; what is left after them is answered in a dialect.
    """
    metrics = metrics or Metrics()
    app = FastAPI(
        title=TITLE,
        description=ABOUT,
        version=version,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        telemetry=_NO_TELEMETRY,
    )
    app.state.surface = Surface(
        services=services,
        limits=limits or Limits(clock),
        idempotency=Idempotency(shelf, clock, together),
        sockets=sockets or Sockets(),
        clock=clock,
        new_id=new_id,
    )
    dialects = [package.DIALECT for package in spoken]
    for package in spoken:
        app.router.routes.extend(routes_of(package))
    app.include_router(hooks.router)
    told = metrics if metrics_here else None
    app.router.routes.extend([*health_routes(services.health, told), *docs_routes()])
    app.router.routes.extend(extra_routes)
    refuse = partial(_refusal, dialects)
    _answer_leftovers(app, refuse)
    app.openapi = _document(app, dialects)  # type: ignore[method-assign]
    gate = Gate(app, doors, refuse)
    enveloped = Envelope(gate, new_id=new_id, secure=secure, counted=metrics.requested)
    intake = Intake(enveloped, inbox, channels, dialect=easyflow.DIALECT, new_id=new_id)
    app.router.lifespan_context = _closing(intake.close)
    return intake


@cache
def routes_of(package: Speaking) -> Sequence[BaseRoute]:
    """Those of a dialect, for any app: what FastAPI makes of all of them, in 0.1 s, is always the same."""
    whole = APIRouter(generate_unique_id_function=_operation_id)
    for router in package.routers():
        whole.include_router(router)
    return whole.routes


def _answer_leftovers(app: FastAPI, refuse: Refuse) -> None:
    """What never reaches a route: unknown paths, wrong methods, whatever an extra route raises."""

    async def leftover(request: Request, error: Exception) -> Response:
        fault = fault_of(error)
        if fault.status == 405:
            fault = replace(fault, headers={**fault.headers, **_allowed(app, request)})
        return refuse(request, fault)

    app.add_exception_handler(HTTPException, leftover)
    app.add_exception_handler(Exception, leftover)


def _refusal(dialects: Sequence[Dialect], request: Request, fault: Fault) -> Response:
    """A fault in the dialect whose address was asked."""
    return answer(speaker(dialects, request.url.path), fault, request)


def _allowed(app: FastAPI, request: Request) -> Mapping[str, str]:
    """`Allow` with the methods of all routes of an address; the router names those of one."""
    methods: set[str] = set()
    for route in iter_route_contexts(app.routes):
        pattern = getattr(route, "path_regex", None)
        if pattern is not None and pattern.match(request.url.path):
            methods |= route.methods or set()
    return {} if request.method in methods else {"Allow": ", ".join(sorted(methods))}


def _closing(close: Callable[[], Awaitable[None]]) -> Callable[[Any], Any]:
    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        yield
        await close()

    return lifespan


def _operation_id(route: APIRoute) -> str:
    """Unique, for two contracts may have chapters and calls of one name: `replyx_dialogs_take`."""
    chapter = re.sub(r"\W+", "_", str(route.tags[0])).lower() if route.tags else "other"
    return f"{chapter}_{route.name}"


def _document(app: FastAPI, dialects: Sequence[Dialect]) -> Callable[[], dict[str, Any]]:
    """FastAPI's own document, completed once."""
    plain = app.openapi

    @cache
    def document() -> dict[str, Any]:
        return complete(plain(), app.routes, dialects)

    return document

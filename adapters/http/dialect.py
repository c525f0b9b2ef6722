"""What dialects share: whose address a path is, and the route class that speaks for a dialect."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from adapters.http.auth import authenticate
from adapters.http.body import CheckedRequest
from adapters.http.faults import Fault, fault_of
from adapters.http.idempotency import HEADER, Attempt, Idempotency
from adapters.http.limits import Allowance, Limits
from adapters.http.policy import Policy, policy_of
from bots.model.account import Caller
from bots.ports import Clock, NewId
from bots.services import Services

Render = Callable[[Fault, str], Mapping[str, Any]]
"""A fault and the request's id to the envelope of a dialect."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


@dataclass(frozen=True, slots=True)
class Dialect:
    """One published contract. `prefixes` are the beginnings of the paths it documents."""

    name: str
    prefixes: Sequence[str]
    render: Render


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """What routes work with; one per application."""

    services: Services
    limits: Limits
    idempotency: Idempotency
    clock: Clock
    new_id: NewId


def surface(request: HTTPConnection) -> Surface:
    """The application's surface, for routes."""
    return cast(Surface, request.app.state.surface)


def request_id(request: HTTPConnection) -> str:
    """What the answer's `X-Request-Id` will say."""
    return str(request.scope.get("state", {}).get("request_id", ""))


def attempt(request: Request) -> str | None:
    """The name of a request with an `Idempotency-Key`: what it does is done once under it.

    The answer is kept when it is made; if we die before that, this is what stops a second turn.
    """
    begun: Attempt | None = getattr(request.state, "attempt", None)
    return f"once:{begun.name}" if begun else None


def answer(dialect: Dialect, fault: Fault, id: str) -> Response:
    """A fault in the envelope of a dialect."""
    content = orjson.dumps(dialect.render(fault, id))
    return Response(content, fault.status, dict(fault.headers), "application/json")


def speaker(dialects: Sequence[Dialect], path: str) -> Dialect:
    """The dialect with the longest prefix of a path; the first one speaks for all other paths."""
    fitting = [
        (len(prefix), dialect)
        for dialect in dialects
        for prefix in dialect.prefixes
        if path == prefix or path.startswith(prefix + "/")
    ]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else dialects[0]


async def spend(request: Request, allowance: Allowance, *subject: object) -> None:
    """Count a call of a limited route. Raises TooMany; the answer carries the headers anyway."""
    caller: Caller = request.state.caller
    limits = surface(request).limits
    standing = await limits.spend(allowance, caller.workspace, *subject)
    request.state.standing = standing
    if not standing.allowed:
        raise limits.refusal(standing)


def route_class(dialect: Dialect) -> type[APIRoute]:
    """Routes that let in whom their policy names and whose errors leave in the dialect's envelope.

    A route without a policy (`adapters.http.policy`) is a mistake: TypeError, at the start. Three dialects share a prefix, so neither mounted applications nor the application's own
    exception handlers could know whose envelope to speak; a route does.
    """

    class Route(APIRoute):
        def get_route_handler(self) -> Handler:
            inner = super().get_route_handler()
            policy = policy_of(self.dependencies)
            if policy is None:
                raise TypeError(f"{self.path} says nowhere who may call it")

            async def handle(request: Request) -> Response:
                checked = CheckedRequest(request.scope, request.receive)
                try:
                    response = await _admitted(checked, inner, policy)
                except Exception as error:  # noqa: BLE001 - the boundary: every error is answered
                    response = answer(dialect, fault_of(error), request_id(request))
                standing = getattr(checked.state, "standing", None)
                if standing is not None:
                    response.headers.update(standing.headers())
                return response

            return handle

    return Route


async def _admitted(request: CheckedRequest, inner: Handler, policy: Policy) -> Response:
    if policy.is_open:
        return await inner(request)
    here = surface(request)
    caller = await authenticate(request.headers, here.services.accounts)
    policy.check(caller)
    request.state.caller = caller
    key = request.headers.get(HEADER)
    if request.method != "POST" or key is None:
        return await inner(request)
    begun = await here.idempotency.begin(caller, key, request.url.path, await request.body())
    if isinstance(begun, Response):
        return begun
    return await _once(request, inner, begun, here.idempotency)


async def _once(
    request: CheckedRequest, inner: Handler, attempt: Attempt, idempotency: Idempotency
) -> Response:
    request.state.attempt = attempt
    try:
        response = await inner(request)
    except BaseException:
        idempotency.release(attempt)
        raise
    await idempotency.finish(attempt, response)
    return response

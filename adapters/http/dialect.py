"""What dialects share: whose address a path is, and the route class that speaks for a dialect."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from typing import Any, cast

import orjson
from fastapi import params
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from adapters.http.auth import authenticate
from adapters.http.body import CheckedRequest, largest_of
from adapters.http.client import client_place
from adapters.http.faults import Fault, fault_of
from adapters.http.idempotency import (
    DOCUMENTED,
    HEADER,
    Attempt,
    Idempotency,
    form_digest,
    takes_key,
)
from adapters.http.limits import Allowance, Limits, allowance_of
from adapters.http.origins import hold_to_domains
from adapters.http.policy import PAGES, Policy, policy_of
from adapters.http.sockets import Sockets
from bots.model.account import Caller
from bots.ports import Clock, NewId
from bots.services import Services

Render = Callable[[Fault, str], Mapping[str, Any]]
"""A fault and the request's id to the envelope of a dialect."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


@dataclass(frozen=True, slots=True)
class Dialect:
    """One published contract. `prefixes` are the beginnings of the paths it documents.

    `allowance` is how often somebody may call, all its routes together that have none of their own;
    `statuses` are those that the document answers otherwise than the rest (422 as 400). `title` and
    `error`, the envelope as a model, are for the OpenAPI document.
    """

    name: str
    prefixes: Sequence[str]
    render: Render
    title: str
    error: type[BaseModel]
    allowance: Allowance | None = None
    statuses: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """What routes work with; one per application."""

    services: Services
    limits: Limits
    idempotency: Idempotency
    sockets: Sockets
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


def attempted(request: Request) -> str | None:
    """The id of the message that such a request brings: another body's is another one."""
    begun: Attempt | None = getattr(request.state, "attempt", None)
    return begun.message_id if begun else None


def answer(dialect: Dialect, fault: Fault, request: HTTPConnection) -> Response:
    """A fault in the envelope of a dialect."""
    told = replace(fault, accept_language=request.headers.get("accept-language", ""))
    content = orjson.dumps(dialect.render(told, request_id(request)))
    status = dialect.statuses.get(fault.status, fault.status)
    return Response(content, status, dict(fault.headers), "application/json")


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
    """Count a call of a limited route. Raises TooMany; the answer carries the headers anyway.

    Strangers are counted by where they come from, beside the subject.
    """
    caller = _caller(request)
    whose = caller.workspace if caller is not None else client_place(request)
    limits = surface(request).limits
    standing = await limits.spend(allowance, whose, *subject)
    request.state.standing = standing
    if not standing.allowed:
        raise limits.refusal(standing)


def _caller(request: Request) -> Caller | None:
    found: Caller | None = getattr(request.state, "caller", None)
    return found


def _who(caller: Caller | None, request: Request) -> str:
    """A person, a key or a place, for what is counted and kept by whoever calls.

    A page's key is many people's, who are told apart by their places.
    """
    if caller is None:
        return f"place {client_place(request)}"
    if caller.kind in PAGES:
        return f"{caller.kind} {caller.key_id} {client_place(request)}"
    if caller.kind == "user" or caller.key_id is None:
        return f"{caller.kind} {caller.account_id}"
    return f"{caller.kind} {caller.key_id}"


@dataclass(frozen=True)
class Rules:
    """What a route declares beside itself."""

    policy: Policy
    allowance: Allowance | None
    largest: int
    takes_key: bool
    is_form: bool


def route_class(dialect: Dialect) -> type[APIRoute]:
    """Routes that let in whom their policy names and whose errors leave in the dialect's envelope.

    A route without a policy (`adapters.http.policy`) is a mistake: TypeError, at the start. Three
    dialects share a prefix, so neither mounted applications nor the application's own exception
    handlers could know whose envelope to speak; a route does.
    """

    class Route(APIRoute):
        def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
            dependencies = list(more.pop("dependencies", None) or ())
            if "POST" in more["methods"] and takes_key(dependencies):
                documented = [DOCUMENTED] if DOCUMENTED not in dependencies else []
                dependencies += documented
            chapters = more.pop("tags", None) or ()
            tags: list[str | Enum] = [f"{dialect.title}: {chapter}" for chapter in chapters]
            super().__init__(path, endpoint, dependencies=dependencies, tags=tags, **more)

        @cached_property
        def rules(self) -> Rules:
            policy = policy_of(self.dependencies)
            if policy is None:
                raise TypeError(f"{self.path} says nowhere who may call it")
            return Rules(
                policy=policy,
                allowance=allowance_of(self.dependencies, dialect.allowance),
                largest=largest_of(self.dependencies),
                takes_key="POST" in (self.methods or ()) and takes_key(self.dependencies),
                is_form=self.body_field is not None
                and isinstance(self.body_field.field_info, params.Form),
            )

        def get_route_handler(self) -> Handler:
            inner = super().get_route_handler()
            rules = self.rules

            async def handle(request: Request) -> Response:
                checked = CheckedRequest(request.scope, request.receive, largest=rules.largest)
                try:
                    response = await _admitted(checked, inner, rules)
                except Exception as error:  # noqa: BLE001 - the boundary: every error is answered
                    response = answer(dialect, fault_of(error), request)
                    if checked.left_unread:
                        response.headers["Connection"] = "close"
                standing = getattr(checked.state, "standing", None)
                if standing is not None:
                    response.headers.update(standing.headers())
                return response

            return handle

    return Route


def route_rules(route: BaseRoute) -> Rules | None:
    """What a route declares; nothing for one that is of no dialect."""
    rules: Rules | None = getattr(route, "rules", None)
    return rules


async def _admitted(request: CheckedRequest, inner: Handler, rules: Rules) -> Response:
    here = surface(request)
    caller: Caller | None = None
    if not rules.policy.is_open:
        caller = await authenticate(request.headers, here.services.accounts)
        request.state.caller = caller
    if rules.allowance is not None:
        await spend(request, rules.allowance, _who(caller, request))
    if caller is not None:
        rules.policy.check(caller)
        hold_to_domains(caller, request)
    key = request.headers.get(HEADER)
    if key is None or not rules.takes_key:
        return await inner(request)
    body = await form_digest(await request.form()) if rules.is_form else await request.body()
    workspace = caller.workspace if caller is not None else 0
    who = f"{_who(caller, request)} {caller.bot if caller is not None else None}"
    try:
        begun = await here.idempotency.begin(workspace, who, key, request.url.path, body)
    except BaseException:
        await request.close()
        raise
    if isinstance(begun, Response):
        await request.close()
        return begun
    return await _once(request, inner, begun, here.idempotency)


async def _once(
    request: CheckedRequest, inner: Handler, attempt: Attempt, idempotency: Idempotency
) -> Response:
    request.state.attempt = attempt
    try:
        response = await inner(request)
    except BaseException:
        await idempotency.release(attempt)
        raise
    await idempotency.finish(attempt, response)
    return response

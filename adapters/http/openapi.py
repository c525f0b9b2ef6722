"""The OpenAPI document: what the frame knows of every operation, in its contract's own words.

A route says what is its own (404, 409); who may call it, its body and its limits tell the rest.
"""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from starlette.routing import BaseRoute

from adapters.http.dialect import Dialect, Rules, route_rules, speaker
from adapters.http.faults import Detail, Fault

REFERENCE = "#/components/schemas/{model}"
JSON = "application/json"

SAID: Mapping[int, tuple[str, str, str]] = {
    400: ("A request that cannot be read", "bad_request", "The body is not valid JSON"),
    401: ("No credential, or a wrong one", "unauthorized", "This API key is not known"),
    402: ("The balance does not pay for it", "insufficient_balance", "The balance is 0.00"),
    403: ("A credential that may not do this", "forbidden", "This needs the role operator"),
    404: ("No such thing in this workspace", "not_found", "dialog 7 not found"),
    405: ("Another method than this address takes", "method_not_allowed", "Try POST"),
    409: ("The thing's state does not allow it", "conflict", "This dialog is held with Anna"),
    413: ("A body that is too large", "payload_too_large", "The body is larger than 1048576 bytes"),
    415: ("A file of no known kind", "unsupported_format", "This is no PDF, DOCX or text"),
    422: ("A value that cannot be taken", "validation_error", "Invalid request parameters"),
    429: ("Too many calls", "rate_limit_exceeded", "Too many requests: try again in 28 s"),
    500: ("A failure nobody foresaw", "internal_error", "Something went wrong on our side"),
    501: ("Not there yet", "not_implemented", "This is not there yet"),
    502: ("A service that this needs refused", "service_unavailable", "The service refused"),
    503: ("Not just now; nothing was lost", "service_unavailable", "Try again"),
}
"""By status: what it means, and what an example of it says."""

EXAMPLE_ID = "req_123456"


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "integer"}}


LIMITED: Mapping[str, dict[str, Any]] = {
    "X-RateLimit-Limit": _header("How many calls are allowed"),
    "X-RateLimit-Remaining": _header("How many are left"),
    "X-RateLimit-Reset": _header("When there are more, in seconds since 1970"),
}
WAIT = {"Retry-After": _header("Seconds to wait")}


def complete(
    document: dict[str, Any], routes: Sequence[BaseRoute], dialects: Sequence[Dialect]
) -> dict[str, Any]:
    """Add what each operation may answer beside what its route says."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    rules = _rules(routes)
    for path, item in document["paths"].items():
        dialect = speaker(dialects, path)
        for method, operation in item.items():
            _tell(operation, dialect, rules.get((method.upper(), path)))
        _add(schemas, dialect.error)
    for model in _models(routes):
        # FastAPI leaves what is null out of examples, and contracts print it.
        extra = model.model_config.get("json_schema_extra")
        if isinstance(extra, dict) and "example" in extra and model.__name__ in schemas:
            schemas[model.__name__]["example"] = extra["example"]
    document["tags"] = _chapters(document)
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    return document


def _tell(operation: dict[str, Any], dialect: Dialect, rules: Rules | None) -> None:
    responses = operation["responses"]
    for status in _statuses(operation, rules) if rules is not None else ():
        responses.setdefault(str(dialect.statuses.get(status, status)), {})
    is_limited = rules is not None and rules.allowance is not None
    for status, response in responses.items():
        if status[0] in "45":
            _word(response, int(status), dialect)
        if status == "429" or (is_limited and status != "401"):
            response.setdefault("headers", {}).update(LIMITED)
        if status == "429":
            response["headers"].update(WAIT)
    operation["responses"] = dict(sorted(responses.items()))


def _models(routes: Sequence[BaseRoute]) -> set[type[BaseModel]]:
    """What bodies and answers are."""
    found: set[type[BaseModel]] = set()
    for route in iter_route_contexts(routes):
        for field in (getattr(route, "response_field", None), getattr(route, "body_field", None)):
            kind = field.field_info.annotation if field is not None else None
            for one in (kind, *get_args(kind)):
                if isinstance(one, type) and issubclass(one, BaseModel):
                    found.add(one)
    return found


def _chapters(document: Mapping[str, Any]) -> list[dict[str, str]]:
    """The tags in the order of the routes: a contract's name and its chapter's."""
    names: dict[str, dict[str, str]] = {}
    for item in document["paths"].values():
        for operation in item.values():
            contract, _, chapter = operation["tags"][0].partition(": ")
            said = f"The chapter {chapter} of the contract {contract}."
            names[operation["tags"][0]] = {"name": operation["tags"][0], "description": said}
    return list(names.values())


def _rules(routes: Sequence[BaseRoute]) -> dict[tuple[str, str], Rules]:
    """What the routes of dialects declare, by method and path."""
    found: dict[tuple[str, str], Rules] = {}
    for route in iter_route_contexts(routes):
        if (rules := route_rules(route.original_route)) is not None:
            for method in route.methods or ():
                found[method, route.path_format or ""] = rules
    return found


def _statuses(operation: Mapping[str, Any], rules: Rules) -> list[int]:
    told = {
        400: True,
        401: not rules.policy.is_open,
        403: not rules.policy.is_open,
        409: rules.takes_key,
        413: "requestBody" in operation,
        422: bool("requestBody" in operation or operation.get("parameters")),
        429: rules.allowance is not None,
        500: True,
        503: True,
    }
    return [status for status, possible in told.items() if possible]


def _word(response: dict[str, Any], status: int, dialect: Dialect) -> None:
    """The envelope as this contract has it, with an example of just this failure."""
    if not response.get("description"):
        response["description"] = SAID[status][0]
    given = response.get("content", {}).get(JSON, {}).get("example")
    example = given or dialect.render(_fault(status), EXAMPLE_ID)
    schema = {"$ref": REFERENCE.format(model=dialect.error.__name__)}
    response["content"] = {JSON: {"schema": schema, "example": example}}


def _fault(status: int) -> Fault:
    _, kind, message = SAID[status]
    details = [Detail("limit", "Input should be greater than 0")] if status == 422 else []
    return Fault(status=status, kind=kind, message=message, details=details)


def _add(schemas: dict[str, Any], model: type[BaseModel]) -> None:
    if model.__name__ not in schemas:
        schema = model.model_json_schema(ref_template=REFERENCE)
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema

"""What went wrong with a request, before a dialect words it: the one table of HTTP statuses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from types import MappingProxyType
from typing import Any, NamedTuple

import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from adapters.http.body import TooLarge, Unreadable
from bots.errors import (
    BadAmount,
    BadCredentials,
    BadTelegramToken,
    BotExists,
    BotFailed,
    Conflict,
    FileTooLarge,
    Forbidden,
    Invalid,
    NoMoney,
    NotFound,
    NotThereYet,
    PaymentFailed,
    Problem,
    QuotaReached,
    SecondFactorNeeded,
    TokenExpired,
    TooMany,
    Unauthorised,
    Unavailable,
    UnknownFormat,
    VirusFound,
)

log = structlog.get_logger()


class Detail(NamedTuple):
    """One value that cannot be taken; `field` is dotted.

    `rule` and `bounds` say the same for other languages, where a shape was not kept to: pydantic's
    name of the rule, such as `string_too_short`, and its `{"min_length": 8}`.
    """

    field: str
    error: str
    rule: str = ""
    bounds: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A failed request. `kind` is stable and for programs, `message` is for people.

    `accept_language` is what the caller said of languages.
    """

    status: int
    kind: str
    message: str
    details: Sequence[Detail] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    accept_language: str = ""


STATUS: Mapping[type[Problem], tuple[int, str]] = {
    NotFound: (404, "not_found"),
    Invalid: (422, "validation_error"),
    Unauthorised: (401, "unauthorized"),
    Forbidden: (403, "forbidden"),
    Conflict: (409, "conflict"),
    TooMany: (429, "rate_limit_exceeded"),
    Unavailable: (503, "service_unavailable"),
    BadCredentials: (401, "invalid_credentials"),
    TokenExpired: (401, "token_expired"),
    SecondFactorNeeded: (401, "two_factor_required"),
    NoMoney: (402, "insufficient_balance"),
    BadAmount: (422, "invalid_amount"),
    PaymentFailed: (502, "payment_failed"),
    FileTooLarge: (413, "file_too_large"),
    UnknownFormat: (415, "unsupported_format"),
    VirusFound: (422, "virus_detected"),
    QuotaReached: (403, "upload_quota_exceeded"),
    BadTelegramToken: (422, "invalid_telegram_token"),
    BotExists: (409, "bot_already_exists"),
    BotFailed: (502, "bot_startup_failed"),
    NotThereYet: (501, "not_implemented"),
}

_KIND = {
    400: ("bad_request", "The request cannot be read"),
    404: ("not_found", "There is nothing at this address"),
    405: ("method_not_allowed", "This address does not take this method"),
    413: ("payload_too_large", "The body is too large"),
    415: ("unsupported_media_type", "This kind of body is not taken"),
    422: ("validation_error", "Invalid request parameters"),
}

_INTERNAL = Fault(status=500, kind="internal_error", message="Something went wrong on our side")


def fault_of(error: Exception) -> Fault:
    """What a caller is told of an error; one that nobody foresaw is logged and told as 500."""
    if isinstance(error, Problem):
        return _of_problem(error)
    if isinstance(error, RequestValidationError):
        return _of_validation(error)
    if isinstance(error, HTTPException):
        return _of_status(error)
    if isinstance(error, ClientDisconnect):
        return malformed("The body ends too early")
    log.error("A request failed", exc_info=error)
    return _INTERNAL


def malformed(message: str) -> Fault:
    """A body that is not what its content type says."""
    return Fault(status=400, kind="bad_request", message=message)


def too_large(limit: int) -> Fault:
    """The connection is closed, for the rest of the body is not read."""
    return Fault(
        status=413,
        kind="payload_too_large",
        message=f"The body is larger than {limit} bytes",
        headers={"Connection": "close"},
    )


def _of_problem(error: Problem) -> Fault:
    status, kind = next(STATUS[each] for each in type(error).mro() if each in STATUS)
    message = str(error) or kind.replace("_", " ").capitalize()
    details: Sequence[Detail] = ()
    headers: dict[str, str] = {}
    if isinstance(error, Invalid):
        message = "Invalid request parameters"
        details = (Detail(error.field, error.error),)
    elif isinstance(error, TooMany):
        headers["Retry-After"] = str(max(1, ceil(error.retry_after)))
    elif isinstance(error, Unavailable):
        headers["Retry-After"] = "1"
    elif isinstance(error, Unauthorised):
        headers["WWW-Authenticate"] = "Bearer"
    return Fault(status=status, kind=kind, message=message, details=details, headers=headers)


def _of_validation(error: RequestValidationError) -> Fault:
    problems = error.errors()
    if any(problem["type"] == "json_invalid" for problem in problems):
        return malformed("The body is not valid JSON")
    if isinstance(error.body, bytes):
        # A body of another type, a form of curl's for one, comes here as it was.
        return malformed("The body is not read as JSON: send Content-Type: application/json")
    return Fault(
        status=422,
        kind="validation_error",
        message="Invalid request parameters",
        details=[_detail(problem) for problem in problems],
    )


def _of_status(error: HTTPException) -> Fault:
    kind, message = _KIND.get(error.status_code, ("error", str(error.detail)))
    if isinstance(error, (Unreadable, TooLarge)):
        message = str(error.detail)
    if isinstance(error, TooLarge) and error.is_file:
        kind = "file_too_large"
    return Fault(status=error.status_code, kind=kind, message=message, headers=error.headers or {})


def _field(location: Sequence[str | int]) -> str:
    """`("body", "message")` is `message`; the body as a whole is `body`."""
    inside = location[1:] if location[0] in ("body", "query", "path", "header") else location
    return ".".join(map(str, inside)) or str(location[0])


def _detail(problem: Mapping[str, Any]) -> Detail:
    bounds = problem.get("ctx") or {}
    return Detail(_field(problem["loc"]), _words(problem), str(problem["type"]), bounds)


def _words(problem: Mapping[str, Any]) -> str:
    if problem["type"] == "missing":
        return "This field is required"
    if problem["type"] in ("model_attributes_type", "dict_type"):
        return "Input should be an object"
    return str(problem["msg"]).removeprefix("Value error, ")

"""The error envelope of the Easy Flow contract."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from adapters.http.dialect import Dialect
from adapters.http.faults import Fault


class ErrorDetail(BaseModel):
    """One field that cannot be taken."""

    field: str
    error: str


class Error(BaseModel):
    """What went wrong; `type` is for programs, `message` for people."""

    type: str
    message: str
    details: list[ErrorDetail]
    request_id: str


class ErrorResponse(BaseModel):
    """The body of every answer that is not a success."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "error": {
                    "type": "validation_error",
                    "message": "Invalid request parameters",
                    "details": [{"field": "user_id", "error": "This field is required"}],
                    "request_id": "req_123456",
                }
            }
        }
    )

    error: Error


def render(fault: Fault, request_id: str) -> Mapping[str, Any]:
    """The envelope; `details` is empty where no field is to blame."""
    return {
        "error": {
            "type": fault.kind,
            "message": fault.message,
            "details": [{"field": each.field, "error": each.error} for each in fault.details],
            "request_id": request_id,
        }
    }


DIALECT = Dialect(
    "easyflow",
    (
        "/api/v1/conversation",
        "/api/v1/messaging",
        "/api/v1/integration",
        "/api/v1/analytics",
    ),
    render,
    title="Easy Flow",
    error=ErrorResponse,
)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's `responses` for the errors a route may answer with."""
    return {status: {"model": ErrorResponse, **_EXAMPLES[status]} for status in statuses}


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "integer"}}


LIMITED: Mapping[str, dict[str, Any]] = {
    "X-RateLimit-Limit": _header("How many calls a minute are allowed"),
    "X-RateLimit-Remaining": _header("How many are left"),
    "X-RateLimit-Reset": _header("When there are more, in seconds since 1970"),
}
"""The headers of every answer of a limited call, for OpenAPI."""


def _example(description: str, kind: str, message: str) -> dict[str, Any]:
    error = {"type": kind, "message": message, "details": [], "request_id": "req_123456"}
    content = {"application/json": {"example": {"error": error}}}
    return {"description": description, "content": content}


_EXAMPLES: Mapping[int, dict[str, Any]] = {
    400: _example("Malformed JSON", "bad_request", "The body is not valid JSON"),
    401: _example("No API key, or a wrong one", "unauthorized", "This API key is not known"),
    403: _example(
        "A key that may not do this",
        "forbidden",
        "This key belongs to another bot than the conversation",
    ),
    404: _example("No such thing", "not_found", "conversation session_456 not found"),
    409: _example(
        "The thing's state does not allow it", "conflict", "This conversation is held with shop"
    ),
    413: _example("A body over 1 MiB", "payload_too_large", "The body is too large"),
    422: {"description": "A value that cannot be taken"},
    429: {
        **_example("Too many calls", "rate_limit_exceeded", "Too many requests: try again in 28 s"),
        "headers": {**LIMITED, "Retry-After": _header("Seconds to wait")},
    },
    501: _example(
        "Documented, and not built yet",
        "not_implemented",
        "Easy Flow does not talk to Wildberries yet; the connection is kept",
    ),
    503: _example("Not just now; nothing was lost", "service_unavailable", "Try again"),
}

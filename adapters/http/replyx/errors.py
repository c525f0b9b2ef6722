"""The error envelope of the ReplyX contract, and its codes."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from adapters.http.dialect import Dialect
from adapters.http.faults import Fault
from adapters.http.limits import per_minute
from adapters.http.replyx.issues import issue_of
from adapters.http.words import worded

CODES: Mapping[str, str] = {
    "forbidden": "INSUFFICIENT_PERMISSIONS",
    "rate_limit_exceeded": "RATE_LIMIT_EXCEEDED",
}
"""Where a fault's kind in capitals is not the document's own code."""


class ReplyxError(BaseModel):
    """What went wrong; `code` is for programs, `message` for people."""

    code: str
    message: str
    details: dict[str, Any]


class ReplyxErrorResponse(BaseModel):
    """The body of every answer that is not a success."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "error": {
                    "code": "VALIDATION_ERROR",
                    "message": "Некорректные данные",
                    "details": {"field": "email", "issue": "Неверный формат email"},
                }
            }
        }
    )

    error: ReplyxError


def code_of(kind: str) -> str:
    """The document's code of a fault."""
    return CODES.get(kind, kind.upper())


def render(fault: Fault, request_id: str) -> Mapping[str, Any]:
    """The envelope; `details` names the first field that is to blame, or tells what there is to tell."""
    details: dict[str, Any] = {}
    if fault.details:
        first = fault.details[0]
        details = {"field": first.field, "issue": issue_of(first)}
    elif fault.kind not in ("internal_error",):
        details = {"reason": fault.message}
    message = worded(fault.kind, "ru", fault.message)
    return {"error": {"code": code_of(fault.kind), "message": message, "details": details}}


DIALECT = Dialect(
    "replyx",
    (
        "/api/auth",
        "/api/users",
        "/api/assistants",
        "/api/dialogs",
        "/api/documents",
        "/api/qa-knowledge",
        "/api/balance",
        "/api/admin",
        "/ws/dialogs",
    ),
    render,
    title="ReplyX",
    error=ReplyxErrorResponse,
    allowance=per_minute("replyx", 100),
)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's `responses` for the errors a route may answer with."""
    return {
        status: {"model": ReplyxErrorResponse, "description": _SAID[status]} for status in statuses
    }


_SAID: Mapping[int, str] = {
    400: "Malformed JSON",
    401: "No credential, or a wrong one",
    402: "The balance does not pay for it",
    403: "A credential that may not do this",
    404: "No such thing in this workspace",
    409: "The thing's state does not allow it",
    413: "Too large",
    415: "A file of no known kind",
    422: "A value that cannot be taken",
    429: "Too many calls",
    502: "A service that this needs refused",
    503: "Not just now; nothing was lost",
}

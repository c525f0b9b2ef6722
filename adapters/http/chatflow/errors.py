"""The error envelope of the ChatFlow contract: its numbered codes, its words in three languages."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from adapters.http.dialect import Dialect
from adapters.http.faults import Fault
from adapters.http.limits import per_minute
from adapters.http.words import preferred, worded

LANGUAGES = ("uz", "ru", "en")

CODES: Mapping[str, str] = {
    "invalid_credentials": "AUTH-001",
    "unauthorized": "AUTH-002",
    "token_expired": "AUTH-003",
    "two_factor_required": "AUTH-004",
    "forbidden": "AUTH-005",
    "bad_request": "REQ-001",
    "validation_error": "REQ-002",
    "not_found": "REQ-003",
    "method_not_allowed": "REQ-004",
    "conflict": "REQ-005",
    "payload_too_large": "REQ-006",
    "unsupported_media_type": "REQ-007",
    "file_too_large": "FILE-001",
    "unsupported_format": "FILE-002",
    "virus_detected": "FILE-003",
    "upload_quota_exceeded": "FILE-004",
    "insufficient_balance": "BILL-001",
    "rate_limit_exceeded": "LIMIT-001",
    "internal_error": "SYS-001",
    "service_unavailable": "SYS-002",
    "not_implemented": "SYS-003",
}
"""The document prints one code, AUTH-001; the others go on in its manner and never change."""


class ChatflowError(BaseModel):
    """What went wrong; `code` is for programs, `message` for people in their language."""

    code: str
    message: str
    message_en: str
    details: dict[str, Any]
    request_id: str


class ChatflowErrorResponse(BaseModel):
    """The body of every answer that is not a success."""

    error: ChatflowError


def render(fault: Fault, request_id: str) -> Mapping[str, Any]:
    """The envelope; `details` tells by field what cannot be taken."""
    language = preferred(fault.accept_language, LANGUAGES)
    return {
        "error": {
            "code": CODES.get(fault.kind, "REQ-000"),
            "message": worded(fault.kind, language, fault.message),
            "message_en": fault.message,
            "details": {each.field: each.error for each in fault.details},
            "request_id": request_id,
        }
    }


DIALECT = Dialect(
    "chatflow",
    ("/v1",),
    render,
    title="ChatFlow",
    error=ChatflowErrorResponse,
    allowance=per_minute("chatflow", 100),
    statuses={422: 400},
)

"""The error envelope of the contract of Avito's reports: that it failed, and why."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel

from adapters.http.dialect import Dialect
from adapters.http.faults import Fault
from adapters.http.words import worded


class AvitoErrorResponse(BaseModel):
    """The body of every answer that is not a success."""

    status: Literal["error"]
    message: str


def render(fault: Fault, request_id: str) -> Mapping[str, Any]:
    """The envelope; the message names the fields that cannot be taken."""
    message = worded(fault.kind, "ru", fault.message)
    if fault.details:
        message += ": " + "; ".join(f"{each.field}: {each.error}" for each in fault.details)
    return {"status": "error", "message": message}


DIALECT = Dialect(
    "avito",
    ("/api/v1/avito", "/api/v1/v1/avito", "/api/v1/llm", "/api/v1/timer", "/api/v1/reports"),
    render,
    title="Avito",
    error=AvitoErrorResponse,
    statuses={422: 400},
)

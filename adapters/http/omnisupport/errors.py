"""The error envelope of the OmniSupport contract: a sentence and a code."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from adapters.http.dialect import Dialect
from adapters.http.faults import Fault
from adapters.http.words import worded


class OmniSupportErrorResponse(BaseModel):
    """The body of every answer that is not a success."""

    detail: str
    code: str


def render(fault: Fault, request_id: str) -> Mapping[str, Any]:
    """The envelope; the sentence names the fields that cannot be taken."""
    detail = worded(fault.kind, "ru", fault.message)
    if fault.details:
        detail += ": " + "; ".join(f"{each.field}: {each.error}" for each in fault.details)
    return {"detail": detail, "code": fault.kind.upper()}


DIALECT = Dialect(
    "omnisupport",
    (
        "/api/v1/auth",
        "/api/v1/conversations",
        "/api/v1/ai",
        "/api/v1/knowledge",
        "/api/v1/customers",
        "/api/v1/team",
        "/api/v1/channels",
        # The rest of /api/v1/analytics is Easy Flow's.
        "/api/v1/analytics/stats",
        "/api/v1/analytics/export",
        "/api/v1/billing",
        "/api/v1/webhooks",
        "/api/v1/widget",
        "/api/v1/ws",
    ),
    render,
    title="OmniSupport",
    error=OmniSupportErrorResponse,
)

"""Spans around the parts of the machinery, where anybody traces."""

import os
from typing import TYPE_CHECKING

from adapters.terminal.leaving import stop
from adapters.tracing.off import Untraced
from composition.here import VERSION
from config.settings import Settings

if TYPE_CHECKING:
    from adapters.tracing.spans import Spans
    from adapters.tracing.wrappers import Traced


def traced_by(spans: "Spans | None") -> "Untraced | Traced":
    """What puts spans around the machinery's parts, where anybody traces."""
    if spans is None:
        return Untraced()
    # Heavy, and few trace.
    from adapters.tracing.wrappers import Traced

    return Traced(spans)


def spans_of(settings: Settings, role: str) -> "Spans | None":
    """Where spans go, if the settings or OpenTelemetry's own variable name a collector."""
    endpoint = settings.otel.endpoint or os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    if not endpoint:
        return None
    try:
        from adapters.tracing.spans import Spans
    except ModuleNotFoundError:
        stop(
            "EASYFLOW_OTEL__ENDPOINT (or OTEL_EXPORTER_OTLP_ENDPOINT) asks for traces, and the"
            " libraries for them are not installed: make run EXTRAS=otel installs them."
        )
    return Spans(
        endpoint,
        headers=settings.otel.header_values,
        share=settings.otel.share,
        service=settings.otel.service,
        version=VERSION,
        role=role,
    )

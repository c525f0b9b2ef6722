"""A collector of OpenTelemetry for tests: takes spans over HTTP, reads them, and may be ill."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from tests.servers.tiny_http import Request, Response, serve


@dataclass(frozen=True, slots=True)
class Seen:
    """A span; `parent` is "" where there is none. Seconds are of the clock on the wall."""

    name: str
    trace: str
    id: str
    parent: str
    began: float
    seconds: float
    failed: bool
    about: dict[str, Any] = field(default_factory=dict)
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    role: str = ""


@dataclass(slots=True)
class Collector:
    """What was sent to it. `status` is what it answers with; None: nothing, ever."""

    url: str = ""
    status: int | None = 200
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    resources: list[dict[str, Any]] = field(default_factory=list)
    spans: list[Seen] = field(default_factory=list)

    async def take(self, request: Request) -> Response | None:
        assert (request.method, request.path) == ("POST", "/v1/traces")
        self.headers.append(request.headers)
        if self.status is None:
            await asyncio.sleep(3600)
        if self.status != 200:
            return Response(status=self.status or 500)
        self.bodies.append(request.body)
        asked = ExportTraceServiceRequest.FromString(request.body)
        for resource in asked.resource_spans:
            told = _attributes(resource.resource.attributes)
            self.resources.append(told)
            for scope in resource.scope_spans:
                self.spans += [_seen(span, told["easyflow.role"]) for span in scope.spans]
        return Response(content_type="application/x-protobuf")

    async def until(self, *names: str, within: float = 60) -> None:
        """Wait for spans of these names, each as often as it is named."""
        deadline = time.monotonic() + within
        wanted = {name: names.count(name) for name in names}
        while any(len(self.named(name)) < count for name, count in wanted.items()):
            assert time.monotonic() < deadline, [span.name for span in self.spans]
            await asyncio.sleep(0.05)

    def named(self, name: str) -> list[Seen]:
        return [span for span in self.spans if span.name == name]

    def under(self, parent: Seen) -> list[str]:
        """The names of what belongs to a span, in the order of their begins."""
        mine = [span for span in self.spans if span.parent == parent.id]
        return [span.name for span in sorted(mine, key=lambda one: one.began)]


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    collector = Collector()
    server = await serve(collector.take)
    collector.url = server.url
    try:
        yield collector
    finally:
        await server.close()


def _seen(span: Any, role: str) -> Seen:
    return Seen(
        name=span.name,
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        began=span.start_time_unix_nano / 1e9,
        seconds=(span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
        failed=span.status.code == 2,
        about=_attributes(span.attributes),
        role=role,
        events={event.name: _attributes(event.attributes) for event in span.events},
    )


def _attributes(pairs: Any) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Any:
    return getattr(value, value.WhichOneof("value") or "string_value")

"""Spans of turns, sends and actions, sent to a collector by OTLP over HTTP.

A message's trace is known by the message itself: whatever process takes it in, answers it or sends the
answer gives its spans the same trace, with nothing written down for it. No span holds a word of
anybody's: numbers, names that owners gave, and kinds of errors.
"""

import asyncio
import os
import socket
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision, TraceIdRatioBased
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode

from bots.model.conversation import Conversation
from bots.model.message import Address, UnifiedMessage
from bots.model.turn import Arrival, Outgoing, TurnRecord
from bots.under_way import Cause

REMEMBERED = 20_000
"""Messages and actions under way whose turns are known; those of longest ago are forgotten first."""

PATIENCE = 3.0
"""Seconds that sending some spans may take, the last ones when we stop among them."""

Value = str | int | float | bool


class Spans:
    """Implements `bots.ports.Tracer`; the wrappers beside this file ask it for the other spans."""

    def __init__(
        self,
        endpoint: str,
        *,
        headers: Mapping[str, str],
        share: float,
        service: str,
        version: str,
        role: str,
    ) -> None:
        """`endpoint` is the collector's base address; of all traces a `share` is kept (0 to 1)."""
        self._sampler = TraceIdRatioBased(share)
        self._ids = _GivenIds()
        self._provider = TracerProvider(
            sampler=self._sampler,
            id_generator=self._ids,
            resource=Resource.create(
                {
                    "service.name": service,
                    "service.version": version,
                    "service.instance.id": f"{socket.gethostname()}:{os.getpid()}",
                    "easyflow.role": role,
                }
            ),
            # What is left is sent by `close`, in its time.
            shutdown_on_exit=False,
        )
        exporter = OTLPSpanExporter(
            endpoint=f"{endpoint.rstrip('/')}/v1/traces", headers=dict(headers), timeout=PATIENCE
        )
        self._provider.add_span_processor(
            BatchSpanProcessor(exporter, max_queue_size=10_000, schedule_delay_millis=2000)
        )
        self._tracer = self._provider.get_tracer("easyflow", version)
        self._after: OrderedDict[str, SpanContext] = OrderedDict()

    async def close(self) -> None:
        """Send what is left, if the collector takes it in time."""
        await asyncio.to_thread(self._provider.shutdown)

    # ------------------------------------------------------------ the port

    @contextmanager
    def turn(self, address: Address, cause: Cause) -> Iterator[None]:
        about: dict[str, Value] = {"easyflow.cause": cause.kind}
        after = self._after.get(cause.key) if cause.key else None
        if cause.arrival is not None:
            message = cause.arrival.message
            after = self._of_message(message)
            about |= _of_arrival(cause.arrival)
            about["easyflow.attempt"] = cause.arrival.attempts + 1
        about |= _of_address(address)
        with self._span("turn", about, _behind(after), SpanKind.CONSUMER) as span:
            if cause.waited is not None:
                span.set_attribute("easyflow.lane.wait_seconds", round(cause.waited, 6))
                span.add_event("the turn begins", {"easyflow.lane.wait_seconds": cause.waited})
            yield

    @contextmanager
    def send(self, row: Outgoing) -> Iterator[None]:
        about: dict[str, Value] = {
            "easyflow.conversation.id": row.conversation_id,
            "easyflow.message.id": row.message_id,
            "easyflow.outbox.key": row.key,
            "easyflow.attempt": row.attempts + 1,
        }
        about |= _of_address(row.address)
        after = self._after.get(row.message_id or row.key)
        with self._span(f"send {_platform(row.address)}", about, _behind(after), SpanKind.CLIENT):
            yield

    # ------------------------------------------------------------ what the wrappers tell

    @contextmanager
    def step(
        self,
        name: str,
        about: Mapping[str, Value] | None = None,
        *,
        kind: SpanKind = SpanKind.INTERNAL,
    ) -> Iterator[Span]:
        """A part of whatever is under way; nothing where nothing is."""
        if not trace.get_current_span().get_span_context().is_valid:
            yield trace.INVALID_SPAN
            return
        with self._span(name, about or {}, None, kind) as span:
            yield span

    def about(self, conversation: Conversation) -> None:
        """The turn under way is one of this conversation."""
        span = trace.get_current_span()
        span.set_attribute("easyflow.conversation.id", conversation.id)
        span.set_attribute("easyflow.conversation.uuid", conversation.uuid)

    @contextmanager
    def action(self, name: str, address: Address, key: str) -> Iterator[Span]:
        """An action: in its turn, or beside it and known by its key."""
        inside = trace.get_current_span().get_span_context().is_valid
        above = None if inside else _behind(self._after.get(key))
        about = {"easyflow.action": name, **_of_address(address)}
        with self._span(f"action {name}", about, above, SpanKind.INTERNAL) as span:
            yield span

    def taken_in(self, arrivals: Sequence[Arrival], began: int) -> None:
        """Messages are on disk; `began` is when they came, in nanoseconds of `time.time_ns`."""
        ended = time.time_ns()
        for arrival in arrivals:
            message = arrival.message
            with self._ids.given(*_ids_of(message)):
                span = self._tracer.start_span(
                    "intake",
                    context=context.Context(),
                    kind=SpanKind.PRODUCER,
                    attributes=_of_arrival(arrival) | _of_address(message.address),
                    start_time=began,
                )
            span.end(ended)

    def follows(self, record: TurnRecord) -> None:
        """What a committed turn leaves to be done belongs to the span that is under way."""
        turn = trace.get_current_span().get_span_context()
        if not turn.is_valid:
            return
        for row in record.outgoing:
            self._remember(row.message_id or row.key, turn)
        for intent in record.intents:
            self._remember(intent.key, turn)

    # ------------------------------------------------------------ inside

    @contextmanager
    def _span(
        self, name: str, about: Mapping[str, Value], above: context.Context | None, kind: SpanKind
    ) -> Iterator[Span]:
        """Without a context `above` it belongs to whatever is under way."""
        with self._tracer.start_as_current_span(
            name,
            context=above,
            kind=kind,
            attributes=about,
            # Both would tell an error's own words, which may be a customer's.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield span
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(Status(StatusCode.ERROR))
                raise

    def _of_message(self, message: UnifiedMessage) -> SpanContext:
        trace_id, span_id = _ids_of(message)
        kept = (
            self._sampler.should_sample(None, trace_id, "").decision == Decision.RECORD_AND_SAMPLE
        )
        flags = trace.TraceFlags.SAMPLED if kept else trace.TraceFlags.DEFAULT
        return SpanContext(trace_id, span_id, is_remote=True, trace_flags=trace.TraceFlags(flags))

    def _remember(self, key: str, turn: SpanContext) -> None:
        self._after[key] = turn
        if len(self._after) > REMEMBERED:
            self._after.popitem(last=False)


class _GivenIds(IdGenerator):
    """Random ids but for spans that are known by what they are about."""

    def __init__(self) -> None:
        self._random = RandomIdGenerator()
        self._given: tuple[int, int] | None = None

    @contextmanager
    def given(self, trace_id: int, span_id: int) -> Iterator[None]:
        """The next span has these; nothing may be awaited within."""
        self._given = (trace_id, span_id)
        try:
            yield
        finally:
            self._given = None

    def generate_trace_id(self) -> int:
        return self._given[0] if self._given else self._random.generate_trace_id()

    def generate_span_id(self) -> int:
        return self._given[1] if self._given else self._random.generate_span_id()


def _behind(after: SpanContext | None) -> context.Context:
    """Of what another task left to be done; what this one was begun by is over."""
    empty = context.Context()
    return empty if after is None else trace.set_span_in_context(NonRecordingSpan(after), empty)


def _ids_of(message: UnifiedMessage) -> tuple[int, int]:
    """The trace of a message and the span of its being taken in; by what makes a message unique."""
    workspace, bot, channel, _ = message.address
    unique = f"{workspace}/{bot}/{channel}/{message.external_id}".encode()
    digest = blake2b(unique, digest_size=24, person=b"easyflow trace").digest()
    return int.from_bytes(digest[:16]) or 1, int.from_bytes(digest[16:]) or 1


def _of_arrival(arrival: Arrival) -> dict[str, Value]:
    return {
        "easyflow.inbox.seq": arrival.seq,
        "easyflow.message.id": arrival.message.message_id,
        "easyflow.happening": arrival.message.happening,
    }


def _of_address(address: Address) -> dict[str, Value]:
    return {
        "easyflow.workspace": address.workspace,
        "easyflow.bot": address.bot,
        "easyflow.channel": address.channel,
    }


def _platform(address: Address) -> str:
    return address.channel.partition(":")[0]

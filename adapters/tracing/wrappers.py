"""The house's parts with spans around what they do: put in their places only where somebody traces."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from adapters.guarded_http import Answer, Request
from adapters.tracing.off import Fetch
from adapters.tracing.spans import Spans
from bots.deciding import Decided
from bots.model.conversation import Conversation, Opening
from bots.model.message import Address, UnifiedMessage
from bots.model.receipt import Receipt
from bots.model.turn import Arrival, TurnRecord
from bots.ports import Actions, Journal
from bots.responder import Decides
from flows.turn import Input

_TRACEPARENT = TraceContextTextMapPropagator()


class Traced:
    """Puts spans around parts of the house."""

    def __init__(self, spans: Spans) -> None:
        self._spans = spans

    def journal(self, journal: Journal) -> Journal:
        return TracedJournal(journal, self._spans)

    def decider(self, decider: Decides) -> Decides:
        return TracedDecider(decider, self._spans)

    def actions(self, actions: Actions) -> Actions:
        return TracedActions(actions, self._spans)

    def fetch(self, fetch: Fetch) -> Fetch:
        return TracedFetch(fetch, self._spans)


class TracedJournal:
    """Implements `bots.ports.Journal` over another."""

    def __init__(self, journal: Journal, spans: Spans) -> None:
        self._journal = journal
        self._spans = spans

    async def accept(self, messages: Sequence[UnifiedMessage]) -> list[Arrival]:
        began = time.time_ns()
        arrivals = await self._journal.accept(messages)
        self._spans.taken_in(arrivals, began)
        return arrivals

    async def claim(self, address: Address, opening: Opening | None = None) -> Conversation:
        with self._spans.step("claim"):
            conversation = await self._journal.claim(address, opening)
        self._spans.about(conversation)
        return conversation

    async def commit(self, turn: TurnRecord) -> None:
        about = {
            "easyflow.messages": len(turn.messages),
            "easyflow.outgoing": len(turn.outgoing),
            "easyflow.timers": len(turn.timers),
            "easyflow.intents": len(turn.intents),
        }
        with self._spans.step("commit", about):
            await self._journal.commit(turn)
        self._spans.follows(turn)

    async def note(self, told: Sequence[Receipt]) -> list[Address]:
        return await self._journal.note(told)

    async def dealt_with(self, arrivals: Sequence[int]) -> None:
        await self._journal.dealt_with(arrivals)

    async def postpone(self, arrival: int, *, until: datetime | None, error: str) -> None:
        await self._journal.postpone(arrival, until=until, error=error)

    async def backlog(self) -> list[Arrival]:
        return await self._journal.backlog()

    async def came(self, known: Collection[int], now: datetime, *, limit: int) -> list[Arrival]:
        return await self._journal.came(known, now, limit=limit)

    def forget(self, which: Callable[[Address], bool]) -> None:
        self._journal.forget(which)


class TracedDecider:
    """Implements `bots.responder.Decides` over another."""

    def __init__(self, decider: Decides, spans: Spans) -> None:
        self._decider = decider
        self._spans = spans

    async def decide(self, conversation: Conversation, what: Input, cause: str) -> Decided:
        with self._spans.step("decide") as span:
            decided = await self._decider.decide(conversation, what, cause)
            span.set_attribute("easyflow.rung", decided.understood.rung or "none")
            if decided.step:
                span.set_attribute("easyflow.step", decided.step)
            return decided


class TracedActions:
    """Implements `bots.ports.Actions` over another."""

    def __init__(self, actions: Actions, spans: Spans) -> None:
        self._actions = actions
        self._spans = spans

    async def run(
        self, action: str, arguments: Mapping[str, Any], *, address: Address, key: str
    ) -> Any:
        with self._spans.action(action, address, key):
            return await self._actions.run(action, arguments, address=address, key=key)


class TracedFetch:
    """A call of another system, which is told the trace it belongs to (W3C `traceparent`)."""

    def __init__(self, fetch: Fetch, spans: Spans) -> None:
        self._fetch = fetch
        self._spans = spans

    async def __call__(self, request: Request) -> Answer:
        about = {
            "http.request.method": request.method,
            # Of the address only the server: the rest may hold a customer's words, or a secret.
            "server.address": urlsplit(request.url).hostname or "",
        }
        with self._spans.step(f"HTTP {request.method}", about, kind=SpanKind.CLIENT) as span:
            answer = await self._fetch(_with_traceparent(request))
            span.set_attribute("http.response.status_code", answer.status)
            if answer.status >= 400:
                span.set_status(Status(StatusCode.ERROR))
            return answer


def _with_traceparent(request: Request) -> Request:
    """A flow's own header is left alone."""
    if "traceparent" in {name.lower() for name in request.headers}:
        return request
    headers = dict(request.headers)
    _TRACEPARENT.inject(headers)
    return replace(request, headers=headers)

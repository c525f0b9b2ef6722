"""/livez, /readyz and /metrics, and the meter behind the last one."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from adapters.http.handoff_metrics import HandoffMetrics
from bots.model.channel import ChannelState
from bots.model.conversation import Conversation
from bots.model.desk_state import DeskState, GroupState
from bots.model.message import Address
from bots.model.tally import QUESTION_OUTCOMES, TASK_OUTCOMES
from bots.model.turn import Event, MessageRecord
from bots.services.health import Health

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Implements `bots.ports.Meter`; labelled children are kept, for looking them up is dear."""

    def __init__(self, workspace: int = 1) -> None:
        """`workspace` is the owner's, whose accounts are named."""
        self._workspace = workspace
        self.registry = registry = CollectorRegistry()
        accepted = Counter(
            "easyflow_inbox_messages", "Messages taken in", ["outcome"], registry=registry
        )
        self._fresh = accepted.labels("accepted")
        self._repeated = accepted.labels("duplicate")
        self._turns = Counter("easyflow_turns", "Turns committed", ["rung"], registry=registry)
        self._turn_seconds = Histogram(
            "easyflow_turn_seconds",
            "From a turn's begin to its commit",
            buckets=_SECONDS,
            registry=registry,
        )
        self._deliveries = Counter(
            "easyflow_outbox_deliveries",
            "Sends by how they ended",
            ["channel", "outcome"],
            registry=registry,
        )
        self._turns_by_rung: dict[str, Counter] = {}
        self._deliveries_by_end: dict[tuple[str, str], Counter] = {}
        self._failures = Counter(
            "easyflow_failures", "Turns and actions that went wrong", ["what"], registry=registry
        )
        dialogs = Counter(
            "easyflow_dialogs",
            "Questions and tasks by what came of them",
            ["what"],
            registry=registry,
        )
        self._dialogs = {
            what: dialogs.labels(what) for what in (*QUESTION_OUTCOMES, *TASK_OUTCOMES)
        }
        self._handoffs = HandoffMetrics(registry)
        self._requests = Counter(
            "easyflow_http_requests",
            "HTTP requests answered",
            ["method", "route", "status"],
            registry=registry,
        )
        self._request_seconds = Histogram(
            "easyflow_http_request_seconds",
            "From a request to the end of its answer",
            ["route"],
            buckets=_SECONDS,
            registry=registry,
        )

    def accepted(self, fresh: int, repeated: int) -> None:
        if fresh:
            self._fresh.inc(fresh)
        if repeated:
            self._repeated.inc(repeated)

    def turned(self, seconds: float, rung: str) -> None:
        turns = self._turns_by_rung.get(rung)
        if turns is None:
            turns = self._turns_by_rung[rung] = self._turns.labels(rung or "none")
        turns.inc()
        self._turn_seconds.observe(seconds)

    def delivered(self, address: Address, outcome: str) -> None:
        # The accounts of other workspaces are many, and not for everybody who may read this.
        own = address.workspace == self._workspace
        channel = address.channel if own else address.channel.partition(":")[0]
        ended = self._deliveries_by_end.get((channel, outcome))
        if ended is None:
            ended = self._deliveries.labels(channel, outcome)
            self._deliveries_by_end[channel, outcome] = ended
        ended.inc()

    def failed(self, what: str) -> None:
        self._failures.labels(what).inc()

    def told(
        self,
        conversation: Conversation,
        messages: Sequence[MessageRecord],
        events: Sequence[Event],
    ) -> None:
        """Implements `bots.ports.Listener`: how questions and tasks fare, over all bots; hand-offs."""
        if events:
            self._handoffs.told(conversation, messages, events)
        for event in events:
            counted = self._dialogs.get(event.name)
            if counted is not None:
                counted.inc()

    def requested(self, method: str, route: str, status: int, seconds: float) -> None:
        """An answer went out."""
        self._requests.labels(method if method in _METHODS else "other", route, status).inc()
        self._request_seconds.labels(route).observe(seconds)

    def watch_desk(self, state: Callable[[], DeskState]) -> None:
        """How operators' groups keep up, and whether anybody waits whom they are not shown."""
        self.watch(
            "easyflow_handoffs_unseen",
            "Chats that wait for people and that no group shows",
            lambda: state().unseen,
        )
        self.watch(
            "easyflow_desk_groups_elsewhere",
            "Groups of other workspaces",
            lambda: state().elsewhere,
        )
        self.watch(
            "easyflow_desk_troubled_elsewhere",
            "Those of them that are not as they should be",
            lambda: state().troubled_elsewhere,
        )
        figures: tuple[tuple[str, str, Callable[[GroupState], float]], ...] = (
            ("waiting", "Calls that wait for their turn", lambda one: one.waiting),
            ("behind_seconds", "How long the first waits", lambda one: one.behind.total_seconds()),
            ("up", "Whether a group is as it should be", lambda one: float(not one.trouble)),
        )
        for name, meaning, figure in figures:
            self.watch_each(
                f"easyflow_desk_{name}", meaning, "group", partial(_each, state, figure)
            )

    def watch(self, name: str, meaning: str, value: Callable[[], float]) -> None:
        """Ask for a value whenever the metrics are read: how many are queued, how old, …"""
        self.watch_each(name, meaning, "", lambda: {"": value()})

    def watch_each(
        self, name: str, meaning: str, label: str, values: Callable[[], Mapping[str, float]]
    ) -> None:
        """The same of several things, each by its name under `label`."""
        self.registry.register(_Watched(name, meaning, label, values))


def _each(
    state: Callable[[], DeskState], figure: Callable[[GroupState], float]
) -> Mapping[str, float]:
    return {name: figure(one) for name, one in state().groups.items()}


class _Watched(Collector):
    def __init__(
        self, name: str, meaning: str, label: str, values: Callable[[], Mapping[str, float]]
    ) -> None:
        self._name, self._meaning, self._label, self._values = name, meaning, label, values

    def collect(self) -> Sequence[GaugeMetricFamily]:
        labels = [self._label] if self._label else []
        family = GaugeMetricFamily(self._name, self._meaning, labels=labels)
        for name, value in self._values().items():
            family.add_metric([name] if labels else [], value)
        return [family]


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def health_routes(health: Health, metrics: Metrics) -> list[BaseRoute]:
    """Alive, ready, measured."""

    async def livez(request: Request) -> Response:
        return JSONResponse({"status": "ok"}, headers=_FRESH)

    async def readyz(request: Request) -> Response:
        troubles = await health.troubles()
        body = {
            "status": "unready" if troubles else "ready",
            "troubles": troubles,
            "channels": {name: _state(one) for name, one in health.channels().items()},
            "desk": _desk(health.desk()),
        }
        return JSONResponse(body, status_code=503 if troubles else 200, headers=_FRESH)

    async def measured(request: Request) -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE, headers=_FRESH)

    return [
        Route("/livez", livez),
        Route("/healthz", livez),
        Route("/readyz", readyz),
        Route("/metrics", measured),
    ]


def _state(state: ChannelState) -> dict[str, str]:
    since = state.since.isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"status": state.status, "since": since, "why": state.why}


def _desk(state: DeskState) -> dict[str, Any]:
    return {
        "unseen": state.unseen,
        "elsewhere": {"groups": state.elsewhere, "troubled": state.troubled_elsewhere},
        "groups": {
            name: {
                "trouble": one.trouble,
                "saturated": one.saturated,
                "waiting": one.waiting,
                "behind": round(one.behind.total_seconds(), 1),
            }
            for name, one in state.groups.items()
        },
    }


_FRESH = {"Cache-Control": "no-store"}

"""What `/metrics` tells of events that other systems are told: what came of it, how long it took."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from adapters.http.figures import LONG
from adapters.http.metrics import Metrics
from bots.model.webhook import OUTCOMES
from bots.ports import Clock

WHOSE = ("own", "others")
"""The owner's workspace, and all others together: their addresses are many, and theirs to look after."""


class Telling(Protocol):
    """Whoever tells."""

    def fares(self) -> Mapping[str, int]: ...
    def oldest(self) -> Mapping[int, datetime]: ...


class WebhookMetrics:
    """Implements `bots.ports.WebhookMeter`."""

    def __init__(self, metrics: Metrics, *, owner: int) -> None:
        self._metrics = metrics
        self._owner = owner
        self._calls = metrics.counts("webhook_calls", "Calls that tell", "whose", "outcome")
        self._given_up = metrics.counts("webhook_given_up", "Told no more", "whose", "what")
        self._waits = metrics.spreads(
            "webhook_wait_seconds", "From an event until it was taken", "whose", bounds=LONG
        )
        # What an alert compares with what it was must be 0 before it happens.
        for whose in WHOSE:
            self._waits.of(whose)
            for outcome in OUTCOMES:
                self._calls.add(whose, outcome, by=0)
            for what in ("event", "address"):
                self._given_up.add(whose, what, by=0)

    def called(self, workspace: int, outcome: str, *, waited: float | None = None) -> None:
        whose = self._whose(workspace)
        self._calls.add(whose, outcome)
        if waited is not None:
            self._waits.of(whose).add(waited)

    def gave_up(self, workspace: int, what: str) -> None:
        self._given_up.add(self._whose(workspace), what)

    def watch(self, telling: Telling, clock: Clock) -> None:
        """How addresses fare, and how long the first event waits that one of them did not take."""

        def oldest() -> Mapping[str, float]:
            ages, now = dict.fromkeys(WHOSE, 0.0), clock()
            for workspace, since in telling.oldest().items():
                whose = self._whose(workspace)
                ages[whose] = max(ages[whose], (now - since).total_seconds())
            return ages

        fares: Callable[[], Mapping[str, float]] = telling.fares
        self._metrics.watch_each("easyflow_webhooks", "Webhooks by how they fare", "state", fares)
        self._metrics.watch_each(
            "easyflow_webhook_oldest_seconds", "How long the first event waits", "whose", oldest
        )

    def _whose(self, workspace: int) -> str:
        return WHOSE[workspace != self._owner]

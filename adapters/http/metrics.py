"""The meter behind /metrics: what the runtime tells of its turns, sends, actions and timers."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

from adapters.http.figures import LONG, SECONDS, Counts, Spreads, Values, Watched
from adapters.http.handoff_metrics import HandoffMetrics
from bots.model.conversation import Conversation
from bots.model.desk_state import DeskState, GroupState
from bots.model.message import Address
from bots.model.spread import Spread
from bots.model.tally import QUESTION_OUTCOMES, TASK_OUTCOMES
from bots.model.turn import Event, MessageRecord
from bots.outbox import ENDS

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_DIALOGS = frozenset((*QUESTION_OUTCOMES, *TASK_OUTCOMES))


class Metrics:
    """Implements `bots.ports.Meter`.

    Labels are what owners name and there are few of: bots, channels, queues, actions; never a chat.
    """

    def __init__(self, workspace: int = 1) -> None:
        """`workspace` is the owner's, whose accounts are named."""
        self._workspace = workspace
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._asked: list[Callable[[], Awaitable[None]]] = []
        self._senders: Callable[[int | None], Collection[str]] = lambda workspace: ()
        self._shown: set[str] = set()
        self._tried: set[str] = set()
        self._routes: set[tuple[str, str]] = set()
        self._inbox = self._counts("inbox_messages", "Messages taken in", "outcome")
        self._waits = self._spreads(
            "lane_wait_seconds", "From a message's being taken in to the begin of its turn", "bot"
        )
        self._turns = self._counts("turns", "Turns committed", "bot", "rung")
        self._turn_seconds = self._spreads(
            "turn_seconds", "From a turn's begin to its commit", "bot"
        )
        self._deliveries = self._counts(
            "outbox_deliveries", "Sends by how they ended, and why", "channel", "outcome", "why"
        )
        self._send_seconds = self._spreads(
            "send_seconds", "How long a messenger takes for one call", "platform"
        )
        self._outbox_waits = self._spreads(
            "outbox_wait_seconds", "From a turn's commit until a messenger took it", "platform",
            bounds=LONG,
        )  # fmt: skip
        self._sends: dict[str, _Sends] = {}
        self._actions = self._counts("actions", "Actions tried", "action", "outcome")
        self._action_seconds = self._spreads(
            "action_seconds", "How long one try of an action takes", "action"
        )
        self._late = self._spreads(
            "timer_late_seconds", "From when a timer was due to the end of its turn", bounds=LONG
        )
        self._failures = self._counts("failures", "What went wrong with messages", "what")
        self._dialogs = self._counts("dialogs", "Questions and tasks by what came of them", "what")
        self._handoffs = HandoffMetrics(self.registry)
        self._requests = self._counts(
            "http_requests", "HTTP requests answered", "method", "route", "status"
        )
        self._request_seconds = self._spreads(
            "http_request_seconds", "From a request to the end of its answer", "route"
        )
        self._show_from_the_start()

    # ------------------------------------------------------------ what the runtime tells

    def accepted(self, fresh: int, repeated: int) -> None:
        if fresh:
            self._inbox.add("accepted", by=fresh)
        if repeated:
            self._inbox.add("duplicate", by=repeated)

    def waited(self, bot: str, seconds: float) -> None:
        self._waits.of(_folded(bot)).add(seconds)

    def turned(self, bot: str, rung: str, seconds: float) -> None:
        bot = _folded(bot)
        self._turns.add(bot, rung or "none")
        self._turn_seconds.of(bot).add(seconds)

    def acted(self, action: str, outcome: str, seconds: float) -> None:
        if action not in self._tried:
            self._tried.add(action)
            for one in ("done", "failed", "late"):
                self._actions.add(action, one, by=0)
        self._actions.add(action, outcome)
        self._action_seconds.of(action).add(seconds)

    def fired(self, seconds: float) -> None:
        self._late.of().add(seconds)

    def delivered(
        self,
        address: Address,
        outcome: str,
        why: str = "",
        *,
        took: float | None = None,
        waited: float | None = None,
    ) -> None:
        sends = self._sends.get(address.channel) or self._sends_of(address)
        self._deliveries.add(sends.name, outcome, why)
        if took is not None:
            sends.took.add(took)
        if waited is not None:
            sends.waited.add(waited)

    def failed(self, what: str) -> None:
        self._failures.add(what)

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
            if event.name in _DIALOGS:
                self._dialogs.add(event.name)

    def requested(self, method: str, route: str, status: int, seconds: float) -> None:
        """An answer went out."""
        method = method if method in _METHODS else "other"
        if (method, route) not in self._routes:
            self._routes.add((method, route))
            for wrong in ("500", "503"):
                self._requests.add(method, route, wrong, by=0)
        self._requests.add(method, route, str(status))
        self._request_seconds.of(route).add(seconds)

    # ------------------------------------------------------------ what is asked for

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

    def watch_sends(self, senders: Callable[[int | None], Collection[str]]) -> None:
        """Show from the start how sends may end; `senders` names the channels of a workspace, or all."""
        self._senders = senders

    def watch(self, name: str, meaning: str, value: Callable[[], float]) -> None:
        """Ask for a value whenever the metrics are read: how many are queued, how old, …"""
        self.watch_by(name, meaning, (), lambda: {(): value()})

    def watch_each(
        self, name: str, meaning: str, label: str, values: Callable[[], Mapping[str, float]]
    ) -> None:
        """The same of several things, each by its name under `label`."""
        self.watch_by(
            name, meaning, (label,), lambda: {(one,): value for one, value in values().items()}
        )

    def watch_by(
        self,
        name: str,
        meaning: str,
        labels: Sequence[str],
        values: Values,
        *,
        only_rises: bool = False,
    ) -> None:
        """The same by several labels; `only_rises` makes it a counter."""
        self.registry.register(Watched(name, meaning, labels, values, only_rises=only_rises))

    def counts(self, name: str, meaning: str, *labels: str) -> Counts:
        """Counters that others add to."""
        return self._counts(name, meaning, *labels)

    def spreads(
        self, name: str, meaning: str, *labels: str, bounds: Sequence[float] = SECONDS
    ) -> Spreads:
        """A histogram that others add to."""
        return self._spreads(name, meaning, *labels, bounds=bounds)

    def ask_first(self, question: Callable[[], Awaitable[None]]) -> None:
        """Await this before the metrics are read: what only the database knows."""
        self._asked.append(question)

    async def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        for question in self._asked:
            await question()
        self._show_sends()
        return generate_latest(self.registry)

    # ------------------------------------------------------------ inside

    def _show_sends(self) -> None:
        own = self._senders(self._workspace)
        names = {_sender(name, own=name in own) for name in self._senders(None)}
        for name in sorted(names - self._shown):
            self._shown.add(name)
            for outcome, why in sorted(ENDS):
                self._deliveries.add(name, outcome, why, by=0)

    def _sends_of(self, address: Address) -> "_Sends":
        platform = address.channel.partition(":")[0]
        own = address.workspace == self._workspace
        sends = self._sends[address.channel] = _Sends(
            name=_sender(address.channel, own=own),
            took=self._send_seconds.of(platform),
            waited=self._outbox_waits.of(platform),
        )
        return sends

    def _counts(self, name: str, meaning: str, *labels: str) -> Counts:
        counts = Counts(f"easyflow_{name}", meaning, labels)
        self.registry.register(counts)
        return counts

    def _spreads(
        self, name: str, meaning: str, *labels: str, bounds: Sequence[float] = SECONDS
    ) -> Spreads:
        spreads = Spreads(f"easyflow_{name}", meaning, labels, bounds)
        self.registry.register(spreads)
        return spreads

    def _show_from_the_start(self) -> None:
        """What must be 0 before it happens, for an alert compares it with what it was."""
        for outcome in ("accepted", "duplicate"):
            self._inbox.add(outcome, by=0)
        for what in ("turn", "parked"):
            self._failures.add(what, by=0)
        for what in sorted(_DIALOGS):
            self._dialogs.add(what, by=0)
        self._late.of()


class _Sends(NamedTuple):
    """Where what is sent by a channel is counted."""

    name: str
    took: Spread
    waited: Spread


def _sender(channel: str, *, own: bool) -> str:
    """The accounts of other workspaces are many, and not for everybody who may read this."""
    return channel if own else channel.partition(":")[0]


def _folded(bot: str) -> str:
    """ "assistant" is all that were made over the API: they are many, and not the owner's."""
    return bot.partition(".")[0]


def _each(
    state: Callable[[], DeskState], figure: Callable[[GroupState], float]
) -> Mapping[str, float]:
    return {name: figure(one) for name, one in state().groups.items()}

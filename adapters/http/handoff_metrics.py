"""What `/metrics` tells of hand-offs: how many there are, how long customers wait for people."""

from collections.abc import Callable, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram

from bots.model.conversation import Conversation
from bots.model.episode import Episode
from bots.model.feed import HANDOFF
from bots.model.turn import Event, MessageRecord

_SECONDS = (5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200)


class HandoffMetrics:
    """Implements `bots.ports.Listener`; queues are those that owners name, few and known."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._moves = Counter(
            "easyflow_handoff_events",
            "What happened in hand-offs",
            ["bot", "queue", "what"],
            registry=registry,
        )
        self._waits = Histogram(
            "easyflow_handoff_wait_seconds",
            "From asking for a person until one took the chat",
            ["bot", "queue"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._responses = Histogram(
            "easyflow_handoff_first_response_seconds",
            "From asking for a person until one wrote",
            ["bot", "queue"],
            buckets=_SECONDS,
            registry=registry,
        )

    def told(
        self,
        conversation: Conversation,
        messages: Sequence[MessageRecord],
        events: Sequence[Event],
    ) -> None:
        """A turn was committed."""
        episode = conversation.episode
        if episode is None:
            return
        for event in events:
            if event.name.startswith(HANDOFF):
                self._happened(conversation.address.bot, episode, event)

    def _happened(self, bot: str, episode: Episode, event: Event) -> None:
        # "assistant" is all that were made over the API: they are many, and not the owner's.
        bot = bot.partition(".")[0]
        queue = str(event.data.get("queue") or episode.queue)
        self._moves.labels(bot, queue, event.name.removeprefix(HANDOFF)).inc()
        # Whom a person took on their own nobody had asked for; a second person is no second wait.
        first = event.name == "handoff.accepted" and episode.accepted_at == event.created_at
        if first and episode.source not in ("operator", "native"):
            waited = event.created_at - episode.requested_at
            self._waits.labels(bot, queue).observe(waited.total_seconds())
        if event.name == "handoff.answered":
            self._responses.labels(bot, queue).observe(float(event.data["after"]))


def open_by_state(episodes: Callable[[], Sequence[Episode]]) -> Callable[[], Mapping[str, float]]:
    """How many chats wait for people, are with them, or rest."""

    def counted() -> Mapping[str, float]:
        counts = dict.fromkeys(("requested", "active", "snoozed"), 0.0)
        for one in episodes():
            counts["snoozed" if one.snoozed_until is not None else one.state] += 1
        return counts

    return counted

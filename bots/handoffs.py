"""What a turn does about a hand-off: asked for by the flow, heard of, its clocks set and rung."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bots import echoes
from bots.model import handoff
from bots.model.conversation import Conversation
from bots.model.episode import Asked, Outcome
from bots.model.handoff import Moved
from bots.model.turn import Event, Timer
from bots.ports import NewId
from flows.model import Queue
from flows.turn import Effect

CLOCK = "handoff:"
"""What the kinds of our timers begin with; a timer's name is its kind, so that each is there once."""


class Handoffs:
    """Knows the queues of every bot; changes nothing but what it is given."""

    def __init__(self, queues: Callable[[str], Mapping[str, Queue]], new_id: NewId) -> None:
        self._queues = queues
        self._new_id = new_id

    def queue(self, chat: Conversation) -> Queue:
        """The queue of a chat's hand-off, as its bot's owner wrote it."""
        name = chat.episode.queue if chat.episode is not None else ""
        return self._queues(chat.address.bot).get(name) or Queue()

    def asked(
        self, chat: Conversation, asked: Asked, now: datetime
    ) -> tuple[Conversation, Sequence[Event], Sequence[Effect]]:
        """The flow, or somebody outside, asks for a person."""
        chat, event = handoff.requested(chat, asked, id=self._new_id(), now=now)
        return chat, (event,), ()

    def withdrawn(
        self, chat: Conversation, outcome: Outcome, now: datetime
    ) -> tuple[Conversation, Sequence[Event], Sequence[Effect]]:
        """Nobody came, or the customer went on with the bot."""
        chat, event = handoff.released(chat, outcome, now=now)
        return chat, (event,), ()

    def heard(self, chat: Conversation, now: datetime) -> tuple[Conversation, Sequence[Effect]]:
        """The customer wrote."""
        episode = chat.episode
        if episode is None or not episode.open:
            return chat, ()
        episode = replace(episode, last_customer_at=now, waiting_on="operator", snoozed_until=None)
        return replace(chat, episode=episode), ()

    def answered_natively(
        self, chat: Conversation, platform: str, now: datetime
    ) -> tuple[Conversation, Sequence[Event], Sequence[Effect]]:
        """A person of ours wrote in the messenger itself."""
        events: Sequence[Event] = ()
        if chat.owner != "operator":
            chat, event = handoff.taken(chat, by=None, id=self._new_id(), now=now, native=platform)
            events = (event,)
        return chat, events, (echoes.until_silent(now),)

    def rung(self, chat: Conversation, timer: Timer, now: datetime) -> Moved | None:
        """One of our clocks is due; None where it is not ours."""
        if echoes.is_silence(timer):
            return echoes.returned(chat, now)
        return None

"""What a turn does about a hand-off: asked for by the flow, heard of, its clocks set and rung."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bots import clocks, echoes, rating
from bots.clocks import CLOCK, PROMISES
from bots.model import handling, handoff
from bots.model.conversation import Conversation
from bots.model.episode import Asked, Outcome, Stopwatch
from bots.model.handoff import Moved
from bots.model.message import Reply, UnifiedMessage
from bots.model.turn import Event, Timer
from bots.ports import Channel, NewId
from bots.rating import Rated
from flows.matching import fold
from flows.model import Bot, Queue
from flows.standing import asks
from flows.turn import Effect, GivenBack, TakenOver
from flows.worktime import Worktime

COMES_BACK = ("closed", "released")
"""How a talk ended that a customer may come back to."""


class Handoffs:
    """Knows the queues of every bot; changes nothing but what it is given.

    `name` is what an operator is called.
    """

    def __init__(
        self,
        bots: Callable[[str], Bot],
        new_id: NewId,
        *,
        channels: Mapping[str, Channel] | None = None,
        name: Callable[[int | None], str] = lambda operator: "",
    ) -> None:
        self._bots = bots
        self._new_id = new_id
        self._channels = channels if channels is not None else {}
        self._name = name

    # ------------------------------------------------------------ asked for

    def asked(
        self, chat: Conversation, asked: Asked, now: datetime
    ) -> tuple[Conversation, Sequence[Event]]:
        """The flow, or somebody outside, asks for a person."""
        chat, event = handoff.requested(chat, asked, id=self._new_id(), now=now)
        return chat, (event,)

    def offline(
        self, chat: Conversation, asked: Asked, now: datetime
    ) -> tuple[Conversation, Sequence[Event]]:
        """The flow would ask for a person outside of their hours, and goes another way."""
        if chat.owner != "bot":
            return chat, ()
        return handoff.offline(chat, asked, id=self._new_id(), now=now)

    def withdrawn(
        self, chat: Conversation, outcome: Outcome, now: datetime
    ) -> tuple[Conversation, Sequence[Event]]:
        """Nobody came, or the customer went on with the bot."""
        why = "customer" if outcome == "cancel" else "time"
        chat, event = handoff.released(chat, outcome, now=now, why=why)
        return chat, (event,)

    # ------------------------------------------------------------ heard of

    def heard(self, chat: Conversation, now: datetime) -> handling.Done:
        """The customer wrote."""
        return handling.heard(chat, now)

    def comes_back(
        self, chat: Conversation, message: UnifiedMessage, now: datetime
    ) -> Asked | None:
        """The customer takes up a talk that was over: where their queue does that, and the bot neither
        waits for an answer nor knows the words as its own."""
        episode = chat.episode
        if episode is None or episode.open or episode.assignee is None:
            return None
        within = self.queue(chat).reopen
        if within is None or episode.released_at is None or now - episode.released_at > within:
            return None
        text = message.text or ""
        if message.happening != "message" or text.startswith("/") or asks(chat.position):
            return None
        if episode.outcome not in COMES_BACK or fold(text) in self._bot(chat).words:
            return None
        return Asked(source="reopened", queue=episode.queue, tags=episode.tags)

    def rated(self, chat: Conversation, message: UnifiedMessage, now: datetime) -> Rated | None:
        """The customer says how it was; None where they say something else."""
        asked = chat.episode is not None and chat.episode.rated_from is not None
        if not asked and not rating.is_press(message.button):
            return None
        bot = self._bot(chat)
        low = self.queue(chat).csat_low
        low = low if low in bot.flows else ""
        return rating.heard(chat, message, bot.language, now, self._new_id, low=low)

    def rating_asked(self, chat: Conversation, now: datetime) -> Rated:
        """Whoever closed the chat lets the customer be asked how it was, where their queue does that."""
        if not self.queue(chat).csat:
            return Rated(chat=chat)
        return rating.asked(chat, self._channel(chat), self._bot(chat).language, now, self._new_id)

    def answered_natively(self, chat: Conversation, platform: str, now: datetime) -> Moved:
        """A person of ours wrote in the messenger itself: it takes a chat that nobody has.

        In one that an operator has it is their word; in any other the bot returns by and by.
        """
        events: list[Event] = []
        was = chat.owner
        if was != "operator":
            chat, event = handoff.taken(chat, by=None, id=self._new_id(), now=now, native=platform)
            events.append(event)
        chat, told = handling.answered(chat, by=None, now=now, native=platform)
        events.extend(told)
        assert chat.episode is not None
        ends = () if chat.episode.assignee is not None else (echoes.until_silent(now),)
        tell = TakenOver() if was == "bot" else None
        return Moved(chat=chat, events=events, tell=tell, effects=ends)

    # ------------------------------------------------------------ clocks

    def wound(self, chat: Conversation, now: datetime) -> tuple[Conversation, Sequence[Effect]]:
        """The chat with the clocks of its hand-off as they are to run, and the timers for that."""
        episode = chat.episode
        if episode is None or not (episode.open or episode.due):
            return chat, ()
        episode, effects = clocks.wound(episode, self.queue(chat), self._hours(chat), now)
        return (chat if episode is chat.episode else replace(chat, episode=episode)), effects

    def rung(self, chat: Conversation, timer: Timer, now: datetime) -> Moved | None:
        """One of our clocks is due; None where it is not ours."""
        if echoes.is_silence(timer):
            return echoes.returned(chat, now)
        kind = str(timer.payload.get("kind", ""))
        if not kind.startswith(CLOCK):
            return None
        episode = chat.episode
        if episode is None or not episode.open or episode.id != timer.payload.get("episode"):
            return Moved(chat=chat)
        name = kind.removeprefix(CLOCK)
        due = {key: moment for key, moment in episode.due.items() if key != name}
        chat = replace(chat, episode=replace(episode, due=due))
        if name in PROMISES:
            return self._promise(chat, name, now)
        return _RINGS[name](self, chat, now) if name in _RINGS else Moved(chat=chat)

    def _promise(self, chat: Conversation, name: str, now: datetime) -> Moved:
        """Little time is left of it, or none."""
        episode = handoff.opened(chat)
        span = clocks.promised(self.queue(chat)).get(name)
        watch = episode.promises.get(name)
        if span is None or watch is None or watch.since is None:
            return Moved(chat=chat)
        over = clocks.spent(watch, self._hours(chat), now) >= span
        data = {"promise": name, "seconds": span.total_seconds(), "operator": episode.assignee}
        told = handoff.event("handoff.missed" if over else "handoff.warned", episode, now, data)
        missed = tuple(dict.fromkeys((*episode.missed, name))) if over else episode.missed
        promises: dict[str, Stopwatch] = dict(episode.promises)
        promises[name] = replace(watch, warned=True, missed=over)
        episode = replace(episode, promises=promises, missed=missed)
        return Moved(chat=replace(chat, episode=episode), events=(told,))

    def _woken(self, chat: Conversation, now: datetime) -> Moved:
        chat, events = handling.woken(chat, by="time", now=now)
        return Moved(chat=chat, events=events)

    def _unclaimed(self, chat: Conversation, now: datetime) -> Moved:
        if handoff.opened(chat).state != "requested":
            return Moved(chat=chat)
        chat, event = handoff.released(chat, "unanswered", now=now, why="time")
        return Moved(chat=chat, events=(event,), tell=GivenBack(outcome="unanswered"))

    def _operator_silent(self, chat: Conversation, now: datetime) -> Moved:
        episode = handoff.opened(chat)
        if episode.state != "active" or episode.waiting_on != "operator":
            return Moved(chat=chat)
        if episode.reminded:
            chat, event = handoff.requeued(chat, now=now, why="silent")
            return Moved(chat=chat, events=(event,))
        told = handoff.event("handoff.reminded", episode, now, {"operator": episode.assignee})
        episode = replace(episode, reminded=True, reminded_at=now)
        return Moved(chat=replace(chat, episode=episode), events=(told,))

    def _nudge(self, chat: Conversation, now: datetime) -> Moved:
        """A silent customer is reminded, once, unless their messenger would hold it back."""
        episode = handoff.opened(chat)
        words = self.queue(chat).nudge
        if not words or episode.waiting_on != "customer":
            return Moved(chat=chat)
        said = rating.within_window(chat, self._channel(chat), now) and not chat.unreachable
        told = handoff.event("handoff.nudged", episode, now, {"said": said})
        replies = (Reply(message_id=self._new_id(), text=words),) if said else ()
        chat = replace(chat, episode=replace(episode, nudged=True, reminded_at=now))
        return Moved(chat=chat, events=(told,), replies=replies)

    def _customer_silent(self, chat: Conversation, now: datetime) -> Moved:
        """Whoever says nothing more has what they wanted: nobody is asked how it was."""
        episode = handoff.opened(chat)
        if episode.state != "active" or episode.waiting_on != "customer":
            return Moved(chat=chat)
        details = handling.outcome_of(episode, self._name(episode.assignee), now, code="silence")
        chat, event = handoff.released(chat, "closed", now=now, why="silence", code="silence")
        tell = GivenBack(outcome="closed", details=details)
        return Moved(chat=chat, events=(event,), tell=tell)

    # ------------------------------------------------------------ the bot of a chat

    def queue(self, chat: Conversation) -> Queue:
        """The queue of a chat's hand-off, as its bot's owner wrote it."""
        name = chat.episode.queue if chat.episode is not None else ""
        return self._bot(chat).queues.get(name) or Queue()

    def _hours(self, chat: Conversation) -> Worktime:
        bot = self._bot(chat)
        return Worktime(bot.hours.get(self.queue(chat).hours or ""), ZoneInfo(bot.timezone))

    def _bot(self, chat: Conversation) -> Bot:
        return self._bots(chat.address.bot)

    def _channel(self, chat: Conversation) -> Channel | None:
        return self._channels.get(chat.address.channel)


_RINGS: Mapping[str, Callable[[Handoffs, Conversation, datetime], Moved]] = {
    "snooze": Handoffs._woken,
    "unclaimed": Handoffs._unclaimed,
    "operator_silent": Handoffs._operator_silent,
    "nudge": Handoffs._nudge,
    "customer_silent": Handoffs._customer_silent,
}

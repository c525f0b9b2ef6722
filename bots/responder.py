"""One turn of one conversation: load it, let the flow decide, write all that follows, tell others."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from typing import Any, Protocol

import structlog

from bots.actions import acted
from bots.deciding import Decided
from bots.errors import ClaimLost, LeaseLost
from bots.handoffs import Handoffs
from bots.model.conversation import Conversation, Opening
from bots.model.desk import Note, Relay
from bots.model.episode import Asked
from bots.model.feed import IDENTIFIED
from bots.model.handoff import Moved
from bots.model.identity import newly_known
from bots.model.message import (
    BY_CUSTOMER,
    Address,
    Attachment,
    Button,
    Reply,
    UnifiedMessage,
)
from bots.model.record import changed, record
from bots.model.turn import Arrival, Event, Intent, MessageRecord, Outgoing, Timer, TurnRecord
from bots.ports import Channel, Clock, Journal, Listener, Meter, NewId, Tracer
from bots.rating import Rated, is_press
from bots.under_way import OF_PEOPLE, OF_PROGRAM, TO_SAY, TO_UPDATE, UNDER_WAY, Cause
from bots.writing import Writing
from flows.turn import (
    CHATLESS,
    Fired,
    Heard,
    Input,
    Occurred,
    Returned,
    Sent,
    Struck,
    TakenOver,
    Understood,
    Updated,
)

CLAIM_TRIES = 5

UNKEPT = frozenset({"location.moved"})
"""Events of customers that come by the hundred, and of which none is kept once it is dealt with."""

Move = Callable[[Conversation, datetime], Moved]
"""What happens to a hand-off; raises a Conflict (or another Problem) where it may not."""

log = structlog.get_logger()


class Post(Protocol):
    """Where committed rows go to be sent."""

    def idle(self, address: Address) -> bool:
        """Nothing of this conversation is on its way."""

    def heard(self, address: Address, at: datetime) -> None:
        """The customer wrote."""

    def take(self, rows: Sequence[Outgoing]) -> None:
        """Send these, in order, behind what is there already."""


class Decides(Protocol):
    """What asks the engine; a `Decider`."""

    async def decide(self, conversation: Conversation, what: Input, cause: str) -> Decided:
        """`cause` names what happened, the same for the same turn tried again."""


@record(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a committed turn came to, for those who wait for it.

    `intents` are still to be run; nobody waits any more for those whose keys are `dropped`. The bot
    pauses, as if it typed, until `typing_until`.
    """

    conversation: Conversation
    said: Sequence[MessageRecord] = ()
    understood: Understood = field(default_factory=Understood)
    offered: Sequence[Button] = ()
    intents: Sequence[Intent] = ()
    dropped: Sequence[str] = ()
    next_timer: datetime | None = None
    typing_until: datetime | None = None
    settled: bool = True


class Responder:
    """Answers messages, timers and results; the caller keeps one conversation's turns in order."""

    def __init__(
        self,
        *,
        journal: Journal,
        decider: Decides,
        channels: Mapping[str, Channel],
        post: Post,
        listeners: Sequence[Listener],
        meter: Meter,
        clock: Clock,
        new_id: NewId,
        handoffs: Handoffs,
        tracer: Tracer | None = None,
    ) -> None:
        self._tracer = tracer
        self._handoffs = handoffs
        self._journal = journal
        self._decider = decider
        self._channels = channels
        self._post = post
        self._listeners = listeners
        self._meter = meter
        self._clock = clock
        self._new_id = new_id

    async def answer(
        self,
        arrival: Arrival,
        context: Mapping[str, Any] | None = None,
        *,
        waited: float | None = None,
    ) -> Turn:
        """Answer a message that `waited` for it so long. `context` is written down first."""
        message = arrival.message
        if message.happening == "event":
            metadata = message.metadata
            happened = Occurred(name=metadata["event"], data=metadata["data"])
            return await self._take_happening(arrival, happened, _to_keep(message))
        if message.happening == "schedule":
            return await self._take_happening(arrival, Struck(key=message.metadata["key"]))
        if message.happening == "echo":
            return await self._take_echo(arrival)

        async def turn(conversation: Conversation) -> Turn:
            if context:
                merged = {**conversation.context, **context}
                conversation = replace(conversation, context=merged)
            unreachable = message.happening == "blocked"
            if conversation.unreachable != unreachable:
                conversation = replace(conversation, unreachable=unreachable)
            if message.happening in ("blocked", "unblocked"):
                return await self._commit(
                    conversation, Decided.untouched(conversation), arrival=arrival
                )
            if conversation.blocked:
                return await self._commit(
                    conversation, Decided.untouched(conversation), arrival=arrival
                )
            return await self._take_words(conversation, arrival)

        cause = Cause("message", arrival, waited=waited)
        return await self._claimed(message.address, turn, cause, _opening(message))

    async def _take_words(self, conversation: Conversation, arrival: Arrival) -> Turn:
        """The customer wrote or pressed: to the bot, to a person, or about one who has answered."""
        message, cause = arrival.message, f"in:{arrival.seq}"
        never_with_people = conversation.episode is None and conversation.status == "active"
        if never_with_people and not is_press(message.button):
            decided = await self._decider.decide(conversation, _heard(message), cause)
            return await self._commit(conversation, decided, arrival=arrival)
        now = self._clock()
        rated = self._handoffs.rated(conversation, message, now)
        if rated is not None:
            decided = Decided.untouched(rated.chat)
            if rated.flow:
                # As what somebody put off, that does not wait for the bot to be done.
                begins = {
                    "kind": "later",
                    "id": cause,
                    "flow": rated.flow,
                    "if_busy": "now",
                    "rating": rated.rating,
                }
                decided = await self._decider.decide(rated.chat, Fired(payload=begins), cause)
            if message.happening == "button":
                decided.understood = Understood(rung="button", confidence=1.0)
            return await self._commit(
                rated.chat, decided, arrival=arrival, replies=rated.replies, events=rated.events
            )
        if conversation.status == "closed":
            conversation = replace(conversation, status="active")
        asked = self._handoffs.comes_back(conversation, message, now)
        if asked is not None:
            what = TakenOver(queue=asked.queue)
            decided = await self._decider.decide(conversation, what, cause)
            return await self._commit(conversation, decided, arrival=arrival, asked=asked)
        conversation, events = self._handoffs.heard(conversation, now)
        decided = Decided.untouched(conversation)
        if conversation.owner != "operator":
            decided = await self._decider.decide(conversation, _heard(message), cause)
        return await self._commit(conversation, decided, arrival=arrival, events=events)

    async def _take_happening(
        self, arrival: Arrival, what: Occurred | Struck, events: Sequence[Event] = ()
    ) -> Turn:
        """Something happened around a chat: whoever has the chat, the engine knows what to do."""
        message = arrival.message
        opening = None
        if message.platform == CHATLESS:
            opening = Opening(platform=CHATLESS, user_id=CHATLESS)
        elif message.user_id:
            # What the customer did: they may never have written. Others know of a chat that is there.
            opening = _opening(message)

        async def turn(conversation: Conversation) -> Turn:
            decided = await self._decider.decide(conversation, what, f"in:{arrival.seq}")
            return await self._commit(conversation, decided, arrival=arrival, events=events)

        return await self._claimed(message.address, turn, Cause("message", arrival), opening)

    async def _take_echo(self, arrival: Arrival) -> Turn:
        """A person of ours wrote to the customer in the messenger itself."""
        message = arrival.message

        async def turn(conversation: Conversation) -> Turn:
            moved = self._handoffs.answered_natively(conversation, message.platform, self._clock())
            return await self._moved(moved, f"in:{arrival.seq}", arrival=arrival)

        cause = Cause("message", arrival)
        return await self._claimed(message.address, turn, cause, _opening(message))

    async def fire(self, timer: Timer) -> Turn:
        """A timer is due."""

        async def turn(conversation: Conversation) -> Turn:
            cause = f"{timer.name}@{timer.due.timestamp()}"
            moved = self._handoffs.rung(conversation, timer, self._clock())
            if moved is not None:
                return await self._moved(moved, cause, fired=timer)
            decided = await self._decider.decide(conversation, Fired(payload=timer.payload), cause)
            return await self._commit(conversation, decided, fired=timer)

        return await self._claimed(timer.address, turn, Cause("timer", key=timer.name))

    async def resume(self, intent: Intent, returned: Returned) -> Turn:
        """A slow action is over."""

        async def turn(conversation: Conversation) -> Turn:
            decided = await self._decider.decide(conversation, returned, intent.key)
            took = (self._clock() - intent.created_at).total_seconds()
            decided.effects.insert(0, acted(intent, returned, took))
            return await self._commit(conversation, decided, finished=intent.key)

        return await self._claimed(intent.address, turn, Cause("result", key=intent.key))

    async def move(self, address: Address, move: Move, opening: Opening | None = None) -> Turn:
        """Something happens to a chat's hand-off; what `move` raises is raised, and nothing written."""
        cause = self._new_id()

        async def turn(conversation: Conversation) -> Turn:
            return await self._moved(move(conversation, self._clock()), cause)

        return await self._claimed(address, turn, OF_PEOPLE, opening)

    async def _moved(
        self,
        moved: Moved,
        cause: str,
        *,
        fired: Timer | None = None,
        arrival: Arrival | None = None,
    ) -> Turn:
        if moved.tell is None:
            decided = Decided.untouched(moved.chat)
        else:
            decided = await self._decider.decide(moved.chat, moved.tell, cause)
        decided.effects[:0] = moved.effects
        rated = Rated(chat=moved.chat)
        if moved.rate:
            rated = self._handoffs.rating_asked(moved.chat, self._clock())
        return await self._commit(
            rated.chat,
            decided,
            arrival=arrival,
            fired=fired,
            replies=(*moved.replies, *rated.replies),
            events=(*moved.events, *rated.events),
            relays=moved.relays,
            taken_back=moved.taken_back,
            reacted=moved.reacted,
            notes=moved.notes,
            asked=moved.asked,
        )

    async def update(self, address: Address) -> Turn:
        """The bot was published for everybody: nobody goes on in an older version."""
        cause = self._new_id()

        async def turn(conversation: Conversation) -> Turn:
            decided = await self._decider.decide(conversation, Updated(), cause)
            return await self._commit(conversation, decided)

        return await self._claimed(address, turn, TO_UPDATE)

    async def say(self, address: Address, reply: Reply, opening: Opening | None = None) -> Turn:
        """Send something that no flow said: a message of an API's client or of a person."""

        async def turn(conversation: Conversation) -> Turn:
            return await self._commit(
                conversation, Decided.untouched(conversation), replies=(reply,)
            )

        return await self._claimed(address, turn, TO_SAY, opening)

    async def change(
        self,
        address: Address,
        change: Callable[[Conversation], Conversation],
        opening: Opening | None = None,
    ) -> Turn:
        """Change something about a conversation that is not the dialog's."""

        async def turn(conversation: Conversation) -> Turn:
            changed = change(conversation)
            return await self._commit(changed, Decided.untouched(changed))

        return await self._claimed(address, turn, OF_PROGRAM, opening)

    # ------------------------------------------------------------ deciding

    async def _claimed(
        self,
        address: Address,
        turn: Callable[[Conversation], Any],
        cause: Cause,
        opening: Opening | None = None,
    ) -> Turn:
        if self._tracer is None:
            return await self._tried(address, turn, cause, opening)
        with self._tracer.turn(address, cause):
            return await self._tried(address, turn, cause, opening)

    async def _tried(
        self,
        address: Address,
        turn: Callable[[Conversation], Any],
        cause: Cause,
        opening: Opening | None,
    ) -> Turn:
        began = time.perf_counter()
        for tries in range(1, CLAIM_TRIES + 1):
            conversation = await self._journal.claim(address, opening)
            before = UNDER_WAY.set((cause, conversation))
            try:
                done: Turn = await turn(conversation)
                seconds = time.perf_counter() - began
                self._meter.turned(address.bot, done.understood.rung, seconds)
                return done
            except LeaseLost:
                raise
            except ClaimLost:
                if tries == CLAIM_TRIES:
                    raise
            finally:
                UNDER_WAY.reset(before)
        raise AssertionError("unreachable")

    # ------------------------------------------------------------ writing

    async def _commit(
        self,
        conversation: Conversation,
        decided: Decided,
        *,
        arrival: Arrival | None = None,
        fired: Timer | None = None,
        finished: str | None = None,
        replies: Sequence[Reply] = (),
        events: Sequence[Event] = (),
        relays: Sequence[Relay] = (),
        notes: Sequence[Note] = (),
        taken_back: tuple[str, Sequence[str]] | None = None,
        reacted: tuple[str, str, str] | None = None,
        asked: Asked | None = None,
    ) -> Turn:
        met = conversation
        if arrival is not None:
            conversation = _acquainted(conversation, arrival.message)
        channel = self._channels.get(conversation.address.channel)
        writing = Writing(
            conversation, decided, self._clock(), self._new_id, channel, self._handoffs, asked
        )
        if arrival is not None and arrival.message.happening in BY_CUSTOMER:
            writing.heard(arrival.message)
        elif arrival is not None and arrival.message.happening == "echo":
            writing.echoed(arrival.message)
        for effect in decided.effects:
            writing.add(effect)
        for reply in replies:
            writing.say(reply)
        record = writing.record(
            arrivals=arrival.numbers if arrival is not None else (),
            fired=fired,
            finished=finished,
            events=[*events, *self._identified(met, conversation, decided)],
            relays=relays,
            notes=notes,
            taken_back=taken_back,
            reacted=reacted,
            profile_changed=conversation.profile is not met.profile,
            at_once=self._post.idle(conversation.address),
        )
        await self._journal.commit(record)
        if writing.written_at is not None:
            self._post.heard(conversation.address, writing.written_at)
        if record.outgoing:
            self._post.take(record.outgoing)
        self._tell(record)
        return Turn(
            conversation=record.conversation,
            said=[message for message in record.messages if message.direction == "outbound"],
            understood=decided.understood,
            offered=decided.offered,
            intents=record.intents,
            dropped=record.cancelled_intents,
            next_timer=min((timer.due for timer in record.timers), default=None),
            typing_until=_end_of_pause(record.timers),
            settled=decided.settled,
        )

    def _identified(
        self, met: Conversation, now: Conversation, decided: Decided
    ) -> Sequence[Event]:
        """What tells others that the customer is known, where the turn got to know them."""
        if met.seq and now.profile is met.profile and not decided.user_changed:
            return ()
        names = newly_known(met, changed(now, user=decided.user))
        told = {"known": names}
        return [Event(name=IDENTIFIED, created_at=self._clock(), data=told)] if names else ()

    def _tell(self, record: TurnRecord) -> None:
        for listener in self._listeners:
            try:
                listener.told(record.conversation, record.messages, record.events)
            except Exception:
                # The turn stands: what follows from it must not be lost to one who only listens.
                log.exception("A listener raised")


def _end_of_pause(timers: Sequence[Timer]) -> datetime | None:
    return next((timer.due for timer in timers if timer.payload.get("kind") == "pause"), None)


def _to_keep(message: UnifiedMessage) -> tuple[Event, ...]:
    """What a customer did, for those who look at the chat, whether or not a flow waits for it."""
    name = message.metadata["event"]
    if not message.user_id or name in UNKEPT:
        return ()
    return (Event(name=name, created_at=message.timestamp, data=message.metadata["data"]),)


def _opening(message: UnifiedMessage) -> Opening:
    return Opening(platform=message.platform, user_id=message.user_id, profile=message.profile)


def _acquainted(conversation: Conversation, message: UnifiedMessage) -> Conversation:
    """What a messenger says of the person now; what it only said before still holds."""
    known, told = conversation.profile, message.profile
    if told.items() <= known.items():
        return conversation
    return replace(conversation, profile={**known, **told})


def _heard(message: UnifiedMessage) -> Heard:
    return Heard(
        text=message.text or "",
        button=message.button,
        attached=tuple(map(_sent, message.attachments)),
        edited=message.happening == "edited",
        album=str(message.metadata.get("album") or ""),
    )


def _sent(attachment: Attachment) -> Sent:
    told = {"name": attachment.name, "mime": attachment.mime, "size": attachment.size}
    known = {key: value for key, value in told.items() if value is not None}
    return Sent(kind=attachment.kind, ref=attachment.ref, details={**attachment.details, **known})

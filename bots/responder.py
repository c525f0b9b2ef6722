"""One turn of one conversation: load it, let the flow decide, write all that follows, tell others."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

import structlog

from bots import composing
from bots.actions import Performer
from bots.errors import ClaimLost
from bots.model.conversation import Conversation, Opening, Owner
from bots.model.message import Address, Attachment, Button, Reply, UnifiedMessage
from bots.model.turn import Arrival, Event, Intent, MessageRecord, Outgoing, Timer, TurnRecord
from bots.ports import Channel, Clock, Journal, Listener, Meter, NewId
from bots.publishing import Published
from flows import engine, versions
from flows.model import Bot
from flows.turn import (
    Around,
    DropRun,
    DropTimer,
    Effect,
    Fired,
    GivenBack,
    Happened,
    Heard,
    Input,
    RequestPerson,
    Returned,
    Run,
    Say,
    Sent,
    SetTimer,
    Step,
    TakenOver,
    Understand,
    Understood,
    WithdrawRequest,
)

CLAIM_TRIES = 5

log = structlog.get_logger()


class Post(Protocol):
    """Where committed rows go to be sent."""

    def idle(self, address: Address) -> bool:
        """Nothing of this conversation is on its way."""

    def take(self, rows: Sequence[Outgoing]) -> None:
        """Send these, in order, behind what is there already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a committed turn came to, for those who wait for it.

    `intents` are still to be run; nobody waits any more for those whose keys are `dropped`.
    """

    conversation: Conversation
    said: Sequence[MessageRecord] = ()
    understood: Understood = field(default_factory=Understood)
    offered: Sequence[Button] = ()
    intents: Sequence[Intent] = ()
    dropped: Sequence[str] = ()
    next_timer: datetime | None = None
    settled: bool = True


@dataclass(slots=True)
class _Decided:
    """Where the engine's loop within one turn has come to."""

    position: Mapping[str, Any]
    user: Mapping[str, Any]
    chat: Mapping[str, Any]
    step: str | None
    effects: list[Effect] = field(default_factory=list)
    understood: Understood = field(default_factory=Understood)
    offered: tuple[Button, ...] = ()
    settled: bool = True
    user_changed: bool = False


class Responder:
    """Answers messages, timers and results; the caller keeps one conversation's turns in order."""

    def __init__(
        self,
        *,
        journal: Journal,
        published: Published,
        performer: Performer,
        channels: Mapping[str, Channel],
        post: Post,
        listeners: Sequence[Listener],
        meter: Meter,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._journal = journal
        self._published = published
        self._performer = performer
        self._channels = channels
        self._post = post
        self._listeners = listeners
        self._meter = meter
        self._clock = clock
        self._new_id = new_id

    async def answer(self, arrival: Arrival, context: Mapping[str, Any] | None = None) -> Turn:
        """Answer a message. `context` is written into the conversation first."""
        message = arrival.message
        opening = Opening(
            platform=message.platform, user_id=message.user_id, profile=message.profile
        )

        async def turn(conversation: Conversation) -> Turn:
            if context:
                merged = {**conversation.context, **context}
                conversation = replace(conversation, context=merged)
            unreachable = message.happening == "blocked"
            if conversation.unreachable != unreachable:
                conversation = replace(conversation, unreachable=unreachable)
            if message.happening in ("blocked", "unblocked"):
                return await self._commit(conversation, _untouched(conversation), arrival=arrival)
            decided = _untouched(conversation)
            if conversation.owner != "operator":
                decided = await self._decide(conversation, _heard(message), f"in:{arrival.seq}")
            return await self._commit(conversation, decided, arrival=arrival)

        return await self._claimed(message.address, turn, opening)

    async def fire(self, timer: Timer) -> Turn:
        """A timer is due."""

        async def turn(conversation: Conversation) -> Turn:
            cause = f"{timer.name}@{timer.due.timestamp()}"
            decided = await self._decide(conversation, Fired(payload=timer.payload), cause)
            return await self._commit(conversation, decided, fired=timer.name)

        return await self._claimed(timer.address, turn)

    async def resume(self, intent: Intent, returned: Returned) -> Turn:
        """A slow action is over."""

        async def turn(conversation: Conversation) -> Turn:
            decided = await self._decide(conversation, returned, intent.key)
            return await self._commit(conversation, decided, finished=intent.key)

        return await self._claimed(intent.address, turn)

    async def take_over(self, address: Address, what: TakenOver | GivenBack, event: Event) -> Turn:
        """The owner changes from outside of the flow: to a person, or back to the bot."""
        cause = self._new_id()

        async def turn(conversation: Conversation) -> Turn:
            if isinstance(what, GivenBack) and conversation.owner != "bot":
                epoch = conversation.epoch + 1
                conversation = replace(conversation, owner="bot", status="active", epoch=epoch)
            decided = await self._decide(conversation, what, cause)
            return await self._commit(conversation, decided, events=(event,))

        return await self._claimed(address, turn)

    async def say(self, address: Address, reply: Reply, opening: Opening | None = None) -> Turn:
        """Send something that no flow said: a message of an API's client or of a person."""

        async def turn(conversation: Conversation) -> Turn:
            return await self._commit(conversation, _untouched(conversation), replies=(reply,))

        return await self._claimed(address, turn, opening)

    async def change(
        self,
        address: Address,
        change: Callable[[Conversation], Conversation],
        opening: Opening | None = None,
    ) -> Turn:
        """Change something about a conversation that is not the dialog's."""

        async def turn(conversation: Conversation) -> Turn:
            changed = change(conversation)
            return await self._commit(changed, _untouched(changed))

        return await self._claimed(address, turn, opening)

    # ------------------------------------------------------------ deciding

    async def _claimed(
        self,
        address: Address,
        turn: Callable[[Conversation], Any],
        opening: Opening | None = None,
    ) -> Turn:
        for tries in range(1, CLAIM_TRIES + 1):
            conversation = await self._journal.claim(address, opening)
            try:
                done: Turn = await turn(conversation)
                return done
            except ClaimLost:
                if tries == CLAIM_TRIES:
                    raise
        raise AssertionError("unreachable")

    async def _decide(self, conversation: Conversation, what: Input, cause: str) -> _Decided:
        """Ask the engine until it needs nothing more that can be had at once.

        `cause` names what happened: the same turn tried again calls its actions by the same keys.
        """
        address = conversation.address
        bot = self._published.current(address.bot)
        older = await self._older(bot, conversation.position)
        decided = _untouched(conversation)
        started = time.perf_counter()
        while True:
            around = Around(
                now=self._clock(),
                user=decided.user,
                chat=decided.chat,
                channel=conversation.platform,
                owner=conversation.owner,
            )
            step = engine.advance(bot, decided.position, what, around, older=older)
            wanted = _wanted_at_once(step)
            _add(decided, step, wanted)
            if wanted is None:
                break
            if isinstance(wanted, Run):
                what = await self._performer.run(
                    wanted,
                    bot=address.bot,
                    workspace=address.workspace,
                    key=f"{conversation.uuid}:{wanted.wait}:{cause}",
                )
            else:
                what = await self._performer.understand(wanted, language=bot.language)
        self._meter.turned(time.perf_counter() - started, decided.understood.rung)
        return decided

    async def _older(self, bot: Bot, position: Mapping[str, Any]) -> dict[str, Bot]:
        older = {}
        for version in versions.needed(position):
            if version != bot.version:
                made = await self._published.older(bot.folder, version)
                if made is not None:
                    older[version] = made
        return older

    # ------------------------------------------------------------ writing

    async def _commit(
        self,
        conversation: Conversation,
        decided: _Decided,
        *,
        arrival: Arrival | None = None,
        fired: str | None = None,
        finished: str | None = None,
        replies: Sequence[Reply] = (),
        events: Sequence[Event] = (),
    ) -> Turn:
        channel = self._channels.get(conversation.address.channel)
        writing = _Writing(conversation, decided, self._clock(), self._new_id, channel)
        if arrival is not None and arrival.message.happening in ("message", "button"):
            writing.heard(arrival.message)
        for effect in decided.effects:
            writing.add(effect)
        for reply in replies:
            writing.say(reply)
        record = writing.record(
            arrival=arrival.seq if arrival is not None else None,
            fired=fired,
            finished=finished,
            events=events,
            at_once=self._post.idle(conversation.address),
        )
        await self._journal.commit(record)
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
            settled=decided.settled,
        )

    def _tell(self, record: TurnRecord) -> None:
        for listener in self._listeners:
            try:
                listener.told(record.conversation, record.messages, record.events)
            except Exception:
                # The turn stands: what follows from it must not be lost to one who only listens.
                log.exception("A listener raised")


class _Writing:
    """Gathers the rows of one turn, in the order in which things happened."""

    def __init__(
        self,
        conversation: Conversation,
        decided: _Decided,
        now: datetime,
        new_id: NewId,
        channel: Channel | None,
    ) -> None:
        self._now = now
        self._conversation = conversation
        self._decided = decided
        self._new_id = new_id
        self._channel = channel
        self._seq = conversation.seq
        self._keyboard = conversation.keyboard
        self._owner = conversation.owner
        self._messages: list[MessageRecord] = []
        self._said: list[tuple[int, Reply]] = []
        self._timers: dict[str, SetTimer] = {}
        self._cancelled: list[str] = []
        self._intents: dict[str, Intent] = {}
        self._cancelled_intents: list[str] = []
        self._events: list[Event] = []

    def heard(self, message: UnifiedMessage) -> None:
        self._seq += 1
        self._messages.append(composing.inbound(message, self._seq, self._decided.understood))

    def say(self, reply: Reply) -> None:
        self._seq += 1
        if reply.keyboard is not None and not reply.keyboard.inline:
            self._keyboard = True
        elif self._keyboard and reply.keyboard is None:
            reply = replace(reply, clear_keyboard=True)
            self._keyboard = False
        self._messages.append(composing.outbound(reply, self._seq, self._now))
        self._said.append((self._seq, reply))

    def add(self, effect: Effect) -> None:
        match effect:
            case Say():
                self.say(composing.reply(effect, self._new_id(), self._decided.understood))
            case SetTimer():
                self._timers[effect.name] = effect
            case DropTimer():
                self._timers.pop(effect.name, None)
                self._cancelled.append(effect.name)
            case Run():
                self._run(effect)
            case DropRun():
                if self._intents.pop(effect.wait, None) is None:
                    self._cancelled_intents.append(self._intent_key(effect.wait))
            case RequestPerson():
                data = {"queue": effect.queue, "note": effect.note, "priority": effect.priority}
                self._owned_by("queue", Happened(name="handoff.requested", data=data))
            case WithdrawRequest():
                self._owned_by("bot", Happened(name="handoff.withdrawn"))
            case Happened():
                self._happened(effect)

    def record(
        self,
        *,
        arrival: int | None,
        fired: str | None,
        finished: str | None,
        events: Sequence[Event],
        at_once: bool,
    ) -> TurnRecord:
        """Everything the turn changes. What it said before the owner changed goes out all the same."""
        conversation = self._changed()
        outgoing: list[Outgoing] = []
        if self._said and self._channel is not None:
            outgoing = composing.deliveries(
                self._said, conversation, self._channel, now=self._now, at_once=at_once
            )
        return TurnRecord(
            conversation=conversation,
            arrival=arrival,
            fired=fired,
            finished=finished,
            messages=self._messages,
            outgoing=outgoing,
            timers=[_timer(timer, conversation) for timer in self._timers.values()],
            cancelled=[name for name in self._cancelled if name not in self._timers],
            intents=list(self._intents.values()),
            cancelled_intents=self._cancelled_intents,
            events=[*self._events, *events],
            user_changed=self._decided.user_changed,
        )

    def _changed(self) -> Conversation:
        decided, before = self._decided, self._conversation
        moved = self._owner != before.owner
        status = ("active" if self._owner == "bot" else "escalated") if moved else before.status
        return replace(
            before,
            position=decided.position,
            user=decided.user,
            context=decided.chat,
            step=decided.step,
            updated_at=self._now,
            owner=self._owner,
            status=status,
            epoch=before.epoch + moved,
            seq=self._seq,
            keyboard=self._keyboard,
        )

    def _run(self, effect: Run) -> None:
        self._intents[effect.wait] = Intent(
            key=self._intent_key(effect.wait),
            conversation_id=self._conversation.id,
            address=self._conversation.address,
            wait_id=effect.wait,
            action=effect.action,
            arguments=effect.arguments,
            created_at=self._now,
            timeout=effect.timeout,
            retries=effect.retries,
        )

    def _intent_key(self, wait: str) -> str:
        # A wait's id is never given twice within a conversation.
        return f"{self._conversation.uuid}:{wait}"

    def _owned_by(self, owner: Owner, what: Happened) -> None:
        self._owner = owner
        self._happened(what)

    def _happened(self, what: Happened) -> None:
        self._events.append(Event(name=what.name, created_at=self._now, data=what.data))


def _timer(timer: SetTimer, conversation: Conversation) -> Timer:
    return Timer(
        conversation_id=conversation.id,
        address=conversation.address,
        name=timer.name,
        due=timer.due,
        payload=timer.payload,
        epoch=None if timer.keep else conversation.epoch,
    )


def _untouched(conversation: Conversation) -> _Decided:
    return _Decided(
        position=conversation.position,
        user=conversation.user,
        chat=conversation.context,
        step=conversation.step,
    )


def _heard(message: UnifiedMessage) -> Heard:
    return Heard(
        text=message.text or "",
        button=message.button,
        attached=tuple(map(_sent, message.attachments)),
        edited=message.happening == "edited",
    )


def _sent(attachment: Attachment) -> Sent:
    details = attachment.details
    if attachment.mime is not None:
        # A picture may come as a file: only its type tells.
        details = {**details, "mime": attachment.mime, "name": attachment.name}
    return Sent(kind=attachment.kind, ref=attachment.ref, details=details)


def _wanted_at_once(step: Step) -> Run | Understand | None:
    last = step.effects[-1] if step.effects else None
    if isinstance(last, Understand) or (isinstance(last, Run) and last.quick):
        return last
    return None


def _add(decided: _Decided, step: Step, wanted: Run | Understand | None) -> None:
    decided.position = step.position
    decided.effects.extend(step.effects if wanted is None else step.effects[:-1])
    decided.step = step.step or decided.step
    decided.settled = step.settled
    decided.offered = tuple(map(composing.button, step.offered))
    decided.understood = _merged(decided.understood, step.understood)
    if step.user is not None:
        decided.user = step.user
        decided.user_changed = True
    if step.chat is not None:
        decided.chat = step.chat


def _merged(before: Understood, after: Understood) -> Understood:
    """What the message turned out to be, over all steps of its turn."""
    if not after.rung and after.intent is None and not after.entities:
        return before
    if not before.rung and not before.entities:
        return after
    return Understood(
        intent=after.intent or before.intent,
        entities={**before.entities, **after.entities},
        confidence=after.confidence if after.rung else before.confidence,
        rung=after.rung or before.rung,
    )

"""From what a turn came to, to its rows: one transaction's worth, in the order things happened."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

import structlog

from bots import composing
from bots.deciding import Decided
from bots.handoffs import Handoffs
from bots.model.conversation import Conversation
from bots.model.desk import Note, Relay
from bots.model.episode import Asked, Priority
from bots.model.message import Reply, UnifiedMessage
from bots.model.record import changed
from bots.model.tally import tallies
from bots.model.turn import Event, Intent, MessageRecord, Outgoing, Timer, TurnRecord
from bots.ports import Channel, NewId
from bots.rating import is_press
from flows.standing import NOWHERE, Stand, standing, takes_press
from flows.turn import (
    DropRun,
    DropTimer,
    Effect,
    Happened,
    RequestPerson,
    Run,
    Say,
    SetTimer,
    WithdrawRequest,
)

log = structlog.get_logger()


class Writing:
    """Gathers the rows of one turn, in the order in which things happened.

    `written_at` is when the customer wrote what it is an answer to, if they did. `asked` is on whose
    behalf the flow calls a person, where that was not its own idea.
    """

    def __init__(
        self,
        conversation: Conversation,
        decided: Decided,
        now: datetime,
        new_id: NewId,
        channel: Channel | None,
        handoffs: Handoffs,
        asked: Asked | None = None,
    ) -> None:
        self._handoffs = handoffs
        self._asked = asked
        self._now = now
        self._conversation = conversation
        self._decided = decided
        self._new_id = new_id
        self._channel = channel
        self._waits = standing(decided.position)
        self._seq = conversation.seq
        self._keyboard = conversation.keyboard
        self._pressed = ""
        self._press: UnifiedMessage | None = None
        self._heard_at = conversation.heard_at
        self.written_at: datetime | None = None
        self._chat = conversation
        self._messages: list[MessageRecord] = []
        self._said: list[tuple[int, Reply]] = []
        self._timers: dict[str, SetTimer] = {}
        self._cancelled: list[str] = []
        self._intents: dict[str, Intent] = {}
        self._cancelled_intents: list[str] = []
        self._events: list[Event] = []

    def heard(self, message: UnifiedMessage) -> None:
        # What a messenger brings late was written when it says, and never later than now.
        at = min(message.timestamp, self._now)
        self.written_at = at
        if self._heard_at is None or at > self._heard_at:
            self._heard_at = at
        if message.happening == "button":
            self._pressed = message.platform_message_id
            self._press = message
        self._seq += 1
        record = composing.inbound(
            message,
            self._seq,
            self._decided.understood,
            was_at=_place(standing(self._conversation.position)),
            now_at=_place(self._waits),
        )
        self._messages.append(record)

    def echoed(self, message: UnifiedMessage) -> None:
        self._seq += 1
        self._messages.append(composing.echo(message, self._seq))

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
            case Say() if self._unheard():
                pass
            case Say():
                reply = composing.reply(effect, self._new_id(), self._decided.understood)
                self.say(replace(reply, renews=self._pressed) if effect.renews else reply)
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
                self._handed(self._handoffs.asked(self._chat_now(), self._who(effect), self._now))
            case WithdrawRequest():
                self._handed(self._handoffs.withdrawn(self._chat_now(), effect.outcome, self._now))
            case Happened(name="handoff_missed", data={"outcome": "offline"}):
                self._happened(effect)
                self._handed(
                    self._handoffs.offline(self._chat_now(), self._wanted(effect), self._now)
                )
            case Happened():
                self._happened(effect)

    def record(
        self,
        *,
        arrivals: Sequence[int],
        fired: Timer | None,
        finished: str | None,
        events: Sequence[Event],
        relays: Sequence[Relay] = (),
        notes: Sequence[Note] = (),
        taken_back: tuple[str, Sequence[str]] | None = None,
        reacted: tuple[str, str, str] | None = None,
        profile_changed: bool = False,
        at_once: bool,
    ) -> TurnRecord:
        """Everything the turn changes. What it said before the owner changed goes out all the same."""
        if self._chat.episode is not None:
            self._chat, clocks = self._handoffs.wound(self._chat_now(), self._now)
            for clock in clocks:
                self.add(clock)
        conversation = self._changed()
        outgoing: list[Outgoing] = []
        if self._said and (self._channel is not None or conversation.address.at_messenger):
            outgoing = composing.deliveries(
                self._said, conversation, self._channel, now=self._now, at_once=at_once
            )
        if taken_back is not None and self._channel is not None:
            outgoing += composing.taken_back(
                *taken_back, conversation, self._channel, now=self._now
            )
        if reacted is not None and self._channel is not None:
            outgoing += composing.reactions(*reacted, conversation, self._channel, now=self._now)
        if self._press is not None and self._channel is not None and self._is_over(self._press):
            outgoing += composing.marks(
                self._press,
                self._decided.understood.because.get("label", self._press.text or ""),
                conversation,
                self._channel,
                now=self._now,
                at_once=at_once and not outgoing,
            )
        return TurnRecord(
            conversation=conversation,
            arrivals=arrivals,
            fired=fired,
            finished=finished,
            messages=self._messages,
            outgoing=outgoing,
            timers=[_timer(timer, conversation) for timer in self._timers.values()],
            cancelled=[name for name in self._cancelled if name not in self._timers],
            intents=list(self._intents.values()),
            cancelled_intents=self._cancelled_intents,
            events=[*events, *self._events],
            relays=relays,
            notes=notes,
            deleted=(taken_back[0],) if taken_back is not None else (),
            user_changed=self._decided.user_changed,
            user_before=self._conversation.user,
            profile_changed=profile_changed,
            waits=self._waits,
            tallies=tallies(self._decided.effects),
            day=self._now.astimezone(self._decided.zone).date().isoformat(),
        )

    def _is_over(self, press: UnifiedMessage) -> bool:
        """Whether a pressed button was taken, and will not be again."""
        understood = self._decided.understood
        taken = understood.rung == "button" and understood.confidence > 0
        renewed = any(reply.renews for _, reply in self._said)
        return (
            taken
            and not renewed
            and bool(press.platform_message_id)
            and (
                is_press(press.button)
                or not takes_press(self._decided.position, press.button or "")
            )
        )

    def _changed(self) -> Conversation:
        decided = self._decided
        return changed(
            self._chat,
            position=decided.position,
            user=decided.user,
            context=decided.chat,
            step=decided.step,
            updated_at=self._now,
            seq=self._seq,
            keyboard=self._keyboard,
            heard_at=self._heard_at,
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

    def _chat_now(self) -> Conversation:
        """The chat as far as the turn has come: what a hand-off notes of it."""
        return replace(self._chat, seq=self._seq, heard_at=self._heard_at)

    def _who(self, effect: RequestPerson) -> Asked:
        """Who calls a person, and why."""
        if self._asked is not None:
            queue = effect.queue or self._asked.queue
            note = self._asked.note or effect.note
            return replace(self._asked, queue=queue, note=note, patient=effect.timed)
        return Asked(
            source=effect.source
            if effect.source != "step"
            else composing.source_of(self._decided.understood),
            queue=effect.queue,
            note=effect.note,
            priority=cast(Priority, effect.priority),
            patient=effect.timed,
        )

    def _wanted(self, missed: Happened) -> Asked:
        """What the flow would have asked for, had anybody been there."""
        return Asked(
            source=composing.source_of(self._decided.understood),
            queue=str(missed.data.get("queue", "")),
            note=str(missed.data.get("note", "")),
        )

    def _handed(self, done: tuple[Conversation, Sequence[Event]]) -> None:
        self._chat, events = done
        self._events.extend(events)

    def _unheard(self) -> bool:
        """Never two voices: while a person has the chat, or nobody lets the customer in, the bot is
        silent, whatever comes back to it meanwhile."""
        if self._chat.owner == "operator":
            log.warning("A bot's words were left out: a person has the chat", chat=self._chat.uuid)
        return self._chat.owner == "operator" or self._chat.blocked

    def _happened(self, what: Happened) -> None:
        self._events.append(Event(name=what.name, created_at=self._now, data=what.data))


def _place(waits: Sequence[Stand]) -> str:
    """Where a chat stands, for people; nothing where it is idle or a person's."""
    return f"{waits[0].flow} / {waits[0].step}" if waits and waits[0] != NOWHERE else ""


def _timer(timer: SetTimer, conversation: Conversation) -> Timer:
    return Timer(
        conversation_id=conversation.id,
        address=conversation.address,
        name=timer.name,
        due=timer.due,
        payload=timer.payload,
        epoch=None if timer.keep else conversation.epoch,
    )

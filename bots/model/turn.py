"""The rows one turn leaves behind: all of them are written in one transaction, or none."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from bots.model.conversation import Conversation
from bots.model.desk import Note, Relay
from bots.model.message import (
    Address,
    Attachment,
    Card,
    Entity,
    Happening,
    Keyboard,
    MessageType,
    UnifiedMessage,
)
from bots.model.record import record
from bots.model.tally import Tally
from flows.standing import Stand

ALWAYS = 2**31 - 1
"""The epoch of what a person or an API's client says: it leaves whoever owns the chat by then."""


@record(frozen=True, slots=True)
class Arrival:
    """A message that is safe on disk. `seq` is our own order of receipt, over all chats.

    `others` are the numbers of those that it was put together of beside the first.
    """

    seq: int
    message: UnifiedMessage
    attempts: int = 0
    others: tuple[int, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """All that is answered by answering it."""
        return (self.seq, *self.others)


@record(frozen=True, slots=True, kw_only=True)
class MessageRecord:
    """A message as history keeps it; `seq` counts within the conversation, from 1.

    `renews` says that only the buttons that were pressed just before are others now. Of what a
    customer sent, `rung` and `because` say how it was understood (`flows.turn.Understood`), `was_at`
    and `now_at` where the chat stood before and after, as `flow / step`. `entities`, `reply_to`,
    `metadata` and `happening` are those of its `UnifiedMessage`; one that is `edited` has the
    platform's id of the message whose place it takes. `replaces` is the same of what we said. `operator`
    is who of our people said it, None where they said it in the messenger itself; they took it back,
    as far as the messenger let them, at `deleted_at`.
    """

    message_id: str
    seq: int
    direction: Literal["inbound", "outbound"]
    author: Literal["customer", "bot", "operator", "api"]
    created_at: datetime
    text: str = ""
    message_type: MessageType = "text"
    platform_message_id: str = ""
    keyboard: Keyboard | None = None
    attachments: tuple[Attachment, ...] = ()
    cards: tuple[Card, ...] = ()
    renews: bool = False
    intent: str | None = None
    confidence: float | None = None
    rung: str = ""
    because: Mapping[str, str] = field(default_factory=dict)
    was_at: str = ""
    now_at: str = ""
    entities: tuple[Entity, ...] = ()
    reply_to: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    happening: Happening = "message"
    replaces: str = ""
    operator: int | None = None
    deleted_at: datetime | None = None

    @property
    def words(self) -> str:
        """All that can be read of it, for those who are shown nothing but a text."""
        cards = ("\n".join(filter(None, (card.title, card.text))) for card in self.cards)
        return "\n\n".join(filter(None, (self.text, *cards)))


@record(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One call to a channel: a row of the outbox.

    `key` is unique and never changes (from the message's id and the part's number); `payload` is
    what `Channel.render` made. A row born with `sending_at` is sent by the one who wrote it.
    `heard_at` is when the customer had last written by then; `held_at` since when it waits for them.
    What has no `message_id` only shows something, such as which button was taken: whether it arrives
    never matters.
    """

    key: str
    conversation_id: int
    address: Address
    seq: int
    part: int
    epoch: int
    payload: Mapping[str, Any]
    message_id: str
    created_at: datetime
    once: bool = False
    attempts: int = 0
    not_before: datetime | None = None
    sending_at: datetime | None = None
    heard_at: datetime | None = None
    held_at: datetime | None = None


Begun = Literal["begun", "dropped", "behind", "not ours"]
"""Whether a call may be made now: its chat has another owner, something earlier is not out yet, or the
chat is another process's."""


class TimerKey(NamedTuple):
    """One setting of a timer: set again for another moment it is another one. The earliest come first."""

    due: datetime
    conversation_id: int
    name: str


@record(frozen=True, slots=True, kw_only=True)
class Timer:
    """Something to do later in a conversation. `name` is unique within it; setting it again moves it.

    `payload` is the engine's own. `epoch` is None for timers that outlive a change of owner.
    """

    conversation_id: int
    address: Address
    name: str
    due: datetime
    payload: Mapping[str, Any]
    epoch: int | None = None

    @property
    def key(self) -> TimerKey:
        return TimerKey(self.due, self.conversation_id, self.name)


@record(frozen=True, slots=True, kw_only=True)
class Intent:
    """A slow action to carry out after the commit; its result comes back as a turn.

    `key` is unique and is the action's idempotency key. `timeout` and `retries` are the flow's.
    """

    key: str
    conversation_id: int
    address: Address
    wait_id: str
    action: str
    arguments: Mapping[str, Any]
    created_at: datetime
    timeout: float = 30.0
    retries: int = 0
    attempts: int = 0
    not_before: datetime | None = None


@record(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened and that others may want to know: a goal reached, a hand-off asked."""

    name: str
    created_at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@record(frozen=True, slots=True, kw_only=True)
class TurnRecord:
    """Everything a turn changes. `conversation` is the new state; its `claim` guards the write.

    `arrivals` (numbers), `fired` and `finished` (an intent's key) are what the turn consumed; a timer
    that was dropped or moved since it was read cannot be.
    `user_changed` says that what `conversation.user` has other than `user_before` goes to the customer's
    row too, `profile_changed` that `conversation.profile` does. `cancelled` are names of timers to drop; `cancelled_intents` keys of intents nobody waits for any more. `waits`
    is where the chat stands now, the top first; `tallies` what it adds to the counters of `day`
    (ISO, in the bot's own time zone). `relays` are messages of a desk that the turn comes from: one
    that is known already makes the whole turn one that was done before. `notes` are of operators to
    one another. `deleted` are our ids of messages that were taken back.
    """

    conversation: Conversation
    arrivals: Sequence[int] = ()
    fired: Timer | None = None
    finished: str | None = None
    messages: Sequence[MessageRecord] = ()
    outgoing: Sequence[Outgoing] = ()
    timers: Sequence[Timer] = ()
    cancelled: Sequence[str] = ()
    intents: Sequence[Intent] = ()
    cancelled_intents: Sequence[str] = ()
    events: Sequence[Event] = ()
    relays: Sequence[Relay] = ()
    notes: Sequence[Note] = ()
    deleted: Sequence[str] = ()
    user_changed: bool = False
    user_before: Mapping[str, Any] = field(default_factory=dict)
    profile_changed: bool = False
    waits: Sequence[Stand] = ()
    tallies: Mapping[Tally, int] = field(default_factory=dict)
    day: str = ""

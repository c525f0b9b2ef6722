"""Where a chat stands: the stack of frames and what each waits for, and how that is kept as JSON."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

Waiting = Literal["ask", "do", "mean", "person", "pause", "wait"]
Why = Literal["task", "call", "handler", "person"]
Ending = Literal["", "cancel", "error", "expired", "updated"]
Outcome = Literal["", "done", "cancel", "error", "expired", "refused"]

BOTTOM = 0
"""The id no frame has."""


class Kept(msgspec.Struct, gc=False):
    """A part of a position, which `to_json` ends: what it holds goes into the JSON without a copy.

    What has its default, and what was only worked out for a turn, is left out; what seldom has it
    is always there, as a dict that begins with six need not grow. Written out field by field: a walk
    over all fields in each turn of each chat would cost a tenth of the turn.
    """


class Wait(Kept):
    """What a frame waits for. `entry` is the operation that waits, `id` is given only once.

    A `pause` is so short that the customer is kept waiting; a `wait` is a long one, or for an event.
    `since` is when it began, where it may begin in the middle of a long silence.

    `signature` finds a question again in an edited flow; `collected` are the texts or attachments
    gathered so far, `picked` the places of the labels chosen for `many`. `confirming` says that a
    known value was offered; `missed` that the last message did not fit; `targets` and `heard` are
    what a model was asked to choose between, and about what. `page` counts how often the customer
    asked for more of a long list; `unseen` says that it was put in silence, and that nothing is its
    answer until it is said. `question` is what is asked, once a turn has looked it up.
    """

    id: str
    kind: Waiting
    entry: int
    signature: list[str] | None = None
    tries: int = 0
    timers: list[str] = msgspec.field(default_factory=list)
    collected: list[Any] = msgspec.field(default_factory=list)
    picked: list[int] = msgspec.field(default_factory=list)
    confirming: bool = False
    missed: bool = False
    page: int = 0
    since: float = 0.0
    unseen: bool = False
    question: Any = None

    def to_json(self) -> dict[str, Any]:
        kept: dict[str, Any] = {"id": self.id, "kind": self.kind, "entry": self.entry}
        if self.signature is not None:
            kept["signature"] = self.signature
        if self.tries:
            kept["tries"] = self.tries
        if self.timers:
            kept["timers"] = self.timers
        if self.collected:
            kept["collected"] = self.collected
        if self.picked:
            kept["picked"] = self.picked
        if self.confirming:
            kept["confirming"] = self.confirming
        if self.missed:
            kept["missed"] = self.missed
        if self.page:
            kept["page"] = self.page
        if self.since:
            kept["since"] = self.since
        if self.unseen:
            kept["unseen"] = self.unseen
        return kept


class Frame(Kept):
    """One flow, or one handler's block, under way.

    `why` says what began it: a trigger (`task`), the frame beneath (`call`), something that
    happened (`handler`), or a person who took the chat (`person`, which has no operations). `task`
    marks the frame whose end ends the task. A handler works on the variables of frame `of`.
    `trigger` is the message that woke it, None for a helper, which sees its task's; `cause` the
    event that did, with its `name` and `data`.
    `jumped` says that its step was gone to rather than reached; `asked` that it put a question.
    `latest` is where it last asked, `outcome` how the flow it last called ended (`call.outcome`).
    `loops` are the lists it goes over, the innermost last: the operation that began each, the list's
    key in `lists`, and the place in it.
    `given` are the variables this task has saved, `found` the questions whose answer was looked
    for in the message and what was found, `history` what going back undoes (its entries are
    replaced and never changed, so that a turn need not copy them), `turns` how often it has waited.
    `retired` says that nobody may go on in its version. `known` is its flow there, once a turn has
    looked it up.
    """

    id: int
    flow: str
    version: str
    at: int
    why: Why
    task: bool = False
    of: int = BOTTOM
    step: str | None = None
    save: str | None = None
    ending: Ending = ""
    asked: bool = False
    jumped: bool = False
    turns: int = 0
    trigger: str | None = None
    event: str = ""
    latest: int = -1
    outcome: Outcome = ""
    variables: dict[str, Any] = msgspec.field(default_factory=dict)
    loops: list[list[Any]] = msgspec.field(default_factory=list)
    lists: dict[str, list[Any]] = msgspec.field(default_factory=dict)
    given: list[str] = msgspec.field(default_factory=list)
    found: list[str] = msgspec.field(default_factory=list)
    history: list[Any] = msgspec.field(default_factory=list)
    retired: bool = False
    wait: Wait | None = None
    cause: dict[str, Any] | None = None
    scope: dict[str, Any] | None = None
    known: Any = None

    def elements(self, loop: list[Any]) -> list[Any]:
        """What a loop goes over; positions of old have the list itself where its key stands now."""
        kept: list[Any] = self.lists.get(loop[1], []) if isinstance(loop[1], str) else loop[1]
        return kept

    def to_json(self) -> dict[str, Any]:
        kept: dict[str, Any] = {
            "id": self.id,
            "flow": self.flow,
            "version": self.version,
            "at": self.at,
            "why": self.why,
            "step": self.step,
        }
        if self.task:
            kept["task"] = self.task
        if self.of:
            kept["of"] = self.of
        if self.save is not None:
            kept["save"] = self.save
        if self.ending:
            kept["ending"] = self.ending
        if self.asked:
            kept["asked"] = self.asked
        if self.jumped:
            kept["jumped"] = self.jumped
        if self.turns:
            kept["turns"] = self.turns
        if self.trigger is not None:
            kept["trigger"] = self.trigger
        if self.event:
            kept["event"] = self.event
        if self.latest >= 0:
            kept["latest"] = self.latest
        if self.outcome:
            kept["outcome"] = self.outcome
        if self.variables:
            kept["variables"] = self.variables
        if self.loops:
            kept["loops"] = self.loops
        if self.lists:
            kept["lists"] = self.lists
        if self.given:
            kept["given"] = self.given
        if self.found:
            kept["found"] = self.found
        if self.history:
            kept["history"] = self.history
        if self.retired:
            kept["retired"] = self.retired
        if self.wait is not None:
            kept["wait"] = self.wait.to_json()
        if self.cause is not None:
            kept["cause"] = self.cause
        return kept


def frame_of(kept: Mapping[str, Any]) -> Frame:
    """A frame as it was kept. Lists that a turn changes are copied, values are not."""
    return msgspec.convert(kept, Frame)


class Meaning(Kept):
    """A text whose meaning is being asked for: the wait's id and where each choice leads."""

    id: str
    text: str
    targets: dict[str, list[Any]]

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, "text": self.text, "targets": self.targets}


class Position(Kept):
    """All that is kept of a dialog between turns.

    `counter` numbers frames and waits and never goes back. `offers` are the buttons of messages
    (what a press does, and its label), `last` those of the newest message. `offer` asks which of
    the suspended tasks goes on: its wait's id and their frames. `mail` holds messages that came
    while an action ran, `held` what its timer or event began in the middle of a task and waits for
    its end, `occurred` events that could not be taken yet. `met` says that the
    customer has written before, `message` what they wrote, `heard` when they last did or the bot
    last asked by itself, `alone` how many questions it has put since, `expiry` when the timer of
    silence is due. `greeting` is a first message still to be handled, `meaning` one whose meaning
    is being asked for, `outcome` what is known of the last request for a person, `fresh` what of the
    person or the chat has been given a value since this conversation began. `actions`, `failures`,
    `walked`, `took` and `muted` are what a turn has done so far, where it goes on in further steps.
    `album` is the last album heard and the wait that heard its first part, `told` how many messages
    have been said and `ran` how many slow actions have run one after another. `pressed` is the payload
    of the question's button that was the last thing heard, and when.
    """

    counter: int = 0
    stack: list[Frame] = msgspec.field(default_factory=list)
    offers: dict[str, Any] = msgspec.field(default_factory=dict)
    last: list[str] = msgspec.field(default_factory=list)
    offer: dict[str, Any] | None = None
    mail: list[dict[str, Any]] = msgspec.field(default_factory=list)
    held: list[dict[str, Any]] = msgspec.field(default_factory=list)
    met: bool = False
    heard: float = 0.0
    alone: int = 0
    expiry: float = 0.0
    message: str = ""
    greeting: str | None = None
    outcome: dict[str, Any] | None = None
    fresh: list[str] = msgspec.field(default_factory=list)
    meaning: Meaning | None = None
    actions: int = 0
    failures: int = 0
    walked: list[str] = msgspec.field(default_factory=list)
    took: str | None = None
    muted: bool = False
    occurred: list[dict[str, Any]] = msgspec.field(default_factory=list)
    album: list[str] = msgspec.field(default_factory=list)
    told: int = 0
    ran: int = 0
    pressed: list[Any] = msgspec.field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        stack = []
        for frame in self.stack:
            stack.append(frame.to_json())
        kept: dict[str, Any] = {
            "counter": self.counter,
            "stack": stack,
            "met": self.met,
            "heard": self.heard,
            "expiry": self.expiry,
            "message": self.message,
        }
        if self.offers:
            kept["offers"] = self.offers
        if self.last:
            kept["last"] = self.last
        if self.offer is not None:
            kept["offer"] = self.offer
        if self.mail:
            kept["mail"] = self.mail
        if self.held:
            kept["held"] = self.held
        if self.alone:
            kept["alone"] = self.alone
        if self.greeting is not None:
            kept["greeting"] = self.greeting
        if self.outcome is not None:
            kept["outcome"] = self.outcome
        if self.fresh:
            kept["fresh"] = self.fresh
        if self.meaning is not None:
            kept["meaning"] = self.meaning.to_json()
        if self.actions:
            kept["actions"] = self.actions
        if self.failures:
            kept["failures"] = self.failures
        if self.walked:
            kept["walked"] = self.walked
        if self.took is not None:
            kept["took"] = self.took
        if self.muted:
            kept["muted"] = self.muted
        if self.occurred:
            kept["occurred"] = self.occurred
        if self.album:
            kept["album"] = self.album
        if self.told:
            kept["told"] = self.told
        if self.ran:
            kept["ran"] = self.ran
        if self.pressed:
            kept["pressed"] = self.pressed
        return kept


def position_of(kept: Mapping[str, Any]) -> Position:
    """The position a `Step` gave; `{}` is a chat nobody has written in yet."""
    return msgspec.convert(kept, Position)


def versions_of(kept: Mapping[str, Any]) -> Iterable[str]:
    """The versions that frames of a kept position stand on."""
    return (frame["version"] for frame in kept.get("stack", ()))

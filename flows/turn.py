"""What goes into a turn of the engine and what comes out: plain values, nothing that acts.

None of them leads back to itself, so the garbage collector need not follow them (`gc=False`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct, field

MediaKind = Literal[
    "photo", "video", "audio", "voice", "document", "sticker", "location", "contact", "unknown"
]
Media = tuple[tuple[MediaKind, str], ...]
Owner = Literal["bot", "queue", "operator"]
Outcome = Literal["released", "closed", "offline", "unanswered", "cancel"]
Asking = Literal["step", "phrase", "button", "misfits", "rule"]
"""What had the flow ask for a person: words or a press of the customer's, answers that did not fit,
too little confidence, or (`step`) just its course."""

HANDOFF_DETAILS = ("operator", "duration", "tags", "form", "code", "messages")
"""What is known of a hand-off that is over: who answered, for how many seconds, the marks and the
fields they noted, why they closed it, and what people said meanwhile (each `{author, text}`)."""


# ---------------------------------------------------------------- in


class Sent(Struct, frozen=True, kw_only=True, gc=False):
    """Something a customer attached.

    `ref` names it on its channel; `details` holds `latitude` and `longitude` of a location,
    `phone`, `name` and `own` of a contact.
    """

    kind: MediaKind
    ref: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


class Heard(Struct, frozen=True, kw_only=True, gc=False):
    """A customer wrote, attached or pressed something. `button` is the payload of the press.

    `edited` says that it replaces an earlier message: it is looked at only where that one was a
    misfit of the question still pending. `album` is the same for all parts of one album, where a
    messenger gives them one by one.
    """

    text: str = ""
    button: str | None = None
    attached: tuple[Sent, ...] = ()
    edited: bool = False
    album: str = ""


class Fired(Struct, frozen=True, kw_only=True, gc=False):
    """A timer is due; `payload` is what `SetTimer` carried."""

    payload: Mapping[str, Any]


class Returned(Struct, frozen=True, kw_only=True, gc=False):
    """An action is over: its value, or in `failed` the reason it went wrong."""

    wait: str
    value: Any = None
    failed: str | None = None


class Chosen(Struct, frozen=True, kw_only=True, gc=False):
    """The meanings a text may have, as keys of `Understand.candidates`, the likeliest first.

    Each comes with a confidence from 0 to 1; none where it means none of them.
    """

    wait: str
    ranked: tuple[tuple[str, float], ...] = ()


class TakenOver(Struct, frozen=True, kw_only=True, gc=False):
    """Somebody outside the flow asked for a person (an API call, an operator)."""

    reason: str = ""
    queue: str = ""


class GivenBack(Struct, frozen=True, kw_only=True, gc=False):
    """The chat is the bot's again; `details` become `handoff.*` in the flow.

    They are what `HANDOFF_DETAILS` names, as JSON. `step` is where the bot shall go on, where that
    is somewhere: a step of the flow that waits, or a flow.
    """

    outcome: Outcome = "released"
    step: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


class Occurred(Struct, frozen=True, kw_only=True, gc=False):
    """Something a flow may wait for has happened around this chat: `payment.paid`.

    `data` is JSON; a flow reads it as `trigger.data`, or where the waiting step saves it.
    """

    name: str
    data: Mapping[str, Any] = field(default_factory=dict)


class Updated(Struct, frozen=True, kw_only=True, gc=False):
    """The bot was published for everybody: nobody goes on in an older version.

    What cannot move begins anew (`event: updated`), at once or when control returns to it.
    """


class Struck(Struct, frozen=True, kw_only=True, gc=False):
    """The time of a schedule has come: `Schedule.key`."""

    key: str


Input = Heard | Fired | Returned | Chosen | TakenOver | GivenBack | Updated | Occurred | Struck

CHATLESS = "schedule"
"""The `Around.channel` of a run that has no chat: nobody hears it."""


class Waiting(Struct, frozen=True, kw_only=True, gc=False):
    """A queue as a customer sees it: how many wait there, how many minutes it takes if that is known.

    `place` is where this chat stands in it, from 1; 0 where it does not wait there yet.
    """

    count: int = 0
    minutes: float | None = None
    place: int = 0


class Around(Struct, frozen=True, kw_only=True, gc=False):
    """What surrounds a turn: the moment (aware), the person, the conversation, who owns it.

    `user` and `chat` are what flows read as `user.*` and `chat.*`; `channel` is the platform.
    `waiting` are the bot's queues by name, looked into only where a text tells of a place in one.
    `chance`, in [0, 1), is where a flow takes its luck from: the same step gets the same again.
    """

    now: datetime
    user: Mapping[str, Any] = field(default_factory=dict)
    chat: Mapping[str, Any] = field(default_factory=dict)
    channel: str = "web"
    owner: Owner = "bot"
    chance: float = 0.0
    waiting: Mapping[str, Waiting] = field(default_factory=dict)


# ---------------------------------------------------------------- out


class Press(Struct, frozen=True, kw_only=True, gc=False):
    """A button as the customer sees it; `payload` (at most 64 bytes) comes back on a press."""

    text: str
    payload: str = ""
    url: str | None = None
    share: Literal["phone", "location"] | None = None
    name: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


class Card(Struct, frozen=True, kw_only=True, gc=False):
    """One of several things shown side by side; `photo` is a path, a URL, a channel's reference."""

    title: str
    text: str = ""
    photo: str = ""
    buttons: tuple[Press, ...] = ()


class Say(Struct, frozen=True, kw_only=True, gc=False):
    """A message to the customer. `media` and `album` are (kind, path or URL); `asks` marks a question.

    `template` is what a channel that knows templates sends in its place. `renews` says that only the
    buttons of the message pressed just now have changed.
    """

    text: str = ""
    media: tuple[tuple[MediaKind, str], ...] = ()
    album: tuple[tuple[MediaKind, str], ...] = ()
    cards: tuple[Card, ...] = ()
    buttons: tuple[Press, ...] = ()
    once: bool = False
    asks: bool = False
    renews: bool = False
    template: Mapping[str, Any] = field(default_factory=dict)

    @property
    def presses(self) -> tuple[Press, ...]:
        """Every button of the message, those of its cards too."""
        return (*self.buttons, *(press for card in self.cards for press in card.buttons))


class Run(Struct, frozen=True, kw_only=True, gc=False):
    """Carry out an action and come back with `Returned(wait=…)`. `timeout` is in seconds."""

    wait: str
    action: str
    arguments: Mapping[str, Any]
    quick: bool = False
    timeout: float = 30.0
    retries: int = 0


class DropRun(Struct, frozen=True, kw_only=True, gc=False):
    """Nobody waits for this action any more."""

    wait: str


class Understand(Struct, frozen=True, kw_only=True, gc=False):
    """Find out which candidate (key -> its sentence and examples) a text means."""

    wait: str
    text: str
    candidates: Mapping[str, str]
    question: str | None = None


class SetTimer(Struct, frozen=True, kw_only=True, gc=False):
    """Come back with `Fired(payload)` at `due` (aware). The same `name` again moves it.

    `keep` says that it outlives a change of the conversation's owner.
    """

    name: str
    due: datetime
    payload: Mapping[str, Any]
    keep: bool = False


class DropTimer(Struct, frozen=True, kw_only=True, gc=False):
    name: str


class RequestPerson(Struct, frozen=True, kw_only=True, gc=False):
    """The bot falls silent and the chat waits in a queue for a person.

    `timed` says that the step gives up by itself when nobody comes; where it does not, the queue's
    `unclaimed` counts, and its end is told by `GivenBack(outcome="unanswered")`.
    """

    queue: str
    note: str = ""
    priority: str = "normal"
    source: Asking = "step"
    timed: bool = False


class WithdrawRequest(Struct, frozen=True, kw_only=True, gc=False):
    """The chat is the bot's again before a person came: the customer went on, or nobody came."""

    outcome: Literal["cancel", "unanswered"] = "cancel"


class Happened(Struct, frozen=True, kw_only=True, gc=False):
    """A fact for statistics and subscribers: `goal`, `task_started`, `task_done` and its like.

    Of a question: `asked` once (a repetition is not a new asking), `misfit` for each answer that
    did not fit, and in the end exactly one of `answered`, `silent` (its timeout came) and `left`
    (it went away without either). They carry its signature: `step`, `save`, `kind`.
    """

    name: str
    data: Mapping[str, Any] = field(default_factory=dict)


Effect = (
    Say
    | Run
    | DropRun
    | Understand
    | SetTimer
    | DropTimer
    | RequestPerson
    | WithdrawRequest
    | Happened
)


class Understood(Struct, frozen=True, kw_only=True, gc=False):
    """What the ladder made of the message, in the words of the HTTP contract.

    `intent` is the flow that took it, `entities` what that flow gives and what `find` found,
    `rung` the step of the ladder: button, exact, answer, contains, means, no_match, edited, other.
    `because` says what decided it: the `words` of the trigger and its `scope` (question, flow, bot,
    starts), the `label` that was pressed or named, the `type` and `step` of the question whose
    answer it was, the meanings that were too `close` to tell apart, the confidence it fell short of
    (`doubt`).
    """

    intent: str | None = None
    entities: Mapping[str, Any] = field(default_factory=dict)
    confidence: float = 0.0
    rung: str = ""
    because: Mapping[str, str] = field(default_factory=dict)


class Step(Struct, frozen=True, kw_only=True, gc=False):
    """A turn's outcome. `position` is JSON; `effects` are in the order in which they happen.

    `user` and `chat` are the new whole mappings, or None where nothing changed. `step` is the last
    step entered. `settled` is False while something will come by itself within seconds: an action
    under way, messages being glued together. `offered` are the buttons the customer may press now.
    """

    position: dict[str, Any]
    effects: tuple[Effect, ...] = ()
    understood: Understood = field(default_factory=Understood)
    step: str | None = None
    user: dict[str, Any] | None = None
    chat: dict[str, Any] | None = None
    settled: bool = True
    offered: tuple[Press, ...] = ()

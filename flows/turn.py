"""What goes into a turn of the engine and what comes out: plain values, nothing that acts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

MediaKind = Literal[
    "photo", "video", "audio", "voice", "document", "sticker", "location", "contact"
]
Owner = Literal["bot", "queue", "operator"]
Outcome = Literal["released", "closed", "offline", "unanswered", "cancel"]


# ---------------------------------------------------------------- in


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Something a customer attached.

    `ref` names it on its channel; `details` holds `latitude` and `longitude` of a location,
    `phone`, `name` and `own` of a contact.
    """

    kind: MediaKind
    ref: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A customer wrote, attached or pressed something. `button` is the payload of the press.

    `edited` says that it replaces an earlier message: it is looked at only where that one was a
    misfit of the question still pending.
    """

    text: str = ""
    button: str | None = None
    attached: tuple[Sent, ...] = ()
    edited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """A timer is due; `payload` is what `SetTimer` carried."""

    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """An action is over: its value, or in `failed` the reason it went wrong."""

    wait: str
    value: Any = None
    failed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The meaning a text has: a key of `Understand.candidates`, or None for none of them."""

    wait: str
    key: str | None = None
    confidence: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """Somebody outside the flow asked for a person (an API call, an operator)."""

    reason: str = ""
    queue: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """The chat is the bot's again; `details` become `handoff.*` in the flow."""

    outcome: Outcome = "released"
    details: Mapping[str, Any] = field(default_factory=dict)


Input = Heard | Fired | Returned | Chosen | TakenOver | GivenBack


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What surrounds a turn: the moment (aware), the person, the conversation, who owns it.

    `user` and `chat` are what flows read as `user.*` and `chat.*`; `channel` is the platform.
    """

    now: datetime
    user: Mapping[str, Any] = field(default_factory=dict)
    chat: Mapping[str, Any] = field(default_factory=dict)
    channel: str = "web"
    owner: Owner = "bot"


# ---------------------------------------------------------------- out


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button as the customer sees it; `payload` (at most 64 bytes) comes back on a press."""

    text: str
    payload: str = ""
    url: str | None = None
    share: Literal["phone", "location"] | None = None
    name: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """A message to the customer. `media` are (kind, path or URL); `asks` marks a question."""

    text: str = ""
    media: tuple[tuple[str, str], ...] = ()
    buttons: tuple[Press, ...] = ()
    once: bool = False
    asks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Carry out an action and come back with `Returned(wait=…)`. `timeout` is in seconds."""

    wait: str
    action: str
    arguments: Mapping[str, Any]
    quick: bool = False
    timeout: float = 30.0
    retries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DropRun:
    """Nobody waits for this action any more."""

    wait: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Understand:
    """Find out which candidate (key -> its sentence and examples) a text means."""

    wait: str
    text: str
    candidates: Mapping[str, str]
    question: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTimer:
    """Come back with `Fired(payload)` at `due` (aware). The same `name` again moves it.

    `keep` says that it outlives a change of the conversation's owner.
    """

    name: str
    due: datetime
    payload: Mapping[str, Any]
    keep: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DropTimer:
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPerson:
    """The bot falls silent and the chat waits in a queue for a person."""

    queue: str
    note: str = ""
    priority: str = "normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawRequest:
    """The customer went on with the bot before a person came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """A fact for statistics and subscribers: `goal`, `asked`, `answered`, `misfit`, `task_done`."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What the ladder made of the message, in the words of the HTTP contract.

    `intent` is the flow that took it, `entities` what that flow gives and what `find` found,
    `rung` the step of the ladder: button, exact, answer, contains, means, no_match, edited, other.
    """

    intent: str | None = None
    entities: Mapping[str, Any] = field(default_factory=dict)
    confidence: float = 0.0
    rung: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
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

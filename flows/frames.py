"""Where a chat stands: the stack of frames and what each waits for, and how that is kept as JSON."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Literal

Waiting = Literal["ask", "do", "mean", "person"]
Why = Literal["task", "call", "handler", "person"]
Ending = Literal["", "cancel", "error", "expired", "updated"]

BOTTOM = 0
"""The id no frame has."""


@dataclass(slots=True)
class Wait:
    """What a frame waits for. `entry` is the operation that waits, `id` is given only once.

    `signature` finds a question again in an edited flow; `collected` are the texts or attachments
    gathered so far, `picked` the places of the labels chosen for `many`. `confirming` says that a
    known value was offered; `missed` that the last message did not fit; `targets` and `heard` are
    what a model was asked to choose between, and about what.
    """

    id: str
    kind: Waiting
    entry: int
    signature: tuple[str, str, str] | None = None
    tries: int = 0
    timers: list[str] = field(default_factory=list)
    collected: list[Any] = field(default_factory=list)
    picked: list[int] = field(default_factory=list)
    confirming: bool = False
    missed: bool = False

    def to_json(self) -> dict[str, Any]:
        kept: dict[str, Any] = {"id": self.id, "kind": self.kind, "entry": self.entry}
        if self.signature is not None:
            kept["signature"] = list(self.signature)
        if self.tries:
            kept["tries"] = self.tries
        if self.timers:
            kept["timers"] = self.timers
        if self.collected:
            kept["collected"] = self.collected
        if self.picked:
            kept["picked"] = self.picked
        if self.confirming:
            kept["confirming"] = True
        if self.missed:
            kept["missed"] = True
        return kept


def _wait(kept: Mapping[str, Any]) -> Wait:
    signature = kept.get("signature")
    return Wait(
        kept["id"],
        kept["kind"],
        kept["entry"],
        tuple(signature) if signature is not None else None,
        kept.get("tries", 0),
        list(kept.get("timers", ())),
        list(kept.get("collected", ())),
        list(kept.get("picked", ())),
        kept.get("confirming", False),
        kept.get("missed", False),
    )


@dataclass(slots=True)
class Frame:
    """One flow, or one handler's block, under way.

    `why` says what began it: a trigger (`task`), the frame beneath (`call`), something that
    happened (`handler`), or a person who took the chat (`person`, which has no operations). `task`
    marks the frame whose end ends the task. A handler works on the variables of frame `of`.
    `trigger` is the message that woke it, None for a helper, which sees its task's.
    `jumped` says that its step was gone to rather than reached; `asked` that it put a question.
    `latest` is where it last asked.
    `given` are the variables this task has saved, `found` the questions whose answer was looked
    for in the message and what was found, `history` what going back undoes, `turns` how often it has waited.
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
    variables: dict[str, Any] = field(default_factory=dict)
    loops: list[list[Any]] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    wait: Wait | None = None
    scope: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        kept: dict[str, Any] = {
            "id": self.id,
            "flow": self.flow,
            "version": self.version,
            "at": self.at,
            "why": self.why,
        }
        for name, value in zip(_OPTIONAL, _optional(self), strict=True):
            if value:
                kept[name] = value
        if self.latest >= 0:
            kept["latest"] = self.latest
        if self.trigger is not None:
            kept["trigger"] = self.trigger
        if self.wait is not None:
            kept["wait"] = self.wait.to_json()
        return kept


_OPTIONAL = (
    "task",
    "of",
    "step",
    "save",
    "ending",
    "asked",
    "jumped",
    "turns",
    "event",
    "variables",
    "loops",
    "given",
    "found",
    "history",
)

_optional = attrgetter(*_OPTIONAL)


def frame_of(kept: Mapping[str, Any]) -> Frame:
    """A frame as it was kept. Lists that a turn changes are copied, values are not."""
    get = kept.get
    wait = get("wait")
    return Frame(
        kept["id"],
        kept["flow"],
        kept["version"],
        kept["at"],
        kept["why"],
        get("task", False),
        get("of", BOTTOM),
        get("step"),
        get("save"),
        get("ending", ""),
        get("asked", False),
        get("jumped", False),
        get("turns", 0),
        get("trigger"),
        get("event", ""),
        get("latest", -1),
        dict(get("variables", ())),
        [list(loop) for loop in get("loops", ())],
        list(get("given", ())),
        list(get("found", ())),
        [dict(entry) for entry in get("history", ())],
        _wait(wait) if wait is not None else None,
    )


@dataclass(slots=True)
class Meaning:
    """A text whose meaning is being asked for: the wait's id and where each choice leads."""

    id: str
    text: str
    targets: dict[str, list[Any]]

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, "text": self.text, "targets": self.targets}


@dataclass(slots=True)
class Position:
    """All that is kept of a dialog between turns.

    `counter` numbers frames and waits and never goes back. `offers` are the buttons of messages
    (what a press does, and its label), `last` those of the newest message. `offer` asks which of
    the suspended tasks goes on: its wait's id and their frames. `mail` holds messages that came
    while an action ran, `held` flows of `later` that wait for the task to end. `met` says that the
    customer has written before, `message` what they wrote, `heard` when they last did or the bot
    last asked by itself, `alone` how many questions it has put since, `expiry` when the timer of
    silence is due. `greeting` is a first message still to be handled, `meaning` one whose meaning
    is being asked for, `outcome` how the last request for a person ended. `actions`, `failures`,
    `walked`, `took` and `muted` are what a turn has done so far, where it goes on in further steps.
    """

    counter: int = 0
    stack: list[Frame] = field(default_factory=list)
    offers: dict[str, dict[str, Any]] = field(default_factory=dict)
    last: list[str] = field(default_factory=list)
    offer: dict[str, Any] | None = None
    mail: list[dict[str, Any]] = field(default_factory=list)
    held: list[dict[str, Any]] = field(default_factory=list)
    met: bool = False
    heard: float = 0.0
    alone: int = 0
    expiry: float = 0.0
    message: str = ""
    greeting: str | None = None
    outcome: dict[str, Any] | None = None
    meaning: Meaning | None = None
    actions: int = 0
    failures: int = 0
    walked: list[str] = field(default_factory=list)
    took: str | None = None
    muted: bool = False

    def to_json(self) -> dict[str, Any]:
        kept: dict[str, Any] = {"counter": self.counter}
        if self.stack:
            kept["stack"] = [frame.to_json() for frame in self.stack]
        for name, value in zip(_KEPT, _kept(self), strict=True):
            if value:
                kept[name] = value
        if self.meaning is not None:
            kept["meaning"] = self.meaning.to_json()
        return kept


_KEPT = (
    "offers",
    "last",
    "offer",
    "mail",
    "held",
    "met",
    "heard",
    "alone",
    "expiry",
    "message",
    "greeting",
    "outcome",
    "actions",
    "failures",
    "walked",
    "took",
    "muted",
)

_kept = attrgetter(*_KEPT)


def position_of(kept: Mapping[str, Any]) -> Position:
    """The position a `Step` gave; `{}` is a chat nobody has written in yet."""
    get = kept.get
    meaning = get("meaning")
    return Position(
        get("counter", 0),
        [frame_of(frame) for frame in get("stack", ())],
        dict(get("offers", ())),
        list(get("last", ())),
        get("offer"),
        list(get("mail", ())),
        list(get("held", ())),
        get("met", False),
        get("heard", 0.0),
        get("alone", 0),
        get("expiry", 0.0),
        get("message", ""),
        get("greeting"),
        get("outcome"),
        Meaning(meaning["id"], meaning["text"], meaning["targets"]) if meaning else None,
        get("actions", 0),
        get("failures", 0),
        list(get("walked", ())),
        get("took"),
        get("muted", False),
    )


def versions_of(kept: Mapping[str, Any]) -> Iterable[str]:
    """The versions that frames of a kept position stand on."""
    return (frame["version"] for frame in kept.get("stack", ()))

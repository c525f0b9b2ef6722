"""What a flow is compiled to: one flat list of these."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from flows.expressions import Expression
from flows.model.actions import Effect
from flows.model.messages import Message, Value
from flows.model.questions import Question
from flows.text import Text

IfBusy = Literal["wait", "now", "skip"]


@dataclass(frozen=True, slots=True)
class Enter:
    """A step begins."""

    step: str


@dataclass(frozen=True, slots=True)
class Say:
    message: Message


@dataclass(frozen=True, slots=True)
class Ask:
    question: Question
    step: str


@dataclass(frozen=True, slots=True)
class AskAgain:
    """The end of an `else` of tries: the question of `entry` is asked anew, tries from 0.

    In `Bot.own`, whose `else` serves every flow, `entry` is -1: the question that was pending.
    """

    entry: int


@dataclass(frozen=True, slots=True)
class Assign:
    """Give variables (`name`, `user.name`, `chat.name`) values, in order."""

    values: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """Go on if `condition` holds, else jump."""

    condition: Expression
    otherwise: int


@dataclass(frozen=True, slots=True)
class Jump:
    entry: int


@dataclass(frozen=True, slots=True)
class Choose:
    """Jump to the case that equals the subject, `otherwise` to what stands after all cases or `else`.

    Cases are compared as text: True is `yes`, False `no`, None `null`, a number as Python shows it,
    a date as ISO.
    """

    subject: Expression
    cases: Mapping[str, int]
    otherwise: int


@dataclass(frozen=True, slots=True)
class Split:
    """Jump to the case of the customer's group, drawn once by `shares` (of any sum) and then kept."""

    name: str
    cases: Mapping[str, int]
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class EachBegin:
    """Begin a loop: the operations up to the `EachNext` before `end` run for every item."""

    items: Expression
    end: int


@dataclass(frozen=True, slots=True)
class EachNext:
    begin: int


@dataclass(frozen=True, slots=True)
class Go:
    """`again` asks the last question of the flow anew; in `Bot.own` there are no steps to go to."""

    where: Literal["step", "back", "again", "cancel"]
    step: str = ""


@dataclass(frozen=True, slots=True)
class CallFlow:
    flow: str
    arguments: Mapping[str, Value]
    save: str | None = None


@dataclass(frozen=True, slots=True)
class StartFlow:
    flow: str
    arguments: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Finish:
    """`done`, or the end of a flow's last step."""

    results: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EndHandler:
    """A handler has run to its end; what it interrupted goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Do:
    """`secret` says that an argument names one of the bot's secrets."""

    action: str
    arguments: Mapping[str, Value]
    effect: Effect
    quick: bool
    save: str | None = None
    retries: int = 0
    timeout: timedelta = timedelta(seconds=30)
    failed: int = -1
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Await:
    """`wait`: a pause of `after`, or (with an `event`) until that comes, `after` at the longest.

    Where `timeout_entry` is not -1 it is the block for an event that did not come; it ends with a
    jump to the next operation.
    """

    event: str = ""
    after: timedelta | None = None
    save: str | None = None
    timeout_entry: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    flow: str
    at: Expression | None
    after: timedelta | None
    arguments: Mapping[str, Value]
    id: Text | None
    if_busy: IfBusy = "wait"


@dataclass(frozen=True, slots=True)
class CancelLater:
    id: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff:
    """`handoff`; the entries are -1 where the owner wrote no such block.

    `closed` ends with a jump to the next operation; the three others end with `Finish`.
    """

    queue: str
    note: Text | None = None
    say: Text | None = None
    priority: str = "normal"
    unanswered_after: timedelta | None = None
    unanswered: int = -1
    offline: int = -1
    closed: int = -1
    cancel: int = -1


@dataclass(frozen=True, slots=True)
class Goal:
    name: str


Operation = (
    Enter
    | Say
    | Ask
    | AskAgain
    | Assign
    | Branch
    | Jump
    | Choose
    | Split
    | EachBegin
    | EachNext
    | Go
    | CallFlow
    | StartFlow
    | Finish
    | EndHandler
    | Do
    | Await
    | Later
    | CancelLater
    | HandOff
    | Goal
)

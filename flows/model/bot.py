"""A bot and its flows, with what is declared for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from flows.answers import AnswerType
from flows.errors import Place
from flows.expressions import Expression
from flows.hours import Hours, Window
from flows.model.operations import Ask, Operation
from flows.model.questions import Home, Signature
from flows.model.triggers import Scope, Target
from flows.text import Text
from flows.timetables import Timetable

Resume = Literal["ask", "auto", "never"]


@dataclass(frozen=True, slots=True)
class Need:
    """An input of a flow."""

    kind: str
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One flow, compiled. `steps` gives each step's first operation; `scope` its `meanwhile`.

    The main line begins at 0 and ends with `Finish`; the blocks that stand out of line come after
    it. `lines` and `homes` tell of each operation its line in the file and where it stands.
    `questions` and `waits` find the operations that wait, under the former names of steps too.
    `was` is the flow's own former name; `only_if` must be true for it to start. `machine` is
    `flows.machine.Moves`, `plan` what `flows.running` makes of the code.
    """

    name: str
    place: Place
    about: str = ""
    code: tuple[Operation, ...] = ()
    lines: tuple[int, ...] = ()
    homes: tuple[Home, ...] = ()
    steps: Mapping[str, int] = field(default_factory=dict)
    questions: Mapping[Signature, int] = field(default_factory=dict)
    waits: Mapping[Signature, int] = field(default_factory=dict)
    was: str = ""
    is_task: bool = False
    only_if: Expression | None = None
    needs: Mapping[str, Need] = field(default_factory=dict)
    gives: Mapping[str, str] = field(default_factory=dict)
    scope: Scope = field(default_factory=Scope)
    expires: timedelta | Literal["never"] | None = None
    machine: Any = None
    plan: list[Any] = field(init=False, repr=False, compare=False, default_factory=list)


@dataclass(frozen=True, slots=True)
class Queue:
    """An operators' queue; `hours` names the bot's working hours or is None for always.

    `group` is the messenger group that is its desk; `csat` lets the desk ask for a rating by itself;
    whoever gives a poor one is taken up by the flow `csat_low`.
    Of its clocks None is one that never rings: `unclaimed` gives a request up that nobody took,
    `first_response`, `update` and `resolve` are promises of service, `operator_silent` puts a chat
    back into the queue, `customer_silent` closes it. Within `reopen` of its end a customer comes back
    to whoever answered them. A customer who is silent for `nudge_after` is told `nudge`, once. `write`
    says whose words go out besides the assignee's; at most `capacity` chats at once are given to one
    operator (0: any number). Where it is `internal`, operators' words stay inside unless they are marked
    as such for the customer. Where there are `reactions`, signs under messages go both ways. With `mirror` of `all` they look on at the chats that the bot runs.
    Chats are given to whoever has all the `skills` and speaks one of the `languages` (`customer` is the
    customer's own), to nobody more than so many in such a time (`fair`), and only after `delay`. `orders` is where a customer's last
    orders are asked for, with a secret of the bot's by its name.
    """

    hours: str | None = None
    say: Text | None = None
    group: str | None = None
    csat: bool = False
    csat_low: str = ""
    orders: str | None = None
    orders_secret: str = ""
    assign: Literal["manual", "round_robin", "least_loaded"] = "manual"
    write: Literal["assignee", "department", "any"] = "assignee"
    internal: bool = False
    reactions: bool = False
    mirror: Literal["handoff", "all"] = "handoff"
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    fair: tuple[int, timedelta] | None = None
    delay: timedelta | None = None
    capacity: int = 0
    unclaimed: timedelta | None = None
    first_response: timedelta | None = None
    update: timedelta | None = None
    resolve: timedelta | None = None
    operator_silent: timedelta | None = None
    customer_silent: timedelta | None = None
    nudge: str | None = None
    nudge_after: timedelta | None = None
    reopen: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source of knowledge: a file or a folder of the bot's, or a category of documents."""

    path: str = ""
    documents: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Something that can be booked: so long, and for so many guests at one time."""

    name: str
    price: float
    length: timedelta
    places: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """calendar.yaml: what is offered and when.

    `step` is how far apart visits may begin; None: as far as the service is long, in half hours.
    """

    services: Mapping[str, Service]
    hours: Hours
    closed: frozenset[date]
    step: timedelta | None
    horizon: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    tries: int = 3
    otherwise: int = -1
    expires: timedelta | Literal["never"] = timedelta(hours=24)
    collect: timedelta | None = None
    quiet: Window | None = None
    resume: Resume = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """`every`: what is woken again and again, without a chat or (`for_chats`) in each of some.

    `key` is the same for as long as the owner leaves what is woken, when and for whom as they are.
    `audience` is an expression over `user` and `chat`; without one every chat is meant.
    """

    key: str
    timetable: Timetable
    target: Target
    place: Place
    for_chats: bool = False
    audience: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """A bot folder, loaded. `own` holds the operations of the bot's handlers and of `defaults.else`.

    `folder` is the name the rest of the house uses; `title` is what the owner called the bot.
    `own` is a flow named "" whose scope are the bot's handlers; each of them ends with `EndHandler`,
    `defaults.else` with `AskAgain`. `start_words` are the start flow's exact words, folded; its
    commands (and `/start`, whoever claims it or nobody) are in `starts.exact`. `canned` are the answers
    operators have ready, by key. `former` leads from
    the name a flow had to the one it has. No task of it expires before a silence of `patience`
    seconds; `words` are the exact ones that anything in it listens to. In `channels`
    a value may be `${NAME}`: a variable of the environment, filled in by whoever opens the channel.
    """

    folder: str
    title: str
    version: str
    language: str = "ru"
    timezone: str = "UTC"
    start: str | None = None
    user: Mapping[str, AnswerType] = field(default_factory=dict)
    types: Mapping[str, AnswerType] = field(default_factory=dict)
    hours: Mapping[str, Hours] = field(default_factory=dict)
    queues: Mapping[str, Queue] = field(default_factory=dict)
    knowledge: Mapping[str, Source] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    channels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    booking: Booking | None = None
    canned: Mapping[str, Text] = field(default_factory=dict)
    defaults: Defaults = field(default_factory=Defaults)
    own: Flow
    flows: Mapping[str, Flow] = field(default_factory=dict)
    starts: Scope = field(default_factory=Scope)
    start_words: frozenset[str] = frozenset()
    schedules: tuple[Schedule, ...] = ()
    former: Mapping[str, str] = field(default_factory=dict)
    patience: float = field(init=False)
    words: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        lifetimes = [self.defaults.expires]
        words = {*self.starts.exact}
        for flow in (self.own, *self.flows.values()):
            asked = [one.question for one in flow.code if isinstance(one, Ask)]
            of_questions = [question.expires for question in asked]
            lifetimes += [one for one in (flow.expires, *of_questions) if one is not None]
            words.update(flow.scope.exact, *[question.scope.exact for question in asked])
        seconds = [one.total_seconds() for one in lifetimes if one != "never"]
        object.__setattr__(self, "patience", min(seconds, default=0.0))
        object.__setattr__(self, "words", frozenset(words))

"""What a loaded bot is made of: flows compiled to flat lists of operations, triggers, questions.

A flow becomes one tuple of operations; a place in a dialog is an index into it, so a waiting chat
is a few numbers of JSON and every block (`then`, `failed`, a button's action) is a jump away.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from flows.answers import AnswerType
from flows.errors import Place
from flows.expressions import Expression
from flows.hours import Hours, Window
from flows.patterns import Pattern
from flows.text import Text
from flows.timetables import Timetable

Effect = Literal["none", "undo", "yes"]
Cost = Literal["quick", "slow", "paid"]
IfBusy = Literal["wait", "now", "skip"]
Resume = Literal["ask", "auto", "never"]


class Wording(NamedTuple):
    """One sentence for owners of either language."""

    ru: str
    en: str


_UNSAID = Wording("", "")


@dataclass(frozen=True, slots=True)
class Input:
    """An argument of an action. `kind` is an answer type, `object`, `list`, `sources` or `address`.

    `sources` are names from the bot's `knowledge`; an `address` is a URL whose host stands in the
    flow itself, so that nobody's words choose where secrets go.
    """

    meaning: Wording = _UNSAID
    kind: str = "any"
    required: bool = True


@dataclass(frozen=True, slots=True)
class Output:
    """A field of what an action gives."""

    meaning: Wording = _UNSAID
    kind: str = "any"


@dataclass(frozen=True, slots=True)
class Example:
    """A call as it stands in a flow's `with`, and fields of what it gives (None: nothing)."""

    arguments: Mapping[str, Any] = field(default_factory=dict)
    gives: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """An action that `do:` may name.

    `effect` tells what going back past it means: `none` may be passed, `undo` and `yes` are
    barriers. `quick` answers at once from memory and runs inside the turn. `outputs` are the fields
    of its result, of each element where the result is a list (`listed`); none are known where it is
    empty. `missing` says what it takes before the action can work at all.
    """

    name: str
    about: Wording = _UNSAID
    inputs: Mapping[str, Input] = field(default_factory=dict)
    outputs: Mapping[str, Output] = field(default_factory=dict)
    listed: bool = False
    effect: Effect = "none"
    cost: Cost = "quick"
    quick: bool = False
    missing: Wording | None = None
    example: Example | None = None


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What else must hold for a trigger to wake its target; no channels are any channel."""

    channels: frozenset[str] = frozenset()
    condition: Expression | None = None


class Target(NamedTuple):
    """What a trigger wakes: a handler's operations, or (`entry` -1) the start of a flow."""

    flow: str
    entry: int = -1
    only: Narrowing | None = None


class Sends(NamedTuple):
    """A message with something of this kind attached, by the name the language has for it."""

    kind: str


@dataclass(frozen=True, slots=True)
class Scope:
    """The triggers of one level (a question, a flow, the bot, the starts), ready to be matched.

    `exact` is keyed by a command with its slash (lower case) or by folded words. `contains` keeps
    file order: a folded phrase to be found in the folded message, (`matches`) a pattern to be
    searched for in the message as written, or what is attached to it. Of one event the first
    target whose narrowing holds is woken. `unsure` wakes for a text whose meaning is less sure than
    the number says. In `starts` a target is a flow, elsewhere a handler.
    """

    exact: Mapping[str, Target] = field(default_factory=dict)
    contains: tuple[tuple[str | Sends | Pattern, Target], ...] = ()
    means: tuple[tuple[str, Target], ...] = ()
    events: Mapping[str, tuple[Target, ...]] = field(default_factory=dict)
    unsure: tuple[tuple[float, Target], ...] = ()


Value = Text | object
"""A text with `{{ }}` in it, a plain value of YAML, or a list or dict of such values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedButton:
    """A button of a question or a message as the owner wrote it.

    On a question `value` is saved, or (where it is not -1) `entry` is run. A value that is a text
    is what the customer might have typed: it goes through the question's kind, save for `choice`,
    `many` and `any`, which keep it; other values are saved as they are. A button whose label is its
    value has the label's text in `value`.
    On a message `act` says what a press does with `target` and `arguments`; `text` is as if the
    customer had written `value`. `share` and `url` buttons have neither value nor act.
    """

    label: Text
    value: Value = None
    entry: int = -1
    share: Literal["phone", "location"] | None = None
    url: Text | None = None
    act: Literal["", "call", "start", "go", "text"] = ""
    target: str = ""
    arguments: Mapping[str, Value] = field(default_factory=dict)
    name: str | None = None
    data: Mapping[str, Value] = field(default_factory=dict)

    @property
    def plain(self) -> bool:
        """Whether there is nothing to it but its label and what a press means."""
        return self.url is None and self.share is None and self.name is None and not self.data


@dataclass(frozen=True, slots=True)
class Lines:
    """A text whose `lines` may come once for every element of `items`.

    Each line says whether it is repeated; repeated ones that follow one another come together.
    """

    items: Expression
    lines: tuple[tuple[bool, Text], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One of several pictures with words and buttons, to be looked through side by side."""

    title: Text
    text: Text | None = None
    photo: Text | None = None
    buttons: tuple[OfferedButton, ...] = ()

    @property
    def texts(self) -> tuple[Text | None, ...]:
        return self.title, self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The content of a `say` or the body of a question.

    `text` is all the words, or `lines` of a list, or one of `pick`. `media` and `album` are (kind
    of `flows.turn.MediaKind`, path or URL); a value that is an attachment or a list of them stands
    for what a customer sent, and a kind of "" is found out from the value. `only` names the channels
    that get the message (none: all), `channels` what one channel gets in its place, `template` and
    its values are kept for the channel.
    """

    text: Text | None = None
    lines: Lines | None = None
    pick: tuple[Text, ...] = ()
    media: tuple[tuple[str, Text], ...] = ()
    album: tuple[tuple[str, Text], ...] = ()
    cards: tuple[Card, ...] = ()
    buttons: tuple[OfferedButton, ...] = ()
    once: bool = False
    only: frozenset[str] = frozenset()
    channels: Mapping[str, "Message"] = field(default_factory=dict)
    template: Mapping[str, Value] = field(default_factory=dict)

    @property
    def variants(self) -> tuple["Message", ...]:
        """The message itself and what single channels get in its place."""
        return (self, *self.channels.values())

    @property
    def offered(self) -> tuple[OfferedButton, ...]:
        """Every button of the message: under it, under its cards, on whichever channel."""
        return tuple(
            button
            for variant in self.variants
            for buttons in (variant.buttons, *(card.buttons for card in variant.cards))
            for button in buttons
        )

    @property
    def texts(self) -> tuple[Text, ...]:
        """All the words that any channel may get."""
        found: list[Text | None] = []
        for one in self.variants:
            found += [one.text, *one.pick, *(text for card in one.cards for text in card.texts)]
            if one.lines is not None:
                found += [line for _, line in one.lines.lines]
        return tuple(text for text in found if text is not None)


@dataclass(frozen=True, slots=True)
class Check:
    """A rule about a parsed answer, and what to say when it is broken."""

    must: Expression
    say: Text


@dataclass(frozen=True, slots=True)
class Reminder:
    after: timedelta
    say: Text


class Signature(NamedTuple):
    """What makes a question the same one in an edited flow.

    Of other operations that wait, `kind` is the verb with what it names: `call контакты`.
    """

    step: str
    save: str
    kind: str


class Home(Struct, frozen=True, gc=False):
    """Where an operation stands: its step, and the loops around it by their `EachBegin`."""

    step: str
    loops: tuple[int, ...] = ()


class Choice(Struct, frozen=True, gc=False):
    """One button of a question: what the customer sees, and what choosing it means.

    `key` is the last part of its payload. A choice without `answers` cannot be chosen by a press.
    """

    label: str
    key: str
    value: Any = None
    entry: int = -1
    answers: bool = True
    button: OfferedButton | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Everything about one `ask`. `collect` and durations are None where they do not apply.

    `yes_no` and `rating` without buttons of the owner's get theirs here, in the bot's language.
    `otherwise` -1 means the bot's own (`Defaults.otherwise`), `tries` None the bot's number.
    `timeout_entry` ends with a jump to the operation after the question. `choices` are those of its
    own buttons, where they are the same for everybody; `simple` says that these are all there is to
    press, and that a press of each is an answer.
    """

    place: Place
    signature: Signature
    body: Message
    kind: AnswerType
    save: str | None = None
    options: Expression | None = None
    label: Text | None = None
    checks: tuple[Check, ...] = ()
    retry: Text | None = None
    tries: int | None = None
    otherwise: int = -1
    find: bool = False
    known: Literal["ask", "skip", "confirm"] = "ask"
    skip: Text | None = None
    collect: timedelta | None = None
    reminders: tuple[Reminder, ...] = ()
    timeout: timedelta | None = None
    timeout_entry: int = -1
    expires: timedelta | Literal["never"] | None = None
    scope: Scope = field(default_factory=Scope)
    choices: tuple[Choice, ...] | None = None
    simple: bool = False
    menu: bool = field(init=False)
    """A question that saves nothing: it offers, and a text nobody claims is not its misfit."""
    plain: bool = field(init=False)
    """A question without anything to press."""
    choosable: bool = field(init=False)
    """A question that a choice may answer: of what there is to press, something is an answer."""

    def __post_init__(self) -> None:
        buttons = self.body.buttons
        made = self.options is not None or self.skip is not None or self.kind.base == "many"
        answers = any(one.share is None and one.url is None for one in buttons)
        object.__setattr__(self, "menu", self.save is None)
        object.__setattr__(self, "plain", not (buttons or made))
        object.__setattr__(self, "choosable", answers or made)


# ---------------------------------------------------------------- operations


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

"""What a bot asks: how an answer is checked, and where one stands that waits for it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from flows.answers import AnswerType
from flows.errors import Place
from flows.expressions import Expression
from flows.model.messages import Message, OfferedButton
from flows.model.triggers import Scope
from flows.text import Text


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

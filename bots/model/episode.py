"""One hand-off of a chat to a person, as it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

State = Literal["requested", "active", "released"]
Source = Literal[
    "step", "phrase", "button", "misfits", "rule", "api", "operator", "native", "reopened"
]
"""What brought the hand-off about."""
Priority = Literal["low", "normal", "high", "urgent"]
Outcome = Literal["", "released", "closed", "offline", "unanswered", "cancel"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopwatch:
    """Of a promise of service: `spent` seconds of it were over at `since`, from when on it runs.

    It stands where `since` is None. `warned` says that little is left, `missed` that nothing is.
    """

    spent: float = 0.0
    since: datetime | None = None
    warned: bool = False
    missed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One hand-off of a conversation.

    `number` counts the conversation's episodes from 1; `version` rises with every change of state or
    assignee and is what a button on a card carries. `assignee` is an operator's id; a person who
    answers in the messenger itself has none, and `native` names the messenger. It was `given` to them
    where they did not take it by themselves. `preferred` is who
    should get it, such as whoever had the one before; `excluded` were asked before and did not
    answer. It has been in its state `since` then, and the one who is to speak now (`waiting_on`) was
    to since `waiting_since`. `form` is what operators noted for the flow.

    `due` are the clocks that are set (`bots.clocks`), `promises` how far those of service are,
    `missed` those that ran out; of a request that is `patient` the flow itself knows how long it
    waits. `reminded` and `nudged` say that a silent operator, or customer, was told so,
    `reminded_at` when.

    Messages with a `seq` up to `first_seq` came before it, those past `last_seq` after it. `code` is
    why it was closed, `rating` what the customer thought of it (1 to 5), who was asked for it at
    `rated_from` on and may say more (`comment`) until `comment_until`. It is
    `unseen` where nobody could be shown it.
    """

    id: str
    number: int
    state: State
    version: int = 1
    queue: str = ""
    source: Source = "step"
    reason: str = ""
    note: str = ""
    priority: Priority = "normal"
    tags: tuple[str, ...] = ()
    form: Mapping[str, Any] = field(default_factory=dict)
    assignee: int | None = None
    given: bool = False
    preferred: int | None = None
    excluded: tuple[int, ...] = ()
    native: str = ""
    waiting_on: Literal["operator", "customer"] = "operator"
    waiting_since: datetime | None = None
    since: datetime | None = None
    requested_at: datetime
    accepted_at: datetime | None = None
    first_response_at: datetime | None = None
    last_customer_at: datetime | None = None
    last_operator_at: datetime | None = None
    released_at: datetime | None = None
    snoozed_until: datetime | None = None
    patient: bool = False
    due: Mapping[str, datetime] = field(default_factory=dict)
    promises: Mapping[str, Stopwatch] = field(default_factory=dict)
    missed: tuple[str, ...] = ()
    reminded: bool = False
    nudged: bool = False
    reminded_at: datetime | None = None
    outcome: Outcome = ""
    code: str = ""
    first_seq: int = 0
    last_seq: int = 0
    rated_from: datetime | None = None
    rating: int | None = None
    comment: str = ""
    comment_until: datetime | None = None
    unseen: bool = False

    @property
    def open(self) -> bool:
        """Whether somebody waits, or talks with a person."""
        return self.state != "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A person is asked for: what is known of it."""

    source: Source = "step"
    queue: str = ""
    reason: str = ""
    note: str = ""
    priority: Priority = "normal"
    tags: tuple[str, ...] = ()
    patient: bool = False
    context: Mapping[str, Any] = field(default_factory=dict)

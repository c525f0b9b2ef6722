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
class Episode:
    """One hand-off of a conversation.

    `number` counts the conversation's episodes from 1; `version` rises with every change of state or
    assignee and is what a button on a card carries. `assignee` is an operator's id; a person who
    answers in the messenger itself has none, and `native` names the messenger. `excluded` were asked
    before and did not answer. `form` is what operators noted for the flow. `due` are the clocks of
    service that run (`bots.handoffs`), `missed` those that ran out. Messages with a `seq` up to
    `first_seq` came before it, those past `last_seq` after it. `code` is why it was closed, `rating`
    what the customer thought of it (1 to 5).
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
    excluded: tuple[int, ...] = ()
    native: str = ""
    waiting_on: Literal["operator", "customer"] = "operator"
    requested_at: datetime
    accepted_at: datetime | None = None
    first_response_at: datetime | None = None
    last_customer_at: datetime | None = None
    last_operator_at: datetime | None = None
    released_at: datetime | None = None
    snoozed_until: datetime | None = None
    due: Mapping[str, datetime] = field(default_factory=dict)
    missed: tuple[str, ...] = ()
    outcome: Outcome = ""
    code: str = ""
    first_seq: int = 0
    last_seq: int = 0
    rating: int | None = None

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
    context: Mapping[str, Any] = field(default_factory=dict)

"""What came of a message: what was understood and what was said, for callers that wait for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bots.model.conversation import Conversation
from bots.model.message import Button
from bots.model.turn import MessageRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the ladder made of a message. `confidence` is from 0 (nobody's) to 1 (a button)."""

    intent: str | None = None
    entities: Mapping[str, Any] = field(default_factory=dict)
    confidence: float = 0.0
    rung: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The conversation after a message, all that was said since, and the buttons on offer."""

    conversation: Conversation
    said: Sequence[MessageRecord] = ()
    heard: Heard = field(default_factory=Heard)
    suggested: Sequence[Button] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How far an outgoing message has come."""

    status: Literal["queued", "sent", "failed"]
    platform_message_id: str = ""
    error: str | None = None

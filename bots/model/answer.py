"""What came of a message: what was understood and what was said, for callers that wait for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from bots.model.conversation import Conversation
from bots.model.message import Button
from bots.model.turn import MessageRecord
from flows.turn import Understood

DeliveryStatus = Literal["queued", "held", "sent", "delivered", "read", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The conversation after a message, all that was said since, and the buttons on offer.

    `settled` is False where the bot is still at it and the caller's patience ended first.
    """

    conversation: Conversation
    said: Sequence[MessageRecord] = ()
    understood: Understood = field(default_factory=Understood)
    suggested: Sequence[Button] = ()
    settled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What is on disk of a message: is it still to be answered, did its turn fail, and the answer.

    There is no `answer` where nothing was heard under the id that was asked for.
    """

    waits: bool
    fails: bool = False
    answer: Answer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How far an outgoing message has come.

    A `held` one waits until the customer writes again; `code` is the messenger's own of a failure.
    """

    status: DeliveryStatus
    platform_message_id: str = ""
    error: str | None = None
    code: int | None = None

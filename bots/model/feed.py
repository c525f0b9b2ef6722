"""Which events others are told of, and what of each: notes that operators write are never among them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from bots.model.message import Address
from bots.model.turn import Event

ADDED = "messages.added"
"""Its `data` as it is kept: the `first` and `last` `seq`; as it is told: `messages` too."""
STATUS = "chat.status"
RECEIPTS = frozenset({"message.delivered", "message.read", "message.failed"})
"""What messengers tell of messages of ours."""
IDENTIFIED = "customer.identified"
"""By what a customer is known was not known before, or is another; its `data` only says what it is."""
HANDOFF = "handoff."
"""What the names of events of hand-offs begin with."""
BETWEEN = frozenset({"handoff.noted"})
"""What is between operators."""

TOLD = frozenset(
    {
        ADDED,
        STATUS,
        IDENTIFIED,
        "chat.blocked",
        "chat.unblocked",
        *RECEIPTS,
        "message.held",
        "message.dropped",
        "message.deleted",
        "reaction.set",
        "order.placed",
        "ad.opened",
        "form.sent",
        "number.changed",
        "payment.paid",
        "goal",
    }
)
"""Beside those of hand-offs; what the dialog went through step by step is for `trace` alone."""

OF_HANDOFFS = frozenset(
    {
        "episode",
        "number",
        "queue",
        "source",
        "reason",
        "step",
        "priority",
        "context",
        "by",
        "operator",
        "from",
        "to",
        "why",
        "outcome",
        "code",
        "tags",
        "who",
        "wanted",
        "waited",
        "took",
        "after",
        "promise",
        "seconds",
        "said",
        "added",
        "dropped",
        "field",
        "until",
        "rating",
        "comment",
    }
)
"""What is told of a hand-off. Whatever else stands there is between operators."""


class Entry(NamedTuple):
    """An event as others are told of it; whoever is done with it goes on behind its `cursor`."""

    cursor: int
    conversation: int
    address: Address
    platform: str
    event: Event


def is_told(name: str) -> bool:
    """Whether others may know of such events."""
    return name in TOLD or (name.startswith(HANDOFF) and name not in BETWEEN)


def told_of(name: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """What of an event's data others may know."""
    if not name.startswith(HANDOFF):
        return data
    return {key: value for key, value in data.items() if key in OF_HANDOFFS}

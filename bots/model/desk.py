"""Where operators see chats: their group, the topic of a chat in it, what was shown where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

TopicStatus = Literal["creating", "open", "closed", "lost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskGroup:
    """A messenger's group that is a desk. `channel` is our account in it, `chat_id` the group.

    It serves the chats of `bot` ("" for every bot) and of `queues` (none for all). `flat` says that
    it has no topics, or that we may not make them. `trouble` is what the last look at our rights
    found wrong, in a sentence, "" where all is well; while it is `down` nobody there can be shown
    anything.
    """

    workspace: int
    channel: str
    chat_id: str
    title: str = ""
    bot: str = ""
    queues: tuple[str, ...] = ()
    flat: bool = False
    down: bool = False
    trouble: str = ""
    checked_at: datetime | None = None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A chat's place in a group, its `gen`-th there; `lease_until` while somebody is making it.

    `thread_id` is "" in a flat group. `shown` is what it looks like now: `title`, `icon`, `card` (the
    card's message id), `card_of` (what the card was made of), `titled_at`, `pinned`; of which `episode`
    the card is, the messages it tells of (`before`), which hand-off was `closed`, `rated` and `commented` there, who
    was `called`, and that it was `archived`. `mirrored` is the `seq` of
    the last message that was shown in it. A `titled_by_hand` one keeps its title. Where chats share
    a place (a flat group, the topic of the queue) `shown` has a true `shared`, and `waits` while only
    its request is shown there.
    """

    workspace: int
    conversation_id: int
    channel: str
    chat_id: str
    gen: int = 1
    thread_id: str = ""
    status: TopicStatus = "creating"
    lease_until: datetime | None = None
    mirrored: int = 0
    titled_by_hand: bool = False
    shown: Mapping[str, Any] = field(default_factory=dict)
    created_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """One message of a group and what it is of a chat: the `part`-th piece of its message `seq`.

    Several messages of a chat may be shown in one of the group: then each has a relay of its own.

    `way` is `in` for what was shown to operators, `out` for what an operator said to the customer,
    `note` for what stays inside, `own` for what the desk says of itself (a card, a warning).
    """

    channel: str
    chat_id: str
    message_id: str
    thread_id: str = ""
    conversation_id: int
    seq: int = 0
    part: int = 0
    way: Literal["in", "out", "note", "own"] = "in"
    operator: int | None = None


SURFACE = "http"
"""What stands in place of a group where something was not written in one."""


def by_request(
    conversation: int,
    key: str | None,
    *,
    way: Literal["out", "own"] = "own",
    operator: int | None = None,
) -> Sequence[Relay]:
    """What a turn comes of that a request with a key of its own asks for; none without a key."""
    if key is None:
        return ()
    relay = Relay(
        channel=SURFACE,
        chat_id=str(conversation),
        message_id=key,
        conversation_id=conversation,
        way=way,
        operator=operator,
    )
    return (relay,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What operators tell one another about a chat; no customer ever sees it."""

    id: int = 0
    conversation_id: int
    episode: str
    operator: int | None
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Canned:
    """An answer that operators keep ready. `bot` is "" where every bot's operators have it."""

    workspace: int
    bot: str = ""
    key: str
    text: str
    by: int | None = None
    updated_at: datetime | None = None

"""A conversation: who answers it, where its dialog stands, and the numbers that guard it."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Literal

from bots.model.episode import Episode
from bots.model.message import Address
from bots.model.record import record

Owner = Literal["bot", "queue", "operator"]
Status = Literal["active", "escalated", "closed"]


@record(frozen=True, slots=True, kw_only=True)
class Opening:
    """What is known of a chat when its first message comes; enough to open a conversation."""

    platform: str
    user_id: str
    profile: Mapping[str, Any] = field(default_factory=dict)


@record(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One chat of one customer with one bot.

    `position` is the engine's own JSON and opaque here; `user` are the customer's remembered
    fields, `profile` what the messenger says of them (`UnifiedMessage.profile`), `context` the
    conversation's own (an API client may write it). `claim` rises with every claim and guards the
    commit of a turn; `epoch` rises only when `owner` changes and guards what
    leaves the house; `seq` numbers the conversation's messages, in and out. `keyboard` says that the
    messenger shows a keyboard of ours in place of the customer's own. `heard_at` is when the customer
    last wrote or pressed. What a `blocked` customer writes is kept, and nobody answers or sees it.
    `episode` is the hand-off it is in, or its last one. `status` is
    `escalated` with people, `closed` from when one of them closed it until the customer writes again.
    """

    id: int
    uuid: str
    address: Address
    platform: str
    user_id: str
    customer_id: int
    created_at: datetime
    updated_at: datetime
    owner: Owner = "bot"
    status: Status = "active"
    position: Mapping[str, Any] = field(default_factory=dict)
    user: Mapping[str, Any] = field(default_factory=dict)
    profile: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    step: str | None = None
    claim: int = 0
    epoch: int = 0
    seq: int = 0
    unreachable: bool = False
    blocked: bool = False
    keyboard: bool = False
    heard_at: datetime | None = None
    episode: Episode | None = None

"""Endpoints of customers' systems, the events they may ask for, and what each is told."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from bots.model.conversation import Conversation
from bots.model.feed import ADDED, IDENTIFIED, STATUS, TOLD, Entry
from bots.model.identity import known_of
from bots.model.message import Attachment
from bots.model.turn import MessageRecord

CREATED, CLOSED, REOPENED, ASSIGNED = (
    f"conversation.{what}" for what in ("created", "closed", "reopened", "assigned")
)
RECEIVED, SENT = "message.received", "message.sent"
TEST = "webhook.test"
"""What an endpoint is sent to try it; it belongs to no conversation."""
EVERYTHING = "*"
PREFIX = "whsec_"
"""What secrets begin with whose rest is Base64, as Standard Webhooks has them."""

DERIVED: Mapping[str, frozenset[str]] = {
    CREATED: frozenset({ADDED}),
    RECEIVED: frozenset({ADDED}),
    SENT: frozenset({ADDED}),
    CLOSED: frozenset({STATUS}),
    REOPENED: frozenset({STATUS}),
    ASSIGNED: frozenset({"handoff.accepted", "handoff.transferred"}),
}
"""Events of the contracts, and the names in the feed that they are made of."""
ALIASES: Mapping[str, str] = {
    f"chat.{what}": f"conversation.{what}" for what in ("created", "closed", "reopened", "assigned")
}
"""Other contracts' names of the same."""
HANDOFFS = frozenset(
    {
        "handoff.accepted",
        "handoff.answered",
        "handoff.commented",
        "handoff.completed",
        "handoff.failed",
        "handoff.filled",
        "handoff.missed",
        "handoff.nudged",
        "handoff.prioritised",
        "handoff.rated",
        "handoff.rating_asked",
        "handoff.released",
        "handoff.reminded",
        "handoff.requested",
        "handoff.snoozed",
        "handoff.tagged",
        "handoff.transcribed",
        "handoff.transferred",
        "handoff.unrated",
        "handoff.unseen",
        "handoff.warned",
        "handoff.woken",
    }
)
KNOWN = tuple(sorted({*DERIVED, *ALIASES, *TOLD - {ADDED}, *HANDOFFS, EVERYTHING}))
"""Beside the contracts' events, those of the feed under their own names."""

NOT_SHOWN = frozenset({"schedule"})
"""Platforms whose conversations are no chats with anybody."""

State = Literal["active", "paused", "disabled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An address that is told of a workspace's events; whatever is up to `cursor` is settled.

    `secrets` are those it is signed with, the newest first, and none where no key opens them; the
    second is good until `old_until`. `disabled` is what we switched off, and `why`. `tries` failed in a
    row, since `failing_since`; nothing is sent before `retry_at`. `version` rises with each change that
    is not progress.
    """

    id: str
    workspace: int
    url: str
    events: tuple[str, ...]
    secrets: tuple[str, ...]
    cursor: int
    created_at: datetime
    version: int = 1
    name: str = ""
    state: State = "active"
    why: str = ""
    old_until: datetime | None = None
    tries: int = 0
    failing_since: datetime | None = None
    retry_at: datetime | None = None
    taken_at: datetime | None = None
    error: str = ""

    def signed_with(self, now: datetime) -> tuple[str, ...]:
        """The secrets that are good at a moment."""
        old = self.old_until is not None and now < self.old_until
        return self.secrets if old else self.secrets[:1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an endpoint has come and how it fares."""

    cursor: int
    tries: int
    failing_since: datetime | None
    retry_at: datetime | None
    taken_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One event to be told of. `id` is always the same of the same event; `seq` is its message's."""

    id: str
    name: str
    cursor: int
    conversation: int
    at: datetime
    seq: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """An event that an endpoint refused while it took others: told by itself, later."""

    telling: Telling
    tries: int
    first_at: datetime
    due_at: datetime
    error: str


OUTCOMES = ("taken", "busy", "gone", "refused", "failed", "silent")
"""What may come of a call: `silent` is no answer at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of one call: `status` is 0 and `error` says why where there was no answer.

    `retry_after` are the seconds that the endpoint asks us to wait, `took` milliseconds.
    """

    status: int
    took: int
    error: str = ""
    retry_after: float | None = None

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 300

    @property
    def busy(self) -> bool:
        """Whether it is asked too much at the moment."""
        return self.status in (429, 503)

    @property
    def refused(self) -> bool:
        """Whether it says that it will not take just this; else anything may be wrong over there."""
        return self.status in (400, 409, 413, 415, 422)

    @property
    def outcome(self) -> str:
        """One of OUTCOMES."""
        if self.taken:
            return "taken"
        if self.busy:
            return "busy"
        if self.status == 410:
            return "gone"
        if self.refused:
            return "refused"
        return "failed" if self.status else "silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One call of an endpoint, as its log keeps it; `status` is 0 where there was no answer."""

    event: str
    id: str
    status: int
    error: str
    took: int
    """Milliseconds."""
    at: datetime
    tries: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What bodies are made of: the conversation, the message it is about, the name of an operator."""

    chat: Conversation
    message: MessageRecord | None = None
    operator: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What is left of an endpoint's events beside its cursor."""

    aside: int
    dead: int


def wanted(events: Iterable[str]) -> dict[str, str]:
    """By our own names, the names under which they are asked for; the first that was written counts."""
    found: dict[str, str] = {}
    for name in events:
        found.setdefault(ALIASES.get(name, name), name)
    return found


def names_in_feed(events: Sequence[str]) -> list[str]:
    """What the feed is to be read for; nothing is everything."""
    if EVERYTHING in events:
        return []
    found: set[str] = set()
    for name in wanted(events):
        found |= DERIVED.get(name, {name})
    return sorted(found)


def tellings(entry: Entry, events: Iterable[str]) -> list[Telling]:
    """What an endpoint that asked for these events is told of an entry of the feed, in order."""
    asked = wanted(events)
    if entry.platform in NOT_SHOWN:
        return []
    return [one for one in _told(entry) if EVERYTHING in asked or one.name in asked]


def _told(entry: Entry) -> list[Telling]:
    name, data = entry.event.name, entry.event.data
    if name == ADDED:
        return [one for message in data["messages"] for one in _of_message(entry, message)]
    told: list[Telling] = []
    if name == STATUS and data.get("to") == "closed":
        told.append(_telling(entry, CLOSED, data))
    elif name == STATUS and data.get("from") == "closed":
        told.append(_telling(entry, REOPENED, data))
    elif name in DERIVED[ASSIGNED] and assignee(data) is not None:
        told.append(_telling(entry, ASSIGNED, data))
    return [*told, _telling(entry, name, data)]


def assignee(data: Mapping[str, Any]) -> int | None:
    """The number of the operator who has the chat after a hand-off's event."""
    found = data.get("to", data.get("operator"))
    return found if isinstance(found, int) else None


def _of_message(entry: Entry, message: Mapping[str, Any]) -> list[Telling]:
    seq = int(message["seq"])
    name = RECEIVED if message["author"] == "customer" else SENT
    told = [_telling(entry, name, {}, seq)]
    # A conversation begins with its first word: nothing of it is shown anywhere before.
    return [_telling(entry, CREATED, {}), *told] if seq == 1 else told


def _telling(entry: Entry, name: str, data: Mapping[str, Any], seq: int | None = None) -> Telling:
    return Telling(
        id=_id(entry, name, seq),
        name=name,
        cursor=entry.cursor,
        conversation=entry.conversation,
        at=entry.event.created_at,
        seq=seq,
        data=data,
    )


def _id(entry: Entry, name: str, seq: int | None) -> str:
    """Of the moment too: after a backup was put back numbers are given again."""
    parts = (*entry.address, entry.conversation, entry.cursor, name, seq)
    text = "\n".join(map(str, (*parts, entry.event.created_at.isoformat())))
    return f"evt_{hashlib.sha256(text.encode()).hexdigest()[:32]}"


# ---------------------------------------------------------------- bodies


def body_of(telling: Telling, facts: Facts, events: Iterable[str]) -> dict[str, Any]:
    """The JSON of an event, under the name by which it was asked for."""
    chat = facts.chat
    data: dict[str, Any] = {
        "conversation_id": dashed(chat.uuid),
        "chat_id": f"chat_{chat.uuid}",
        "number": chat.id,
        "bot": chat.address.bot,
        "platform": chat.platform,
        "status": chat.status,
        "customer": {"id": chat.user_id, "name": _name(chat.profile)},
    }
    if facts.message is not None:
        data["message"] = _message(facts.message)
    if telling.name == CREATED:
        data["created_at"] = stamp(chat.created_at)
    if telling.name == IDENTIFIED:
        data["customer"] |= known_of(chat)
    if telling.name == ASSIGNED:
        data["operator"] = {"id": assignee(telling.data), "name": facts.operator}
    if telling.data:
        data["details"] = _details(telling.data)
    return {
        "id": telling.id,
        "event": wanted(events).get(telling.name, telling.name),
        "timestamp": stamp(telling.at),
        "data": data,
    }


def dashed(id: str) -> str:
    """A UUID as most write it; what is none stays as it is."""
    try:
        return str(UUID(id))
    except ValueError:
        return id


def stamp(moment: datetime) -> str:
    """ISO 8601 with milliseconds, in UTC."""
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _name(profile: Mapping[str, Any]) -> str:
    parts = (str(profile[part]) for part in ("first_name", "last_name") if profile.get(part))
    return str(profile.get("name") or " ".join(parts) or profile.get("username") or "")


def _details(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the feed tells, but for what is empty; ids of messages as everywhere else."""
    told = {name: value for name, value in data.items() if value is not None}
    if "message_id" in told:
        told["message_id"] = dashed(str(told["message_id"]))
    return told


def _message(message: MessageRecord) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": dashed(message.message_id),
        "seq": message.seq,
        "content": message.words,
        "type": message.message_type,
        "sender_type": message.author,
        "created_at": stamp(message.created_at),
    }
    if message.operator is not None:
        told["operator"] = message.operator
    if message.attachments:
        told["attachments"] = [_attachment(one) for one in message.attachments]
    return told


def _attachment(one: Attachment) -> dict[str, Any]:
    """What is known of it; where its channel keeps it opens nothing for others."""
    known = {"name": one.name, "mime": one.mime, "size": one.size, **one.details}
    return {"type": one.kind} | {name: value for name, value in known.items() if value is not None}

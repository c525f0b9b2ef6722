"""The hand-off of a chat to a person and back: its states and moves, pure.

One `Episode` is one hand-off: requested, perhaps active, in the end released; before it and after
it the chat is the bot's. Every move gives the chat as it is then, and the one event that tells of
it. Whoever moves does so within a turn, whose claim lets one of two win.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from bots.errors import Conflict, Taken
from bots.model.conversation import Conversation
from bots.model.desk import Relay
from bots.model.episode import Asked, Episode, Outcome, Priority
from bots.model.message import Reply
from bots.model.turn import Event
from flows.turn import Effect, GivenBack, TakenOver


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What a move comes to, for one turn to write.

    The engine is told `tell`; where it then asks for a person, `asked` says on whose behalf.
    `effects` are timers set and dropped, `replies` what is said to the customer, `relays` the
    messages of a desk it was said by.
    """

    chat: Conversation
    events: Sequence[Event] = ()
    tell: TakenOver | GivenBack | None = None
    asked: Asked | None = None
    effects: Sequence[Effect] = ()
    replies: Sequence[Reply] = ()
    relays: Sequence[Relay] = ()


# ---------------------------------------------------------------- moves


def requested(
    chat: Conversation, asked: Asked, *, id: str, now: datetime
) -> tuple[Conversation, Event]:
    """The chat waits for a person. Raises Conflict where it waits or has one already."""
    before = chat.episode
    if before is not None and before.open:
        raise Conflict("The chat is with people already")
    episode = Episode(
        id=id,
        number=before.number + 1 if before is not None else 1,
        state="requested",
        queue=asked.queue,
        source=asked.source,
        reason=asked.reason,
        note=asked.note,
        priority=asked.priority,
        tags=asked.tags,
        requested_at=now,
        last_customer_at=chat.heard_at,
        first_seq=chat.seq,
    )
    data: dict[str, Any] = {
        "queue": asked.queue,
        "source": asked.source,
        "reason": asked.reason,
        "note": asked.note,
        "priority": asked.priority,
        "context": dict(asked.context),
    }
    return _owned(chat, "queue", episode), event("handoff.requested", episode, now, data)


def taken(
    chat: Conversation,
    *,
    by: int | None,
    id: str,
    now: datetime,
    native: str = "",
    version: int | None = None,
    force: bool = False,
) -> tuple[Conversation, Event]:
    """The chat is a person's: an operator's, or, with `native`, of somebody in that messenger.

    `version` is what the one who takes has seen; `id` serves where no episode is open. Raises Taken
    where another has it (unless by `force`), Conflict where it is theirs, or is no longer as they saw it.
    """
    episode = chat.episode
    if episode is None or not episode.open:
        if version is not None:
            raise Conflict("The chat is the bot's again")
        episode = Episode(
            id=id,
            number=episode.number + 1 if episode is not None else 1,
            state="requested",
            version=0,
            source="native" if native else "operator",
            requested_at=now,
            last_customer_at=chat.heard_at,
            first_seq=chat.seq,
        )
    if episode.state == "active":
        if by is not None and episode.assignee == by:
            raise Conflict("The chat is yours already")
        if not force and not (episode.native and by is not None):
            raise Taken(episode.assignee, episode.native)
    elif version is not None and version != episode.version:
        raise Conflict("The chat is no longer as the button shows it")
    previous = episode.assignee
    episode = replace(
        episode,
        state="active",
        version=episode.version + 1,
        assignee=by,
        native=native if by is None else "",
        accepted_at=episode.accepted_at or now,
        snoozed_until=None,
    )
    data: dict[str, Any] = {"by": native or "operator", "operator": by, "source": episode.source}
    if previous is not None:
        data["from"] = previous
    return _owned(chat, "operator", episode), event("handoff.accepted", episode, now, data)


def requeued(
    chat: Conversation,
    *,
    now: datetime,
    by: int | None = None,
    to: int | None = None,
    queue: str | None = None,
    note: str = "",
    why: str = "transfer",
) -> tuple[Conversation, Event]:
    """A person gives the chat on: to another (`to`), or back into a queue. Raises Conflict.

    Whoever had it is not asked again; its priority rises where nobody chose to give it away.
    """
    episode = _open(chat)
    had = episode.assignee
    excluded = episode.excluded if had is None else (*episode.excluded, had)
    episode = replace(
        episode,
        state="active" if to is not None else "requested",
        version=episode.version + 1,
        assignee=to,
        native="",
        queue=episode.queue if queue is None else queue,
        note=note or episode.note,
        excluded=tuple(dict.fromkeys(one for one in excluded if one != to)),
        priority=episode.priority if why == "transfer" else raised(episode.priority),
        accepted_at=(episode.accepted_at or now) if to is not None else episode.accepted_at,
        waiting_on="operator",
        snoozed_until=None,
    )
    data = {"from": had, "to": to, "queue": episode.queue, "by": by, "why": why, "note": note}
    owner: Literal["operator", "queue"] = "operator" if to is not None else "queue"
    return _owned(chat, owner, episode), event("handoff.transferred", episode, now, data)


def released(
    chat: Conversation,
    outcome: Outcome,
    *,
    now: datetime,
    by: int | None = None,
    why: str = "",
    code: str = "",
) -> tuple[Conversation, Event]:
    """The chat is the bot's again. Raises Conflict where it is so already."""
    episode = _open(chat)
    episode = replace(
        episode,
        state="released",
        version=episode.version + 1,
        outcome=outcome,
        code=code,
        released_at=now,
        last_seq=chat.seq,
        snoozed_until=None,
        due={},
    )
    name = {"closed": "handoff.completed", "released": "handoff.released"}.get(
        outcome, "handoff.failed"
    )
    data = {
        "outcome": outcome,
        "by": why or ("operator" if by is not None else ""),
        "operator": episode.assignee,
        "code": code,
    }
    return _owned(chat, "bot", episode), event(name, episode, now, data)


def event(name: str, episode: Episode, now: datetime, data: Mapping[str, Any]) -> Event:
    """Something that happened to an episode, for those who reckon with it later."""
    told = {"episode": episode.id, "number": episode.number, "queue": episode.queue, **data}
    return Event(name=name, created_at=now, data=told)


def raised(priority: Priority) -> Priority:
    """The next more urgent one."""
    order: tuple[Priority, ...] = ("low", "normal", "high", "urgent")
    return order[min(order.index(priority) + 1, len(order) - 1)]


def _open(chat: Conversation) -> Episode:
    if chat.episode is None or not chat.episode.open:
        raise Conflict("The chat is the bot's")
    return chat.episode


def _owned(
    chat: Conversation, owner: Literal["bot", "queue", "operator"], episode: Episode
) -> Conversation:
    """A chat whose owner changes is of a new epoch: what the bot had still to say stays unsaid."""
    return replace(
        chat,
        owner=owner,
        status="active" if owner == "bot" else "escalated",
        epoch=chat.epoch + (owner != chat.owner),
        episode=episode,
    )

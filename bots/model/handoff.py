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
from bots.model.desk import Note, Relay
from bots.model.episode import Asked, Episode, Outcome, Priority, Source
from bots.model.message import Reply
from bots.model.turn import Event
from flows.inside import standing
from flows.turn import Effect, GivenBack, TakenOver

PRIORITIES: tuple[Priority, ...] = ("low", "normal", "high", "urgent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What a move comes to, for one turn to write.

    The engine is told `tell`; where it then asks for a person, `asked` says on whose behalf.
    `effects` are timers set and dropped, `replies` what is said to the customer, `relays` the
    messages of a desk it was said by, `notes` what nobody outside may read. `rate` lets the customer be
    asked how it was. `taken_back` is a message
    of ours that the customer is to see no more: our id of it, and the messenger's of its parts.
    `reacted` is a sign under a message: an id for the act, the messenger's id of the message, the emoji ("" takes
    it away).
    """

    chat: Conversation
    events: Sequence[Event] = ()
    tell: TakenOver | GivenBack | None = None
    asked: Asked | None = None
    effects: Sequence[Effect] = ()
    replies: Sequence[Reply] = ()
    relays: Sequence[Relay] = ()
    notes: Sequence[Note] = ()
    rate: bool = False
    taken_back: tuple[str, Sequence[str]] | None = None
    reacted: tuple[str, str, str] | None = None


# ---------------------------------------------------------------- moves


def requested(
    chat: Conversation, asked: Asked, *, id: str, now: datetime
) -> tuple[Conversation, Event]:
    """The chat waits for a person. Raises Conflict where it waits or has one already."""
    if chat.episode is not None and chat.episode.open:
        raise Conflict("The chat is with people already", "open")
    episode = replace(
        _begun(chat, asked.source, id=id, now=now),
        queue=asked.queue,
        reason=asked.reason,
        note=asked.note,
        priority=asked.priority,
        tags=asked.tags,
        patient=asked.patient,
    )
    data: dict[str, Any] = {
        "queue": asked.queue,
        "source": asked.source,
        "reason": asked.reason,
        "note": asked.note,
        "priority": asked.priority,
        "context": dict(asked.context),
        "step": _step(chat),
    }
    return _owned(chat, "queue", episode), event("handoff.requested", episode, now, data)


def offline(
    chat: Conversation, asked: Asked, *, id: str, now: datetime
) -> tuple[Conversation, Sequence[Event]]:
    """A person was wanted outside of their hours: asked for and over at once, the bot has it all along."""
    asking, request = requested(chat, asked, id=id, now=now)
    over, end = released(asking, "offline", now=now, why="hours")
    return replace(chat, episode=over.episode), (request, end)


def taken(
    chat: Conversation,
    *,
    by: int | None,
    id: str,
    now: datetime,
    native: str = "",
    version: int | None = None,
    force: bool = False,
    why: str = "",
    source: Source = "operator",
) -> tuple[Conversation, Event]:
    """The chat is a person's: an operator's, or, with `native`, of somebody in that messenger.

    `version` is what the one who takes has seen; `id` and `source` serve where no episode is open.
    Raises Taken where another has it (unless by `force`), Conflict where it is theirs, or is no
    longer as they saw it.
    """
    episode = chat.episode
    if episode is None or not episode.open:
        if version is not None and source == "operator":
            raise Conflict("The chat is the bot's again", "bots")
        episode = replace(
            _begun(chat, "native" if native else source, id=id, now=now),
            version=0,
            queue=episode.queue if episode is not None and source == "reopened" else "",
            tags=episode.tags if episode is not None and source == "reopened" else (),
        )
    if episode.state == "active":
        if by is not None and episode.assignee == by:
            raise Conflict("The chat is yours already", "yours")
        if not force and not (episode.native and by is not None):
            raise Taken(episode.assignee, episode.native)
    elif version is not None and episode.version and version != episode.version:
        raise Conflict("The chat is no longer as the button shows it", "stale")
    had = episode.assignee
    waiting_since = episode.since or episode.requested_at
    episode = _passed(episode, "active", by, now)
    episode = replace(episode, native=native if by is None else "", given=bool(why))
    data: dict[str, Any] = {
        "by": native or why or "operator",
        "operator": by,
        "source": episode.source,
        "waited": _seconds(waiting_since, now),
    }
    if had is not None:
        data["from"] = had
    return _owned(chat, "operator", episode), event("handoff.accepted", episode, now, data)


def requeued(
    chat: Conversation,
    *,
    now: datetime,
    by: int | None = None,
    to: int | None = None,
    queue: str | None = None,
    preferred: int | None = None,
    note: str = "",
    why: str = "transfer",
) -> tuple[Conversation, Event]:
    """A person gives the chat on: to another (`to`), or back into a queue. Raises Conflict.

    Whoever had it is not asked again; its priority rises where nobody chose to give it away.
    """
    episode = opened(chat)
    had = episode.assignee
    if to is not None and to == had:
        raise Conflict("They have the chat already", "theirs")
    where = "requested", episode.queue if queue is None else queue, preferred
    if to is None and where == (episode.state, episode.queue, episode.preferred):
        # An order that is brought again after a stop, or a button that is pressed twice.
        raise Conflict("The chat waits there already", "waits")
    excluded = episode.excluded if had is None else (*episode.excluded, had)
    chosen = why in ("transfer", "assign")
    episode = replace(
        _passed(episode, "active" if to is not None else "requested", to, now),
        given=to is not None,
        queue=episode.queue if queue is None else queue,
        preferred=preferred,
        excluded=tuple(dict.fromkeys(one for one in excluded if one not in (to, preferred))),
        priority=episode.priority if chosen else raised(episode.priority),
        waiting_on="operator",
        waiting_since=episode.waiting_since if episode.waiting_on == "operator" else now,
    )
    data = {"from": had, "to": to, "by": by, "why": why, "note": note}
    if preferred is not None:
        data["wanted"] = preferred
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
    episode = opened(chat)
    episode = replace(
        episode,
        state="released",
        version=episode.version + 1,
        since=now,
        snoozed_until=None,
        released_at=now,
        outcome=outcome,
        code=code,
        last_seq=chat.seq,
    )
    name = {"closed": "handoff.completed", "released": "handoff.released"}.get(
        outcome, "handoff.failed"
    )
    data = {
        "outcome": outcome,
        "by": why or ("operator" if by is not None else ""),
        "operator": episode.assignee,
        "code": code,
        "waited": _seconds(episode.requested_at, episode.accepted_at or now),
        "took": _seconds(episode.accepted_at or now, now),
    }
    if by is not None and by != episode.assignee:
        data["who"] = by
    return _owned(chat, "bot", episode), event(name, episode, now, data)


# ---------------------------------------------------------------- what they have in common


def opened(chat: Conversation) -> Episode:
    """The hand-off the chat is in. Raises Conflict where it is the bot's."""
    if chat.episode is None or not chat.episode.open:
        raise Conflict("The chat is the bot's", "bots")
    return chat.episode


def event(name: str, episode: Episode, now: datetime, data: Mapping[str, Any]) -> Event:
    """Something that happened to an episode, for those who reckon with it later."""
    told = {"episode": episode.id, "number": episode.number, "queue": episode.queue, **data}
    return Event(name=name, created_at=now, data=told)


def raised(priority: Priority) -> Priority:
    """The next more urgent one."""
    return PRIORITIES[min(PRIORITIES.index(priority) + 1, len(PRIORITIES) - 1)]


def _begun(chat: Conversation, source: Source, *, id: str, now: datetime) -> Episode:
    before = chat.episode
    return Episode(
        id=id,
        number=before.number + 1 if before is not None else 1,
        state="requested",
        source=source,
        preferred=(before.assignee or before.preferred) if before is not None else None,
        requested_at=now,
        since=now,
        waiting_since=now,
        last_customer_at=chat.heard_at,
        first_seq=chat.seq,
    )


def _passed(
    episode: Episode, state: Literal["requested", "active"], to: int | None, now: datetime
) -> Episode:
    """Another has it, or nobody: whatever was true of the one before is so no longer."""
    accepted = now if state == "active" else None
    return replace(
        episode,
        state=state,
        version=episode.version + 1,
        assignee=to,
        given=False,
        native="",
        since=now,
        accepted_at=episode.accepted_at or accepted,
        snoozed_until=None,
        reminded=False,
        nudged=False,
    )


def _step(chat: Conversation) -> str:
    """Where the bot stands as the person is asked for: the innermost step of the owner's own."""
    for one in reversed(standing(chat.position)):
        if one.flow and one.step:
            return f"{one.flow} / {one.step}"
    return ""


def _seconds(start: datetime, end: datetime) -> float:
    return round((end - start).total_seconds(), 3)


def _owned(
    chat: Conversation, owner: Literal["bot", "queue", "operator"], episode: Episode
) -> Conversation:
    """A chat whose owner changes is of a new epoch: what the bot had still to say stays unsaid."""
    closed = episode.outcome == "closed"
    return replace(
        chat,
        owner=owner,
        status="escalated" if owner != "bot" else "closed" if closed else "active",
        epoch=chat.epoch + (owner != chat.owner),
        episode=episode,
    )

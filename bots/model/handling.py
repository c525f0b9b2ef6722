"""What happens within a hand-off while it goes on, pure: words of both sides, marks, a rest."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bots.model.conversation import Conversation
from bots.model.episode import Episode, Priority
from bots.model.handoff import event, opened
from bots.model.turn import Event, MessageRecord

TOLD = 20
"""How many of the last messages between people the flow may read afterwards."""

LONGEST_TOLD = 500
"""Characters of each."""

Done = tuple[Conversation, Sequence[Event]]
"""The chat as it is then, and what is told of it."""


def heard(chat: Conversation, now: datetime) -> Done:
    """The customer wrote: it is people's turn, and a chat that rested is awake.

    Whoever goes on with the bot has no more to say of how it was with people.
    """
    episode = chat.episode
    if episode is not None and not episode.open and episode.comment_until is not None:
        return replace(chat, episode=replace(episode, comment_until=None)), ()
    if episode is None or not episode.open:
        return chat, ()
    events: tuple[Event, ...] = ()
    if episode.snoozed_until is not None:
        events = (event("handoff.woken", episode, now, {"by": "customer"}),)
    waiting = episode.waiting_on == "operator" and episode.waiting_since is not None
    episode = replace(
        episode,
        last_customer_at=now,
        waiting_on="operator",
        waiting_since=episode.waiting_since if waiting else now,
        snoozed_until=None,
        nudged=False,
    )
    return replace(chat, episode=episode), events


def answered(chat: Conversation, *, by: int | None, now: datetime, native: str = "") -> Done:
    """A person wrote to the customer; of the first time an event tells."""
    episode = opened(chat)
    events: tuple[Event, ...] = ()
    if episode.first_response_at is None:
        data = {
            "by": native or "operator",
            "operator": by if by is not None else episode.assignee,
            "after": round((now - episode.requested_at).total_seconds(), 3),
        }
        events = (event("handoff.answered", episode, now, data),)
    episode = replace(
        episode,
        first_response_at=episode.first_response_at or now,
        last_operator_at=now,
        waiting_on="customer",
        waiting_since=now,
        reminded=False,
        nudged=False,
    )
    return replace(chat, episode=episode), events


def tagged(
    chat: Conversation, *, by: int, add: Sequence[str], drop: Sequence[str], now: datetime
) -> Done:
    """Marks for those who look for such chats later, and for the flow; also when it is over."""
    episode = chat.episode if chat.episode is not None else opened(chat)
    kept = (tag for tag in (*episode.tags, *add) if tag not in drop)
    tags = tuple(dict.fromkeys(kept))
    if tags == episode.tags:
        return chat, ()
    data = {"operator": by, "added": list(add), "dropped": list(drop), "tags": list(tags)}
    told = event("handoff.tagged", episode, now, data)
    return replace(chat, episode=replace(episode, tags=tags)), (told,)


def prioritised(chat: Conversation, *, by: int, priority: Priority, now: datetime) -> Done:
    """How urgent it is."""
    episode = opened(chat)
    if episode.priority == priority:
        return chat, ()
    data = {"operator": by, "from": episode.priority, "priority": priority}
    told = event("handoff.prioritised", episode, now, data)
    return replace(chat, episode=replace(episode, priority=priority)), (told,)


def filled(chat: Conversation, *, by: int, name: str, value: Any, now: datetime) -> Done:
    """A field for the flow (`handoff.form.name`); None takes it away."""
    episode = opened(chat)
    form = {key: kept for key, kept in episode.form.items() if key != name}
    if value is not None:
        form[name] = value
    told = event("handoff.filled", episode, now, {"operator": by, "field": name})
    return replace(chat, episode=replace(episode, form=form)), (told,)


def snoozed(chat: Conversation, *, by: int, until: datetime, now: datetime, text: str = "") -> Done:
    """It rests until then, or until the customer writes; no clock of service runs meanwhile."""
    episode = opened(chat)
    data = {"operator": by, "until": until.isoformat(), "text": text}
    told = event("handoff.snoozed", episode, now, data)
    return replace(chat, episode=replace(episode, snoozed_until=until)), (told,)


def woken(chat: Conversation, *, by: str, now: datetime, operator: int | None = None) -> Done:
    """It rests no longer."""
    episode = opened(chat)
    if episode.snoozed_until is None:
        return chat, ()
    told = event("handoff.woken", episode, now, {"by": by, "operator": operator})
    # Whoever is to speak has all the time for it from now on.
    episode = replace(episode, snoozed_until=None, waiting_since=now)
    return replace(chat, episode=episode), (told,)


def outcome_of(
    episode: Episode,
    operator: str,
    now: datetime,
    tail: Sequence[MessageRecord] = (),
    *,
    code: str = "",
) -> dict[str, Any]:
    """What the flow may know of a hand-off that is over (`handoff.*`); `tail` ends the chat."""
    took = (now - (episode.accepted_at or now)).total_seconds()
    said = [
        {"author": one.author, "text": one.words[:LONGEST_TOLD]}
        for one in tail
        if one.seq > episode.first_seq and one.author in ("customer", "operator") and one.words
    ]
    return {
        "operator": operator,
        "duration": took,
        "tags": list(episode.tags),
        "form": dict(episode.form),
        "code": code,
        "messages": said[-TOLD:],
    }

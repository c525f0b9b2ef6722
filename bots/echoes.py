"""A person of ours answers in the messenger itself: the bot returns when they have been silent."""

from datetime import datetime, timedelta
from typing import Any

from bots.model import handoff
from bots.model.conversation import Conversation
from bots.model.handoff import Moved
from bots.model.turn import Timer
from flows.turn import GivenBack, SetTimer

SILENCE = timedelta(hours=1)
"""How long a person may write nothing before the bot has the chat again."""

_KIND = "person silent"


def until_silent(now: datetime) -> SetTimer:
    """The time at which the bot returns; set anew by whatever the person writes."""
    payload: dict[str, Any] = {"kind": _KIND}
    return SetTimer(name=_KIND, due=now + SILENCE, payload=payload)


def is_silence(timer: Timer) -> bool:
    """Whether this is that time."""
    return timer.payload.get("kind") == _KIND


def returned(chat: Conversation, now: datetime) -> Moved:
    """The bot has the chat again, unless an operator took it from the desk meanwhile."""
    episode = chat.episode
    if episode is None or not episode.open or episode.assignee is not None:
        return Moved(chat=chat)
    chat, event = handoff.released(chat, "released", now=now, why="silence")
    return Moved(chat=chat, events=(event,), tell=GivenBack(outcome="released"))

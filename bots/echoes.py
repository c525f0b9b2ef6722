"""A person of ours answers in the messenger itself: the bot falls silent, and returns when they do."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bots.model.conversation import Conversation
from bots.model.message import UnifiedMessage
from bots.model.turn import Event, Timer
from flows.turn import SetTimer

SILENCE = timedelta(hours=1)
"""How long a person may write nothing before the bot has the chat again."""

_KIND = "person silent"


def taken_by(message: UnifiedMessage, chat: Conversation, now: datetime) -> tuple[Event, ...]:
    """What is to be told of it, where it is news that a person has the chat."""
    if chat.owner == "operator":
        return ()
    data = {"by": message.platform}
    return (Event(name="handoff.accepted", created_at=now, data=data),)


def taken(chat: Conversation) -> Conversation:
    """The chat is a person's: what the bot still had to say, and its timers, are of an older epoch."""
    if chat.owner == "operator":
        return chat
    return replace(chat, owner="operator", status="escalated", epoch=chat.epoch + 1)


def given_back(chat: Conversation) -> Conversation:
    """The chat is the bot's."""
    if chat.owner == "bot":
        return chat
    return replace(chat, owner="bot", status="active", epoch=chat.epoch + 1)


def until_silent(now: datetime) -> SetTimer:
    """The time at which the bot returns; set anew by whatever the person writes."""
    payload: dict[str, Any] = {"kind": _KIND}
    return SetTimer(name=_KIND, due=now + SILENCE, payload=payload)


def is_silence(timer: Timer) -> bool:
    """Whether this is that time."""
    return timer.payload.get("kind") == _KIND


def returned(now: datetime) -> Event:
    """What is told of it."""
    data = {"outcome": "released", "by": "silence"}
    return Event(name="handoff.released", created_at=now, data=data)

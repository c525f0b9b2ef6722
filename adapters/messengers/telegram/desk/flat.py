"""Where chats share a place: a group without topics, or the topic of the queue."""

from typing import Any

from adapters.foreign_json import mapping
from adapters.messengers.telegram.desk.titles import SHORT, name_of
from adapters.messengers.telegram.fields import id_of
from bots.model.conversation import Conversation
from bots.model.desk import Topic
from bots.ports import Relays
from bots.shaping import shortened

QUEUE = 0
"""The conversation that a group's topic of the queue is kept under."""
SHARED = "shared"
"""In `Topic.shown` where others' messages stand in the same place."""


def is_shared(topic: Topic) -> bool:
    """Whether every message there has to say whose it is."""
    return not topic.thread_id or bool(topic.shown.get(SHARED))


def header(chat: Conversation) -> str:
    """The line that each message of a chat begins with in a shared place."""
    return (
        f"{shortened(name_of(chat), 64)} · {SHORT.get(chat.platform, chat.platform)} · #{chat.id}"
    )


async def whose(desks: Relays, channel: str, chat_id: str, message: dict[str, Any]) -> int | None:
    """The chat that a message in a shared place answers: whose message it is a reply to."""
    answered = id_of(mapping(message, "reply_to_message").get("message_id"))
    relay = await desks.relay(channel, chat_id, answered) if answered is not None else None
    return relay.conversation_id or None if relay is not None else None

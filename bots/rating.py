"""How was it? A customer is asked once when a hand-off is over; their press never comes to the flow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bots.model.conversation import Conversation
from bots.model.handoff import event
from bots.model.message import Button, Keyboard, Reply, UnifiedMessage
from bots.model.turn import Event
from bots.ports import Channel, NewId

PRESS = "csat:"
"""What the buttons of a rating begin with; then come the hand-off's id and the rating."""

BEST = 5
POOR = 2
"""Up to this rating the customer is asked what was wrong."""

COMMENT_WITHIN = timedelta(minutes=10)
LONGEST_COMMENT = 1000

_WORDS: Mapping[str, Mapping[str, str]] = {
    "ru": {
        "ask": "Как мы вам помогли? Оцените, пожалуйста, от 1 до 5.",
        "thanks": "Спасибо за оценку!",
        "again": "Спасибо, оценку мы уже записали.",
        "late": "Спасибо, но эту оценку уже не записать.",
        "poor": "Спасибо за оценку! Жаль, что вышло не так. Напишите, что было не так, и мы разберёмся.",
        "comment": "Спасибо, передали.",
    },
    "en": {
        "ask": "How did we help you? Please rate us from 1 to 5.",
        "thanks": "Thank you for the rating!",
        "again": "Thank you, we have your rating already.",
        "late": "Thank you, but it is too late for this rating.",
        "poor": "Thank you for the rating! We are sorry. Tell us what was wrong, and we will look into it.",
        "comment": "Thank you, we passed it on.",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """What comes of it: the chat as it is then, what is told and what is said.

    Or the `flow` that begins, which reads the `rating`.
    """

    chat: Conversation
    events: Sequence[Event] = ()
    replies: Sequence[Reply] = ()
    flow: str = ""
    rating: int = 0


def asked(
    chat: Conversation, channel: Channel | None, language: str, now: datetime, new_id: NewId
) -> Rated:
    """Ask, where the customer can be reached; where not, an event says why."""
    episode = chat.episode
    assert episode is not None
    if episode.rated_from is not None:
        return Rated(chat=chat)
    why_not = _unreachable(chat, channel, now)
    if why_not:
        told = event("handoff.unrated", episode, now, {"reason": why_not})
        return Rated(chat=chat, events=(told,))
    buttons = tuple(
        Button(text=str(number), payload=f"{PRESS}{episode.id}:{number}")
        for number in range(1, BEST + 1)
    )
    reply = Reply(
        message_id=new_id(),
        text=_words(language)["ask"],
        keyboard=Keyboard(rows=(buttons,)),
    )
    told = event("handoff.rating_asked", episode, now, {})
    chat = replace(chat, episode=replace(episode, rated_from=now))
    return Rated(chat=chat, events=(told,), replies=(reply,))


def heard(
    chat: Conversation,
    message: UnifiedMessage,
    language: str,
    now: datetime,
    new_id: NewId,
    *,
    low: str = "",
) -> Rated | None:
    """A rating, or what was wrong; None for whatever else a customer writes.

    A poor one begins the flow `low`, where there is one and the chat is the bot's.
    """
    if message.happening == "button":
        if not is_press(message.button):
            return None
        return _pressed(chat, str(message.button), language, now, new_id, low)
    episode = chat.episode
    if episode is None or episode.comment_until is None:
        return None
    text = (message.text or "").strip()
    commented = text and not text.startswith("/") and message.happening == "message"
    if not commented or now > episode.comment_until or episode.open:
        return None
    comment = text[:LONGEST_COMMENT]
    data = {"operator": episode.assignee, "comment": comment}
    told = event("handoff.commented", episode, now, data)
    quiet = replace(episode, comment=comment, comment_until=None)
    return Rated(
        chat=replace(chat, episode=quiet),
        events=(told,),
        replies=(_reply("comment", language, new_id),),
    )


def is_press(payload: str | None) -> bool:
    """Whether a button is one of a rating."""
    return payload is not None and payload.startswith(PRESS)


def _pressed(
    chat: Conversation, payload: str, language: str, now: datetime, new_id: NewId, low: str
) -> Rated:
    id, _, number = payload.removeprefix(PRESS).rpartition(":")
    rating = int(number) if number in map(str, range(1, BEST + 1)) else None
    episode = chat.episode
    if episode is None or episode.rated_from is None or id != episode.id or rating is None:
        # Of a talk before the last one.
        return Rated(chat=chat, replies=(_reply("late", language, new_id),))
    if episode.rating is not None:
        return Rated(chat=chat, replies=(_reply("again", language, new_id),))
    poor = rating <= POOR
    flow = low if poor and chat.owner == "bot" else ""
    asks = poor and not flow
    episode = replace(episode, rating=rating, comment_until=now + COMMENT_WITHIN if asks else None)
    told = event("handoff.rated", episode, now, {"rating": rating, "operator": episode.assignee})
    if flow:
        return Rated(chat=replace(chat, episode=episode), events=(told,), flow=flow, rating=rating)
    said = _reply("poor" if poor else "thanks", language, new_id)
    return Rated(chat=replace(chat, episode=episode), events=(told,), replies=(said,))


def _unreachable(chat: Conversation, channel: Channel | None, now: datetime) -> str:
    if chat.blocked:
        return "blocked"
    if chat.unreachable:
        return "unreachable"
    if channel is None and chat.address.at_messenger:
        return "no channel"
    if not within_window(chat, channel, now):
        return "window closed"
    return ""


def within_window(chat: Conversation, channel: Channel | None, now: datetime) -> bool:
    """Whether the messenger takes anything but templates for this customer now."""
    if channel is None or channel.window is None:
        return True
    return chat.heard_at is not None and now - chat.heard_at < channel.window


def _reply(name: str, language: str, new_id: NewId) -> Reply:
    return Reply(message_id=new_id(), text=_words(language)[name])


def _words(language: str) -> Mapping[str, str]:
    return _WORDS["ru" if language == "ru" else "en"]

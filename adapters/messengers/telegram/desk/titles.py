"""What a chat is called in a group: the customer's name, the topic's title, and its icon."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from bots.model.conversation import Conversation
from bots.shaping import shortened, units

LONGEST = 128
"""UTF-16 units of a topic's name. https://core.telegram.org/bots/api#createforumtopic"""
_MADE_UP = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SOON_CLOSED = timedelta(hours=1)
"""A messenger's window that closes within this is told of by the topic's icon."""

State = Literal["waiting", "late", "customer", "active", "window", "closed"]

SHORT: Mapping[str, str] = {
    "telegram": "TG",
    "whatsapp": "WA",
    "vk": "VK",
    "max": "MAX",
    "web": "Web",
    "api": "API",
}
LONG: Mapping[str, str] = {
    "telegram": "Telegram",
    "whatsapp": "WhatsApp",
    "vk": "VK",
    "max": "MAX",
    "web": "Web",
    "api": "API",
}

# Of Telegram's own icons, the best one first: which of them there are it tells when asked.
_ICONS: Mapping[State, str] = {
    "waiting": "❗🔥⭐",
    "late": "🔥❗⭐",
    "customer": "💬🗣❓",
    "active": "👀✍📝",
    "window": "⚡⏰📆",
    "closed": "✅🏁🏆",
}
_NAMES = ("name", "имя", "username")
# Joiners are part of emoji and of words in some scripts.
_JOINERS = "\u200c\u200d"
_MOST_MARKS = 3


def name_of(chat: Conversation) -> str:
    """The customer as people call them: by their messenger, by what the bot learnt, by their id."""
    for known in (chat.profile, chat.user):
        for key in _NAMES:
            value = known.get(key)
            if isinstance(value, str) and (name := cleaned(value)):
                return name
    # What a browser makes up for itself tells nobody anything: as much of it as tells two apart.
    return f"{chat.user_id[:6]}…" if _MADE_UP.fullmatch(chat.user_id) else chat.user_id


def title_of(chat: Conversation) -> str:
    """`Name · TG · #1042`: the name gives way where it is too long, the number never does."""
    ends = f" · {SHORT.get(chat.platform, chat.platform)} · #{chat.id}"
    return shortened(name_of(chat), LONGEST - units(ends)) + ends


def number_in(title: Any) -> int | None:
    """The chat's number that a title ends with."""
    _, sign, digits = title.rpartition("#") if isinstance(title, str) else ("", "", "")
    return int(digits) if sign and digits.isdecimal() and digits.isascii() else None


def state_of(chat: Conversation, now: datetime, window: timedelta | None = None) -> State:
    """What operators should see at a glance; `window` is for how long after a word one may answer."""
    episode = chat.episode
    if episode is None or not episode.open:
        return "closed"
    left = left_of(chat, now, window)
    if left is not None and timedelta(0) < left <= SOON_CLOSED:
        return "window"
    if episode.missed:
        return "late"
    if episode.state == "requested":
        return "waiting"
    return "customer" if episode.waiting_on == "operator" else "active"


def left_of(chat: Conversation, now: datetime, window: timedelta | None) -> timedelta | None:
    """How long the messenger still takes free text; None where nothing limits it."""
    if window is None or chat.heard_at is None:
        return None
    return max(chat.heard_at + window - now, timedelta(0))


def turns_at(chat: Conversation, now: datetime, window: timedelta | None) -> datetime | None:
    """When the state changes although nothing happens."""
    left = left_of(chat, now, window)
    if not left:
        return None
    return now + (left - SOON_CLOSED if left > SOON_CLOSED else left)


def icon_of(state: State, stickers: Mapping[str, str]) -> str:
    """The id of the icon; `stickers` are those there are, by their emoji (`by_emoji`)."""
    return next((stickers[one] for one in _ICONS[state] if one in stickers), "")


def by_emoji(stickers: Any) -> dict[str, str]:
    """What getForumTopicIconStickers gave: ids by the first sign of the emoji."""
    found: dict[str, str] = {}
    for one in stickers if isinstance(stickers, list) else ():
        emoji, id = one.get("emoji"), one.get("custom_emoji_id")
        if isinstance(emoji, str) and emoji and isinstance(id, str):
            found.setdefault(emoji[0], id)
    return found


def cleaned(text: str) -> str:
    """A name in one line, without signs that nobody sees or that turn the line round."""
    kept: list[str] = []
    marks = 0
    for sign in text:
        kind = unicodedata.category(sign)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if kind in ("Zl", "Zp", "Cc"):
            kept.append(" ")
        elif (kind[0] != "C" or sign in _JOINERS) and marks <= _MOST_MARKS:
            kept.append(sign)
    return " ".join("".join(kept).split()).strip(_JOINERS + " ")

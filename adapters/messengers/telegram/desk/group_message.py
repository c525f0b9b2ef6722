"""A message of a group as the desk reads it: who wrote it, what it says, what it answers."""

import unicodedata
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from adapters.foreign_json import listed, mapping
from adapters.messengers.telegram.desk_updates import thread_of
from adapters.messengers.telegram.fields import full_name, id_of, string

SERVICE = frozenset(
    {
        "new_chat_members",
        "left_chat_member",
        "chat_owner_left",
        "chat_owner_changed",
        "new_chat_title",
        "new_chat_photo",
        "delete_chat_photo",
        "group_chat_created",
        "supergroup_chat_created",
        "channel_chat_created",
        "message_auto_delete_timer_changed",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
        "pinned_message",
        "users_shared",
        "chat_shared",
        "connected_website",
        "write_access_allowed",
        "proximity_alert_triggered",
        "boost_added",
        "chat_background_set",
        "checklist_tasks_done",
        "checklist_tasks_added",
        "direct_message_price_changed",
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
        "general_forum_topic_hidden",
        "general_forum_topic_unhidden",
        "giveaway_created",
        "giveaway_completed",
        "paid_message_price_changed",
        "video_chat_scheduled",
        "video_chat_started",
        "video_chat_ended",
        "video_chat_participants_invited",
        "web_app_data",
        "suggested_post_approved",
        "suggested_post_approval_failed",
        "suggested_post_declined",
        "suggested_post_paid",
        "suggested_post_refunded",
    }
)
"""What Telegram writes into a group by itself: nobody's words."""

INTERNAL = "//"
"""What a text begins with that stays inside."""

_SLASHES = "/\\\u2044\u2215\u2571\u29f8\uff0f\uff3c"
"""Signs that people take for a slash, or type in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMessage:
    """The raw message, and what is asked of it again and again.

    `text` begins with a plain slash wherever people see one at its beginning. `borrowed`: the words
    are another's (forwarded), or are about what was said somewhere else. `calls`: the user name, in
    small letters, or the id that it begins with.
    """

    raw: dict[str, Any]
    user: str
    name: str
    username: str
    text: str
    thread: str
    is_bot: bool
    anonymous: bool
    via: str
    answers: str
    answers_user: str
    calls: str
    album: str
    borrowed: bool
    service: bool

    def to_colleague(self, bot: str) -> bool:
        """Whether it answers what somebody else wrote here, but for what `bot` shows."""
        return self.answers_user not in ("", self.user, bot)


def read(raw: dict[str, Any]) -> GroupMessage:
    """Takes any JSON."""
    sender = mapping(raw, "from")
    answered = mapping(raw, "reply_to_message")
    # In a forum every message points at the one that began its topic.
    author = mapping(answered, "from") if "forum_topic_created" not in answered else {}
    return GroupMessage(
        raw=raw,
        user=id_of(sender.get("id")) or "",
        name=full_name(sender),
        username=string(sender.get("username")) or "",
        text=_text(raw),
        thread=thread_of(raw),
        is_bot=sender.get("is_bot") is True,
        anonymous="sender_chat" in raw,
        via=id_of(mapping(raw, "via_bot").get("id")) or "",
        answers=(id_of(answered.get("message_id")) or "") if author else "",
        answers_user=id_of(author.get("id")) or "",
        calls=_called(raw),
        album=string(raw.get("media_group_id")) or "",
        borrowed=any(_is_borrowed(one, sender) for one in _parts(raw)),
        service=not SERVICE.isdisjoint(raw),
    )


def _parts(raw: dict[str, Any]) -> list[dict[str, Any]]:
    return [raw, *(one for one in listed(raw, "album") if isinstance(one, dict))]


def _text(raw: dict[str, Any]) -> str:
    """Of an album, the words under any of its parts: one that is internal makes all of it so."""
    words = (string(one.get(key)) for one in _parts(raw) for key in ("text", "caption"))
    # The first part of an album is the message itself.
    said = list(dict.fromkeys(plain(one) for one in words if one))
    notes = [one for one in said if one.startswith(INTERNAL)]
    if notes:
        return INTERNAL + "\n".join(one.removeprefix(INTERNAL) for one in said)
    orders = [one for one in said if one.startswith("/")]
    return next(iter([*orders, *said]), "")


def plain(text: str) -> str:
    """The text as it is, but where people see a slash at its beginning there is one.

    Telegram's programs cut blanks off; signs that nobody sees, and slashes of other alphabets, stay.
    """
    seen = text.lstrip("".join({one for one in text if unicodedata.category(one)[0] in "ZCM"}))
    rest = seen.lstrip(_SLASHES)
    return "/" * (len(seen) - len(rest)) + rest if rest != seen else text


def _called(raw: dict[str, Any]) -> str:
    """Whom a text begins with, by user name or (who has none) by a mention that carries the id."""
    text = _text(raw).lstrip()
    if text.startswith("@"):
        name = text[1:].split(maxsplit=1)
        return "".join(takewhile(_in_names, name[0])).casefold() if name else ""
    marks = (*listed(raw, "entities"), *listed(raw, "caption_entities"))
    first = [one for one in marks if isinstance(one, dict) and one.get("offset") == 0]
    users = (mapping(one, "user").get("id") for one in first if one.get("type") == "text_mention")
    return next((found for found in map(id_of, users) if found), "")


def _in_names(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


def _is_borrowed(message: dict[str, Any], sender: dict[str, Any]) -> bool:
    origin = mapping(message, "forward_origin")
    own = mapping(origin, "sender_user").get("id") == sender.get("id")
    forwarded = "forward_origin" in message and not own
    return forwarded or "external_reply" in message


def command_of(text: str, username: str) -> tuple[str, str] | None:
    """The name of a command and what stands behind it; None for no command, or another bot's.

    `//` begins a note, and is no command. A slash without a name is one of no name.
    """
    if not text.startswith("/") or text.startswith(INTERNAL):
        return None
    head, *rest = text.split(maxsplit=1)
    name, at, bot = head[1:].partition("@")
    if at and bot.casefold() != username.casefold():
        return None
    return name.casefold(), rest[0].strip() if rest else ""


def is_others_command(text: str, username: str) -> bool:
    """Whether it is meant for another bot of the group."""
    head = text.split(maxsplit=1)[0] if text.strip() else ""
    name, at, bot = head.partition("@")
    if text.startswith(INTERNAL):
        return False
    return name.startswith("/") and bool(at) and bot.casefold() != username.casefold()

"""A message of a group as the desk reads it: who wrote it, what it says, what it answers."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMessage:
    """The raw message, and what is asked of it again and again."""

    raw: dict[str, Any]
    user: str
    name: str
    username: str
    text: str
    thread: str
    is_bot: bool
    anonymous: bool
    via: str
    answers_user: str
    answers_bot: bool
    service: bool

    @property
    def to_colleague(self) -> bool:
        """Whether it answers what another person wrote here."""
        return bool(self.answers_user) and not self.answers_bot and self.answers_user != self.user


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
        answers_user=id_of(author.get("id")) or "",
        answers_bot=author.get("is_bot") is True,
        service=not SERVICE.isdisjoint(raw),
    )


def _text(raw: dict[str, Any]) -> str:
    """Of an album, the words under any of its parts."""
    parts = [raw, *(one for one in listed(raw, "album") if isinstance(one, dict))]
    words = (string(one.get(key)) for one in parts for key in ("text", "caption"))
    return next((one for one in words if one), "")


def command_of(text: str, username: str) -> tuple[str, str] | None:
    """The name of a command and what stands behind it; None for no command, or another bot's.

    `//` begins a note, and is no command.
    """
    if not text.startswith("/") or text.startswith("//"):
        return None
    head, *rest = text.split(maxsplit=1)
    name, at, bot = head[1:].partition("@")
    if not name or (at and bot.casefold() != username.casefold()):
        return None
    return name.casefold(), rest[0].strip() if rest else ""


def is_others_command(text: str, username: str) -> bool:
    """Whether it is meant for another bot of the group."""
    head = text.split(maxsplit=1)[0] if text.strip() else ""
    name, at, bot = head.partition("@")
    return name.startswith("/") and bool(at) and bot.casefold() != username.casefold()

"""What a group refuses, told apart by what is to be done about it; Telegram tells it by texts alone."""

import re
from collections.abc import Callable

from adapters.messengers.telegram.errors import ChatMoved
from bots.errors import ChannelError, Rejected, Unreachable


class TopicLost(ChannelError):
    """The topic was deleted, or is too old for Telegram to find: another one has to be made."""


class TopicClosed(ChannelError):
    """The topic is closed: reopen it, then once more."""


class GroupDown(ChannelError):
    """Nothing can be written in this group; `why` is for people."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class GroupMoved(ChannelError):
    """The group has another id from now on."""

    def __init__(self, said: str, chat_id: str) -> None:
        self.chat_id = chat_id
        super().__init__(said)


class NotAllowed(ChannelError):
    """We lack a right; `right` is Telegram's name of it, "" where it does not tell."""

    def __init__(self, said: str, right: str = "") -> None:
        self.right = right
        super().__init__(said)


class Skipped(ChannelError):
    """The group had no room for what only looks nice."""


class CannotEdit(Rejected):
    """The message is gone, too old or not of ours: what is corrected has to be said anew."""


class NoSuchReply(Rejected):
    """What was to be answered, or the words quoted of it, is not there."""


class BadEntities(Rejected):
    """What was marked in the text cannot be read: plain it may go."""


class TooLong(Rejected):
    """A text or caption over the limit."""


class Protected(Rejected):
    """The group, or the sender, does not let this be copied."""


_LOST = ("message thread not found", "topic_deleted", "topic_id_invalid")
_CLOSED = ("topic_closed",)
_DOWN = (
    "chat not found",
    "bot was kicked",
    "bot is not a member",
    "group chat was deactivated",
    "supergroup was deactivated",
    "chat_write_forbidden",
    "have no rights to send a message",
    "not enough rights to send",
    "bot was blocked",
    "chat_restricted",
    "channel_private",
)
_EDIT = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "there is no text in the message to edit",
    "there is no caption in the message to edit",
)
_REPLY = (
    "message to be replied not found",
    "replied message not found",
    "message to reply not found",
    "quote_text_invalid",
    "quote not found",
    "reply_message_id_invalid",
)
_RIGHTS = (
    ("topic", "can_manage_topics"),
    ("pin", "can_pin_messages"),
    ("delete", "can_delete_messages"),
    ("forum", "can_manage_topics"),
)
_NO_RIGHT = re.compile(
    r"not enough rights|chat_admin_required|need administrator rights|have no rights|right_forbidden"
)

_KINDS: tuple[tuple[tuple[str, ...], Callable[[str], ChannelError]], ...] = (
    (_LOST, TopicLost),
    (_CLOSED, TopicClosed),
    (_EDIT, CannotEdit),
    (_REPLY, NoSuchReply),
    (("can't parse", "parse entities", "entity_"), BadEntities),
    (("caption is too long", "message is too long", "message_too_long"), TooLong),
    (("protected content", "chat_forwards_restricted", "can't be copied"), Protected),
    (_DOWN, GroupDown),
)

_NOTHING_CHANGED = ("topic_not_modified", "message is not modified")


def changes_nothing(error: ChannelError) -> bool:
    """Whether what was asked for is so already."""
    return isinstance(error, Rejected) and _has(str(error).lower(), _NOTHING_CHANGED)


def told(error: ChannelError, method: str = "") -> ChannelError:
    """The error of a call into a group by what it means there; what passes stays as it is."""
    if isinstance(error, ChatMoved):
        return GroupMoved(str(error), str(error.chat_id))
    if not isinstance(error, Rejected | Unreachable):
        return error
    said = str(error)
    text = said.lower()
    for parts, kind in _KINDS:
        if _has(text, parts):
            return kind(said)
    if _NO_RIGHT.search(text):
        about = f"{text} {method.lower()}"
        right = next((right for part, right in _RIGHTS if part in about), "")
        return NotAllowed(said, right)
    # A 403 of a group is about the group, whatever words it comes with.
    return GroupDown(said) if isinstance(error, Unreachable) else error


def _has(text: str, parts: tuple[str, ...]) -> bool:
    return any(part in text for part in parts)

"""What happens in operators' groups: which updates those are, kept whole for the desk to read."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from adapters.foreign_json import mapping, moment
from adapters.messengers.telegram.fields import id_of, string
from bots.model.message import Address, UnifiedMessage

GROUPS = ("group", "supergroup")
SETUP = "/setup"
"""The one command that is heard in a group that is no desk yet."""

_WITH_MESSAGE = ("message", "edited_message")


def desk_message(
    update: dict[str, Any],
    *,
    is_desk: Callable[[str], bool],
    address_of: Callable[[str], Address],
    new_id: Callable[[], str],
    now: datetime,
) -> UnifiedMessage | None:
    """An update of a desk's group as something to take in; None for any other.

    The lane it goes through is its topic's, so that a topic's own order is kept.
    """
    found = _message_of(update)
    update_id = id_of(update.get("update_id"))
    if found is None or update_id is None:
        return None
    message, sender = found
    chat = mapping(message, "chat")
    chat_id = id_of(chat.get("id"))
    if chat_id is None or chat.get("type") not in GROUPS:
        return None
    if not is_desk(chat_id) and not _begins(update, message, is_desk):
        return None
    return UnifiedMessage(
        message_id=new_id(),
        address=address_of(f"{chat_id}/{thread_of(message)}"),
        platform="telegram",
        user_id=id_of(sender.get("id")) or chat_id,
        external_id=update_id,
        timestamp=moment(message.get("date")) or now,
        happening="desk",
        metadata=_kept(update),
    )


def update_of(message: UnifiedMessage) -> dict[str, Any]:
    """The update that a message keeps. Of an album its first part's, whose message has all of them in
    its `album`."""
    update: dict[str, Any] = message.metadata["update"]
    parts = message.metadata.get("updates", ())
    if len(parts) < 2:
        return update
    album = [mapping(part, "message") for part in parts]
    return {**update, "message": {**album[0], "album": album}}


def _kept(update: dict[str, Any]) -> dict[str, Any]:
    """The update; parts of an album are gathered by what they have in common."""
    album = string(mapping(update, "message").get("media_group_id"))
    return {"update": update, "album": album} if album else {"update": update}


def _begins(
    update: dict[str, Any], message: dict[str, Any], is_desk: Callable[[str], bool]
) -> bool:
    """What is heard of a group that is no desk yet: we came into it, it is set up, it was one before."""
    if "my_chat_member" in update or (string(message.get("text")) or "").startswith(SETUP):
        return True
    before = id_of(message.get("migrate_from_chat_id"))
    return before is not None and is_desk(before)


def thread_of(message: dict[str, Any]) -> str:
    """The topic a message stands in; "" for General, whose replies carry a thread of their own."""
    if message.get("is_topic_message") is not True:
        return ""
    return id_of(message.get("message_thread_id")) or ""


def _message_of(update: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The message an update is about, and who did it."""
    for key in _WITH_MESSAGE:
        if key in update:
            message = mapping(update, key)
            return message, mapping(message, "from")
    if "callback_query" in update:
        press = mapping(update, "callback_query")
        return mapping(press, "message"), mapping(press, "from")
    if "my_chat_member" in update:
        change = mapping(update, "my_chat_member")
        return change, mapping(change, "from")
    if "message_reaction" in update:
        change = mapping(update, "message_reaction")
        return change, mapping(change, "user")
    return None

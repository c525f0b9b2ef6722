"""Updates of the Bot API to unified messages; what we do not serve becomes nothing.

Read from the raw JSON: it takes a few microseconds, and a field that a newer Bot API adds or
changes cannot stop an update. Only private chats are served.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bots.model.message import Address, Attachment, AttachmentKind, MessageType, UnifiedMessage

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
"""What we ask Telegram to send."""

_FILES: dict[str, tuple[AttachmentKind, MessageType]] = {
    "document": ("document", "document"),
    "voice": ("voice", "voice"),
    "audio": ("audio", "audio"),
    "video": ("video", "video"),
    "video_note": ("video", "video"),
    "sticker": ("sticker", "sticker"),
}
_LONGEST_ID = 2**63
_LATEST_DATE = 2**33


def parse_update(
    update: Any,
    *,
    address_of: Callable[[str], Address],
    new_id: Callable[[], str],
    now: datetime,
) -> list[UnifiedMessage]:
    """The messages in an update. Takes any JSON and never raises.

    `address_of` gets a chat's id; `now` is the time of what carries no date of its own.
    """
    if not isinstance(update, dict):
        return []
    update_id = _id(update.get("update_id"))
    found = _read(update)
    if update_id is None or found is None:
        return []
    fields, chat, sender = found
    chat_id = _id(chat.get("id"))
    if chat_id is None or chat.get("type") != "private" or sender.get("is_bot") is True:
        return []
    return [
        UnifiedMessage(
            message_id=new_id(),
            address=address_of(chat_id),
            platform="telegram",
            user_id=_id(sender.get("id")) or chat_id,
            external_id=update_id,
            timestamp=_moment(fields.pop("date", None)) or now,
            profile=_profile(sender),
            **fields,
        )
    ]


_Found = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]
"""The fields of a unified message, the chat and the sender."""


def _read(update: dict[str, Any]) -> _Found | None:
    if (message := update.get("message")) is not None:
        return _message(message)
    if (press := update.get("callback_query")) is not None:
        return _press(press)
    if (message := update.get("edited_message")) is not None:
        return _edited(message)
    if (change := update.get("my_chat_member")) is not None:
        return _membership(change)
    return None


def _message(message: Any) -> _Found | None:
    if not isinstance(message, dict):
        return None
    sender = _mapping(message, "from")
    message_type, attachments = _attached(message, sender)
    text = _text(message)
    if text is None and not attachments:
        return None
    fields: dict[str, Any] = {
        "date": message.get("date"),
        "platform_message_id": _id(message.get("message_id")) or "",
        "text": text,
        "message_type": message_type,
        "attachments": attachments,
    }
    metadata: dict[str, Any] = {}
    if text is not None and text.startswith("/"):
        fields["text"], metadata = _command(text)
    if (album := _string(message.get("media_group_id"))) is not None:
        metadata["album"] = album
    fields["metadata"] = metadata
    return fields, _mapping(message, "chat"), sender


def _edited(message: Any) -> _Found | None:
    """A new text or caption. Live locations are edited all the time: those are left out."""
    found = _message(message)
    if found is None or found[0]["text"] is None:
        return None
    found[0]["happening"] = "edited"
    found[0]["date"] = message.get("edit_date") or message.get("date")
    return found


def _press(press: Any) -> _Found | None:
    """A pressed button. The message under it may be too old for Telegram to tell more than its id."""
    if not isinstance(press, dict):
        return None
    data, token = _string(press.get("data")), _string(press.get("id"))
    if data is None or token is None:
        return None
    message = _mapping(press, "message")
    fields = {
        "happening": "button",
        "button": data,
        "reply_token": token,
        "platform_message_id": _id(message.get("message_id")) or "",
    }
    return fields, _mapping(message, "chat"), _mapping(press, "from")


def _membership(change: Any) -> _Found | None:
    """Blocking and unblocking a bot is a change of the bot's own membership."""
    if not isinstance(change, dict):
        return None
    status = _mapping(change, "new_chat_member").get("status")
    if status == "kicked":
        happening = "blocked"
    elif status == "member":
        happening = "unblocked"
    else:
        return None
    fields = {"date": change.get("date"), "happening": happening}
    return fields, _mapping(change, "chat"), _mapping(change, "from")


def _text(message: dict[str, Any]) -> str | None:
    for key in ("text", "caption"):
        if (text := _string(message.get(key))) is not None:
            return text
    return None


def _command(text: str) -> tuple[str, dict[str, Any]]:
    """`/start payload` comes from a deep link: the payload is set apart. `@bot` is dropped."""
    head, _, rest = text.partition(" ")
    name, at, _ = head.partition("@")
    if name == "/start" and rest.strip():
        return name, {"start": rest.strip()}
    return (f"{name} {rest}".rstrip() if at else text), {}


def _attached(
    message: dict[str, Any], sender: dict[str, Any]
) -> tuple[MessageType, tuple[Attachment, ...]]:
    if "text" in message:
        return "text", ()
    if (photo := _largest(message.get("photo"))) is not None:
        return "image", (photo,)
    for key, (kind, message_type) in _FILES.items():
        if (attachment := _file(kind, message.get(key))) is not None:
            return message_type, (attachment,)
    if (location := _location(message.get("location"))) is not None:
        return "location", (location,)
    if (contact := _contact(message.get("contact"), sender)) is not None:
        return "contact", (contact,)
    return "text", ()


def _largest(sizes: Any) -> Attachment | None:
    photos = [
        size
        for size in (sizes if isinstance(sizes, list) else ())
        if isinstance(size, dict) and _string(size.get("file_id"))
    ]
    if not photos:
        return None
    best = max(photos, key=lambda size: _whole(size.get("width")) * _whole(size.get("height")))
    return Attachment(kind="photo", ref=best["file_id"], size=_whole(best.get("file_size")) or None)


def _file(kind: AttachmentKind, raw: Any) -> Attachment | None:
    if not isinstance(raw, dict) or not (ref := _string(raw.get("file_id"))):
        return None
    emoji = _string(raw.get("emoji"))
    return Attachment(
        kind=kind,
        ref=ref,
        name=_string(raw.get("file_name")),
        mime=_string(raw.get("mime_type")),
        size=_whole(raw.get("file_size")) or None,
        details={"emoji": emoji} if emoji else {},
    )


def _location(raw: Any) -> Attachment | None:
    if not isinstance(raw, dict):
        return None
    place = {key: raw.get(key) for key in ("latitude", "longitude")}
    return (
        Attachment(kind="location", details=place) if all(map(_degrees, place.values())) else None
    )


def _contact(raw: Any, sender: dict[str, Any]) -> Attachment | None:
    if not isinstance(raw, dict) or not (phone := _string(raw.get("phone_number"))):
        return None
    owner = _id(raw.get("user_id"))
    details: dict[str, Any] = {"phone": phone, "name": _full_name(raw)}
    if owner is not None and owner == _id(sender.get("id")):
        details["own"] = True
    return Attachment(kind="contact", details=details)


def _profile(sender: dict[str, Any]) -> dict[str, Any]:
    profile = {
        "name": _full_name(sender),
        "username": _string(sender.get("username")),
        "language": _string(sender.get("language_code")),
    }
    return {key: value for key, value in profile.items() if value}


def _full_name(person: dict[str, Any]) -> str:
    first, last = _string(person.get("first_name")), _string(person.get("last_name"))
    return f"{first or ''} {last or ''}".strip()


def _mapping(raw: dict[str, Any], key: str) -> dict[str, Any]:
    value = raw.get(key)
    return value if isinstance(value, dict) else {}


def _string(value: Any) -> str | None:
    """A text that can be kept: half a surrogate pair, which JSON can hold, is replaced."""
    if not isinstance(value, str):
        return None
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def _id(value: Any) -> str | None:
    """Telegram's ids are 64-bit whole numbers; True is none of them, and zero is not either."""
    if type(value) is int and value and -_LONGEST_ID <= value < _LONGEST_ID:
        return str(value)
    return None


def _whole(value: Any) -> int:
    return value if type(value) is int and 0 <= value < _LONGEST_ID else 0


def _degrees(value: Any) -> bool:
    return type(value) in (int, float) and -180 <= value <= 180


def _moment(value: Any) -> datetime | None:
    if type(value) is int and 0 < value < _LATEST_DATE:
        return datetime.fromtimestamp(value, UTC)
    return None

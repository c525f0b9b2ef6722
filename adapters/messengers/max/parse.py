"""Updates of MAX to unified messages; what we do not serve becomes nothing.

Read from the raw JSON: a field that a newer API adds or changes cannot stop an update. Only dialogs
are served. A customer is addressed by the number of the person: presses in a dialog come without the
number of the chat.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from adapters.foreign_json import listed, mapping, string, whole
from adapters.messengers.max.contents import (
    Vouched,
    attached,
    full_name,
    label_of,
    own_phone,
    shared,
    type_of,
)
from adapters.messengers.max.markup import entities_of
from bots.model.message import Address, UnifiedMessage

UPDATES = (
    "message_created",
    "message_callback",
    "message_edited",
    "message_removed",
    "bot_started",
    "bot_stopped",
    "dialog_removed",
)
"""What we ask MAX to tell."""

LATEST_DATE = 2**33


@dataclass(frozen=True, slots=True)
class Around:
    """What reading an update needs: `address_of` gets a person's number, `now` is for what has no date.

    `vouched` tells whether MAX signed a card with a hash.
    """

    address_of: Callable[[str], Address]
    new_id: Callable[[], str]
    now: datetime
    vouched: Vouched


class _Found(NamedTuple):
    """The fields of a unified message, who did it, and what MAX repeats when it tells again."""

    fields: dict[str, Any]
    person: dict[str, Any]
    external_id: str


def parse_update(update: Any, around: Around) -> list[UnifiedMessage]:
    """The messages in an update. Takes any JSON and never raises."""
    read = _READERS.get(string(update.get("update_type"))) if isinstance(update, dict) else None
    found = read(update, around) if read is not None else None
    if found is None:
        return []
    user_id = whole(found.person.get("user_id"))
    if user_id <= 0 or found.person.get("is_bot") is True or not found.external_id:
        return []
    profile = _profile(found.person, update)
    if phone := own_phone(found.fields.get("attachments", ())):
        profile["phone"] = phone
    return [
        UnifiedMessage(
            message_id=around.new_id(),
            address=around.address_of(str(user_id)),
            platform="max",
            user_id=str(user_id),
            external_id=found.external_id,
            timestamp=_moment(found.fields.pop("at", None) or update.get("timestamp"))
            or around.now,
            profile=profile,
            **found.fields,
        )
    ]


def chat_of(update: Any) -> tuple[str, int]:
    """A person's number with that of their dialog, which only the sign of typing needs; else "", 0."""
    if not isinstance(update, dict):
        return "", 0
    message = mapping(update, "message")
    person = whole(mapping(message, "sender").get("user_id"))
    chat = whole(mapping(message, "recipient").get("chat_id"))
    if update.get("update_type") == "bot_started":
        person = whole(mapping(update, "user").get("user_id"))
        chat = whole(update.get("chat_id"))
    elif update.get("update_type") != "message_created" or not _is_dialog(message):
        return "", 0
    return (str(person), chat) if person > 0 and chat else ("", 0)


# ---------------------------------------------------------------- messages


def _created(update: dict[str, Any], around: Around) -> _Found | None:
    message = mapping(update, "message")
    if not _is_dialog(message):
        return None
    person = mapping(message, "sender")
    body, link = mapping(message, "body"), mapping(message, "link")
    linked = mapping(link, "message")
    fields: dict[str, Any] = {"platform_message_id": string(body.get("mid"))}
    metadata: dict[str, Any] = {}
    if link.get("type") == "reply":
        fields["reply_to"] = string(linked.get("mid"))
        if quote := string(linked.get("text")):
            metadata["quote"] = quote
    elif link.get("type") == "forward":
        metadata["forwarded"] = True
        if not string(body.get("text")) and not listed(body, "attachments"):
            body = {**linked, "mid": body.get("mid") or linked.get("mid")}
    fields |= _content(body, whole(person.get("user_id")), around)
    if fields["text"] is None and not fields["attachments"]:
        return None
    fields["metadata"] = metadata
    fields["at"] = message.get("timestamp")
    mid = string(body.get("mid"))
    return _Found(fields, person, mid and f"{mid}:created")


def _edited(update: dict[str, Any], around: Around) -> _Found | None:
    """A new text. It may be changed more than once: when it was tells the changes apart."""
    message = mapping(update, "message")
    if not _is_dialog(message):
        return None
    person, body = mapping(message, "sender"), mapping(message, "body")
    mid = string(body.get("mid"))
    fields = _content(body, whole(person.get("user_id")), around)
    if fields["text"] is None or not mid:
        return None
    fields |= {"happening": "edited", "platform_message_id": mid, "at": update.get("timestamp")}
    return _Found(fields, person, f"{mid}:edited:{whole(update.get('timestamp'))}")


def _content(body: dict[str, Any], sender: int, around: Around) -> dict[str, Any]:
    raw = listed(body, "attachments")
    attachments = attached(raw, sender, around.vouched)
    text = string(body.get("text")) or shared(raw)
    return {
        "text": text or None,
        "entities": entities_of(text, listed(body, "markup")),
        "attachments": attachments,
        "message_type": type_of(attachments),
    }


def _removed(update: dict[str, Any], around: Around) -> _Found | None:
    """Dialogs have positive numbers, chats of several people negative ones."""
    mid = string(update.get("message_id"))
    if not mid or whole(update.get("chat_id")) < 0:
        return None
    data = {"event": "message.deleted", "data": {"message_id": mid}}
    person = {"user_id": update.get("user_id")}
    return _Found({"happening": "event", "metadata": data}, person, f"{mid}:removed")


# ---------------------------------------------------------------- the rest


def _pressed(update: dict[str, Any], around: Around) -> _Found | None:
    """A pressed button. Its message is missing where it was deleted in the meantime."""
    callback, message = mapping(update, "callback"), mapping(update, "message")
    token = string(callback.get("callback_id"))
    payload = callback.get("payload")
    if not token or not isinstance(payload, str):
        return None
    if mapping(message, "recipient").get("chat_type") in ("chat", "channel"):
        return None
    body = mapping(message, "body")
    fields = {
        "happening": "button",
        "button": string(payload),
        "reply_token": token,
        "text": label_of(listed(body, "attachments"), payload) or None,
        "platform_message_id": string(body.get("mid")),
        "at": callback.get("timestamp"),
    }
    # The same keyboard may be pressed again: when it was tells the presses apart.
    at = whole(callback.get("timestamp")) or whole(update.get("timestamp"))
    return _Found(fields, mapping(callback, "user"), f"{token}:{at}")


def _started(update: dict[str, Any], around: Around) -> _Found | None:
    """The button «Start», or a link max.ru/<bot>?start=<payload>."""
    payload = string(update.get("payload")).strip()
    fields = {"text": "/start", "metadata": {"start": payload} if payload else {}}
    return _Found(fields, mapping(update, "user"), _of_person(update))


def _stopped(update: dict[str, Any], around: Around) -> _Found | None:
    return _Found({"happening": "blocked"}, mapping(update, "user"), _of_person(update))


def _of_person(update: dict[str, Any]) -> str:
    kind, at = string(update.get("update_type")), whole(update.get("timestamp"))
    return f"{kind}:{whole(mapping(update, 'user').get('user_id'))}:{at}"


_READERS: dict[str, Callable[[dict[str, Any], Around], _Found | None]] = {
    "message_created": _created,
    "message_callback": _pressed,
    "message_edited": _edited,
    "message_removed": _removed,
    "bot_started": _started,
    "bot_stopped": _stopped,
    "dialog_removed": _stopped,
}


def _is_dialog(message: dict[str, Any]) -> bool:
    return mapping(message, "recipient").get("chat_type") == "dialog"


def _profile(person: dict[str, Any], update: dict[str, Any]) -> dict[str, Any]:
    profile = {
        "name": full_name(person),
        "username": string(person.get("username")),
        "language": string(update.get("user_locale")).partition("-")[0].lower(),
    }
    return {key: value for key, value in profile.items() if value}


def _moment(milliseconds: Any) -> datetime | None:
    seconds = whole(milliseconds) / 1000
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < LATEST_DATE else None

"""Updates of the Bot API to unified messages; what we do not serve becomes nothing.

Read from the raw JSON: it takes a few microseconds, and a field that a newer Bot API adds or
changes cannot stop an update. Only private chats are served.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson

from adapters.foreign_json import kept, mapping, moment
from adapters.messengers.telegram.contents import attached, located
from adapters.messengers.telegram.entities import moved, parse_entities
from adapters.messengers.telegram.fields import full_name, id_of, string
from bots.model.message import Address, Entity, UnifiedMessage

ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "inline_query",
    "my_chat_member",
    "message_reaction",
    "pre_checkout_query",
    "shipping_query",
)
"""What we ask Telegram to send; reactions come to those alone who name them."""

TAKEN = "shown:chosen"
"""The payload of the button that only shows what was chosen; a flow's own never looks like this."""

_STAR = "⭐"


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
    update_id = id_of(update.get("update_id"))
    found = _read(update)
    if update_id is None or found is None:
        return []
    fields, chat, sender = found
    chat_id = id_of(chat.get("id"))
    if chat_id is None or chat.get("type") != "private" or sender.get("is_bot") is True:
        return []
    return [
        UnifiedMessage(
            message_id=new_id(),
            address=address_of(chat_id),
            platform="telegram",
            user_id=id_of(sender.get("id")) or chat_id,
            external_id=update_id,
            timestamp=moment(fields.pop("date", None)) or now,
            profile=_profile(sender, fields.get("attachments", ())),
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
    if (change := update.get("message_reaction")) is not None:
        return _reaction(change)
    if (change := update.get("my_chat_member")) is not None:
        return _membership(change)
    return None


# ---------------------------------------------------------------- messages


def _message(message: Any) -> _Found | None:
    if not isinstance(message, dict):
        return None
    sender = mapping(message, "from")
    if (sent := message.get("web_app_data")) is not None:
        return _form(sent, message, sender)
    message_type, attachments = attached(message, sender)
    text, entities = _text(message)
    if text is None and not attachments:
        return None
    fields: dict[str, Any] = {
        "date": message.get("date"),
        "platform_message_id": id_of(message.get("message_id")) or "",
        "text": text,
        "message_type": message_type,
        "attachments": attachments,
    }
    metadata = _around(message, fields)
    if text is not None and text.startswith("/"):
        fields["text"], entities, start = _command(text, entities)
        metadata |= start
    if entities:
        fields["entities"] = entities
    fields["metadata"] = metadata
    return fields, mapping(message, "chat"), sender


def _text(message: dict[str, Any]) -> tuple[str | None, tuple[Entity, ...]]:
    for key, marks in (("text", "entities"), ("caption", "caption_entities")):
        if (text := string(message.get(key))) is not None:
            return text, parse_entities(message[marks], text) if marks in message else ()
    return None, ()


def _around(message: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """What the message belongs to: an album, another message, somebody who wrote it first."""
    metadata: dict[str, Any] = {}
    if (album := string(message.get("media_group_id"))) is not None:
        metadata["album"] = album
    answered = message.get("reply_to_message")
    # In a forum every message points at the one that began its topic.
    if isinstance(answered, dict) and "forum_topic_created" not in answered:
        fields["reply_to"] = id_of(answered.get("message_id")) or ""
    if "quote" in message and (quote := string(mapping(message, "quote").get("text"))):
        metadata["quote"] = quote
    if "forward_origin" in message:
        metadata["forwarded"] = True
    return metadata


def _command(
    text: str, entities: tuple[Entity, ...]
) -> tuple[str, tuple[Entity, ...], dict[str, Any]]:
    """`/start payload` comes from a deep link: the payload is set apart. `@bot` is dropped."""
    head, _, rest = text.partition(" ")
    name, at, bot = head.partition("@")
    if at:
        entities = moved(entities, len(name), len(bot) + 1)
    if name == "/start" and rest.strip():
        kept = tuple(one for one in entities if one.start + one.length <= len(name))
        return name, kept, {"start": rest.strip()}
    return (f"{name} {rest}".rstrip() if at else text), entities, {}


def _edited(message: Any) -> _Found | None:
    """New words or another file. A place that is edited is one that moves."""
    if isinstance(message, dict) and (place := located(message.get("location"))) is not None:
        return _moved(message, place)
    found = _message(message)
    if found is None or "happening" in found[0]:
        return None
    found[0]["happening"] = "edited"
    found[0]["date"] = message.get("edit_date") or message.get("date")
    found[0]["metadata"].pop("album", None)
    return found


# ---------------------------------------------------------------- what people do


def _press(press: Any) -> _Found | None:
    """A pressed button. The message under it may be too old for Telegram to tell more than its id."""
    if not isinstance(press, dict):
        return None
    data, token = string(press.get("data")), string(press.get("id"))
    if data is None or token is None or data == TAKEN:
        return None
    message = mapping(press, "message")
    fields: dict[str, Any] = {
        "happening": "button",
        "button": data,
        "reply_token": token,
        "platform_message_id": id_of(message.get("message_id")) or "",
    }
    if "reply_markup" in message:
        fields["text"] = _label(mapping(message, "reply_markup").get("inline_keyboard"), data)
    return fields, mapping(message, "chat"), mapping(press, "from")


def _label(rows: Any, data: str) -> str | None:
    """The words of the button that was pressed."""
    for row in rows if isinstance(rows, list) else ():
        for button in row if isinstance(row, list) else ():
            if isinstance(button, dict) and button.get("callback_data") == data:
                return string(button.get("text"))
    return None


def _membership(change: Any) -> _Found | None:
    """Blocking and unblocking a bot is a change of the bot's own membership."""
    if not isinstance(change, dict):
        return None
    status = mapping(change, "new_chat_member").get("status")
    if status == "kicked":
        happening = "blocked"
    elif status == "member":
        happening = "unblocked"
    else:
        return None
    fields = {"date": change.get("date"), "happening": happening}
    return fields, mapping(change, "chat"), mapping(change, "from")


# ---------------------------------------------------------------- events


def _event(name: str, data: dict[str, Any], told: dict[str, Any], by: str) -> _Found:
    """`by` is the field that names the person."""
    fields = {
        "date": told.get("edit_date") or told.get("date"),
        "happening": "event",
        "platform_message_id": id_of(told.get("message_id")) or "",
        "metadata": {"event": name, "data": data},
    }
    return fields, mapping(told, "chat"), mapping(told, by)


def _moved(message: dict[str, Any], place: dict[str, Any]) -> _Found:
    return _event("location.moved", {"live": 0, **place}, message, "from")


def _reaction(change: Any) -> _Found | None:
    message_id = id_of(change.get("message_id")) if isinstance(change, dict) else None
    emoji = reaction_in(change) if isinstance(change, dict) else None
    if emoji is None or message_id is None:
        return None
    data = {"emoji": emoji, "message_id": message_id}
    return _event("reaction.set", data, change, "user")


def reaction_in(change: dict[str, Any]) -> str | None:
    """The sign that somebody put under a message, "" for one taken away; None for what is no sign."""
    now, before = change.get("new_reaction"), change.get("old_reaction")
    if not isinstance(now, list):
        return None
    fresh = [one for one in now if not isinstance(before, list) or one not in before]
    return _emoji((fresh or now)[-1]) if now else ""


def _emoji(reaction: Any) -> str | None:
    """A custom emoji is a picture that has no sign: its id stands for it."""
    if not isinstance(reaction, dict):
        return None
    if reaction.get("type") == "paid":
        return _STAR
    custom = string(reaction.get("custom_emoji_id"))
    return f"custom:{custom}" if custom else string(reaction.get("emoji"))


def _form(sent: Any, message: dict[str, Any], sender: dict[str, Any]) -> _Found | None:
    """What a page opened from a button sent: the values of a form, or any text."""
    text = string(sent.get("data")) if isinstance(sent, dict) else None
    if text is None:
        return None
    try:
        values = orjson.loads(text)
    except orjson.JSONDecodeError:
        values = None
    data = {
        "name": string(sent.get("button_text")) or "",
        "values": kept(values) if isinstance(values, dict) else {"data": text},
    }
    fields, chat, _ = _event("form.sent", data, message, "from")
    return fields, chat, sender


def _profile(sender: dict[str, Any], attachments: Any) -> dict[str, Any]:
    profile = {
        "name": full_name(sender),
        "username": string(sender.get("username")),
        "language": string(sender.get("language_code")),
    }
    for attachment in attachments:
        if attachment.details.get("own"):
            profile["phone"] = attachment.details["phone"]
    return {key: value for key, value in profile.items() if value}

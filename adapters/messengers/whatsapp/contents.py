"""What a message of WhatsApp holds, kind by kind: words, files, places, presses, events.

https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/payload-examples
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from adapters.foreign_json import kept, mapping
from adapters.messengers.whatsapp.raw import (
    Json,
    identifier,
    mappings,
    number,
    phone_digits,
    string,
    whole,
    words,
)
from bots.model.message import Attachment, AttachmentKind, Happening, MessageType

SHARE_PHONE = "share:phone"
"""The id of the button by which a customer lets us have the number that WhatsApp told us."""

ALBUM = "media"
"""WhatsApp gives pictures sent together one by one, and nothing that says so."""


@dataclass(slots=True, kw_only=True)
class Content:
    """The fields of a unified message that its kind decides."""

    happening: Happening = "message"
    text: str | None = None
    message_type: MessageType = "text"
    attachments: tuple[Attachment, ...] = ()
    button: str | None = None
    platform_message_id: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


def content_of(message: Json) -> Content | None:
    """None for what says nothing to us, and for a kind that is not as it should be."""
    kind = string(message.get("type"))
    if kind is None or kind in _SILENT:
        return None
    read = _KINDS.get(kind)
    return read(message) if read is not None else _unreadable(message)


def event(name: str, data: Mapping[str, Any]) -> Content:
    """Something that happened, which is no message."""
    return Content(happening="event", metadata={"event": name, "data": dict(data)})


def opened_advert(referral: Json) -> dict[str, Any]:
    """The advertisement or post that led here; {} for what is none."""
    found = {
        "source": words(referral.get("source_type")),
        "id": words(referral.get("source_id")),
        "url": words(referral.get("source_url")),
        "title": words(referral.get("headline")),
        "text": words(referral.get("body")),
    }
    return found if any(found.values()) else {}


# ---------------------------------------------------------------- words and files


def _text(message: Json) -> Content | None:
    text = string(mapping(message, "text").get("body"))
    return Content(text=text) if text is not None else None


_FILES: Mapping[str, tuple[AttachmentKind, MessageType]] = {
    "image": ("photo", "image"),
    "video": ("video", "video"),
    "audio": ("audio", "audio"),
    "document": ("document", "document"),
    "sticker": ("sticker", "sticker"),
}


def _file(message: Json) -> Content | None:
    name = message["type"]
    raw = mapping(message, name)
    ref = identifier(raw.get("id"))
    if ref is None:
        return _unreadable(message)
    kind, message_type = _FILES[name]
    if raw.get("voice") is True:
        kind, message_type = "voice", "voice"
    content = Content(
        text=string(raw.get("caption")),
        message_type=message_type,
        attachments=(
            Attachment(
                kind=kind,
                ref=ref,
                name=string(raw.get("filename")),
                mime=string(raw.get("mime_type")),
                size=whole(raw.get("file_size")),
                details={"animated": True} if raw.get("animated") is True else {},
            ),
        ),
    )
    if kind in ("photo", "video"):
        content.metadata["album"] = ALBUM
    return content


def _unreadable(message: Json) -> Content:
    """A poll, a picture that may be seen once, a kind of tomorrow: the customer sent something."""
    return Content(attachments=(Attachment(kind="unknown"),))


# ---------------------------------------------------------------- places and contacts


def _location(message: Json) -> Content | None:
    raw = mapping(message, "location")
    latitude, longitude = number(raw.get("latitude")), number(raw.get("longitude"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return _unreadable(message)
    details: dict[str, Any] = {"latitude": latitude, "longitude": longitude}
    for key, ours in (("name", "title"), ("address", "address")):
        if written := string(raw.get(key)):
            details[ours] = written
    place = Attachment(kind="location", details=details)
    return Content(message_type="location", attachments=(place,))


def _contacts(message: Json) -> Content | None:
    sender = phone_digits(message.get("from"))
    cards = [_contact(card, sender) for card in mappings(message, "contacts")]
    found = tuple(card for card in cards if card is not None)
    return Content(message_type="contact", attachments=found) if found else _unreadable(message)


def _contact(card: Json, sender: str | None) -> Attachment | None:
    name = words(mapping(card, "name").get("formatted_name"))
    for phone in mappings(card, "phones"):
        known = phone_digits(phone.get("wa_id"))
        written = f"+{known}" if known else words(phone.get("phone"))
        if written:
            details: dict[str, Any] = {"phone": written, "name": name}
            if known is not None and known == sender:
                details["own"] = True
            return Attachment(kind="contact", details=details)
    return Attachment(kind="contact", details={"phone": "", "name": name}) if name else None


# ---------------------------------------------------------------- presses


def _template_button(message: Json) -> Content | None:
    """A quick reply of a template stands for its words: templates are made outside of flows."""
    raw = mapping(message, "button")
    text = string(raw.get("text")) or string(raw.get("payload"))
    if text is None:
        return _unreadable(message)
    payload = words(raw.get("payload"))
    return Content(text=text, metadata={"payload": payload} if payload not in ("", text) else {})


def _interactive(message: Json) -> Content | None:
    raw = mapping(message, "interactive")
    kind = raw.get("type")
    if kind in ("button_reply", "list_reply"):
        return _press(message, mapping(raw, kind))
    if kind == "nfm_reply":
        return _form(mapping(raw, "nfm_reply"))
    if kind == "call_permission_reply":
        return None
    return _unreadable(message)


def _press(message: Json, reply: Json) -> Content | None:
    payload = string(reply.get("id"))
    if payload is None:
        return _unreadable(message)
    # The rest of a long label stands in the description of its row.
    label = " ".join(filter(None, (words(reply.get("title")), words(reply.get("description")))))
    if payload == SHARE_PHONE:
        own = Attachment(kind="contact", details={"phone": "", "name": "", "own": True})
        return Content(text=label, message_type="contact", attachments=(own,))
    return Content(
        happening="button",
        button=payload,
        text=label or None,
        platform_message_id=identifier(mapping(message, "context").get("id")) or "",
    )


def _form(reply: Json) -> Content | None:
    """A Flow of WhatsApp was filled in: its answers are JSON inside of JSON."""
    try:
        values = orjson.loads(words(reply.get("response_json")))
    except orjson.JSONDecodeError:
        values = {}
    values = kept(values) if isinstance(values, dict) else {}
    token = values.pop("flow_token", None)
    name = token if isinstance(token, str) and token != "unused" else words(reply.get("name"))
    return event("form.sent", {"name": name, "values": values})


# ---------------------------------------------------------------- events


def _reaction(message: Json) -> Content | None:
    raw = mapping(message, "reaction")
    target = identifier(raw.get("message_id"))
    if target is None:
        return None
    return event("reaction.set", {"emoji": words(raw.get("emoji")), "message_id": target})


def _order(message: Json) -> Content | None:
    raw = mapping(message, "order")
    items = [
        {
            "id": words(item.get("product_retailer_id")),
            "quantity": number(item.get("quantity")),
            "price": number(item.get("item_price")),
            "currency": words(item.get("currency")),
        }
        for item in mappings(raw, "product_items")
    ]
    if not items:
        return _unreadable(message)
    catalog, text = words(raw.get("catalog_id")), words(raw.get("text"))
    return event("order.placed", {"catalog": catalog, "items": items, "text": text})


def _edit(edited: Json) -> Content | None:
    raw = mapping(edited, "edit")
    original = identifier(raw.get("original_message_id"))
    message = mapping(raw, "message")
    inner = content_of(message) if message.get("type") != "edit" else None
    if original is None or inner is None or inner.text is None:
        return None
    return Content(
        happening="edited",
        text=inner.text,
        message_type=inner.message_type,
        attachments=inner.attachments,
        platform_message_id=original,
    )


def _revoke(message: Json) -> Content | None:
    original = identifier(mapping(message, "revoke").get("original_message_id"))
    return event("message.deleted", {"message_id": original}) if original else None


_SILENT = frozenset({"ephemeral", "request_welcome", "system"})
"""Kinds that need no answer; `system` is read by whoever knows the people."""

_KINDS: Mapping[str, Callable[[Json], Content | None]] = {
    "text": _text,
    **dict.fromkeys(_FILES, _file),
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "button": _template_button,
    "interactive": _interactive,
    "order": _order,
    "edit": _edit,
    "revoke": _revoke,
}

"""What customers attach in MAX: files, places, people. Takes any JSON and never raises."""

import mimetypes
import re
from collections.abc import Callable, Sequence
from typing import Any

from adapters.foreign_json import degrees, mapping, string, whole
from bots.model.message import Attachment, MessageType

VIDEO = "video:"
"""Before a video's token: where it lies has to be asked for."""

_TYPES: dict[str, MessageType] = {
    "photo": "image",
    "video": "video",
    "voice": "voice",
    "document": "document",
    "sticker": "sticker",
    "location": "location",
    "contact": "contact",
}

Vouched = Callable[[str, str], bool]
"""Whether MAX signed this card with this hash."""

_PHONE = re.compile(r"(?im)^TEL[^:\r\n]*:\s*([^\r\n]+)")
_NAME = re.compile(r"(?im)^FN[^:\r\n]*:\s*([^\r\n]+)")


def attached(raw: Sequence[Any], sender: int, vouched: Vouched) -> tuple[Attachment, ...]:
    """The attachments of a message by `sender`; keyboards and the like are none."""
    found = (_attachment(one, sender, vouched) for one in raw if isinstance(one, dict))
    return tuple(one for one in found if one is not None)


def shared(raw: Sequence[Any]) -> str:
    """The addresses of links that were shared without words."""
    payloads = [mapping(one, "payload") for one in raw if _kind(one) == "share"]
    return "\n".join(filter(None, (string(one.get("url")) for one in payloads)))


def type_of(attachments: Sequence[Attachment]) -> MessageType:
    """What a message with these is."""
    return _TYPES[attachments[0].kind] if attachments else "text"


def own_phone(attachments: Sequence[Attachment]) -> str:
    """The customer's own number, where they shared it."""
    own = (one.details for one in attachments if one.details.get("own"))
    return next((string(details.get("phone")) for details in own), "")


def label_of(raw: Sequence[Any], payload: str) -> str:
    """What stood on the button with this payload; "" where it cannot be told."""
    for keyboard in raw:
        if _kind(keyboard) != "inline_keyboard":
            continue
        rows = mapping(keyboard, "payload").get("buttons")
        for row in rows if isinstance(rows, list) else ():
            for button in row if isinstance(row, list) else ():
                if isinstance(button, dict) and button.get("payload") == payload:
                    return string(button.get("text"))
    return ""


def _kind(raw: Any) -> str:
    return string(raw.get("type")) if isinstance(raw, dict) else ""


def _attachment(raw: dict[str, Any], sender: int, vouched: Vouched) -> Attachment | None:
    payload = mapping(raw, "payload")
    url = string(payload.get("url"))
    match _kind(raw):
        case "image" if url:
            return Attachment(kind="photo", ref=url)
        case "video" if token := string(payload.get("token")):
            return Attachment(kind="video", ref=f"{VIDEO}{token}")
        case "audio" if url:
            words = string(raw.get("transcription"))
            return Attachment(kind="voice", ref=url, details={"transcript": words} if words else {})
        case "file" if url:
            return _file(raw, url)
        case "sticker" if url:
            code = string(payload.get("code"))
            return Attachment(kind="sticker", ref=url, details={"code": code} if code else {})
        case "location":
            return _location(raw)
        case "contact":
            return _contact(payload, sender, vouched)
    return None


def _file(raw: dict[str, Any], url: str) -> Attachment:
    name = string(raw.get("filename"))
    return Attachment(
        kind="document",
        ref=url,
        name=name or None,
        mime=mimetypes.guess_type(name)[0] if name else None,
        size=max(whole(raw.get("size")), 0) or None,
    )


def _location(raw: dict[str, Any]) -> Attachment | None:
    latitude, longitude = degrees(raw.get("latitude")), degrees(raw.get("longitude"))
    if latitude is None or longitude is None:
        return None
    return Attachment(kind="location", details={"latitude": latitude, "longitude": longitude})


def _contact(payload: dict[str, Any], sender: int, vouched: Vouched) -> Attachment | None:
    """The number stands in a vCard; whose it is, in `max_info`: it is told where MAX vouches for both."""
    # Line breaks may come written as signs.
    card = string(payload.get("vcf_info")).replace("\\r\\n", "\r\n")
    person = mapping(payload, "max_info")
    phone = _PHONE.search(card)
    named = _NAME.search(card)
    name = named[1].strip() if named else full_name(person)
    if phone is None:
        return None
    details: dict[str, Any] = {"phone": _with_plus(phone[1].strip()), "name": name}
    own = sender and whole(person.get("user_id")) == sender
    if own and vouched(card, string(payload.get("hash"))):
        details["own"] = True
    return Attachment(kind="contact", details=details)


def full_name(person: dict[str, Any]) -> str:
    """First and last name."""
    names = (string(person.get("first_name")), string(person.get("last_name")))
    return " ".join(filter(None, names)).strip() or string(person.get("name"))


def _with_plus(phone: str) -> str:
    return f"+{phone}" if phone.isdecimal() and len(phone) > 10 else phone

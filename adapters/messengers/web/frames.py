"""The socket's language: a visitor's frames become unified messages, records become frames."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from bots.errors import Invalid
from bots.model.message import Address, Attachment, Button, Card, MessageType, UnifiedMessage
from bots.model.turn import MessageRecord

PLATFORM = "web"
START = "start"
"""The id of the greeting a fresh page asks for; being always the same, it is taken once a chat."""

FILES = "/web/files/"
MEDIA = "/media/"
LONGEST_TEXT = 4000
LONGEST_PAYLOAD = 64
MOST_FILES = 10

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# What turns the direction of writing: `photo\u202egpj.exe` is shown as `photoexe.jpg`.
_TURNING = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_TYPES: Mapping[str, MessageType] = {"photo": "image"}

FindFile = Callable[[str], Attachment | None]
"""A file that was uploaded here, by the path it is served from."""


# ---------------------------------------------------------------- from a visitor


def read_message(
    frame: Mapping[str, Any],
    *,
    address: Address,
    message_id: str,
    now: datetime,
    language: str,
    find_file: FindFile,
) -> UnifiedMessage:
    """What a visitor sent. Raises Invalid for a frame that says nothing we understand."""
    client_id = _client_id(frame)
    contents: dict[str, Any] = _read_contents(frame, find_file)
    return UnifiedMessage(
        message_id=message_id,
        address=address,
        platform=PLATFORM,
        user_id=address.chat_id,
        external_id=f"{address.bot}:{address.chat_id}:{client_id}",
        timestamp=now,
        platform_message_id=client_id,
        profile={"language": language} if language else {},
        **contents,
    )


def named(frame: Mapping[str, Any]) -> str | None:
    """The id a visitor's page gave a frame; None where it is no such id."""
    value = frame.get("id")
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _client_id(frame: Mapping[str, Any]) -> str:
    id = named(frame)
    if id is None:
        raise Invalid("id", "1 to 64 letters, digits, _ or -")
    return id


def _read_contents(frame: Mapping[str, Any], find_file: FindFile) -> dict[str, Any]:
    match frame.get("type"):
        case "message":
            return {"text": _text(frame, required=True)}
        case "press":
            return _read_press(frame)
        case "photo" | "files":
            return _read_files(frame, find_file)
        case "location":
            return _read_location(frame)
        case "contact":
            return _read_contact(frame)
    raise Invalid("type", "message, press, photo, location or contact")


def _text(frame: Mapping[str, Any], *, required: bool = False) -> str | None:
    value = frame.get("text")
    if value is not None and not isinstance(value, str):
        raise Invalid("text", "a string")
    text = _UNSEEN.sub("", value or "").strip()
    if len(text) > LONGEST_TEXT:
        raise Invalid("text", f"at most {LONGEST_TEXT} characters")
    if required and not text:
        raise Invalid("text", "must not be empty")
    return text or None


def _read_press(frame: Mapping[str, Any]) -> dict[str, Any]:
    payload = frame.get("payload")
    if not isinstance(payload, str) or not 0 < len(payload.encode()) <= LONGEST_PAYLOAD:
        raise Invalid("payload", f"a string of 1 to {LONGEST_PAYLOAD} bytes")
    return {"happening": "button", "button": payload, "text": _text(frame)}


def _read_files(frame: Mapping[str, Any], find_file: FindFile) -> dict[str, Any]:
    files = frame.get("files")
    if not isinstance(files, list) or not 0 < len(files) <= MOST_FILES:
        raise Invalid("files", f"a list of 1 to {MOST_FILES} files")
    attachments = tuple(_read_file(item, find_file) for item in files)
    kind = attachments[0].kind
    return {
        "text": _text(frame),
        "message_type": _TYPES.get(kind, kind),
        "attachments": attachments,
    }


def _read_file(item: object, find_file: FindFile) -> Attachment:
    ref = item.get("ref") if isinstance(item, dict) else None
    found = find_file(ref) if isinstance(ref, str) else None
    if found is None:
        raise Invalid("files", "no such file")
    name = item.get("name") if isinstance(item, dict) else None
    return Attachment(
        kind=found.kind,
        ref=found.ref,
        name=_file_name(name) if isinstance(name, str) else None,
        mime=found.mime,
        size=found.size,
    )


def _file_name(given: str) -> str:
    """Without folders, and shown as what it is."""
    name = _TURNING.sub("", _UNSEEN.sub("", given))
    return " ".join(re.split(r"[/\\]", name)[-1].split())[-120:]


def _read_location(frame: Mapping[str, Any]) -> dict[str, Any]:
    place = {
        "latitude": _degrees(frame, "latitude", 90),
        "longitude": _degrees(frame, "longitude", 180),
    }
    return {
        "message_type": "location",
        "attachments": (Attachment(kind="location", details=place),),
    }


def _degrees(frame: Mapping[str, Any], field: str, limit: int) -> float:
    value = frame.get(field)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Invalid(field, "a number of degrees")
    if not math.isfinite(value) or abs(value) > limit:
        raise Invalid(field, f"between -{limit} and {limit}")
    return float(value)


def _read_contact(frame: Mapping[str, Any]) -> dict[str, Any]:
    phone = frame.get("phone")
    digits = re.sub(r"[^0-9+]", "", phone) if isinstance(phone, str) else ""
    if not re.fullmatch(r"\+?[0-9]{7,15}", digits):
        raise Invalid("phone", "a telephone number")
    # A page cannot vouch for a number the way a messenger does, so it is never `own`.
    details = {"phone": digits, "own": False}
    return {
        "message_type": "contact",
        "attachments": (Attachment(kind="contact", details=details),),
    }


# ---------------------------------------------------------------- to a visitor


def shown(record: MessageRecord, *, bot: str) -> dict[str, Any]:
    """A message as the page draws it."""
    own = record.author == "customer"
    return {
        "seq": record.seq,
        "id": record.platform_message_id if own else record.message_id,
        "from": record.author,
        "at": record.created_at.isoformat(),
        "text": record.text,
        "hidden": own and record.platform_message_id == START,
        "files": [_shown_file(attachment, bot) for attachment in record.attachments],
        "cards": [_shown_card(card, bot) for card in record.cards],
        "buttons": _shown_buttons(record.keyboard.rows) if record.keyboard else [],
        "inline": record.keyboard.inline if record.keyboard else True,
        "renews": record.renews,
        "replaces": record.replaces,
    }


def _shown_file(attachment: Attachment, bot: str) -> dict[str, Any]:
    details = attachment.details
    return {
        "kind": attachment.kind,
        "url": media_url(attachment.ref, bot=bot),
        "name": attachment.name or attachment.ref.rpartition("/")[2],
        "mime": attachment.mime,
        "size": attachment.size,
        "album": attachment.album,
        **{key: details[key] for key in ("latitude", "longitude", "phone") if key in details},
    }


def _shown_card(card: Card, bot: str) -> dict[str, Any]:
    return {
        "title": card.title,
        "text": card.text,
        "photo": media_url(card.photo, bot=bot),
        "buttons": _shown_buttons(card.keyboard.rows) if card.keyboard else [],
    }


def media_url(ref: str, *, bot: str) -> str:
    """Where the page finds a file: uploaded here, somewhere on the web, or in the bot's folder."""
    if ref.startswith(("https://", "http://", FILES)) or not ref:
        return ref
    return f"{MEDIA}{quote(bot, safe='')}/{quote(ref.removeprefix('media/'))}"


def _shown_buttons(rows: Sequence[Sequence[Button]]) -> list[list[dict[str, Any]]]:
    return [
        [
            {
                "text": button.text,
                "payload": button.payload,
                "url": button.url,
                "share": button.share,
            }
            for button in row
        ]
        for row in rows
    ]

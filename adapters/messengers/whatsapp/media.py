"""Attachments as messages of WhatsApp: each in the kind that takes its format, else a document.

https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#supported-media-types
"""

from collections.abc import Iterable, Mapping
from typing import Any

import structlog

from adapters.bot_media import is_local
from bots.model.message import Attachment
from bots.shaping import clean, contact_words, place_words, shortened

Call = dict[str, Any]
"""One row of the outbox: the `body` of the call, and the `file` of ours that goes into it.

`file` is {"ref", "at"}: the path, and the keys under which its message stands in the body.
"""

_OFFICE = "application/vnd.openxmlformats-officedocument."
FORMATS: Mapping[str, tuple[str, str]] = {
    "jpg": ("image", "image/jpeg"),
    "jpeg": ("image", "image/jpeg"),
    "png": ("image", "image/png"),
    "webp": ("sticker", "image/webp"),
    "mp4": ("video", "video/mp4"),
    "3gp": ("video", "video/3gpp"),
    "aac": ("audio", "audio/aac"),
    "amr": ("audio", "audio/amr"),
    "mp3": ("audio", "audio/mpeg"),
    "m4a": ("audio", "audio/mp4"),
    "ogg": ("audio", "audio/ogg"),
    "oga": ("audio", "audio/ogg"),
    "opus": ("audio", "audio/ogg"),
    "txt": ("document", "text/plain"),
    "pdf": ("document", "application/pdf"),
    "doc": ("document", "application/msword"),
    "xls": ("document", "application/vnd.ms-excel"),
    "ppt": ("document", "application/vnd.ms-powerpoint"),
    "docx": ("document", f"{_OFFICE}wordprocessingml.document"),
    "xlsx": ("document", f"{_OFFICE}spreadsheetml.sheet"),
    "pptx": ("document", f"{_OFFICE}presentationml.presentation"),
}
"""By a file's ending: what it is shown as, and its media type."""

WITH_WORDS = frozenset({"image", "video", "document"})
"""What a caption may stand under, and what may stand above the words of buttons."""

_KINDS = {"photo": "image", "voice": "audio"}
"""What we call otherwise."""

MAX_TEXT = 4096

log = structlog.get_logger()


def media_calls(attachments: Iterable[Attachment]) -> list[Call]:
    """The messages that show them, one each, in order."""
    calls = (_call(attachment) for attachment in attachments)
    return [call for call in calls if call is not None]


def kind_for(ref: str, kind: str) -> str:
    """What a file or an address is shown as; `kind` is what was asked for.

    A picture or a film that is to go as a document goes as what it is: documents may only have the
    formats of offices.
    """
    kind = _KINDS.get(kind, kind)
    ending = ending_of(ref)
    if not ending:
        return kind
    fitting = FORMATS.get(ending, ("document", ""))[0]
    return "document" if fitting == "sticker" != kind else fitting


def ending_of(ref: str) -> str:
    """The ending of a path's or an address' last part, in lower case."""
    name = file_name(ref)
    return name.rpartition(".")[2].lower() if "." in name else ""


def file_name(ref: str) -> str:
    """The last part of a path, or of an address that has one."""
    path = ref.partition("?")[0].partition("#")[0]
    if "://" in path:
        _, _, path = path.partition("://")[2].partition("/")
    return path.rpartition("/")[2]


def _call(attachment: Attachment) -> Call | None:
    if attachment.kind == "location":
        return {"body": _location(attachment)}
    if attachment.kind == "contact":
        return {"body": _contact(attachment)}
    if not attachment.ref or attachment.kind == "unknown":
        log.warning("An attachment without a file is left out", kind=attachment.kind)
        return None
    return _file(attachment)


def _file(attachment: Attachment) -> Call:
    ref = attachment.ref
    web = ref.startswith(("https://", "http://"))
    if not web and not is_local(ref):
        kind = _KINDS.get(attachment.kind, attachment.kind)
        return {"body": {"type": kind, kind: {"id": ref, **_named(attachment, kind, "")}}}
    kind = kind_for(ref, attachment.kind)
    shown = _named(attachment, kind, file_name(ref))
    if attachment.kind == "voice" and FORMATS.get(ending_of(ref), ("", ""))[1] == "audio/ogg":
        shown["voice"] = True
    if web:
        return {"body": {"type": kind, kind: {"link": clean(ref), **shown}}}
    return {"body": {"type": kind, kind: shown}, "file": {"ref": ref, "at": []}}


def _named(attachment: Attachment, kind: str, name: str) -> dict[str, Any]:
    name = clean(attachment.name or name)
    return {"filename": name[-240:]} if kind == "document" and name else {}


def _location(attachment: Attachment) -> dict[str, Any]:
    details = attachment.details
    latitude, longitude = details.get("latitude", 0), details.get("longitude", 0)
    if not (_degrees(latitude, 90) and _degrees(longitude, 180)):
        return words(place_words(attachment))
    place = {"latitude": latitude, "longitude": longitude}
    for ours, theirs in (("title", "name"), ("address", "address")):
        if details.get(ours):
            place[theirs] = _line(details[ours])[:1000]
    return {"type": "location", "location": place}


def _contact(attachment: Attachment) -> dict[str, Any]:
    details = attachment.details
    phone = _line(details.get("phone"))
    if not phone:
        return words(clean(contact_words(attachment)).strip() or "—")
    name = _line(details.get("name")) or phone
    card = {
        "name": {"formatted_name": name, "first_name": name.partition(" ")[0]},
        "phones": [{"phone": phone}],
    }
    return {"type": "contacts", "contacts": [card]}


def words(text: str) -> dict[str, Any]:
    """A message of words; the first address in it is shown with a picture of its page."""
    text = shortened(text, MAX_TEXT)
    body: dict[str, Any] = {"body": text}
    if "https://" in text or "http://" in text:
        body["preview_url"] = True
    return {"type": "text", "text": body}


def without_file(call: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is left of a message whose file is refused; None where it had no file or no words."""
    body = call["body"]
    if body["type"] == "interactive":
        inner = body["interactive"]
        if "header" not in inner:
            return None
        bare = {key: value for key, value in inner.items() if key != "header"}
        return {**body, "interactive": bare}
    caption = body.get(body["type"], {}).get("caption") if body["type"] != "contacts" else None
    return words(caption) if caption else None


def _line(value: Any) -> str:
    return " ".join(clean(str(value or "")).split())


def _degrees(value: Any, most: int) -> bool:
    return type(value) in (int, float) and abs(value) <= most

"""What customers attach as answers: pictures, files, places, their own number."""

from collections.abc import Mapping, Sequence
from typing import Any

from flows import contacts, numerals
from flows.turn import MediaKind, Sent

_MEDIA: frozenset[MediaKind] = frozenset(
    ("photo", "video", "audio", "voice", "document", "sticker", "location", "contact")
)
ATTACHED: Mapping[str, frozenset[MediaKind]] = {
    "photo": frozenset({"photo"}),
    "photos": frozenset({"photo"}),
    "video": frozenset({"video"}),
    "file": frozenset({"document", "photo", "video", "audio"}),
    "voice": frozenset({"voice", "audio"}),
    "location": frozenset({"location"}),
    "any": _MEDIA,
}


def is_a(sent: Sent, kinds: frozenset[MediaKind]) -> bool:
    """A picture sent as a file is a picture all the same."""
    if sent.kind in kinds:
        return True
    mime = str(sent.details.get("mime") or "")
    return sent.kind == "document" and (
        ("photo" in kinds and mime.startswith("image/"))
        or ("video" in kinds and mime.startswith("video/"))
    )


def value_of(sent: Sent) -> Any:
    return sent.ref or dict(sent.details)


def place_of(fitting: Sequence[Sent], text: str) -> dict[str, float] | None:
    for sent in fitting:
        latitude, longitude = sent.details.get("latitude"), sent.details.get("longitude")
        if isinstance(latitude, (int, float)) and isinstance(longitude, (int, float)):
            return {"latitude": float(latitude), "longitude": float(longitude)}
    return numerals.coordinates(text)


def phone_of(sent: Sent) -> str | None:
    phone = sent.details.get("phone") if sent.kind == "contact" else None
    return contacts.shared_phone(phone) if isinstance(phone, str) else None

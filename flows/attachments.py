"""What customers attach as answers: pictures, files, places, their own number."""

from collections.abc import Mapping, Sequence
from typing import Any

from flows import contacts, places
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

_TOLD = ("name", "mime", "size")
_SHOWN: tuple[MediaKind, ...] = ("photo", "video", "audio", "voice", "document", "sticker")
_ENDINGS: Mapping[str, MediaKind] = {
    "jpg": "photo",
    "jpeg": "photo",
    "png": "photo",
    "webp": "photo",
    "mp4": "video",
    "mov": "video",
    "webm": "video",
    "mp3": "audio",
    "m4a": "audio",
    "ogg": "audio",
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


def value_of(sent: Sent) -> dict[str, Any]:
    """What a variable holds: `kind`, `ref` and, where they are known, `name`, `mime` and `size`."""
    if not sent.ref:
        return dict(sent.details)
    known = {key: sent.details[key] for key in _TOLD if sent.details.get(key) is not None}
    return {"kind": sent.kind, "ref": sent.ref, **known}


def named(value: Any) -> Any:
    """A value with each attachment in it by its reference alone, as tests of owners write it."""
    if isinstance(value, list):
        return [named(item) for item in value]
    if isinstance(value, Mapping) and "kind" in value and "ref" in value:
        return value["ref"]
    return value


def given_back(value: Any, kind: str) -> list[tuple[MediaKind, str]]:
    """A value of a flow as media to be shown; what names nothing that could be shown is left out.

    An attachment goes back as what it came as: a messenger's reference is good for that kind alone.
    """
    if isinstance(value, (list, tuple)):
        return [one for item in value for one in given_back(item, kind)]
    if isinstance(value, Mapping):
        return given_back(value.get("ref") or value.get("url"), str(value.get("kind") or kind))
    if not isinstance(value, str) or not value.strip():
        return []
    ref = value.strip()
    return [(next((one for one in _SHOWN if one == kind), kind_of(ref)), ref)]


def kind_of(ref: str) -> MediaKind:
    """What a path or an address is of, by its ending; one without an ending is a picture's."""
    name = ref.partition("?")[0].rpartition("/")[2]
    _, dot, ending = name.rpartition(".")
    return _ENDINGS.get(ending.lower(), "document") if dot else "photo"


def place_of(fitting: Sequence[Sent], text: str) -> dict[str, float] | None:
    for sent in fitting:
        latitude, longitude = sent.details.get("latitude"), sent.details.get("longitude")
        if isinstance(latitude, (int, float)) and isinstance(longitude, (int, float)):
            return {"latitude": float(latitude), "longitude": float(longitude)}
    return places.place_in(text)


def phone_of(sent: Sent) -> str | None:
    phone = sent.details.get("phone") if sent.kind == "contact" else None
    return contacts.shared_phone(phone) if isinstance(phone, str) else None

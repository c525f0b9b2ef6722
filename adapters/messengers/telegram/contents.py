"""What hangs on a message of the Bot API: files, places, contacts, dice."""

from typing import Any

from adapters.messengers.telegram.fields import degrees, full_name, id_of, string, whole
from bots.model.message import Attachment, AttachmentKind, MessageType

_FILES: dict[str, tuple[AttachmentKind, MessageType, str]] = {
    # An animation is told as a document too, for bots from before there were animations.
    "animation": ("video", "video", "animation"),
    "document": ("document", "document", ""),
    "voice": ("voice", "voice", ""),
    "audio": ("audio", "audio", ""),
    "video": ("video", "video", ""),
    "video_note": ("video", "video", "round"),
    "sticker": ("sticker", "sticker", ""),
}
"""The fields of a message, what they are for us, and the detail that tells alike ones apart."""

UNREADABLE = (
    "poll",
    "story",
    "game",
    "invoice",
    "giveaway",
    "giveaway_winners",
    "paid_media",
    "checklist",
    "gift",
)
"""What people send and bots cannot pass on: that it was sent is known, and by this name."""


def attached(
    message: dict[str, Any], sender: dict[str, Any]
) -> tuple[MessageType, tuple[Attachment, ...]]:
    """The message's type and what hangs on it; of kinds of tomorrow nothing."""
    if "text" in message:
        return "text", ()
    if (photo := _largest(message.get("photo"))) is not None:
        return "image", (photo,)
    for key, (kind, message_type, mark) in _FILES.items():
        if key in message and (file := _file(kind, message[key], mark)) is not None:
            return message_type, (file,)
    if (place := _place(message)) is not None:
        return "location", (place,)
    if (contact := _contact(message.get("contact"), sender)) is not None:
        return "contact", (contact,)
    if (die := _die(message.get("dice"))) is not None:
        return "sticker", (die,)
    unreadable = next((kind for kind in UNREADABLE if kind in message), None)
    if unreadable is not None:
        return "text", (Attachment(kind="unknown", details={"as": unreadable}),)
    return "text", ()


def located(raw: Any) -> dict[str, Any] | None:
    """A place's `latitude` and `longitude`, and the seconds it is `live` for where it is."""
    if not isinstance(raw, dict):
        return None
    place: dict[str, Any] = {key: raw.get(key) for key in ("latitude", "longitude")}
    if not all(map(degrees, place.values())):
        return None
    live = whole(raw.get("live_period"))
    return {**place, "live": live} if live else place


def _largest(sizes: Any) -> Attachment | None:
    photos = [
        size
        for size in (sizes if isinstance(sizes, list) else ())
        if isinstance(size, dict) and string(size.get("file_id"))
    ]
    if not photos:
        return None
    best = max(photos, key=lambda size: whole(size.get("width")) * whole(size.get("height")))
    return Attachment(kind="photo", ref=best["file_id"], size=whole(best.get("file_size")) or None)


def _file(kind: AttachmentKind, raw: Any, mark: str) -> Attachment | None:
    if not isinstance(raw, dict) or not (ref := string(raw.get("file_id"))):
        return None
    details: dict[str, Any] = {mark: True} if mark else {}
    if emoji := string(raw.get("emoji")):
        details["emoji"] = emoji
    return Attachment(
        kind=kind,
        ref=ref,
        name=string(raw.get("file_name")),
        mime=string(raw.get("mime_type")),
        size=whole(raw.get("file_size")) or None,
        details=details,
    )


def _place(message: dict[str, Any]) -> Attachment | None:
    """A venue is told as a location too; it adds a name and an address."""
    place = located(message.get("location"))
    venue = message.get("venue")
    if isinstance(venue, dict):
        place = place or located(venue.get("location"))
        named = {key: string(venue.get(key)) for key in ("title", "address")}
        if place is not None:
            place |= {key: value for key, value in named.items() if value}
    return None if place is None else Attachment(kind="location", details=place)


def _contact(raw: Any, sender: dict[str, Any]) -> Attachment | None:
    if not isinstance(raw, dict) or not (phone := string(raw.get("phone_number"))):
        return None
    owner = id_of(raw.get("user_id"))
    details: dict[str, Any] = {"phone": phone, "name": full_name(raw)}
    if owner is not None and owner == id_of(sender.get("id")):
        details["own"] = True
    return Attachment(kind="contact", details=details)


def _die(raw: Any) -> Attachment | None:
    if not isinstance(raw, dict) or not (emoji := string(raw.get("emoji"))):
        return None
    details = {"dice": True, "emoji": emoji, "value": whole(raw.get("value"))}
    return Attachment(kind="sticker", details=details)

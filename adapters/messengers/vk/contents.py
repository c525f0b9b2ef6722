"""What hangs on a message of VK: files become attachments, all else lines of words that lead there."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from adapters.foreign_json import listed, mapping, string, whole
from bots.model.message import Attachment, MessageType

_DEEPEST = 5
"""Forwarded messages hold others; so many levels are read."""

_MOST = 100
"""So many forwarded messages and attachments are read."""

_SITE = "https://vk.com/"
_GIF = 3
"""https://dev.vk.com/ru/reference/objects/doc: the types of documents."""

TYPES: Mapping[str, MessageType] = {
    "photo": "image",
    "video": "video",
    "audio": "audio",
    "voice": "voice",
    "document": "document",
    "sticker": "sticker",
    "location": "location",
}
"""What a message is called after its first attachment."""


def attachments_of(message: Any) -> tuple[Attachment, ...]:
    """The files and the place of a message."""
    found = [
        attachment
        for one in listed(message, "attachments")[:_MOST]
        if (attachment := _attachment(one)) is not None
    ]
    place = _place(mapping(message, "geo"))
    return (*found, place) if place is not None else tuple(found)


def lines_of(message: Any) -> list[str]:
    """What is no file, in words: a link, a post, goods. An address in the text is not repeated."""
    text = string(message.get("text")) if isinstance(message, dict) else ""
    lines = []
    for one in listed(message, "attachments")[:_MOST]:
        if _attachment(one) is not None:
            continue
        words, address = _described(one)
        if address and address in text:
            continue
        lines.append(" ".join(filter(None, (words, address))))
    return [line for line in lines if line]


def forwarded(message: Any, depth: int = 0) -> Iterator[Any]:
    """The messages that were passed on with a message, from the outside inwards."""
    if depth >= _DEEPEST:
        return
    for one in listed(message, "fwd_messages")[:_MOST]:
        yield one
        yield from forwarded(one, depth + 1)


# ---------------------------------------------------------------- files


def _attachment(raw: Any) -> Attachment | None:
    kind = string(raw.get("type")) if isinstance(raw, dict) else ""
    read = _FILES.get(kind)
    body = mapping(raw, kind) if read is not None else {}
    return read(body) if read is not None and body else None


def _photo(body: dict[str, Any]) -> Attachment | None:
    """The largest of its sizes, which stand in no order."""
    sizes = [one for one in listed(body, "sizes") if isinstance(one, dict) and _url(one, "url")]
    if not sizes:
        return None
    best = max(sizes, key=lambda one: whole(one.get("width")) * whole(one.get("height")))
    return Attachment(kind="photo", ref=_url(best, "url"), details={"id": _id("photo", body)})


def _video(body: dict[str, Any]) -> Attachment | None:
    """VK gives no file of it to communities: it can be sent on, and looked at on its page."""
    reference = _id("video", body)
    if not reference:
        return None
    page = f"{_SITE}video{whole(body.get('owner_id'))}_{whole(body.get('id'))}"
    details = {"url": page, "duration": whole(body.get("duration"))}
    return Attachment(
        kind="video", ref=reference, name=string(body.get("title")) or None, details=details
    )


def _audio(body: dict[str, Any]) -> Attachment | None:
    reference = _url(body, "url") or _id("audio", body)
    if not reference:
        return None
    name = " — ".join(filter(None, (string(body.get("artist")), string(body.get("title")))))
    return Attachment(kind="audio", ref=reference, name=name or None, mime="audio/mpeg")


def _voice(body: dict[str, Any]) -> Attachment | None:
    details = {"duration": whole(body.get("duration"))}
    if ogg := _url(body, "link_ogg"):
        return Attachment(kind="voice", ref=ogg, mime="audio/ogg", details=details)
    if mp3 := _url(body, "link_mp3"):
        return Attachment(kind="voice", ref=mp3, mime="audio/mpeg", details=details)
    return None


def _document(body: dict[str, Any]) -> Attachment | None:
    url = _url(body, "url")
    if not url:
        return None
    extension = string(body.get("ext"))
    animation = body.get("type") == _GIF or extension.lower() == "gif"
    return Attachment(
        kind="video" if animation else "document",
        ref=url,
        name=string(body.get("title")) or None,
        mime="image/gif" if animation else None,
        size=max(whole(body.get("size")), 0) or None,
        details={"animation": True} if animation else {},
    )


def _sticker(body: dict[str, Any]) -> Attachment | None:
    number = whole(body.get("sticker_id"))
    if number <= 0:
        return None
    images = [one for one in listed(body, "images") if _url(one, "url")]
    best: Any = max(images, key=lambda one: whole(one.get("width")), default={})
    details = {"sticker_id": number}
    return Attachment(kind="sticker", ref=_url(best, "url") or str(number), details=details)


def _graffiti(body: dict[str, Any]) -> Attachment | None:
    url = _url(body, "url")
    return Attachment(kind="photo", ref=url) if url else None


_FILES: Mapping[str, Callable[[dict[str, Any]], Attachment | None]] = {
    "photo": _photo,
    "video": _video,
    "audio": _audio,
    "audio_message": _voice,
    "doc": _document,
    "sticker": _sticker,
    "graffiti": _graffiti,
}


def _place(geo: dict[str, Any]) -> Attachment | None:
    at = mapping(geo, "coordinates")
    latitude, longitude = at.get("latitude"), at.get("longitude")
    if not (_degrees(latitude, 90) and _degrees(longitude, 180)):
        return None
    named = mapping(geo, "place")
    told = {"title": string(named.get("title")), "address": string(named.get("address"))}
    return Attachment(
        kind="location",
        details={
            "latitude": latitude,
            "longitude": longitude,
            **{key: value for key, value in told.items() if value},
        },
    )


def _degrees(value: Any, most: int) -> bool:
    return type(value) in (int, float) and -most <= value <= most


# ---------------------------------------------------------------- everything else


def _described(raw: Any) -> tuple[str, str]:
    """What it says of itself, and where it can be looked at. Never both empty for a known type."""
    kind = string(raw.get("type")) if isinstance(raw, dict) else ""
    body = mapping(raw, kind)
    owner, number = whole(body.get("owner_id")), whole(body.get("id"))
    page = f"{owner}_{number}" if owner and number else ""
    match kind:
        case "":
            return "", ""
        case "link":
            return string(body.get("title")), _url(body, "url")
        case "wall":
            owner = whole(body.get("to_id")) or whole(body.get("from_id")) or owner
            return string(body.get("text")), f"{_SITE}wall{owner}_{number}" if number else ""
        case "wall_reply":
            post = whole(body.get("post_id"))
            where = f"{_SITE}wall{owner}_{post}?reply={number}" if owner and post else ""
            return string(body.get("text")), where
        case "market":
            price = string(mapping(body, "price").get("text"))
            words = ", ".join(filter(None, (string(body.get("title")), price)))
            return words, f"{_SITE}market{owner}?w=product{page}" if page else ""
        case "poll":
            return string(body.get("question")), f"{_SITE}poll{page}" if page else ""
        case "story" | "podcast" | "article":
            words = string(body.get("title"))
            return words or f"[{kind}]", _url(body, "view_url") or _url(body, "url")
    return string(body.get("title")) or f"[{kind[:40]}]", _url(body, "url")


def _id(kind: str, body: dict[str, Any]) -> str:
    """What a file is attached by: https://dev.vk.com/ru/method/messages.send (attachment)."""
    owner, number = whole(body.get("owner_id")), whole(body.get("id"))
    if not owner or not number:
        return ""
    key = string(body.get("access_key"))
    return f"{kind}{owner}_{number}_{key}" if key.isalnum() else f"{kind}{owner}_{number}"


def _url(body: Any, key: str) -> str:
    found = string(body.get(key)) if isinstance(body, dict) else ""
    return found if found.startswith(("https://", "http://")) else ""

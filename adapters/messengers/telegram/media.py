"""Attachments as calls of the Bot API: one call each, but for albums, which are one together.

An album has from two to ten pictures and videos, or documents, or pieces of music; nothing else
mixes: https://core.telegram.org/bots/api#sendmediagroup
"""

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from typing import Any

import structlog

from adapters.bot_media import is_local
from bots.model.message import Attachment
from bots.shaping import clean, contact_words

MAX_ALBUM = 10

METHODS = {
    "photo": "sendPhoto",
    "video": "sendVideo",
    "animation": "sendAnimation",
    "video_note": "sendVideoNote",
    "audio": "sendAudio",
    "voice": "sendVoice",
    "document": "sendDocument",
    "sticker": "sendSticker",
}
"""By what Telegram calls a kind of file, which is also the parameter it stands in."""

CAPTIONED = frozenset(
    {
        "sendPhoto",
        "sendVideo",
        "sendAnimation",
        "sendAudio",
        "sendVoice",
        "sendDocument",
        "sendMediaGroup",
    }
)
"""The methods that take words under what they send."""

_FAMILIES = {"photo": "pictures", "video": "pictures", "document": "documents", "audio": "music"}
_DICE = frozenset("🎲🎯🏀⚽🎳🎰")
_LIVES = (60, 86_400)
"""Seconds a place may be live for, or FOREVER: https://core.telegram.org/bots/api#sendlocation"""
_FOREVER = 0x7FFFFFFF

log = structlog.get_logger()

Call = dict[str, Any]


def media_calls(attachments: Iterable[Attachment]) -> list[Call]:
    """The calls that send them, in order; an album's parts are put together by what mixes."""
    calls: list[Call] = []
    for album, together in groupby(attachments, key=lambda one: one.album):
        if album:
            calls.extend(_album(list(together)))
        else:
            calls.extend(call for call in map(_alone, together) if call is not None)
    return calls


def caption(call: Call, text: str, entities: Sequence[Any] = ()) -> None:
    """Put words under media. Under a picture of an album they are shown below all of them, under a
    document only below that one, so there they stand last."""
    into = call
    if call["method"] == "sendMediaGroup":
        pictures = _FAMILIES[call["media"][0]["type"]] == "pictures"
        into = call["media"][0 if pictures else -1]
    into["caption"] = text
    if entities:
        into["caption_entities"] = list(entities)


# ---------------------------------------------------------------- one by one


def _alone(attachment: Attachment) -> Call | None:
    if attachment.kind == "location":
        return _place(attachment)
    if attachment.kind == "contact":
        return _contact(attachment)
    if attachment.details.get("dice"):
        return _die(str(attachment.details.get("emoji", "")))
    if not attachment.ref:
        log.warning("An attachment without a file is left out", kind=attachment.kind)
        return None
    kind = _sent_as(attachment)
    call: Call = {"method": METHODS[kind]}
    if is_local(attachment.ref):
        call["upload"] = {"field": kind, "file": attachment.ref}
    else:
        call[kind] = attachment.ref
    return call


def _sent_as(attachment: Attachment) -> str:
    """What Telegram calls the kind. A video note cannot be sent by its address."""
    if attachment.kind == "video" and attachment.details.get("animation"):
        return "animation"
    if attachment.kind == "video" and attachment.details.get("round"):
        return "video" if "://" in attachment.ref else "video_note"
    return attachment.kind


def _place(attachment: Attachment) -> Call:
    details = attachment.details
    place = {key: details.get(key, 0) for key in ("latitude", "longitude")}
    title, address = (clean(str(details.get(key) or "")) for key in ("title", "address"))
    if title or address:
        named = {"title": title or address, "address": address or title}
        return {"method": "sendVenue", **place, **named}
    call: Call = {"method": "sendLocation", **place}
    if type(live := details.get("live")) is int and live > 0:
        shortest, longest = _LIVES
        call["live_period"] = live if live == _FOREVER else min(max(live, shortest), longest)
    return call


def _contact(attachment: Attachment) -> Call | None:
    phone = str(attachment.details.get("phone", ""))
    if not any(sign.isdecimal() for sign in phone):
        # Telegram takes no card without a number.
        words = clean(contact_words(attachment)).strip()
        return {"method": "sendMessage", "text": words} if words else None
    name = str(attachment.details.get("name") or phone)
    return {"method": "sendContact", "phone_number": phone, "first_name": clean(name)}


def _die(emoji: str) -> Call:
    return {"method": "sendDice", "emoji": emoji if emoji in _DICE else "🎲"}


# ---------------------------------------------------------------- together


def _album(attachments: Sequence[Attachment]) -> list[Call]:
    families: dict[str, list[Attachment]] = {}
    for attachment in attachments:
        kind = _sent_as(attachment)
        families.setdefault(_FAMILIES.get(kind, kind), []).append(attachment)
    calls: list[Call | None] = []
    for family, members in families.items():
        if family not in _FAMILIES.values():
            calls.extend(map(_alone, members))
            continue
        for group in _shared_out([member for member in members if member.ref]):
            calls.append(_group(group) if len(group) > 1 else _alone(group[0]))
    return [call for call in calls if call is not None]


def _shared_out(members: Sequence[Attachment]) -> list[Sequence[Attachment]]:
    """Groups of at most ten and about the same size: eleven pictures are six and five."""
    count = -(-len(members) // MAX_ALBUM)
    ends = [len(members) * place // count for place in range(count + 1)] if count else []
    return [members[start:end] for start, end in pairwise(ends)]


def _group(group: Sequence[Attachment]) -> Call:
    media: list[dict[str, Any]] = []
    uploads = []
    for at, attachment in enumerate(group):
        part: dict[str, Any] = {"type": attachment.kind}
        if is_local(attachment.ref):
            uploads.append({"at": at, "field": attachment.kind, "file": attachment.ref})
        else:
            part["media"] = attachment.ref
        media.append(part)
    call: Call = {"method": "sendMediaGroup", "media": media}
    return {**call, "uploads": uploads} if uploads else call

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
from bots.shaping import clean

MAX_ALBUM = 10

METHODS = {
    "photo": "sendPhoto",
    "video": "sendVideo",
    "audio": "sendAudio",
    "voice": "sendVoice",
    "document": "sendDocument",
    "sticker": "sendSticker",
}
_FAMILIES = {"photo": "pictures", "video": "pictures", "document": "documents", "audio": "music"}

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


def takes_caption(call: Call) -> bool:
    return call["method"] not in ("sendSticker", "sendLocation", "sendContact")


def caption(call: Call, text: str) -> None:
    """Put words under media. Under a picture of an album they are shown below all of them, under a
    document only below that one, so there they stand last."""
    if call["method"] != "sendMediaGroup":
        call["caption"] = text
        return
    pictures = _FAMILIES[call["media"][0]["type"]] == "pictures"
    call["media"][0 if pictures else -1]["caption"] = text


# ---------------------------------------------------------------- one by one


def _alone(attachment: Attachment) -> Call | None:
    details = attachment.details
    if attachment.kind == "location":
        return {
            "method": "sendLocation",
            "latitude": details.get("latitude", 0),
            "longitude": details.get("longitude", 0),
        }
    if attachment.kind == "contact":
        phone = str(details.get("phone", ""))
        name = str(details.get("name") or phone)
        return {"method": "sendContact", "phone_number": phone, "first_name": clean(name)}
    if not attachment.ref:
        log.warning("An attachment without a file is left out", kind=attachment.kind)
        return None
    call: Call = {"method": METHODS[attachment.kind]}
    if is_local(attachment.ref):
        call["upload"] = {"field": attachment.kind, "file": attachment.ref}
    else:
        call[attachment.kind] = attachment.ref
    return call


# ---------------------------------------------------------------- together


def _album(attachments: Sequence[Attachment]) -> list[Call]:
    families: dict[str, list[Attachment]] = {}
    for attachment in attachments:
        if attachment.ref:
            family = _FAMILIES.get(attachment.kind, attachment.kind)
            families.setdefault(family, []).append(attachment)
    calls: list[Call | None] = []
    for family, members in families.items():
        if family not in _FAMILIES.values():
            calls.extend(map(_alone, members))
            continue
        for group in _shared_out(members):
            calls.append(_group(group) if len(group) > 1 else _alone(group[0]))
    return [call for call in calls if call is not None]


def _shared_out(members: Sequence[Attachment]) -> list[Sequence[Attachment]]:
    """Groups of at most ten and about the same size: eleven pictures are six and five."""
    count = -(-len(members) // MAX_ALBUM)
    ends = [len(members) * place // count for place in range(count + 1)]
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

"""Sends albums: several files in one call, those of the bot folder uploaded with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from adapters.messengers.telegram.client import Client
from adapters.messengers.telegram.files import BotFiles, LocalFile, forgotten
from adapters.messengers.telegram.media import METHODS
from bots.errors import Rejected

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an album as Telegram wants it; `file` is a file of ours, its `media` still open."""

    media: dict[str, Any]
    file: LocalFile | None = None


async def send_album(
    client: Client,
    files: BotFiles,
    parameters: Mapping[str, Any],
    uploads: Sequence[Mapping[str, Any]],
) -> Any:
    """Send it; `uploads` says which of its parts are files of ours.

    A file that cannot be read is left out, as one missing picture should not hide nine others.
    Raises Rejected where nothing is left.
    """
    refs = {upload["at"]: upload["file"] for upload in uploads}
    parts = []
    for at, media in enumerate(parameters["media"]):
        try:
            file = await files.read(refs[at], media["type"]) if at in refs else None
            parts.append(_Part(media, file))
        except Rejected as rejected:
            log.warning("A part of an album is left out", why=str(rejected))
    if not parts:
        raise Rejected("none of the album's files can be sent")
    _keep_caption(parameters["media"], parts)
    chat_id = parameters["chat_id"]
    try:
        return await _send(client, files, chat_id, parts, anew=False)
    except Rejected as rejected:
        if not forgotten(rejected):
            raise
    return await _send(client, files, chat_id, parts, anew=True)


def _keep_caption(media: Sequence[Mapping[str, Any]], parts: list[_Part]) -> None:
    """Words that stood under a part which is left out go to one that is sent."""
    caption = next((part["caption"] for part in media if "caption" in part), None)
    if caption is not None and not any("caption" in part.media for part in parts):
        parts[0] = _Part({**parts[0].media, "caption": caption}, parts[0].file)


async def _send(
    client: Client, files: BotFiles, chat_id: Any, parts: Sequence[_Part], *, anew: bool
) -> Any:
    media, uploaded = [], {}
    for at, part in enumerate(parts):
        ready = dict(part.media)
        if part.file is not None:
            known = None if anew else await files.known(ready["type"], part.file)
            ready["media"] = known or f"attach://file{at}"
            if known is None:
                uploaded[f"file{at}"] = (part.file.name, part.file.content)
        media.append(ready)
    sent = await _call(client, chat_id, media, uploaded)
    messages = sent if isinstance(sent, list) else [sent]
    for part, message in zip(parts, messages, strict=False):
        if part.file is not None and uploaded:
            await files.remember(part.media["type"], part.file, message)
    return sent


async def _call(
    client: Client,
    chat_id: Any,
    media: Sequence[Mapping[str, Any]],
    uploaded: Mapping[str, tuple[str, bytes]],
) -> Any:
    method, call = "sendMediaGroup", {"chat_id": chat_id, "media": media}
    if len(media) == 1:
        # Telegram calls two the least of an album.
        (alone,) = media
        method = METHODS[alone["type"]]
        call = {"chat_id": chat_id, alone["type"]: alone["media"]}
        if "caption" in alone:
            call["caption"] = alone["caption"]
    if uploaded:
        return await client.upload(method, call, files=uploaded)
    return await client.call(method, call)

"""Sends albums: several files in one call, those of the bot folder uploaded with it."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from adapters.bot_media import TOO_LARGE, LocalFile
from adapters.messengers.telegram.client import Client
from adapters.messengers.telegram.files import BotFiles, forgotten
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
    Raises Rejected where nothing is left, or one is too large for an album.
    """
    refs = {upload["at"]: upload["file"] for upload in uploads}
    parts = []
    for at, media in enumerate(parameters["media"]):
        try:
            file = await files.find(refs[at], media["type"]) if at in refs else None
            parts.append(_Part(media, file))
        except Rejected as rejected:
            if TOO_LARGE in str(rejected):
                # By itself it may go out as a document.
                raise
            log.warning("A part of an album is left out", why=str(rejected))
    if not parts:
        raise Rejected("none of the album's files can be sent")
    _keep_caption(parameters["media"], parts)
    rest = {name: value for name, value in parameters.items() if name != "media"}
    try:
        return await _send(client, files, rest, parts)
    except Rejected as rejected:
        if not forgotten(rejected):
            raise
    stale = (await _ids(files, parts)).values()
    return await _send(client, files, rest, parts, stale=frozenset(stale))


def _keep_caption(media: Sequence[Mapping[str, Any]], parts: list[_Part]) -> None:
    """Words that stood under a part which is left out go to one that is sent."""
    said = next((part for part in media if "caption" in part), None)
    if said is not None and not any("caption" in part.media for part in parts):
        parts[0] = _Part({**parts[0].media, **_caption(said)}, parts[0].file)


def _caption(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: part[name] for name in ("caption", "caption_entities") if name in part}


async def _send(
    client: Client,
    files: BotFiles,
    rest: Mapping[str, Any],
    parts: Sequence[_Part],
    *,
    stale: Container[str] = (),
) -> Any:
    """What is not known to Telegram, or only by a `stale` id, is uploaded with it."""
    ids = await _ids(files, parts, stale)
    if not _all_known(parts, ids):
        digests = "+".join(part.file.digest for part in parts if part.file is not None)
        async with files.uploading(digests):
            # Whoever was before us may have uploaded them.
            ids = await _ids(files, parts, stale)
            if not _all_known(parts, ids):
                return await _upload(client, files, rest, parts, ids)
    return await _call(client, rest, _media(parts, ids), {})


async def _upload(
    client: Client,
    files: BotFiles,
    rest: Mapping[str, Any],
    parts: Sequence[_Part],
    ids: Mapping[int, str],
) -> Any:
    uploaded = {
        f"file{at}": (part.file.name, await part.file.content())
        for at, part in enumerate(parts)
        if part.file is not None and at not in ids
    }
    sent = await _call(client, rest, _media(parts, ids), uploaded)
    messages = sent if isinstance(sent, list) else [sent]
    for part, message in zip(parts, messages, strict=False):
        if part.file is not None:
            await files.learn(part.media["type"], part.file, message)
    return sent


async def _ids(
    files: BotFiles, parts: Sequence[_Part], stale: Container[str] = ()
) -> dict[int, str]:
    """The ids under which Telegram has files of ours, by their places in the album."""
    ids = {}
    for at, part in enumerate(parts):
        if part.file is not None:
            known = await files.known(part.media["type"], part.file)
            if known is not None and known not in stale:
                ids[at] = known
    return ids


def _all_known(parts: Sequence[_Part], ids: Container[int]) -> bool:
    return all(part.file is None or at in ids for at, part in enumerate(parts))


def _media(parts: Sequence[_Part], ids: Mapping[int, str]) -> list[dict[str, Any]]:
    return [
        part.media
        if part.file is None
        else {**part.media, "media": ids.get(at, f"attach://file{at}")}
        for at, part in enumerate(parts)
    ]


async def _call(
    client: Client,
    rest: Mapping[str, Any],
    media: Sequence[Mapping[str, Any]],
    uploaded: Mapping[str, tuple[str, bytes]],
) -> Any:
    method, call = "sendMediaGroup", {**rest, "media": media}
    if len(media) == 1:
        # Telegram calls two the least of an album.
        (alone,) = media
        method = METHODS[alone["type"]]
        call = {**rest, alone["type"]: alone["media"], **_caption(alone)}
    if uploaded:
        return await client.upload(method, call, files=uploaded)
    return await client.call(method, call)

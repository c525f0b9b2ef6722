"""What hangs on a message, brought into a group: by Telegram's own id, else fetched and uploaded."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from mimetypes import guess_extension

import structlog

from adapters.bot_media import is_local, plain_name
from adapters.messengers.telegram.desk.shown import WORDS, named
from adapters.messengers.telegram.files import LARGEST_UPLOAD
from adapters.messengers.telegram.media import Call
from bots.elsewhere import kept_elsewhere
from bots.errors import ChannelBusy, ChannelDown, ChannelError, EasyFlowError, Rejected
from bots.model.message import Attachment, AttachmentKind
from bots.model.turn import MessageRecord
from bots.ports import Channel, File, Sleep

TRIES = (1.0, 5.0, 15.0)
"""Seconds before a file is asked for again: words that stand behind it wait as long."""

LONGEST_WAIT = 30.0
"""Seconds that a messenger may bid us to wait for a file."""

AT_ONCE = 2
"""Files fetched at the same time: each is in memory while it is."""

UPLOAD = "attach://"

_ENDINGS: Mapping[AttachmentKind, str] = {
    "photo": ".jpg",
    "video": ".mp4",
    "audio": ".mp3",
    "voice": ".ogg",
    "sticker": ".webp",
}

log = structlog.get_logger()


@dataclass(slots=True)
class Brought:
    """What can be shown, the files that go along by the names in `ref`, lines for what cannot."""

    attachments: list[Attachment] = field(default_factory=list)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


class Media:
    """Fetches by the channels that files came by."""

    def __init__(self, channels: Mapping[str, Channel], sleep: Sleep) -> None:
        self._channels = channels
        self._sleep = sleep
        self._room = asyncio.Semaphore(AT_ONCE)

    async def brought(
        self, record: MessageRecord, *, came_by: str, into: str, language: str
    ) -> Brought:
        """For a group of the account `into`; `came_by` is the account of the chat itself."""
        found = Brought()
        for attachment in record.attachments:
            await self._bring(found, attachment, record, came_by, into, language)
        return found

    async def _bring(
        self,
        found: Brought,
        attachment: Attachment,
        record: MessageRecord,
        came_by: str,
        into: str,
        language: str,
    ) -> None:
        if not attachment.ref or attachment.kind == "unknown":
            self._without_file(found, attachment, came_by, language)
            return
        kept = kept_elsewhere(attachment.ref)
        channel, ref = (kept.channel, kept.ref) if kept is not None else (came_by, attachment.ref)
        ours = record.author in ("bot", "api")
        if ours and (is_local(attachment.ref) or "://" in attachment.ref):
            # A file of the bot's own: operators know it, or follow the link.
            found.lines.append(_listed(attachment, language))
        elif channel == into:
            found.attachments.append(replace(attachment, ref=ref))
        else:
            await self._upload(found, replace(attachment, ref=ref), channel, language)

    def _without_file(
        self, found: Brought, attachment: Attachment, came_by: str, language: str
    ) -> None:
        """Places, contacts and dice are no files; of others we know only that there were some."""
        shows = attachment.kind in ("location", "contact") or attachment.details.get("dice")
        if shows:
            found.attachments.append(attachment)
            return
        what = named(attachment, language, came_by.partition(":")[0])
        found.lines.append(f"📎 {what}")

    async def _upload(
        self, found: Brought, attachment: Attachment, channel: str, language: str
    ) -> None:
        try:
            if (attachment.size or 0) > LARGEST_UPLOAD[""]:
                raise Rejected(_too_large(attachment.size or 0))
            async with self._room:
                file = await self._fetched(channel, attachment.ref)
            if len(file.content) > LARGEST_UPLOAD[""]:
                raise Rejected(_too_large(len(file.content)))
        except EasyFlowError as error:
            log.warning("A customer's file cannot be shown", channel=channel, why=str(error))
            found.lines.append(gone(attachment, language, channel, str(error)))
            return
        field_name = f"file{len(found.files)}"
        found.files[field_name] = (_name(attachment, file), file.content)
        found.attachments.append(
            Attachment(kind=_kind(attachment, file), ref=f"{UPLOAD}{field_name}")
        )

    async def _fetched(self, name: str, ref: str) -> File:
        channel = self._channels.get(name)
        if channel is None:
            raise Rejected(f"{name} is not connected")
        for wait in TRIES:
            try:
                return await channel.fetch(ref)
            except ChannelBusy as busy:
                if busy.retry_after > LONGEST_WAIT:
                    raise
                await self._sleep(busy.retry_after)
            except ChannelDown:
                await self._sleep(wait)
        return await channel.fetch(ref)


def uploads(call: Call, files: Mapping[str, tuple[str, bytes]]) -> dict[str, tuple[str, bytes]]:
    """The files that a call takes along; what stands for them in it is put right."""
    taken: dict[str, tuple[str, bytes]] = {}

    def placed(ref: str) -> str:
        field_name = ref.removeprefix(UPLOAD)
        taken[field_name] = files[field_name]
        return ref

    upload = call.pop("upload", None)
    if upload is not None:
        call[upload["field"]] = placed(upload["file"])
    for one in call.pop("uploads", ()):
        call["media"][one["at"]]["media"] = placed(one["file"])
    return taken


def gone(attachment: Attachment, language: str, channel: str, why: str) -> str:
    """What stands for a file that is not to be had, with the way to see it all the same."""
    name = f" ({plain_name(attachment.name)})" if attachment.name else ""
    what = named(attachment, language, channel.partition(":")[0])
    return WORDS.say(language, "gone", what=what, called=name, why=why)


def refused_lines(
    attachments: Sequence[Attachment], language: str, channel: str, error: ChannelError
) -> list[str]:
    """For all that a group did not take."""
    return [gone(one, language, channel, str(error)) for one in attachments]


def _too_large(size: int) -> str:
    return f"{size // 2**20} MB > {LARGEST_UPLOAD[''] // 2**20} MB"


def _listed(attachment: Attachment, language: str) -> str:
    where = attachment.ref if "://" in attachment.ref else plain_name(attachment.ref)
    return f"📎 {named(attachment, language)}: {where}"


def _kind(attachment: Attachment, file: File) -> AttachmentKind:
    """As what it is uploaded. Stickers of others are pictures, but for those Telegram has itself."""
    kind = attachment.kind
    if kind == "sticker":
        kind = "sticker" if file.mime == "image/webp" else "photo"
    if kind == "photo" and (
        len(file.content) > LARGEST_UPLOAD["photo"] or file.mime in ("image/gif", "image/svg+xml")
    ):
        kind = "document"
    return kind


def _name(attachment: Attachment, file: File) -> str:
    name = plain_name(attachment.name or file.name or attachment.kind)
    if "." in name:
        return name
    return name + (guess_extension(file.mime) or _ENDINGS.get(attachment.kind, ""))

"""Files of the bot folder on their way to WhatsApp: uploaded once, sent by their id for a month."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from adapters.bot_media import BotMedia, LocalFile
from adapters.messengers.whatsapp.client import Client
from adapters.messengers.whatsapp.media import FORMATS, ending_of
from bots.elsewhere import Elsewhere, nothing_elsewhere
from bots.errors import Rejected
from bots.ports import Clock, Shelf

MEGABYTE = 2**20
LARGEST = {
    "image": 5 * MEGABYTE,
    "video": 16 * MEGABYTE,
    "audio": 16 * MEGABYTE,
    "sticker": MEGABYTE // 2,
    "document": 100 * MEGABYTE,
    "": 100 * MEGABYTE,
}
"""https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#supported-media-types"""

PLAINEST = "text/plain"
"""Uploads may have no type but the listed ones; of a document, its name tells what it is."""

KEPT = timedelta(days=29)
"""WhatsApp forgets what was uploaded after 30 days."""

_FORGOTTEN = ("does not exist", "media id", "media_id", "not found", "100/33")


class BotFiles(BotMedia):
    """Files of one bot's folder. An id belongs to one number."""

    def __init__(
        self,
        client: Client,
        *,
        shelf: Shelf,
        workspace: int,
        clock: Clock,
        folder: Callable[[], Path | None],
        elsewhere: Elsewhere = nothing_elsewhere,
    ) -> None:
        super().__init__(
            owner=f"whatsapp files of {client.phone_id}",
            shelf=shelf,
            workspace=workspace,
            folder=folder,
            largest=LARGEST,
            elsewhere=elsewhere,
        )
        self._client = client
        self._clock = clock

    async def placed(self, call: Mapping[str, Any], *, anew: bool = False) -> dict[str, Any]:
        """The body of a call with the id of its file in it; `anew` uploads it once more.

        Raises Rejected for a file that is not there or too large for anything.
        """
        ref, at = call["file"]["ref"], call["file"]["at"]
        file = await self.find(ref, "document")
        body, holder = _copied(call["body"], at)
        kind = holder["type"]
        if await file.size() > LARGEST[kind]:
            # As a document it may be larger.
            holder["document"] = {**holder.pop(kind), "filename": file.name}
            holder["document"].pop("voice", None)
            holder["type"] = kind = "document"
        holder[kind] = {"id": await self._id(kind, file, anew=anew), **holder[kind]}
        return body

    async def known(self, kind: str, file: LocalFile) -> str | None:
        """Of what was uploaded too long ago nothing is known."""
        kept = await super().known(kind, file)
        id, _, until = (kept or "").partition(" ")
        return id if id and int(until) > self._clock().timestamp() else None

    async def remember(self, kind: str, file: LocalFile, id: str) -> None:
        until = self._clock() + KEPT
        await super().remember(kind, file, f"{id} {until.timestamp():.0f}")

    async def _id(self, kind: str, file: LocalFile, *, anew: bool) -> str:
        """The id under which WhatsApp has a file; one upload at a time of each."""
        old = await self.known(kind, file) if anew else None

        async def upload() -> str:
            return await self._client.upload(
                file.name, await file.content(), _mime(kind, file.name)
            )

        return await self.placed_once(kind, file, upload, stale=lambda known: known == old)


def forgotten(rejected: Rejected) -> bool:
    """Whether a call was refused because WhatsApp no longer has a file of this id."""
    return any(part in str(rejected).lower() for part in _FORGOTTEN)


def _mime(kind: str, name: str) -> str:
    fitting, mime = FORMATS.get(ending_of(name), ("", ""))
    return mime if fitting == kind else PLAINEST


def _copied(body: dict[str, Any], at: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A body that may be changed along a way of keys, and what lies at the end of the way."""
    copy = holder = dict(body)
    for key in at:
        holder[key] = dict(holder[key])
        holder = holder[key]
    return copy, holder

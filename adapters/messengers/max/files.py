"""Files on their way to MAX, uploaded once and sent by their tokens after; and those of customers."""

from collections.abc import Callable
from pathlib import Path

from adapters.bot_media import BotMedia, is_local
from adapters.linked_files import LinkedFiles
from adapters.messengers.max.client import Client
from adapters.messengers.max.contents import VIDEO
from adapters.newest import Newest
from bots.elsewhere import Elsewhere, nothing_elsewhere
from bots.errors import Rejected
from bots.ports import Clock, File, Shelf

LARGEST_UPLOAD = {"photo": 50 << 20, "": 250 << 20}
"""https://dev.max.ru/docs-api/use-cases/sending-messages/attachment-types"""

KNOWN_FOR = 3600.0
"""So many seconds a file from an address is taken to be the same."""

AS = {"photo": "image", "sticker": "image", "video": "video", "audio": "audio", "voice": "audio"}
"""What MAX takes a kind of file for; every other is a `file`."""


class Files(BotMedia):
    """What files are attached by. A token is the bot's, and good for as many messages as it likes."""

    def __init__(
        self,
        client: Client,
        *,
        owner: str,
        shelf: Shelf,
        workspace: int,
        folder: Callable[[], Path | None],
        elsewhere: Elsewhere = nothing_elsewhere,
        clock: Clock,
    ) -> None:
        super().__init__(
            owner=owner,
            shelf=shelf,
            workspace=workspace,
            folder=folder,
            largest=LARGEST_UPLOAD,
            elsewhere=elsewhere,
        )
        self._client = client
        connection = client.connection
        self._linked = LinkedFiles(connection.api_base, public=connection.public)
        self._clock = clock
        self._fetched: Newest[tuple[str, str], tuple[float, str]] = Newest(1000)

    async def attachment(
        self, kind: str, ref: str, *, name: str = "", stale: frozenset[str] = frozenset()
    ) -> dict[str, object]:
        """The attachment of a message for a file, uploaded where MAX does not have it yet.

        Of `stale` tokens MAX knows nothing any more. Raises Rejected where the file cannot be had.
        """
        if ref.startswith(VIDEO):
            return _attached("video", ref.removeprefix(VIDEO))
        if is_local(ref):
            token = await self._local(kind, ref, stale)
        elif ref.startswith(("https://", "http://")):
            token = await self._remote(kind, ref, name, stale)
        else:
            raise Rejected(f"{ref[:100]}: neither a file of the bot folder nor an address")
        as_, _, token = token.partition(":")
        return _attached(as_, token)

    async def fetch(self, ref: str) -> File:
        """A customer's file. Raises NotFound for what is gone, a ChannelError else."""
        url = await self._client.video(ref.removeprefix(VIDEO)) if ref.startswith(VIDEO) else ref
        return await self._linked.get(url)

    async def _local(self, kind: str, ref: str, stale: frozenset[str]) -> str:
        file = await self.find(ref, kind)

        async def upload() -> str:
            return await self._upload(kind, file.name, await file.content())

        return await self.placed_once(
            kind, file, upload, stale=lambda known: _token(known) in stale
        )

    async def _remote(self, kind: str, url: str, name: str, stale: frozenset[str]) -> str:
        async with self.uploading(f"{kind}:{url}"):
            fetched = self._fetched.get((kind, url))
            now = self._clock().timestamp()
            fresh = fetched is not None and fetched[0] > now - KNOWN_FOR
            if fetched is not None and fresh and _token(fetched[1]) not in stale:
                return fetched[1]
            file = await self._linked.to_send(url, name)
            uploaded = await self._upload(kind, file.name, file.content)
            self._fetched.put((kind, url), (now, uploaded))
        return uploaded

    async def _upload(self, kind: str, name: str, content: bytes) -> str:
        """As what it is meant to be; what MAX does not take as that becomes a file."""
        as_ = AS.get(kind, "file")
        try:
            return f"{as_}:{await self._client.upload(as_, name, content)}"
        except Rejected:
            if as_ == "file":
                raise
        return f"file:{await self._client.upload('file', name, content)}"


def _attached(as_: str, token: str) -> dict[str, object]:
    return {"type": as_, "payload": {"token": token}}


def _token(known: str) -> str:
    return known.partition(":")[2]

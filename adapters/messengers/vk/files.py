"""Files on their way to VK: those of the bot folder are uploaded once, others when they are sent."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from adapters.bot_media import BotMedia, is_local
from adapters.linked_files import LinkedFiles
from adapters.messengers.vk.client import Client
from adapters.newest import Newest
from bots.elsewhere import Elsewhere, nothing_elsewhere
from bots.errors import Rejected
from bots.ports import Clock, Shelf

LARGEST_UPLOAD = {"photo": 50 * 1024 * 1024, "": 200 * 1024 * 1024}
"""https://dev.vk.com/ru/api/upload/overview"""

NOT_TAKEN = frozenset(("mp3", "exe", "bat", "cmd", "msi", "apk", "com", "scr", "jar"))
"""Documents that VK refuses by their names; packed into a ZIP they arrive all the same."""

KNOWN_FOR = 3600.0
"""So many seconds a file from an address is taken to be the same."""

_ATTACHED = re.compile(
    r"(photo|video|audio|audio_message|doc|wall|market|poll|article|graffiti|podcast|story)"
    r"-?\d+_\d+(_\w+)?"
)


class Files(BotMedia):
    """Gives what files are attached to a message by. It belongs to the community for ever."""

    def __init__(
        self,
        client: Client,
        *,
        shelf: Shelf,
        workspace: int,
        folder: Callable[[], Path | None],
        elsewhere: Elsewhere = nothing_elsewhere,
        linked: LinkedFiles,
        clock: Clock,
    ) -> None:
        super().__init__(
            owner=f"vk files of {client.group}",
            shelf=shelf,
            workspace=workspace,
            folder=folder,
            largest=LARGEST_UPLOAD,
            elsewhere=elsewhere,
        )
        self._client = client
        self._linked = linked
        self._clock = clock
        self._fetched: Newest[tuple[str, str], tuple[float, str]] = Newest(1000)

    async def attachment(
        self, kind: str, ref: str, *, name: str, peer: int, stale: str = ""
    ) -> str:
        """What to attach for a file, uploaded where VK does not have it yet.

        `stale` is what VK did not take any more. Raises Rejected where the file cannot be had.
        """
        if _ATTACHED.fullmatch(ref):
            return ref
        if is_local(ref):
            return await self._local(kind, ref, peer, stale)
        if ref.startswith(("https://", "http://")):
            return await self._remote(kind, ref, name, peer, stale)
        raise Rejected(f"{ref[:100]}: neither a file of the bot folder nor an address")

    async def _local(self, kind: str, ref: str, peer: int, stale: str) -> str:
        file = await self.find(ref, kind)

        async def upload() -> str:
            return await self._upload(kind, file.name, await file.content(), peer)

        return await self.placed_once(kind, file, upload, stale=lambda known: known == stale)

    async def _remote(self, kind: str, url: str, name: str, peer: int, stale: str) -> str:
        async with self.uploading(f"{kind}:{url}"):
            fetched = self._fetched.get((kind, url))
            now = self._clock().timestamp()
            if fetched is not None and fetched[0] > now - KNOWN_FOR and fetched[1] != stale:
                return fetched[1]
            file = await self._linked.to_send(url, name)
            uploaded = await self._upload(kind, file.name, file.content, peer)
            self._fetched.put((kind, url), (now, uploaded))
        return uploaded

    async def _upload(self, kind: str, name: str, content: bytes, peer: int) -> str:
        """As what it is meant to be; what VK does not take as that becomes a document."""
        library = await self._client.library()
        try:
            if kind in ("photo", "sticker"):
                return await library.upload_photo(content, name=name, peer=peer)
            if kind == "voice" and content.startswith(b"OggS"):
                return await library.upload_voice(content, name=name, peer=peer)
        except Rejected:
            pass
        if _refused_by_name(name):
            name, content = f"{name}.zip", _packed(name, content)
        return await library.upload_document(content, name=name, peer=peer)


def _refused_by_name(name: str) -> bool:
    return name.rpartition(".")[2].lower() in NOT_TAKEN or "." not in name


def _packed(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()

"""Files of the bot folder on their way to Telegram: uploaded once, sent by their file id after."""

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from adapters.messengers.telegram.client import Client
from bots.errors import Rejected
from bots.ports import Shelf

LARGEST_UPLOAD = {"photo": 10 * 1024 * 1024}
LARGEST_OTHER_UPLOAD = 50 * 1024 * 1024

MEDIA = "media"
"""The folder in the bot folder whose files may be sent."""

_STALE = ("wrong file", "file reference", "file_id", "file is temporarily unavailable")


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file that was found; `digest` is its SHA-256 in hex."""

    path: Path
    digest: str

    @property
    def name(self) -> str:
        return self.path.name

    async def content(self) -> bytes:
        """Read only to be uploaded: thousands of chats may be sent one picture at the same time.

        Raises Rejected where it is gone by now.
        """
        try:
            return await asyncio.to_thread(self.path.read_bytes)
        except OSError as error:
            raise Rejected(f"{self.name}: {error.strerror}") from error


class BotFiles:
    """Sends files of one bot's folder. The ids Telegram gives are kept on the shelf.

    A file id belongs to one bot and one kind, so `shelf` names the bot and keys the kind.
    """

    def __init__(
        self, client: Client, *, shelf: Shelf, workspace: int, folder: Path | None
    ) -> None:
        self._client = client
        self._shelf = shelf
        self._workspace = workspace
        self._folder = folder
        self._shelf_name = f"telegram files of {client.bot_id}"
        # Weak, so that a file nobody sends just now costs nothing.
        self._uploading: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._digests: dict[Path, tuple[tuple[int, int], str]] = {}

    async def send(self, method: str, parameters: dict[str, Any], *, field: str, ref: str) -> Any:
        """Make the call with the file `ref`; a file id that Telegram forgot is renewed."""
        file = await self.find(ref, field)
        known = await self.known(field, file)
        if known is not None:
            try:
                return await self._client.call(method, {**parameters, field: known})
            except Rejected as rejected:
                if not forgotten(rejected):
                    raise
        async with self.uploading(f"{field}:{file.digest}"):
            # Whoever was before us may have uploaded it.
            now = await self.known(field, file)
            if now is None or now == known:
                return await self._upload(method, parameters, field, file)
        return await self._client.call(method, {**parameters, field: now})

    def uploading(self, what: str) -> asyncio.Lock:
        """Held by the one who uploads `what`: the others wait, and then send it by its id."""
        return self._uploading.setdefault(what, asyncio.Lock())

    async def find(self, ref: str, field: str) -> LocalFile:
        """A file of the folder. Raises Rejected for one that is not there or too large for its kind."""
        return await asyncio.to_thread(self._find, ref, LARGEST_UPLOAD.get(field))

    async def known(self, field: str, file: LocalFile) -> str | None:
        """The id under which Telegram has the file."""
        found = await self._shelf.get(self._workspace, self._shelf_name, f"{field}:{file.digest}")
        return found if isinstance(found, str) else None

    async def remember(self, field: str, file: LocalFile, sent: Any) -> None:
        """Keep the id of a file that was just uploaded, if the message sent tells it."""
        file_id = _file_id(sent, field)
        if file_id is not None:
            key = f"{field}:{file.digest}"
            await self._shelf.put(self._workspace, self._shelf_name, key, file_id)

    async def _upload(
        self, method: str, parameters: dict[str, Any], field: str, file: LocalFile
    ) -> Any:
        files = {field: (file.name, await file.content())}
        result = await self._client.upload(method, parameters, files=files)
        await self.remember(field, file, result)
        return result

    def _find(self, ref: str, largest: int | None) -> LocalFile:
        """Never a file outside the bot folder's media, whatever the path says.

        It may be put together of a customer's words: nobody is sent a flow or a setting.
        """
        if self._folder is None:
            raise Rejected(f"{ref}: this bot has no folder to take files from")
        root = (self._folder / MEDIA).resolve()
        try:
            path = (self._folder / ref).resolve()
            there = path.is_relative_to(root) and path.is_file()
        except (OSError, ValueError):
            # Longer than a file system takes, or with a NUL.
            there = False
        if not there:
            raise Rejected(f"{ref}: there is no such file in the bot folder's {MEDIA}")
        largest = largest or LARGEST_OTHER_UPLOAD
        if path.stat().st_size > largest:
            raise Rejected(f"{ref}: larger than the {largest // 2**20} MB Telegram takes")
        return LocalFile(path, self._digest(path))

    def _digest(self, path: Path) -> str:
        """Worked out once for a file as it is now."""
        is_now = path.stat()
        mark = (is_now.st_mtime_ns, is_now.st_size)
        known = self._digests.get(path)
        if known is not None and known[0] == mark:
            return known[1]
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self._digests[path] = (mark, digest)
        return digest


def forgotten(rejected: Rejected) -> bool:
    """Whether a call was refused because Telegram no longer knows a file by its id."""
    return any(part in str(rejected).lower() for part in _STALE)


def _file_id(result: Any, field: str) -> str | None:
    """The id of what was just sent: of a photo the largest size, else the file itself."""
    sent = result.get(field) if isinstance(result, dict) else None
    if isinstance(sent, list):
        sent = sent[-1] if sent else None
    file_id = sent.get("file_id") if isinstance(sent, dict) else None
    return file_id if isinstance(file_id, str) else None

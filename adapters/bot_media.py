"""Files of a bot's folder, or of other channels, on their way to a messenger: uploaded once, sent by its id after."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakValueDictionary

from bots.elsewhere import Elsewhere, Kept, kept_elsewhere
from bots.errors import Rejected
from bots.ports import Shelf

TOO_LARGE = "larger than"
"""What a refusal says of a file that the messenger does not take for its size."""
MEDIA = "media"
"""The folder in the bot folder whose files may be sent."""

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file that was found; `digest` is its SHA-256 in hex."""

    path: Path
    digest: str

    @property
    def name(self) -> str:
        return self.path.name

    async def size(self) -> int:
        """In bytes. Raises as `content` does."""
        try:
            return (await asyncio.to_thread(self.path.stat)).st_size
        except OSError as error:
            raise Rejected(f"{self.name}: {error.strerror}") from error

    async def content(self) -> bytes:
        """Read only to be uploaded: thousands of chats may be sent one picture at the same time.

        Raises Rejected where it is gone by now.
        """
        try:
            return await asyncio.to_thread(self.path.read_bytes)
        except OSError as error:
            raise Rejected(f"{self.name}: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class DistantFile(LocalFile):
    """A file that another channel keeps: fetched when it is uploaded, so known by its reference."""

    kept: Kept
    fetch: Elsewhere
    largest: int

    async def size(self) -> int:
        return len(await self.content())

    async def content(self) -> bytes:
        file = await self.fetch(self.kept)
        if len(file.content) > self.largest:
            raise Rejected(too_large(self.name, self.largest))
        return file.content


class BotMedia:
    """Files of one bot's folder, and the ids a messenger gave for them, kept on the shelf.

    `largest` is how many bytes the messenger takes of a kind ("" for every other); `owner` names
    whose ids they are, such as `telegram files of 123456`.
    """

    def __init__(
        self,
        *,
        owner: str,
        shelf: Shelf,
        workspace: int,
        folder: Callable[[], Path | None],
        largest: Mapping[str, int],
        elsewhere: Elsewhere,
    ) -> None:
        self._elsewhere = elsewhere
        self._owner = owner
        self._shelf = shelf
        self._workspace = workspace
        self._folder = folder
        self._largest = largest
        # Weak, so that a file nobody sends just now costs nothing.
        self._uploading: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._digests: dict[Path, tuple[tuple[int, int], str]] = {}

    def uploading(self, what: str) -> asyncio.Lock:
        """Held by the one who uploads `what`: the others wait, and then send it by its id."""
        return self._uploading.setdefault(what, asyncio.Lock())

    async def find(self, ref: str, kind: str) -> LocalFile:
        """A file of the folder, or one that another channel keeps.

        Raises Rejected for one that is not there or too large for its kind.
        """
        kept = kept_elsewhere(ref)
        if kept is not None:
            digest = hashlib.sha256(ref.encode()).hexdigest()
            largest = self._largest.get(kind, self._largest[""])
            return DistantFile(Path(kept.name), digest, kept, self._elsewhere, largest)
        return await asyncio.to_thread(self._find, ref, kind)

    async def placed_once(
        self,
        kind: str,
        file: LocalFile,
        upload: Callable[[], Awaitable[str]],
        *,
        stale: Callable[[str], bool],
    ) -> str:
        """The id under which the messenger has a file, uploaded where it has none that is not stale."""
        known = await self.known(kind, file)
        if known is not None and not stale(known):
            return known
        async with self.uploading(f"{kind}:{file.digest}"):
            # Whoever was before us may have uploaded it.
            known = await self.known(kind, file)
            if known is None or stale(known):
                known = await upload()
                await self.remember(kind, file, known)
        return known

    async def known(self, kind: str, file: LocalFile) -> str | None:
        """The id under which the messenger has the file."""
        found = await self._shelf.get(self._workspace, self._owner, f"{kind}:{file.digest}")
        return found if isinstance(found, str) else None

    async def remember(self, kind: str, file: LocalFile, id: str) -> None:
        """Keep the id of a file that was just uploaded."""
        await self._shelf.put(self._workspace, self._owner, f"{kind}:{file.digest}", id)

    def _find(self, ref: str, kind: str) -> LocalFile:
        """Never a file outside the bot folder's media, whatever the path says.

        It may be put together of a customer's words: nobody is sent a flow or a setting.
        """
        folder = self._folder()
        if folder is None:
            raise Rejected(f"{ref}: this bot has no folder to take files from")
        root = (folder / MEDIA).resolve()
        try:
            path = (folder / ref).resolve()
            there = path.is_relative_to(root) and path.is_file()
        except (OSError, ValueError):
            # Longer than a file system takes, or with a NUL.
            there = False
        if not there:
            raise Rejected(f"{ref}: there is no such file in the bot folder's {MEDIA}")
        largest = self._largest.get(kind, self._largest[""])
        if path.stat().st_size > largest:
            raise Rejected(too_large(ref, largest))
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


def too_large(name: str, largest: int) -> str:
    """What is said of a file that the messenger does not take for its size."""
    return f"{name}: {TOO_LARGE} the {largest // 2**20} MB the messenger takes"


def plain_name(name: str) -> str:
    """A file's name as headers and people may see it: no folders, one line, no hidden signs.

    Customers choose the names of their files and clients of the API the addresses of theirs.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(filter(str.isprintable, last)).strip()[-LONGEST_NAME:] or "file"


def is_local(ref: str) -> bool:
    """Whether it is a path: messengers' own ids have neither dots nor slashes."""
    return not ref.startswith(("https://", "http://")) and ("/" in ref or "." in ref)

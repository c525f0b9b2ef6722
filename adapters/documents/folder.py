"""The folder in which uploaded files are kept, behind bots.ports.DocumentFolder."""

import asyncio
import hashlib
import os
import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import IO, Protocol

from adapters.documents.looks import kind_of
from adapters.documents.reading import pieces_of
from bots.errors import FileTooLarge, Unavailable
from bots.model.knowledge import FileKind, Kept, Piece, Upload
from bots.ports import Clock

LARGEST = 20 << 20
SPARE = 1 << 30
"""Bytes of the disk that are left alone: conversations need them."""
_STEP = 1 << 20
_SUFFIX = ".upload"


class Scanner(Protocol):
    """Who knows viruses."""

    async def scan(self, path: Path) -> None:
        """Raises VirusFound, Unavailable."""


class Folder:
    """`new_name` gives names nobody can guess; without a scanner nothing is scanned."""

    def __init__(
        self,
        root: Path,
        *,
        new_name: Callable[[], str],
        clock: Clock,
        scanner: Scanner | None = None,
        largest: int = LARGEST,
        spare: int = SPARE,
    ) -> None:
        self._root = root
        self._new_name = new_name
        self._began = clock()
        self._scanner = scanner
        self._largest = largest
        self._spare = spare

    async def keep(self, content: IO[bytes]) -> Kept:
        """Raises FileTooLarge, Unavailable where the disk does not take it."""
        name = self._new_name() + _SUFFIX
        try:
            return await asyncio.to_thread(self._copy, content, name)
        except OSError as error:
            await self.drop(name)
            raise Unavailable(f"The file cannot be kept: {error.strerror}") from error
        except BaseException:
            await self.drop(name)
            raise

    async def kind_of(self, kept: Kept, upload: Upload) -> FileKind:
        return await asyncio.to_thread(
            kind_of, self._root / kept.name, upload.filename, upload.content_type
        )

    async def scan(self, kept: Kept) -> None:
        if self._scanner is not None:
            await self._scanner.scan(self._root / kept.name)

    async def read(self, name: str, kind: FileKind) -> list[Piece]:
        return await pieces_of(self._root / name, kind)

    async def drop(self, name: str) -> None:
        await asyncio.to_thread((self._root / name).unlink, missing_ok=True)

    async def tidy(self, known: Collection[str]) -> int:
        return await asyncio.to_thread(self._tidy, known)

    def _copy(self, content: IO[bytes], name: str) -> Kept:
        """Synced to the disk: what a row will tell of is there after a power cut."""
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        if shutil.disk_usage(self._root).free < self._spare:
            raise Unavailable(
                "The disk is nearly full: no documents are taken in until it has room"
            )
        size, digest = 0, hashlib.sha256()
        content.seek(0)
        opened = os.open(self._root / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(opened, "wb") as file:
            while chunk := content.read(_STEP):
                size += len(chunk)
                if size > self._largest:
                    most = _size(self._largest)
                    raise FileTooLarge(f"A file may have {most}; this one has more")
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        return Kept(name=name, size=size, digest=digest.hexdigest())

    def _tidy(self, known: Collection[str]) -> int:
        """Only what was there before us: a file of now may be one that just comes in."""
        if not self._root.is_dir():
            return 0
        began = self._began.timestamp()
        gone = [
            path
            for path in self._root.glob(f"*{_SUFFIX}")
            if path.name not in known and path.stat().st_mtime < began
        ]
        for path in gone:
            path.unlink(missing_ok=True)
        return len(gone)


def _size(count: int) -> str:
    """As people say it; limits are mostly whole mebibytes."""
    whole, rest = divmod(count, 1024**2)
    return f"{count} bytes" if rest else f"{whole} MiB"

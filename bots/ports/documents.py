"""Documents that were uploaded: what is known of them, and the folder of the files."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import IO, Protocol

from bots.model.knowledge import Document, FileKind, Kept, Piece, Upload


class Documents(Protocol):
    """Documents that were uploaded, and the pieces that were read out of them."""

    async def plan(self, workspace: int) -> str:
        """Which plan a workspace has."""

    async def add(self, document: Document, *, room: int | None, most: int) -> Document:
        """Keep it, or give the one with the same content that the assistant has already.

        One that failed begins again, with the file that came now. Raises NotFound without the
        assistant, QuotaReached where the files of the workspace would be more than `room` bytes or
        `most` files.
        """

    async def all(self, workspace: int, assistant_id: int | None) -> list[Document]:
        """In the order in which they came."""

    async def remove(self, workspace: int, id: int, assistant_id: int | None = None) -> Document:
        """Also what was read out of it. Raises NotFound."""

    async def waiting(self) -> list[Document]:
        """Of all workspaces: those that nothing was read of yet, in the order in which they came."""

    async def finish(self, document: Document, pieces: Sequence[Piece], error: str = "") -> None:
        """Keep what was read out of it, or why nothing could be; one that is gone stays away."""

    async def tidied(self, deleted_before: datetime) -> set[str]:
        """Forget what assistants knew that were deleted before; the names of all files that stay."""


class DocumentFolder(Protocol):
    """The folder of documents, and whoever looks into the files there."""

    async def keep(self, content: IO[bytes]) -> Kept:
        """Copy to a name that nobody can guess."""

    async def kind_of(self, kept: Kept, upload: Upload) -> FileKind:
        """What a file is by its content. Raises UnknownFormat, FileTooLarge.

        Content, extension and what the sender says must agree.
        """

    async def scan(self, kept: Kept) -> None:
        """Show it to the scanner, if there is one. Raises VirusFound, Unavailable."""

    async def read(self, name: str, kind: FileKind) -> list[Piece]:
        """Its text in pieces. Raises FileRefused with the reason, Unavailable to try again."""

    async def drop(self, name: str) -> None:
        """Remove a file; none is as good."""

    async def tidy(self, known: Collection[str]) -> int:
        """Remove what is not known, left by a process that was killed; how many there were."""

"""What assistants know, in memory, so that HTTP is tested by itself."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import IO

from bots.errors import NotFound, UnknownFormat
from bots.model.knowledge import (
    Document,
    FileKind,
    Kept,
    Passage,
    Piece,
    Question,
    Subject,
    Upload,
)


class MemoryLibrary:
    """Implements `bots.ports.Library`; each bot is an assistant, the first of them number 1."""

    def __init__(self, bots: Sequence[str]) -> None:
        self._bots = {bot: number for number, bot in enumerate(bots, start=1)}
        self._questions: list[Question] = []

    async def search(
        self,
        workspace: int,
        assistant_id: int | None,
        stems: Sequence[str],
        *,
        limit: int,
        only: Subject | None = None,
    ) -> list[Passage]:
        return []

    async def put_question(
        self, question: Question, piece: Piece, *, most: int, once: str | None = None
    ) -> Question:
        made = replace(question, id=len(self._questions) + 1)
        self._questions.append(made)
        return made

    async def questions(
        self, workspace: int, assistant_id: int | None, *, limit: int, offset: int
    ) -> tuple[list[Question], int]:
        fitting = [one for one in self._questions if assistant_id in (None, one.assistant_id)]
        return fitting[offset : offset + limit], len(fitting)

    async def questions_by_id(self, workspace: int, ids: Sequence[int]) -> list[Question]:
        return [one for one in self._questions if one.id in ids]

    async def assistants(self, workspace: int) -> dict[str, int]:
        return self._bots


class MemoryDocuments:
    """Implements `bots.ports.Documents`."""

    def __init__(self) -> None:
        self._all: dict[int, Document] = {}

    async def plan(self, workspace: int) -> str:
        return "trial"

    async def add(self, document: Document, *, room: int | None, most: int) -> Document:
        made = replace(document, id=len(self._all) + 1)
        self._all[made.id] = made
        return made

    async def all(self, workspace: int, assistant_id: int | None) -> list[Document]:
        return [one for one in self._all.values() if assistant_id in (None, one.assistant_id)]

    async def remove(self, workspace: int, id: int, assistant_id: int | None = None) -> Document:
        if id not in self._all:
            raise NotFound("document", id)
        return self._all.pop(id)

    async def waiting(self) -> list[Document]:
        return []

    async def finish(self, document: Document, pieces: Sequence[Piece], error: str = "") -> None:
        raise AssertionError("nothing is read here")

    async def tidied(self, deleted_before: datetime) -> set[str]:
        return {one.file for one in self._all.values()}


class MemoryFolder:
    """Implements `bots.ports.DocumentFolder`: texts are texts, everything else is unknown."""

    async def keep(self, content: IO[bytes]) -> Kept:
        return Kept(name="kept", size=len(content.read()), digest="0")

    async def kind_of(self, kept: Kept, upload: Upload) -> FileKind:
        if not upload.filename.endswith(".txt"):
            raise UnknownFormat("Only texts are read here")
        return "txt"

    async def scan(self, kept: Kept) -> None:
        pass

    async def read(self, name: str, kind: FileKind) -> list[Piece]:
        return []

    async def drop(self, name: str) -> None:
        pass

    async def tidy(self, known: Collection[str]) -> int:
        return 0

"""What assistants know, and how it is found."""

from collections.abc import Sequence
from typing import Protocol

from bots.model.knowledge import Passage, Piece, Question, Subject


class Library(Protocol):
    """Finding what assistants know by stems of words, and the questions that are a part of it."""

    async def search(
        self,
        workspace: int,
        assistant_id: int | None,
        stems: Sequence[str],
        *,
        limit: int,
        only: Subject | None = None,
    ) -> list[Passage]:
        """Passages with any of the words, the most telling first.

        Of all assistants of the workspace, where none is named.
        """

    async def put_question(
        self, question: Question, piece: Piece, *, most: int, once: str | None = None
    ) -> Question:
        """Keep it; one that asks the same of the same assistant is replaced, and keeps its id.

        The same `once` again gives what is there. Raises NotFound without the assistant, QuotaReached
        past the `most` of a workspace, Consumed where what `once` added is gone.
        """

    async def questions(
        self, workspace: int, assistant_id: int | None, *, limit: int, offset: int
    ) -> tuple[list[Question], int]:
        """In the order in which they were added, and how many there are in all."""

    async def questions_by_id(self, workspace: int, ids: Sequence[int]) -> list[Question]:
        """Those there are, in no order."""

    async def assistants(self, workspace: int) -> dict[str, int]:
        """The assistants there are, by their bots."""

"""What assistants know: documents, questions with answers, and the passages that are found in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

DocumentStatus = Literal["processing", "completed", "failed"]
FileKind = Literal["pdf", "docx", "txt", "md", "html"]
"""The kinds of files whose text is read."""
MIME: Mapping[FileKind, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "txt": "text/plain",
    "md": "text/markdown",
    "html": "text/html",
}
"""What HTTP calls each kind."""
Subject = Literal["document", "question"]
"""What a passage is of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that was uploaded to know from; `error` says why nothing could be read of it.

    `file` is the name it is kept under, `filename` the one it came with, to be shown only.
    """

    id: int
    workspace: int
    assistant_id: int
    filename: str
    file: str
    kind: FileKind
    size: int
    content_type: str
    digest: str
    created_at: datetime
    updated_at: datetime
    status: DocumentStatus = "processing"
    error: str = ""
    chunks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question with its answer, as an owner wrote them down."""

    id: int
    workspace: int
    assistant_id: int
    question: str
    answer: str
    created_at: datetime
    updated_at: datetime
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A passage before it is kept: `title` is what it stands under, both also as stems of words."""

    title: str
    text: str
    title_stems: Sequence[str]
    stems: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece that was found by its words; it is of a document or a question.

    `source` is the document's name, or the question.
    """

    document_id: int | None
    question_id: int | None
    title: str
    text: str
    source: str
    title_stems: frozenset[str]
    stems: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What fits a question; `score` is how much of what was asked it is about, from 0 to 1.

    Of a question with an answer, `title` is the question and `text` the answer.
    """

    title: str
    text: str
    source: str
    score: float
    document_id: int | None = None
    question_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it came: what it calls itself, and what its sender says it is."""

    assistant_id: int
    filename: str
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file in the folder of documents, before anybody has looked into it."""

    name: str
    size: int
    digest: str

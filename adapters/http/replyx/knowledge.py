"""The chapter of documents and knowledge of the ReplyX contract."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from adapters.http.auth import Known
from adapters.http.body import up_to
from adapters.http.dialect import attempt, route_class, surface
from adapters.http.ids import in_path, in_query, number, of
from adapters.http.limits import limited, per_minute
from adapters.http.paging import Offset, at_most
from adapters.http.policy import lets, people
from adapters.http.replyx.errors import DIALECT, documented
from adapters.http.replyx.names import Moment
from adapters.http.replyx.words import Done
from bots.model.knowledge import Document, Question, Upload

LARGEST_FILE = 20 << 20
LARGEST_FORM = LARGEST_FILE + (64 << 10)
"""A file with what stands around it in a form."""
UPLOADS = per_minute("replyx uploads", 10, minutes=5)
PAGE = 500
TOTAL = "X-Total-Count"

UPLOADED: dict[str, Any] = {
    "id": 1,
    "filename": "document.pdf",
    "size": 1024000,
    "content_type": "application/pdf",
    "status": "processing",
    "assistant_id": 1,
    "created_at": "2025-09-01T10:00:00Z",
}
LISTED: dict[str, Any] = {
    "id": 1,
    "filename": "document.pdf",
    "size": 1024000,
    "status": "completed",
    "chunks_count": 25,
    "assistant_id": 1,
    "created_at": "2025-09-01T10:00:00Z",
}
ASKED: dict[str, Any] = {
    "assistant_id": 1,
    "question": "Как настроить бота?",
    "answer": "Для настройки бота перейдите в раздел...",
    "tags": ["настройка", "бот"],
}

router = APIRouter(
    prefix="/api",
    tags=["Documents and knowledge"],
    route_class=route_class(DIALECT),
    dependencies=lets(people()),
    responses=documented(401, 403, 404, 422, 429),
)

AssistantId = Annotated[
    int,
    number("assistant"),
    Field(json_schema_extra=of("assistant"), description="Which assistant"),
]
FilterId = Annotated[int | None, in_query("assistant"), number("assistant")]
Asked = Annotated[
    str | None, Query(max_length=4_000, description="Words in any form; the best come first")
]
Status = Literal["processing", "completed", "failed"]


class Uploaded(BaseModel):
    """A document as it was taken in; its text is read a moment later."""

    model_config = ConfigDict(json_schema_extra={"example": UPLOADED})

    id: int
    filename: str
    size: int
    content_type: str
    status: Status
    assistant_id: int
    created_at: Moment

    @classmethod
    def of(cls, document: Document) -> "Uploaded":
        return cls(
            id=document.id,
            filename=document.filename,
            size=document.size,
            content_type=document.content_type,
            status=document.status,
            assistant_id=document.assistant_id,
            created_at=document.created_at,
        )


class Listed(BaseModel):
    """A document; `error` is there for a failed one alone and says why it could not be read."""

    model_config = ConfigDict(json_schema_extra={"example": LISTED})

    id: int
    filename: str
    size: int
    status: Status
    chunks_count: int
    assistant_id: int
    created_at: Moment
    error: str | None = None

    @classmethod
    def of(cls, document: Document) -> "Listed":
        return cls(
            id=document.id,
            filename=document.filename,
            size=document.size,
            status=document.status,
            chunks_count=document.chunks,
            assistant_id=document.assistant_id,
            created_at=document.created_at,
            error=document.error or None,
        )


class NewQuestion(BaseModel):
    """A question with its answer; one that is there already gets this answer."""

    model_config = ConfigDict(json_schema_extra={"example": ASKED})

    assistant_id: AssistantId
    question: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)
    ]
    answer: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)
    ]
    tags: Annotated[
        list[Annotated[str, StringConstraints(max_length=100)]], Field(max_length=50)
    ] = []


class Answered(BaseModel):
    """A question with its answer."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"id": 1, **ASKED, "created_at": "2025-09-01T10:00:00Z"}}
    )

    id: int
    assistant_id: int
    question: str
    answer: str
    tags: list[str]
    created_at: Moment

    @classmethod
    def of(cls, question: Question) -> "Answered":
        return cls(
            id=question.id,
            assistant_id=question.assistant_id,
            question=question.question,
            answer=question.answer,
            tags=list(question.tags),
            created_at=question.created_at,
        )


@router.post(
    "/documents/upload",
    status_code=201,
    summary="Upload a document",
    dependencies=[*lets(people("lead")), limited(UPLOADS), up_to(LARGEST_FORM)],
    responses=documented(400, 413, 415, 503),
)
async def upload_document(
    file: UploadFile,
    assistant_id: Annotated[int, Form(json_schema_extra=of("assistant")), number("assistant")],
    request: Request,
    caller: Known,
) -> Uploaded:
    """Upload a PDF, DOCX, TXT, MD or HTML. The same content again is the same document."""
    upload = Upload(
        assistant_id=assistant_id,
        filename=file.filename or "",
        content_type=file.content_type or "",
    )
    documents = surface(request).services.documents
    return Uploaded.of(await documents.upload(caller, upload, file.file))


@router.get("/documents", summary="List documents", response_model_exclude_none=True)
async def list_documents(
    request: Request, caller: Known, assistant_id: FilterId = None, q: Asked = None
) -> list[Listed]:
    """Documents in the order in which they came; with `q` those that tell of it."""
    documents = await surface(request).services.documents.all(caller, assistant_id, q)
    return [Listed.of(document) for document in documents]


@router.delete("/documents/{id}", summary="Delete a document", dependencies=lets(people("lead")))
async def delete_document(
    id: Annotated[int, in_path("document"), number("document")], request: Request, caller: Known
) -> Done:
    """Remove a document with all that was read out of it."""
    await surface(request).services.documents.remove(caller, id)
    return Done()


@router.post(
    "/qa-knowledge",
    status_code=201,
    summary="Add a question and its answer",
    dependencies=lets(people("lead")),
    responses=documented(400, 413),
)
async def add_question(body: NewQuestion, request: Request, caller: Known) -> Answered:
    """Add a question with its answer; the same question again gets the new answer."""
    made = await surface(request).services.knowledge.add_question(
        caller, body.assistant_id, body.question, body.answer, body.tags, once=attempt(request)
    )
    return Answered.of(made)


@router.get("/qa-knowledge", summary="List questions, or find some")
async def list_questions(
    request: Request,
    response: Response,
    caller: Known,
    assistant_id: FilterId = None,
    q: Asked = None,
    limit: Annotated[int, at_most(PAGE)] = PAGE,
    offset: Offset = 0,
) -> list[Answered]:
    """Questions with their answers; with `q` those that fit. `X-Total-Count` says how many there are."""
    questions, total = await surface(request).services.knowledge.questions(
        caller, assistant_id, q, limit=limit, offset=offset
    )
    response.headers[TOTAL] = str(total)
    return [Answered.of(question) for question in questions]

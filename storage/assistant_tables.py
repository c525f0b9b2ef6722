"""The tables of bots made over the API, and of what they know."""

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import big_id, maybe_moment, moment


class AssistantRows(SQLModel, table=True):
    """`bot` is the name under which it answers, `domains` as JSON; `channel` its account in Telegram."""

    __tablename__ = "assistants"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(sa_column=big_id())
    workspace: int = Field(foreign_key="workspaces.id", index=True)
    bot: str = Field(unique=True)
    name: str
    description: str
    system_prompt: str
    ai_model: str
    active: bool
    website: bool
    domains: str
    channel: str | None = None
    username: str
    once: str | None = None
    created_at: int = moment()
    updated_at: int = moment()
    deleted_at: int | None = maybe_moment()


class DocumentRows(SQLModel, table=True):
    """Files that were uploaded to know from; `status` is processing, completed or failed.

    `file` is the name under which it lies in the folder of documents.
    """

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("workspace", "assistant_id", "digest"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(sa_column=big_id())
    workspace: int
    assistant_id: int
    filename: str
    file: str
    kind: str
    size: int
    content_type: str
    digest: str
    status: str
    error: str
    chunks: int
    created_at: int = moment()
    updated_at: int = moment()


class QuestionRows(SQLModel, table=True):
    """Questions with their answers; `folded` is the question as it is compared, `tags` are JSON."""

    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("workspace", "assistant_id", "folded"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(sa_column=big_id())
    workspace: int
    assistant_id: int
    question: str
    folded: str
    answer: str
    tags: str
    created_at: int = moment()
    updated_at: int = moment()


class Passages(SQLModel, table=True):
    """What is found by words: pieces of documents, and questions with their answers.

    The stems of their words are in the virtual table `passage_words`, under the same id.
    """

    __tablename__ = "passages"
    __table_args__ = (
        Index("passages_of_document", "document_id"),
        Index("passages_of_question", "question_id"),
    )

    id: int | None = Field(sa_column=big_id())
    workspace: int
    assistant_id: int
    document_id: int | None = None
    question_id: int | None = None
    number: int
    title: str
    text: str


class ConnectionRows(SQLModel, table=True):
    """A workspace's accounts at marketplaces; `credentials` are sealed, `settings` as JSON."""

    __tablename__ = "connections"
    __table_args__ = (UniqueConstraint("workspace", "user_id", "platform"),)

    id: str = Field(primary_key=True)
    workspace: int
    user_id: str
    platform: str
    credentials: str
    settings: str
    status: str
    sync_status: str
    error: str
    orders: int
    products: int
    connected_at: int = moment()
    last_sync_at: int | None = maybe_moment()
    next_sync_at: int | None = maybe_moment()

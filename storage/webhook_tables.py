"""The tables of endpoints that are told of events: what they are, what waits for them, their log."""

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from storage.columns import WITHOUT_ROWID, big_id, maybe_moment, moment


class WebhookEndpointRows(SQLModel, table=True):
    """`events` as JSON, `secrets` sealed JSON; whatever is up to `cursor` is settled. `version` rises with
    each change that is not progress."""

    __tablename__ = "webhook_endpoints"

    id: str = Field(primary_key=True)
    workspace: int = Field(foreign_key="workspaces.id", index=True)
    url: str
    name: str
    events: str
    secrets: str
    old_until: int | None = maybe_moment()
    state: str
    why: str
    cursor: int = Field(sa_type=BigInteger)
    tries: int
    failing_since: int | None = maybe_moment()
    retry_at: int | None = maybe_moment()
    taken_at: int | None = maybe_moment()
    error: str
    version: int
    created_at: int = moment()


class WebhookAsideRows(SQLModel, table=True):
    """Events that an endpoint refused while it took others; `dead_at` once they were given up."""

    __tablename__ = "webhook_aside"
    __table_args__ = (
        Index("webhook_aside_due", "endpoint_id", "due_at"),
        Index("webhook_aside_of_chat", "conversation_id"),
        WITHOUT_ROWID,
    )

    endpoint_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    workspace: int
    conversation_id: int = Field(sa_type=BigInteger)
    cursor: int = Field(sa_type=BigInteger)
    name: str
    seq: int | None = None
    data: str
    at: int = moment()
    tries: int
    first_at: int = moment()
    due_at: int = moment()
    dead_at: int | None = maybe_moment()
    error: str


class WebhookLogRows(SQLModel, table=True):
    """The last calls of each endpoint: nothing of what was told, and nothing of the answer."""

    __tablename__ = "webhook_log"
    __table_args__ = (Index("webhook_log_of_endpoint", "endpoint_id", "id"),)

    id: int | None = Field(sa_column=big_id())
    endpoint_id: str
    workspace: int
    event: str
    event_id: str
    status: int
    error: str
    took: int
    tries: int
    at: int = moment()

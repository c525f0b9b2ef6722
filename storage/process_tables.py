"""The tables by which processes that share a database agree on who does what."""

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from storage.columns import maybe_moment, moment


class ProcessRows(SQLModel, table=True):
    """Who is at work. Moments are of the database's clock; `key` is that of the advisory lock held for life."""

    __tablename__ = "processes"

    id: str = Field(primary_key=True)
    key: int
    role: str
    host: str
    pid: int
    version: str
    started_at: int = moment()
    seen_at: int = moment()
    stopping: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})


class LeaseRows(SQLModel, table=True):
    """What one process at a time may do: `slot:7`, `chores`, `poll:<channel>`. `until` is of the database's clock."""

    __tablename__ = "leases"

    name: str = Field(primary_key=True)
    holder: str | None = None
    until: int | None = maybe_moment()


class AnswerRows(SQLModel, table=True):
    """What came of a message, as JSON, for the process that waits for it while another answers it."""

    __tablename__ = "answers"

    seq: int = Field(
        sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    answer: str
    created_at: int = moment()

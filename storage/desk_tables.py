"""The tables of desks: hand-offs, the people who take them up, their groups and what is shown there."""

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.columns import WITHOUT_ROWID, big_id, maybe_moment, moment


class EpisodeRows(SQLModel, table=True):
    """Every hand-off; `data` is the whole of it as JSON, the other columns find it."""

    __tablename__ = "episodes"
    __table_args__ = (
        Index(
            "episodes_open",
            "workspace",
            "queue",
            sqlite_where=text("released_at IS NULL"),
        ),
        WITHOUT_ROWID,
    )

    id: str = Field(primary_key=True)
    workspace: int
    bot: str
    conversation_id: int = Field(sa_type=BigInteger, index=True)
    number: int
    state: str
    queue: str
    assignee: int | None = None
    requested_at: int = moment()
    released_at: int | None = maybe_moment()
    data: str


class OperatorRows(SQLModel, table=True):
    """People who answer customers; `queues` as JSON. `account_id` is who signs in with a password."""

    __tablename__ = "operators"
    __table_args__ = (
        UniqueConstraint("workspace", "telegram"),
        Index("operators_of_account", "account_id", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(sa_column=big_id())
    workspace: int = Field(foreign_key="workspaces.id")
    name: str
    role: str
    telegram: str | None = None
    username: str
    queues: str
    capacity: int
    away_until: int | None = maybe_moment()
    active: bool
    account_id: int | None = None
    languages: str = Field(default="[]", sa_column_kwargs={"server_default": "[]"})
    skills: str = Field(default="[]", sa_column_kwargs={"server_default": "[]"})
    roles: str = Field(default="{}", sa_column_kwargs={"server_default": "{}"})
    created_at: int = moment()


class Codes(SQLModel, table=True):
    """One-time codes by their SHA-256: what one is for (`kind`), and of whom or what (`subject`)."""

    __tablename__ = "codes"

    digest: str = Field(primary_key=True)
    workspace: int
    kind: str
    subject: str
    expires_at: int = moment()
    used_at: int | None = maybe_moment()
    used_by: str | None = None


class DeskGroups(SQLModel, table=True):
    """Groups of messengers that are desks; `queues` as JSON."""

    __tablename__ = "desk_groups"

    workspace: int
    channel: str = Field(primary_key=True)
    chat_id: str = Field(primary_key=True)
    title: str
    bot: str
    queues: str
    flat: bool
    down: bool
    trouble: str
    checked_at: int | None = maybe_moment()
    created_at: int = moment()


class Topics(SQLModel, table=True):
    """A chat's places in groups; `shown` as JSON (`bots.model.desk.Topic`)."""

    __tablename__ = "topics"
    __table_args__ = (
        Index("topics_of_thread", "channel", "chat_id", "thread_id"),
        WITHOUT_ROWID,
    )

    conversation_id: int = Field(sa_type=BigInteger, primary_key=True)
    channel: str = Field(primary_key=True)
    chat_id: str = Field(primary_key=True)
    gen: int = Field(primary_key=True)
    workspace: int
    thread_id: str
    status: str
    lease_until: int | None = maybe_moment()
    mirrored: int
    titled_by_hand: bool
    shown: str
    created_at: int = moment()
    closed_at: int | None = maybe_moment()


class Relays(SQLModel, table=True):
    """Messages of groups, and what each is of a chat (`bots.model.desk.Relay`)."""

    __tablename__ = "relays"
    __table_args__ = (
        Index("relays_of_message", "conversation_id", "seq"),
        # What was said by a message of a group is said once; what is shown may be several in one.
        Index(
            "relays_said",
            "channel",
            "chat_id",
            "message_id",
            unique=True,
            sqlite_where=text("way <> 'in'"),
        ),
        WITHOUT_ROWID,
    )

    channel: str = Field(primary_key=True)
    chat_id: str = Field(primary_key=True)
    message_id: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    thread_id: str
    conversation_id: int = Field(sa_type=BigInteger)
    part: int
    way: str
    operator: int | None = None
    created_at: int = moment()


class Notes(SQLModel, table=True):
    """What operators tell one another about a chat."""

    __tablename__ = "notes"

    id: int | None = Field(sa_column=big_id())
    workspace: int
    conversation_id: int = Field(sa_type=BigInteger, index=True)
    episode: str
    operator: int | None = None
    text: str
    created_at: int = moment()


class CannedRows(SQLModel, table=True):
    """Answers that operators keep ready."""

    __tablename__ = "canned"

    workspace: int = Field(primary_key=True)
    bot: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    text: str
    by: int | None = None
    updated_at: int = moment()

"""The tables of dialogs; what belongs to somebody names its workspace.

Moments are whole microseconds since 1970 in UTC, JSON is text, ids of ours are hex UUIDs. Partial
indexes keep what is under way small while what is done grows.
"""

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.columns import WITHOUT_ROWID, big_id, maybe_moment, moment, slot

HANDOFFS = "name >= 'handoff.' AND name < 'handoff/'"
"""What finds the events of hand-offs by their index; a query has to say it in these words."""


class Customers(SQLModel, table=True):
    """A person of a platform, as one bot knows them over all their chats."""

    __tablename__ = "customers"
    __table_args__ = (UniqueConstraint("workspace", "bot", "platform", "user_id"),)

    id: int | None = Field(sa_column=big_id())
    uuid: str = Field(unique=True)
    workspace: int
    bot: str
    platform: str
    user_id: str
    remembered: str
    profile: str
    created_at: int = moment()
    updated_at: int = moment()


class ConversationRows(SQLModel, table=True):
    """`waits` says in which steps the chat stands, as JSON, the top first; null for an idle one.

    `heard_at` is when the customer last wrote; `episode` the hand-off it is in, or its last one, as
    JSON (`bots.model.handoff.Episode`), and `handoff` its state ("none" before the first). Triggers keep
    `conversation_counts`: whoever makes this table anew has to make them anew too.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("workspace", "bot", "channel", "chat_id"),
        Index("conversations_of_chat", "workspace", "chat_id"),
        Index("conversations_of_user", "workspace", "user_id"),
        Index(
            "conversations_waiting",
            "workspace",
            "bot",
            "waits",
            sqlite_where=text("waits IS NOT NULL"),
        ),
        # All that a list of chats is filtered by, so that those left out are never read. It is partial for
        # this alone: SQLite takes it for no query that does not say so.
        Index(
            "conversations_latest",
            "workspace",
            "updated_at",
            "id",
            "platform",
            "status",
            "handoff",
            "bot",
            sqlite_where=text("platform <> 'schedule'"),
        ),
        # Those that a list may have to look for among many others; hardly any turn touches them.
        Index(
            "conversations_with_people",
            "workspace",
            "handoff",
            "updated_at",
            "id",
            "platform",
            "status",
            "bot",
            sqlite_where=text("handoff <> 'none'"),
        ),
        Index(
            "conversations_closed",
            "workspace",
            "updated_at",
            "id",
            "platform",
            "status",
            "handoff",
            "bot",
            sqlite_where=text("status = 'closed'"),
        ),
    )

    id: int | None = Field(sa_column=big_id())
    uuid: str = Field(unique=True)
    workspace: int
    bot: str
    channel: str
    chat_id: str
    platform: str
    user_id: str
    customer_id: int = Field(sa_type=BigInteger, index=True)
    owner: str
    status: str
    unreachable: bool
    blocked: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})
    keyboard: bool
    claim: int = Field(sa_type=BigInteger)
    epoch: int
    seq: int
    step: str | None = None
    waits: str | None = None
    position: str
    context: str
    heard_at: int | None = maybe_moment()
    episode: str | None = None
    handoff: str = Field(default="none", sa_column_kwargs={"server_default": "none"})
    created_at: int = moment()
    updated_at: int = moment()


class ConversationCounts(SQLModel, table=True):
    """How many conversations there are of each kind: lists say how many there are in all."""

    __tablename__ = "conversation_counts"
    __table_args__ = (WITHOUT_ROWID,)

    workspace: int = Field(primary_key=True)
    bot: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    status: str = Field(primary_key=True)
    handoff: str = Field(primary_key=True)
    count: int


class InboxRows(SQLModel, table=True):
    """What platforms delivered, each thing once; done rows stay to recognise repeats."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("workspace", "bot", "channel", "external_id"),
        Index(
            "inbox_open",
            "seq",
            sqlite_where=text("done_at IS NULL"),
        ),
    )

    seq: int | None = Field(sa_column=big_id())
    workspace: int
    bot: str
    channel: str
    external_id: str
    chat_id: str
    slot: int = slot()
    message: str | None = None
    received_at: int = moment()
    attempts: int = 0
    not_before: int | None = maybe_moment()
    parked_at: int | None = maybe_moment()
    error: str | None = None
    done_at: int | None = maybe_moment()


class Messages(SQLModel, table=True):
    """History; `parts` holds keyboard, attachments and cards where there are any.

    `sent_at` is when a channel took the last call of a message it was given; `more_ids` are what it
    calls the parts after the first, with spaces between. `deleted_at` is when an operator took it back.
    """

    __tablename__ = "messages"
    __table_args__ = (WITHOUT_ROWID,)

    conversation_id: int = Field(sa_type=BigInteger, primary_key=True)
    seq: int = Field(primary_key=True)
    workspace: int
    message_id: str = Field(index=True)
    direction: str
    author: str
    created_at: int = moment()
    message_type: str
    text: str
    platform_message_id: str
    more_ids: str | None = None
    sent_at: int | None = maybe_moment()
    intent: str | None = None
    confidence: float | None = None
    parts: str | None = None
    deleted_at: int | None = maybe_moment()


class OutboxRows(SQLModel, table=True):
    """Calls to channels that are not made yet; made ones are gone, failed ones stay.

    `held_at` is since when one waits for the customer to write again.
    """

    __tablename__ = "outbox"
    __table_args__ = (WITHOUT_ROWID,)

    key: str = Field(primary_key=True)
    workspace: int
    conversation_id: int = Field(sa_type=BigInteger)
    slot: int = slot()
    seq: int
    part: int
    epoch: int
    message_id: str
    once: bool
    payload: str
    created_at: int = moment()
    attempts: int = 0
    not_before: int | None = maybe_moment()
    sending_at: int | None = maybe_moment()
    held_at: int | None = maybe_moment()
    failed_at: int | None = maybe_moment()
    error: str | None = None


class ReceiptRows(SQLModel, table=True):
    """The highest that a messenger told of a message of ours (`bots.model.receipt.RANK`)."""

    __tablename__ = "receipts"
    __table_args__ = (UniqueConstraint("channel", "platform_message_id"),)

    id: int | None = Field(sa_column=big_id())
    channel: str
    platform_message_id: str
    rank: int
    at: int = moment()
    code: int | None = None
    error: str


class ReadMarks(SQLModel, table=True):
    """Up to which message of a chat all were told to be of a rank."""

    __tablename__ = "read_marks"
    __table_args__ = (WITHOUT_ROWID,)

    channel: str = Field(primary_key=True)
    chat_id: str = Field(primary_key=True)
    rank: int = Field(primary_key=True)
    platform_message_id: str
    at: int = moment()


class TimerRows(SQLModel, table=True):
    __tablename__ = "timers"
    __table_args__ = (WITHOUT_ROWID,)

    conversation_id: int = Field(sa_type=BigInteger, primary_key=True)
    name: str = Field(primary_key=True)
    workspace: int
    slot: int = slot()
    due: int = moment(index=True)
    epoch: int | None = None
    payload: str


class Intents(SQLModel, table=True):
    """Slow actions of flows that are waited for."""

    __tablename__ = "intents"
    __table_args__ = (WITHOUT_ROWID,)

    key: str = Field(primary_key=True)
    workspace: int
    conversation_id: int = Field(sa_type=BigInteger, index=True)
    slot: int = slot()
    wait_id: str
    action: str
    arguments: str
    timeout: float
    retries: int
    attempts: int
    created_at: int = moment()
    not_before: int | None = maybe_moment()
    error: str | None = None


class Events(SQLModel, table=True):
    """What happened; `id` rises and is a reader's cursor. `origin` is the process that wrote it."""

    __tablename__ = "events"
    __table_args__ = (
        Index(
            "events_of_handoff",
            "workspace",
            "created_at",
            sqlite_where=text(HANDOFFS),
        ),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(sa_column=big_id())
    workspace: int
    conversation_id: int = Field(sa_type=BigInteger)
    name: str
    data: str
    created_at: int = moment()
    origin: str | None = None


class MoveRows(SQLModel, table=True):
    """Who had a chat from when on (`bots.model.course`); kept as long as the chat's messages are."""

    __tablename__ = "moves"
    __table_args__ = (WITHOUT_ROWID,)

    conversation_id: int = Field(sa_type=BigInteger, primary_key=True)
    seq: int = Field(primary_key=True)
    behind: int
    workspace: int
    name: str
    data: str
    created_at: int = moment()


class TallyRows(SQLModel, table=True):
    """How often something came about in a place of a flow, on a day of the bot's time zone."""

    __tablename__ = "tallies"
    __table_args__ = (WITHOUT_ROWID,)

    workspace: int = Field(primary_key=True)
    bot: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    flow: str = Field(primary_key=True)
    step: str = Field(primary_key=True)
    about: str = Field(primary_key=True)
    what: str = Field(primary_key=True)
    count: int


class ShelfRows(SQLModel, table=True):
    __tablename__ = "shelf"

    workspace: int = Field(primary_key=True)
    shelf: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    value: str


class VersionRows(SQLModel, table=True):
    """Every version of a bot with the texts of its files, as JSON; a row changes in `left_at` alone."""

    __tablename__ = "versions"
    __table_args__ = (UniqueConstraint("workspace", "bot", "hash"),)

    workspace: int = Field(primary_key=True)
    bot: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    hash: str
    files: str
    by: str
    published_at: int = moment()
    left_at: int | None = maybe_moment()


class LiveVersionRows(SQLModel, table=True):
    """Which version of each bot is live; `last` is the highest number ever given."""

    __tablename__ = "live_versions"

    workspace: int = Field(primary_key=True)
    bot: str = Field(primary_key=True)
    number: int
    last: int
    since: int = moment()
    retire: bool
    taken: str | None = None


class ChannelRows(SQLModel, table=True):
    """An account that a bot answers at; `credentials` are sealed, "" where they are kept elsewhere.

    `status`, `since`, `why` and `title` are what the server noted last.
    """

    __tablename__ = "channels"

    workspace: int = Field(primary_key=True)
    name: str = Field(primary_key=True)
    bot: str
    platform: str
    origin: str
    credentials: str
    settings: str
    status: str
    since: int = moment()
    why: str
    title: str
    created_at: int = moment()
    updated_at: int = moment()

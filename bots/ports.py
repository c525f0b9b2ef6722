"""Every Protocol the outside implements; nothing here does anything."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import IO, Any, NamedTuple, Protocol

from bots.errors import NotFound, Rejected
from bots.model.account import Account, ApiKey, NewAccount, Rotation, Session, Workspace
from bots.model.ai_token import AiKey, AiToken, NewAiToken
from bots.model.answer import Answer, Came, Delivery
from bots.model.assistant import Assistant
from bots.model.billing import (
    Balance,
    Movement,
    MovementKind,
    Outcome,
    Taken,
    TopUp,
    TopUpStatus,
)
from bots.model.cases import Told
from bots.model.census import Person
from bots.model.channel import ChannelRecord, ChannelState
from bots.model.conversation import Conversation, Opening
from bots.model.course import Point
from bots.model.desk import Canned, DeskGroup, Note, Relay, Topic
from bots.model.dialog import Page, Sought
from bots.model.episode import Episode
from bots.model.feed import Entry
from bots.model.guess import Judge
from bots.model.knowledge import Document, FileKind, Kept, Passage, Piece, Question, Subject, Upload
from bots.model.marketplace import Connection, Synced
from bots.model.message import Address, Reply, UnifiedMessage
from bots.model.metrics import Counted, Period
from bots.model.neighbour import Committed
from bots.model.operator import Linked, Operator
from bots.model.payment import Invoice
from bots.model.person import Erased
from bots.model.process import Process
from bots.model.receipt import Receipt
from bots.model.record import record
from bots.model.tally import Tally
from bots.model.turn import (
    Arrival,
    Begun,
    Event,
    Intent,
    MessageRecord,
    Outgoing,
    Timer,
    TimerKey,
    TurnRecord,
)
from bots.model.version import Live, Version
from bots.model.webhook import Answered, Aside, Attempt, Endpoint, Facts, Health, Progress
from bots.under_way import Cause
from flows.standing import Stand

Clock = Callable[[], datetime]
"""Gives the present moment, aware, in UTC."""

Sleep = Callable[[float], Awaitable[None]]
"""Waits so many seconds."""

NewId = Callable[[], str]
"""Gives a new UUIDv7 as 32 hex digits, rising within a process."""


class Journal(Protocol):
    """The hot tables: inbox, conversations, outbox, timers and intents of running turns.

    Every method that writes returns only when what it wrote is synced to disk. A conversation that
    this process has claimed before and nobody else since is given from memory, without a write.
    """

    async def accept(self, messages: Sequence[UnifiedMessage]) -> list[Arrival]:
        """Note messages down, each external id of a channel once; only new ones come back."""

    async def note(self, told: Sequence[Receipt]) -> list[Address]:
        """Keep what was told of messages of ours: the highest of each; known ones change nothing.

        Gives the chats whose customers turn out to be unreachable.
        """

    async def claim(self, address: Address, opening: Opening | None = None) -> Conversation:
        """Take the conversation: its claim is raised. With an opening one is made where none is.

        Raises NotFound for an address without a conversation and no opening.
        """

    async def commit(self, turn: TurnRecord) -> None:
        """Write a turn whole. Raises ClaimLost (and writes nothing) if the claim is not ours."""

    async def dealt_with(self, arrivals: Sequence[int]) -> None:
        """These were done without a turn."""

    async def postpone(self, arrival: int, *, until: datetime | None, error: str) -> None:
        """Count a failed try of a message; without `until` it is parked for a person to see."""

    async def backlog(self) -> list[Arrival]:
        """What was accepted and never answered, in order of receipt (parked ones left out)."""

    async def came(self, known: Collection[int], now: datetime, *, limit: int) -> list[Arrival]:
        """The same, but for what is `known` and what rests after a failure: other processes take in too."""

    def forget(self, which: Callable[[Address], bool]) -> None:
        """Conversations that another process works for now may be others than they are known as."""


class Outbox(Protocol):
    """What is on its way out."""

    async def unsent(self) -> list[Outgoing]:
        """Every row not sent yet, due or not, being sent or not, each chat's in order."""

    async def begin(self, row: Outgoing) -> Begun:
        """Mark a row as being sent, unless the conversation's epoch has moved on: then it is dropped."""

    async def sent(self, key: str, platform_message_id: str) -> None:
        """Done; the message's record learns the platform's id."""

    async def later(self, key: str, until: datetime, error: str) -> None:
        """Not now: try again then."""

    async def held(self, key: str, since: datetime, error: str) -> bool:
        """Not before the customer writes again. True for the first of its message: an event tells."""

    async def heard_at(self, conversation: int) -> datetime | None:
        """When the customer of a conversation last wrote."""

    async def failed(self, key: str, error: str) -> None:
        """Never: keep it where a person sees it, and let the chat's next one go."""

    async def revived(self, message_id: str) -> list[Outgoing]:
        """What failed of a message, to be sent after all, in order; taken so once."""

    async def delivered(self, message_id: str) -> Delivery | None:
        """How far a message has come: the worst of its parts. None where nothing was to send."""


class Timers(Protocol):
    """Timer rows and slow actions that are due."""

    async def due(self, now: datetime, *, limit: int, after: TimerKey | None = None) -> list[Timer]:
        """Timers that should fire, in the order of their keys, those past `after` alone.

        They stay until the turn that consumes them commits.
        """

    async def next_due(self, after: datetime | None = None) -> datetime | None:
        """When the earliest timer is due, of those that are due later than `after`."""

    async def intents(self, now: datetime) -> list[Intent]:
        """Actions to carry out, after a restart or a failed try."""

    async def intent_later(self, key: str, *, until: datetime, error: str) -> None:
        """Count a failed try."""


class Conversations(Protocol):
    """Reading conversations and their history, always inside one workspace."""

    async def by_chat(
        self,
        workspace: int,
        platform: str,
        chat_id: str,
        user_id: str | None = None,
        bot: str | None = None,
    ) -> Conversation:
        """The conversation of a platform's chat, the newest where several fit. Raises NotFound."""

    async def by_session(self, workspace: int, session_id: str) -> Conversation:
        """By an API client's own session id, or by `session_<uuid>`. Raises NotFound."""

    async def of_user(self, workspace: int, user_id: str) -> list[tuple[Conversation, int]]:
        """A user's conversations with their counts of messages, newest first."""

    async def history(
        self, conversation: int, *, limit: int, offset: int
    ) -> tuple[list[MessageRecord], int]:
        """Messages in order, and how many there are in all."""

    async def tail(self, address: Address, *, limit: int) -> list[MessageRecord]:
        """The last messages of a chat, oldest first; none where there is no conversation."""

    async def message(
        self, workspace: int, message_id: str
    ) -> tuple[Conversation, MessageRecord] | None:
        """One message of a workspace, and its conversation."""

    async def came_of(self, address: Address, external_id: str, message_id: str) -> Came:
        """What came of a message that was taken in, as far as it is on disk."""


class Dialogs(Protocol):
    """Chats in lists, and one with its messages, always inside one workspace."""

    async def listed(self, workspace: int, sought: Sought, *, limit: int, offset: int) -> Page:
        """Those that something happened in last come first; `total` counts all that are sought."""

    async def one(self, workspace: int, id: int) -> tuple[Conversation, int | None, str]:
        """A chat by its number, and the id and the name of its bot's assistant. Raises NotFound."""

    async def messages(
        self, conversation: int, *, limit: int, offset: int | None, after: int | None
    ) -> tuple[list[MessageRecord], int]:
        """In order, and how many there are in all: those past a `seq`, or behind so many, or the last."""

    async def written(self, conversation: int, surface: str, key: str) -> MessageRecord | None:
        """What an operator said by a message of a surface (`Relay`), which is none of a group."""


class Traces(Protocol):
    """Looking at what a conversation went through, beside whoever writes it."""

    async def newest(self, workspace: int, *, limit: int) -> list[Conversation]:
        """The conversations that something happened in last, the newest first."""

    async def find(self, workspace: int, words: str, *, limit: int) -> list[Conversation]:
        """By `platform:chat`, `#number`, a session's or a user's id, whole; else by a part of them."""

    async def happened(self, conversation: int, *, limit: int) -> list[Event]:
        """The last things that happened, in order."""

    async def timers(self, conversation: int) -> list[tuple[datetime, Mapping[str, Any]]]:
        """What is still to fire, the next first: when, and `Timer.payload`."""

    async def under_way(self, conversation: int) -> list[tuple[datetime, str]]:
        """Slow actions that are waited for: since when, and which."""


class Recipient(NamedTuple):
    """A chat that the bot may write to by itself, and what is known of it."""

    id: int
    address: Address
    platform: str
    user_id: str
    user: Mapping[str, Any]
    context: Mapping[str, Any]


class Inside(NamedTuple):
    """A chat that is in the middle of something, and where (`Conversation.position`)."""

    id: int
    address: Address
    platform: str
    position: Mapping[str, Any]


class Audience(Protocol):
    """Everybody a bot talks with."""

    async def chats(self, workspace: int, bot: str, *, after: int, limit: int) -> list[Recipient]:
        """Chats that can be written to and that no person has, by rising id past `after`."""

    async def inside(self, workspace: int, bot: str, *, after: int, limit: int) -> list[Inside]:
        """Chats that are in a flow or wait for a person, by rising id past `after`."""


class Accounts(Protocol):
    """The people who sign in."""

    async def owner(self) -> Account | None:
        """The first account, or None before the first start."""

    async def found(self, *, email: str, password_hash: str, now: datetime) -> Account:
        """Make the first workspace and its owner."""

    async def register(self, new: NewAccount) -> Account:
        """Make an account, and its workspace where it is invited to none.

        Raises Conflict where the e-mail has an account, CodeRefused for an invitation.
        """

    async def by_email(self, email: str) -> Account | None:
        """Whoever has it, over all workspaces."""

    async def by_id(self, workspace: int, id: int) -> Account:
        """Raises NotFound."""

    async def all(self, workspace: int) -> list[Account]:
        """Those who were not removed."""

    async def change(
        self,
        workspace: int,
        id: int,
        changes: Mapping[str, Any],
        *,
        now: datetime,
        ends: bool = False,
        keep: str = "",
        was: str | None = None,
    ) -> Account:
        """Fields of an account; with `ends` every session of theirs but `keep` is over.

        Raises NotFound; Conflict where a workspace would be without an owner, or (`password`) where
        the hash of the password is no more what it `was`.
        """


class Workspaces(Protocol):
    """What accounts share."""

    async def one(self, id: int) -> Workspace:
        """Raises NotFound."""

    async def opened(self, id: int, *, now: datetime) -> None:
        """Note that what a new one begins with was made."""

    async def in_use(self, id: int) -> bool:
        """Whether somebody talked to an active assistant of it."""

    async def invite(
        self, digest: str, subject: Mapping[str, Any], *, by: int, now: datetime, expires: datetime
    ) -> None:
        """Keep an invitation by the SHA-256 of its code; `by` is the workspace that invites."""

    async def link(self, id: int, account: int, operator: int | None) -> None:
        """The account is this operator, and no other; None: nobody.

        Raises NotFound, Conflict where the operator is another account.
        """


class Keys(Protocol):
    """API keys by their SHA-256 (hex)."""

    async def add(self, key: ApiKey) -> ApiKey:
        """Keep one, which gets its id. Raises Conflict where it is there already."""

    async def by_digest(self, digest: str) -> ApiKey | None:
        """The key, also one that was revoked or ran out."""

    async def all(self, workspace: int) -> list[ApiKey]:
        """Those that were not revoked."""

    async def revoke(self, workspace: int, id: int, *, now: datetime) -> ApiKey:
        """It opens nothing any more. Raises NotFound."""

    async def used(self, id: int, *, now: datetime) -> None:
        """Note when it was last used."""


class Sessions(Protocol):
    """Who is signed in where, and the refresh tokens of it by their SHA-256."""

    async def open(self, session: Session, refresh: str | None, *, password_hash: str) -> bool:
        """Keep one, and that its account signed in; not where its password is another meanwhile."""

    async def one(self, id: str) -> tuple[Session, Account] | None:
        """A session and whose it is."""

    async def end(self, id: str, *, now: datetime) -> None:
        """Its tokens open nothing any more."""

    async def rotate(
        self, digest: str, fresh: str, *, now: datetime, grace: timedelta, most: int
    ) -> Rotation:
        """Spend a refresh token for a fresh one.

        The one before the newest may be spent again for a `grace`, `most` times at most; any other
        that was spent ends its session.
        """

    async def prune(self, before: datetime) -> None:
        """Forget what was over by then."""


class SecondFactors(Protocol):
    """What is asked for beside passwords."""

    async def put(self, account: int, sealed: str, codes: Sequence[str]) -> None:
        """Keep a secret, which counts from its first code on, and SHA-256 of backup codes."""

    async def take(self, account: int, step: int) -> bool:
        """Whether the code of this step of time, or of a later one, was not used before; now it is."""

    async def take_code(self, account: int, digest: str, *, now: datetime) -> bool:
        """Whether this is a backup code that was not used before; now it is."""

    async def clear(self, account: int) -> None:
        """Passwords alone again."""


class Guesses(Protocol):
    """Tries at passwords and codes, counted for all processes together."""

    async def begin(
        self, account: str, network: str, judge: Judge, *, now: datetime, since: datetime
    ) -> timedelta:
        """Count a try, unless `judge` lets those `since` then make it wait; for how long."""

    async def forgive(self, account: str, network: str) -> None:
        """Forget those at an account from a network."""


class Versions(Protocol):
    """Every version of each bot, and which of them is live; other processes publish too."""

    async def publish(
        self,
        workspace: int,
        bot: str,
        hash: str,
        files: Mapping[str, str],
        *,
        by: str,
        now: datetime,
        retire: bool = False,
        again: bool = False,
    ) -> Live:
        """Make the version of this hash live; one that is new gets the next number.

        What is live already is left alone, unless it is to be published `again`.
        """

    async def live(self, workspace: int | None) -> list[Live]:
        """The live version of each bot of a workspace; None is for whoever serves all of them."""

    async def files(self, workspace: int, bot: str, hash: str) -> dict[str, str] | None:
        """The texts of a version's files."""

    async def all(self, workspace: int, bot: str) -> list[Version]:
        """The versions that are kept, the newest first."""

    async def take(self, workspace: int, live: Live, why_not: str = "") -> None:
        """The server looked at a publishing and answers by it, or says why it does not."""

    async def retired(self, workspace: int, live: Live) -> None:
        """All chats of a publishing with `retire` were told."""

    async def prune(self, before: datetime) -> int:
        """Drop versions that nobody could enter since a moment; how many there were."""


class Channels(Protocol):
    """The accounts that bots answer at; other processes add and remove them too."""

    async def records(self, workspace: int | None) -> list[ChannelRecord]:
        """Of a workspace (None: of all), in the order in which they were first kept."""

    async def put(self, record: ChannelRecord, *, now: datetime) -> None:
        """Keep it by its name, in place of what was there; its credentials are sealed.

        Raises BotExists where another workspace has an account of this name.
        """

    async def remove(self, workspace: int, name: str) -> bool:
        """False where there was none."""

    async def states(self, workspace: int) -> dict[str, ChannelState]:
        """How each fared when the server last noted it, by its name."""

    async def note(self, workspace: int, states: Mapping[str, ChannelState]) -> None:
        """Keep how some of them fare, for who looks from beside the server."""


class Assistants(Protocol):
    """Bots as their owners see them over the API; made there or folders."""

    async def here(self) -> list[Assistant]:
        """Those that are there in any workspace, and the deleted ones whose chats are with people."""

    async def had_any(self, workspace: int) -> bool:
        """Whether there ever was one."""

    async def add(self, assistant: Assistant) -> Assistant:
        """Keep one with its id; without a bot's name it gets one of ours. Raises Conflict."""

    async def change(
        self,
        workspace: int,
        id: int,
        changes: Mapping[str, Any],
        *,
        now: datetime,
        most: int | None = None,
    ) -> Assistant:
        """Fields of one; the others stay. Keys of its pages follow its domains. Raises NotFound, and
        Conflict where so many others of the workspace were made over the API already.
        """

    async def remove(self, workspace: int, id: int, *, now: datetime) -> None:
        """It is gone, its keys are revoked, its account is free for another; its chats stay."""

    async def tidy(self, *, now: datetime, settled: datetime) -> None:
        """Take away what a stop in the middle of a change left."""

    async def dialog_of(self, address: Address) -> int | None:
        """The number of a chat."""


class Episodes(Protocol):
    """Reading hand-offs, always inside one workspace; turns write them."""

    async def open(self, workspace: int) -> list[tuple[Conversation, Episode]]:
        """Every chat that waits for a person or has one, the longest first."""

    async def of_chat(self, conversation: int, *, limit: int) -> list[Episode]:
        """A chat's hand-offs, the newest first."""

    async def conversation(self, workspace: int, id: int) -> Conversation:
        """A chat by its own number, as it is on disk. Raises NotFound."""

    async def of_same_person(self, chat: Conversation, *, limit: int) -> list[Conversation]:
        """Other chats of the workspace with the same number or remembered id, that can be written to."""

    async def messages(self, conversation: int, *, after: int, limit: int) -> list[MessageRecord]:
        """A chat's messages past a `seq`, in order."""

    async def message(
        self, workspace: int, message_id: str
    ) -> tuple[Conversation, MessageRecord] | None:
        """One message of a workspace, and its chat as it is on disk."""

    async def said_as(self, conversation: int, platform_message_id: str) -> list[MessageRecord]:
        """What the platform has under an id, the oldest first: a message, then what it was edited to."""

    async def platform_ids(self, message_id: str) -> list[str]:
        """What the platform calls the parts of a message that was sent, in order."""

    def told(self, workspace: int, *, since: datetime) -> AsyncIterator[Told]:
        """The events of hand-offs from a moment on, in order, read as they are asked for."""


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

    async def put_question(self, question: Question, piece: Piece, *, most: int) -> Question:
        """Keep it; one that asks the same of the same assistant is replaced, and keeps its id.

        Raises NotFound without the assistant, QuotaReached past the `most` of a workspace.
        """

    async def questions(
        self, workspace: int, assistant_id: int | None, *, limit: int, offset: int
    ) -> tuple[list[Question], int]:
        """In the order in which they were added, and how many there are in all."""

    async def questions_by_id(self, workspace: int, ids: Sequence[int]) -> list[Question]:
        """Those there are, in no order."""

    async def assistants(self, workspace: int) -> dict[str, int]:
        """The assistants there are, by their bots."""


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


class Feed(Protocol):
    """What happened, in the order in which it was committed, for those who tell the world of it."""

    async def after(
        self, workspace: int, cursor: int, *, limit: int, names: Sequence[str] = ()
    ) -> list[Entry]:
        """The next events past a cursor, all or those of some names; none is ever added before it.

        One that tells of messages (`messages.added`) names each of them. Notes of operators are
        never told.
        """

    async def latest(self) -> int:
        """The cursor behind all that has happened."""

    async def stirred(self, cursor: int) -> set[int]:
        """The workspaces in which anything happened past a cursor."""

    async def prune(self, before: datetime, *, handoffs_before: datetime) -> int:
        """Drop what happened before a moment, and hand-offs of before another; how many."""


class WebhookEndpoints(Protocol):
    """The endpoints of workspaces as their owners see them; secrets are sealed."""

    async def all(self, workspace: int) -> list[Endpoint]:
        """The oldest first."""

    async def one(self, workspace: int, id: str) -> Endpoint:
        """Raises NotFound."""

    async def add(self, endpoint: Endpoint, *, most: int) -> None:
        """Keep a new one. Raises Conflict where the workspace has so many, Locked without a key."""

    async def change(self, endpoint: Endpoint, *, skip: bool = False, afresh: bool = False) -> None:
        """Keep what its owner may say of it, its version one higher.

        `skip` moves its cursor on to the one given, `afresh` forgets that it failed. Raises NotFound,
        Locked, and Conflict where somebody else changed it meanwhile.
        """

    async def remove(self, workspace: int, id: str) -> bool:
        """With its log, and what it was not told yet; False where there was none."""

    async def noted(self, endpoint: Endpoint, attempt: Attempt) -> None:
        """Keep a call that its owner asked for."""

    async def log(self, workspace: int, id: str, *, limit: int) -> list[Attempt]:
        """Its last calls, the newest first."""

    async def health(self, workspace: int) -> dict[str, Health]:
        """By endpoint, what was set aside and what was given up; those that have none are left out."""

    async def again(self, workspace: int, id: str, *, now: datetime) -> int:
        """What was given up is due once more; how much."""


class WebhookDeliveries(Protocol):
    """What whoever tells endpoints of events reads and notes, over all workspaces."""

    async def changed(self) -> tuple[int, int, str]:
        """Another value whenever an owner changed, added or removed anything."""

    async def active(self) -> list[Endpoint]:
        """Those that are to be told."""

    async def facts(
        self, workspace: int, conversation: int, seq: int | None, operator: int | None
    ) -> Facts | None:
        """What a body is made of; None where it was erased, or is another workspace's."""

    async def note(
        self, endpoint: Endpoint, progress: Progress, attempts: Sequence[Attempt]
    ) -> None:
        """Keep how far it is, which is never moved back, and the last calls."""

    async def disable(self, endpoint: Endpoint, why: str) -> None:
        """Switch it off, where nobody changed it meanwhile."""

    async def set_aside(self, endpoint: Endpoint, one: Aside) -> None:
        """Keep what is to be told by itself; in place of what was kept of it."""

    async def aside(self, endpoint: str) -> list[Aside]:
        """What was set aside and not given up, the first due first; a thousand at most."""

    async def settle(self, endpoint: str, id: str) -> None:
        """It was told."""

    async def give_up(self, endpoint: str, id: str, *, now: datetime) -> None:
        """It is told no more, and kept where its owner sees it."""


class WebhookSender(Protocol):
    """Calls an endpoint; see `bots.model.webhook`."""

    async def check(self, workspace: int, url: str) -> None:
        """Whether it may be called at all. Raises AddressRefused, RemoteFailed for an unknown name."""

    async def send(self, endpoint: Endpoint, id: str, body: Mapping[str, Any]) -> Answered:
        """One POST, signed; never raises."""


class Course(Protocol):
    """Reading a conversation's messages and the moves of its hand-offs by their common numbers."""

    async def after(self, conversation: int, seq: int, *, limit: int) -> list[Point]:
        """The next points past a number, without a gap; none is ever added before another."""

    async def latest(self, conversation: int) -> int:
        """The number of its last point; 0 where there is none."""


class Persons(Protocol):
    """Everything that is kept of customers, over all their chats."""

    async def silent(self, before: datetime, *, limit: int) -> list[tuple[int, str, str]]:
        """Workspace, platform and user of those in whose chats nothing happened since, nor will."""

    async def erase(self, workspace: int, platform: str, user_id: str) -> Erased:
        """All of it, at once. Raises NotFound."""


class Metrics(Protocol):
    """Counting what was talked about, always inside one workspace."""

    async def counted(
        self, workspace: int, period: Period, *, bot: str | None, user_id: str | None
    ) -> Counted:
        """Of all chats, or those of a bot, or of a user."""


class Connections(Protocol):
    """A workspace's accounts at marketplaces; their credentials are sealed."""

    async def all(self, workspace: int) -> list[Connection]:
        """The oldest first."""

    async def put(self, connection: Connection) -> Connection:
        """Keep it; a user's earlier one at the same marketplace keeps its id and its counts."""

    async def note(self, connection: Connection) -> None:
        """Keep how its last sync went."""

    async def remove(self, workspace: int, id: str) -> bool:
        """False where there was none."""


class Marketplace(Protocol):
    """A marketplace that we talk to."""

    async def sync(self, connection: Connection) -> Synced:
        """Fetch what is new since `last_sync_at`. Raises RemoteFailed."""


class Operators(Protocol):
    """Our people, and the one-time codes that link them and their groups."""

    async def all(self, workspace: int | None) -> list[Operator]:
        """Also those who are no longer active; None is for whoever serves all workspaces."""

    async def by_id(self, workspace: int, id: int) -> Operator:
        """Raises NotFound."""

    async def by_telegram(self, workspace: int, user_id: str) -> Operator | None:
        """Who links to this person of Telegram."""

    async def put(self, operator: Operator, *, now: datetime) -> Operator:
        """Keep; one with the id 0 is new and gets one. Raises Conflict: somebody else's Telegram."""

    async def change(
        self, workspace: int, id: int, changes: Mapping[str, Any], *, now: datetime
    ) -> Operator:
        """Fields of an operator; whatever others changed meanwhile stays. Raises NotFound, Conflict."""

    async def add_code(
        self,
        workspace: int,
        digest: str,
        kind: str,
        subject: Mapping[str, Any],
        *,
        now: datetime,
        expires: datetime,
        alone: bool = False,
    ) -> None:
        """Keep a one-time code by its SHA-256 (hex); `alone` makes earlier ones of its subject void."""

    async def use_code(
        self, workspace: int, digest: str, kind: str, *, by: str, now: datetime
    ) -> Mapping[str, Any]:
        """What it is for, once; whoever used it may ask again. Raises CodeRefused."""

    async def link(
        self, workspace: int, digest: str, *, telegram: str, username: str, now: datetime
    ) -> Linked:
        """Use the code and note whose Telegram account used it, both or neither.

        The same again changes nothing. Raises CodeRefused, LinkedElsewhere.
        """


class Seats(Protocol):
    """Who of our people somebody is that calls us over HTTP; always inside one workspace."""

    async def all(self, workspace: int) -> list[Operator]:
        """Also those who are no longer active."""

    async def by_id(self, workspace: int, id: int) -> Operator:
        """Raises NotFound."""

    async def of_account(self, workspace: int, account: int, *, now: datetime) -> Operator:
        """Who signs in with an account; made of it at first need. Raises NotFound for no account."""

    async def called(self, workspace: int, name: str, *, now: datetime) -> Operator:
        """Who goes by a name, in any case of its letters; made at first need.

        Raises Conflict where several do.
        """


class Desks(Protocol):
    """Operators' groups, the topics of chats in them, and what is shown there."""

    async def groups(self, workspace: int) -> list[DeskGroup]:
        """In the order in which they were set up."""

    async def put_group(self, group: DeskGroup) -> None:
        """Keep it by its channel and chat, in place of what was there."""

    async def remove_group(self, channel: str, chat_id: str) -> None:
        """With its topics; what was relayed stays."""

    async def move_group(self, channel: str, old: str, new: str) -> None:
        """The group has another id now, with all that was shown in it."""

    async def topics(self, conversation: int) -> list[Topic]:
        """Of a chat, the newest generation first."""

    async def topic_at(self, channel: str, chat_id: str, thread_id: str) -> Topic | None:
        """Whose topic that is, whatever became of it."""

    async def unfinished(self, workspace: int) -> list[Topic]:
        """Topics that are being made or stand open, over all groups."""

    async def closed_before(self, workspace: int, moment: datetime, *, limit: int) -> list[Topic]:
        """Topics that were closed before then and are so still, the oldest first."""

    async def named_by_hand(self, channel: str, chat_id: str, thread_id: str) -> None:
        """A person gave a topic its title, which it keeps from now on."""

    async def put_topic(self, topic: Topic) -> None:
        """Keep it by its chat, group and generation, in place of what was there.

        What was `mirrored` never becomes less, and what was `titled_by_hand` stays so.
        """

    async def add_relays(self, relays: Sequence[Relay], topic: Topic | None = None) -> None:
        """Note what was shown, and the topic as it is then, in one write; known ones change nothing."""

    async def relay(self, channel: str, chat_id: str, message_id: str) -> Relay | None:
        """What a message of a group is."""

    async def relays(self, conversation: int, seq: int) -> list[Relay]:
        """Where a message of a chat is shown, in the order of its parts."""

    async def add_note(self, note: Note) -> Note:
        """Keep what operators tell one another."""

    async def notes(self, conversation: int) -> list[Note]:
        """Of a chat, the oldest first."""

    async def canned(self, workspace: int, bot: str) -> list[Canned]:
        """Those of a bot and those of every bot, by key."""

    async def put_canned(self, canned: Canned, *, now: datetime) -> None:
        """Keep it by its bot and key; an empty text takes it away."""


class Ledger(Protocol):
    """What workspaces have, and why; nothing ever changes in it but by a new movement.

    A workspace is opened by whatever comes first, with the `bonus` as its first credit.
    """

    async def balance(self, workspace: int) -> Balance | None:
        """None where nothing has opened it yet."""

    async def open(self, workspace: int, *, bonus: int, now: datetime) -> Balance:
        """Its balance, opened where it was not."""

    async def charge(
        self,
        workspace: int,
        *,
        key: str,
        price: int,
        most: int | None,
        service: str,
        details: Mapping[str, Any],
        bonus: int,
        now: datetime,
    ) -> Movement:
        """Take `price` for a message, or find it taken under this `key`; counts the message.

        Raises NoMoney where the balance does not pay for it, or `most` were taken this month (UTC).
        """

    async def credit(
        self,
        workspace: int,
        *,
        key: str,
        amount: int,
        service: str,
        description: str,
        details: Mapping[str, Any],
        bonus: int,
        now: datetime,
    ) -> Movement:
        """Add it, or find it added under this `key`."""

    async def movements(
        self, workspace: int, *, kind: MovementKind | None, limit: int, offset: int
    ) -> tuple[list[Movement], int]:
        """The newest first, and how many there are in all."""

    async def plan(self, workspace: int) -> str:
        """The name of its plan, "" where there is no such workspace."""

    async def messages(self, workspace: int, now: datetime) -> int:
        """How many were charged in this month (UTC)."""


class TopUps(Protocol):
    """Money on its way, by workspace."""

    async def add(self, top_up: TopUp) -> TopUp:
        """Keep a new one, or give what is kept under its id."""

    async def begun(self, id: str, taken: Taken, *, now: datetime) -> TopUp:
        """The provider took it on: it is pending."""

    async def settle(self, id: str, *, amount: int, now: datetime) -> TopUp:
        """The money came: paid, and credited to the workspace, in one go and once."""

    async def end(self, id: str, status: TopUpStatus, error: str, *, now: datetime) -> TopUp:
        """No money will come; what was paid stays paid."""

    async def by_id(self, id: str) -> TopUp | None:
        """Of any workspace: for whoever speaks with the provider."""

    async def by_reference(self, provider: str, reference: str) -> TopUp | None:
        """The same by the provider's own name of the payment."""

    async def pending(self) -> list[TopUp]:
        """All that wait, the oldest first."""

    async def waiting(self, workspace: int) -> int:
        """How many of a workspace wait."""


class TopUpProvider(Protocol):
    """Whoever takes the money of workspaces: a bank, or the sandbox that only plays one.

    `every` is how many seconds apart it may be asked of a payment that has just begun.
    """

    name: str
    every: float

    async def begin(self, top_up: TopUp) -> Taken:
        """Take it on; again with the same id it is the same payment.

        Raises PaymentFailed where it is refused, RemoteFailed where nobody knows.
        """

    async def outcome(self, reference: str) -> Outcome:
        """How far a payment is. Raises RemoteFailed."""


class AiTokens(Protocol):
    """Keys of models' providers, of the whole server; days and months are those of UTC."""

    async def all(self, *, now: datetime) -> list[AiToken]:
        """With what was used; those first that are taken first."""

    async def add(self, token: NewAiToken, *, mask: str, now: datetime) -> AiToken:
        """Keep it sealed. Raises Locked where there is no key at all to seal it with."""

    async def use(self, model: str, *, now: datetime) -> AiKey | None:
        """Take the first that is switched on, opens and is within its limits; counted."""

    async def knows(self, model: str) -> bool:
        """Whether there is any for a model."""


class Census(Protocol):
    """Everybody who signs in, over all workspaces."""

    async def people(self, search: str, *, limit: int, offset: int) -> tuple[list[Person], int]:
        """Whose e-mail or name holds `search`, the first who came first; and how many in all."""


class Vault(Protocol):
    """Keeps secrets at rest; `about` says whose one is, and only for that it opens again."""

    def seal(self, secret: str, about: str) -> str:
        """What may lie on a disk. Raises Locked where there is no key at all."""

    def open(self, sealed: str, about: str) -> str:
        """The secret. Raises Locked where no key at hand opens it."""


class Shelf(Protocol):
    """Small JSON things by name: what demo actions remember, uploaded files' ids."""

    async def get(self, workspace: int, shelf: str, key: str) -> Any | None:
        """What was put there, or None."""

    async def put(self, workspace: int, shelf: str, key: str, value: Any) -> None:
        """Keep it, in place of what was there; None takes it away."""

    async def all(self, workspace: int, shelf: str) -> dict[str, Any]:
        """Everything on a shelf."""


class Tallies(Protocol):
    """Reading what was counted of dialogs, and where chats stand, always inside one workspace."""

    async def sums(self, workspace: int, bot: str, since: str | None) -> dict[Tally, int]:
        """The counters of all days from `since` (ISO) on, or of all there are."""

    async def standing(self, workspace: int, bot: str) -> list[tuple[list[Stand], int]]:
        """Where chats stand, the top of each first, with how many stand just so."""


@record(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A raw request of a platform; header names are in lower case."""

    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"


@record(frozen=True, slots=True, kw_only=True)
class Received:
    """What a webhook held, and what to answer. `after` is done at once, beside the lanes.

    `more` says that the request holds parts of other accounts too: each of them takes its own.
    """

    messages: Sequence[UnifiedMessage] = ()
    receipts: Sequence[Receipt] = ()
    status: int = 200
    reply: str = "ok"
    after: Sequence[Callable[[], Awaitable[None]]] = ()
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that a customer or an operator sent; `mime` is "" where nobody says."""

    content: bytes
    name: str = ""
    mime: str = ""


class Pace(NamedTuple):
    """How fast a messenger takes messages: `burst` at once, then one in every `seconds`."""

    burst: int
    seconds: float


class Channel(Protocol):
    """One account at one messenger, as the running machinery sees it.

    `name` is its name in addresses, such as `telegram:123456`; `platform` is telegram, web …
    `window` is for how long after the customer's last message anything but a template may be sent,
    `pace` how fast one chat may be written to, where the messenger refuses more, `per_second` how many
    messages the account may send to all together, as the outbox should count them. For as long as
    `knows_again` after a row was made, the same row sent again shows nothing twice. `asked_by_get`
    says that the messenger asks with a GET whether the webhook's address is ours, `keeps` that files of
    other channels are to be given it (`keep`) before they can be sent; with `our_ids` a message of ours
    is called there by our own id.
    """

    name: str
    platform: str
    window: timedelta | None = None
    pace: Pace | None = None
    per_second: float | None = None
    knows_again: timedelta = timedelta()
    asked_by_get: bool = False
    keeps: bool = False
    our_ids: bool = False

    bank: "MessengersBank | None" = None

    async def receive(self, webhook: Webhook) -> Received:
        """Verify and parse. Raises Unauthorised for a wrong secret, Invalid for what is no update."""

    def render(self, address: Address, reply: Reply) -> list[dict[str, Any]]:
        """The calls that say it, each JSON and one row of the outbox; downgraded where it must be.

        A call with a true `template` may go out after the window has closed.
        """

    def taken_back(self, address: Address, message_ids: Sequence[str]) -> list[dict[str, Any]]:
        """The calls that take the parts of a message of ours away; none where the messenger cannot."""
        return []

    def reacted(self, address: Address, message_id: str, emoji: str) -> list[dict[str, Any]]:
        """The calls that put a sign under a message, "" for none; no calls where the messenger cannot."""
        return []

    def pressed(self, address: Address, message_id: str, label: str) -> list[dict[str, Any]]:
        """The calls that show which button of a message was taken, so that it is not pressed again."""
        return []

    async def send(self, row: Outgoing) -> str:
        """Make one call; the platform's message id ("" if it gives none). Raises a ChannelError."""

    async def typing(self, address: Address) -> None:
        """Show that an answer is on its way; never raises."""

    async def keep(self, file: File) -> str:
        """Keep a file, and give the reference that it can be sent by. Raises Rejected for what it cannot show."""
        raise Rejected(f"{self.platform} keeps no files")

    async def fetch(self, ref: str) -> File:
        """What hides behind an attachment's `ref`. Raises a ChannelError; NotFound for no file."""
        raise NotFound("file", ref)


class Listening(Protocol):
    """Where a channel that listens brings what it hears."""

    async def accept(self, messages: Sequence[UnifiedMessage]) -> None:
        """Keep messages; returns once they are on disk. Raises Unavailable."""

    async def note(self, receipts: Sequence[Receipt]) -> None:
        """Keep what was told of messages of ours; the same. Raises Unavailable."""


class MessengerChannel(Channel, Protocol):
    """A channel of a messenger outside, which has to be connected to; `bot` answers there.

    `trouble` is what keeps it from hearing just now, in a sentence; None where all is well.
    """

    bot: str
    trouble: str | None = None

    async def load(self) -> None:
        """Import what is heavy now, so that no call has to wait for it."""
        return

    async def check(self) -> str:
        """Ask the messenger who we are: a name for people, such as `@shop_bot`.

        Raises ChannelUnauthorised, with what to do, for a credential it refuses; another
        ChannelError where it does not answer.
        """

    async def listen(self, into: Listening, url: str | None) -> None:
        """Have messages brought until cancelled: by webhooks to `url`, by asking where there is none.

        What goes wrong on the way is logged once and tried again; raises ChannelUnauthorised only.
        """

    async def begin(self, url: str | None) -> None:
        """Have the messenger bring messages as `listen` will want them. Raises a ChannelError.

        Whoever connects an account is told so at once what does not go.
        """
        return

    async def end(self) -> None:
        """Have the messenger bring nothing more: the account is let go of. Raises a ChannelError."""
        return

    async def announce(self, commands: Sequence[tuple[str, str]]) -> None:
        """Show customers what they can write: commands (without the slash) and their meanings."""

    async def close(self) -> None:
        """Let go of connections; a call after it opens them again."""


class Actions(Protocol):
    """The named actions behind `do:`."""

    async def run(
        self, action: str, arguments: Mapping[str, Any], *, address: Address, key: str
    ) -> Any:
        """Carry it out; the same `key` again has no second effect. Raises ActionFailed."""


Secrets = Callable[[str], str | None]
"""The value of a bot's secret by its name, None where it has none."""


class PaymentProvider(Protocol):
    """Whoever takes customers' money: a bank, or the sandbox that only plays one."""

    async def offer(self, invoice: Invoice) -> str:
        """Take an invoice on; gives the address at which it is paid. Raises RemoteFailed."""

    async def give_back(self, invoice: Invoice, amount: Decimal, *, key: str) -> None:
        """Refund; the same `key` again has no second effect. Raises RemoteFailed."""


class MessengersBank(PaymentProvider, Protocol):
    """A messenger that takes its customers' money itself."""

    def takes(self, currency: str) -> bool:
        """Whether money of this currency (ISO 4217, or the messenger's own) is paid inside it."""


class Invoices(Protocol):
    """What a messenger that takes money itself has to know and to tell of invoices."""

    async def by_id(self, workspace: int, id: str) -> Invoice:
        """Raises NotFound."""

    async def paid(self, workspace: int, id: str, *, charge: str = "") -> Invoice:
        """The money has come; noted when it returns. Raises NotFound, Unavailable."""

    async def given_back(self, workspace: int, id: str, *, charge: str) -> None:
        """All of it went back, whoever had it sent. Raises NotFound, Unavailable."""


class Understanding(Protocol):
    """Which of the described meanings a text has (rung 6 of the ladder)."""

    async def choose(
        self, text: str, candidates: Mapping[str, str], *, question: str | None, language: str
    ) -> Sequence[tuple[str, float]]:
        """The candidates' keys that come into question, the likeliest first, each with a confidence.

        Below 0.5 nothing happens; two within 0.1 of each other are told apart by the customer.
        """


class Listener(Protocol):
    """Hears of what happened after it was committed: the web page's sockets, metrics."""

    def told(
        self,
        conversation: Conversation,
        messages: Sequence[MessageRecord],
        events: Sequence[Event],
    ) -> None:
        """Must be quick and must not raise."""


class Tracer(Protocol):
    """Follows what comes of a message through the house, for whoever looks at where the time goes."""

    def turn(self, address: Address, cause: Cause) -> AbstractContextManager[None]:
        """A turn, from its claim to its commit."""

    def send(self, row: Outgoing) -> AbstractContextManager[None]:
        """One try to send a row."""


class Neighbourhood(Protocol):
    """What other processes on this database committed, and what of it they wait for here."""

    async def latest(self) -> int:
        """The cursor behind all that was committed up to now."""

    async def after(self, cursor: int, *, limit: int) -> tuple[list[Committed], int]:
        """What others committed behind a cursor, in the order of commits, and the cursor behind it."""

    async def put_answer(self, seq: int, answer: Answer | str, now: datetime) -> None:
        """What came of a message that another process took in, or why nothing did."""

    async def answer(self, seq: int) -> Answer | str | None:
        """The same, for the process that waits for it; None as long as there is nothing."""

    async def prune(self, before: datetime) -> None:
        """Drop answers of before: nobody waits for them any more."""


class Membership(Protocol):
    """The processes on this database, and the leases of slots; times are by the database's clock."""

    async def beat(self) -> set[int]:
        """Give a sign of life and renew the leases; the slots that are still ours."""

    async def processes(self) -> list[Process]:
        """Those that live, ourselves among them, the oldest first."""

    async def take(self, most: int) -> set[int]:
        """Lease so many of the shared slots that nobody holds."""

    async def take_chores(self) -> set[int]:
        """Lease that of the chores, where nobody holds it."""

    async def release(self, slots: Collection[int]) -> None:
        """Others may have them."""

    async def stop(self) -> None:
        """Take no part in the sharing any more."""

    async def leave(self) -> None:
        """Be there no more."""


class Others(Protocol):
    """Tells the other processes on this database where to look; what is lost on the way they find later."""

    def stir(self, slot: int) -> None:
        """Something of a slot waits for the process that holds it."""

    def committed(self) -> None:
        """A turn was committed, of which others may want to hear."""


class Meter(Protocol):
    """Counts what the runtime does, for `/metrics`; must be quick and must not raise."""

    def accepted(self, fresh: int, repeated: int) -> None:
        """Messages taken in, and those that had come before."""

    def waited(self, bot: str, seconds: float) -> None:
        """So long after it was taken in a message's turn begins."""

    def turned(self, bot: str, rung: str, seconds: float) -> None:
        """A turn was committed; `rung` is how the message was understood, "" for other turns."""

    def acted(self, action: str, outcome: str, seconds: float) -> None:
        """An action was tried: `done`, `failed` or (`late`) given up for its time."""

    def fired(self, seconds: float) -> None:
        """The turn of a timer is over, so long after the timer was due."""

    def delivered(
        self,
        address: Address,
        outcome: str,
        why: str = "",
        *,
        took: float | None = None,
        waited: float | None = None,
    ) -> None:
        """A send ended as `sent`, `retried`, `held`, `failed` or `dropped`, and `why`.

        `took` are seconds of the messenger's, where it was called; `waited` those since what was
        sent was written.
        """

    def failed(self, what: str) -> None:
        """A `turn` went wrong; a message is `parked` for a person after its last try."""

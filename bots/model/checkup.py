"""What a look at an installation finds, before anybody words it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from bots.model.channel import ChannelState


class Late(NamedTuple):
    """How many things should have happened by now, and since when the first of them."""

    many: int = 0
    since: datetime | None = None


NOTHING_LATE = Late()


class Stuck(NamedTuple):
    """A chat whose messages had no turn; the oldest came at `since`, and was tried so often."""

    bot: str
    channel: str
    chat_id: str
    many: int
    since: datetime
    attempts: int
    error: str


class AtWork(NamedTuple):
    """A process that serves this database, as it told of itself last at `seen_at`."""

    role: str
    host: str
    pid: int
    version: str
    seen_at: datetime


class SlotsOf(NamedTuple):
    """A process with how long it gave no sign of life, how many slots it holds, and what waits in these.

    `waiting` came in over a minute ago and had no turn.
    """

    role: str
    host: str
    pid: int
    silent: timedelta
    stopping: bool
    slots: int
    chores: bool
    waiting: Late


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """How processes share a PostgreSQL, and whether it does what we count on.

    `free` slots nobody holds, `chores_free` says the same of what one does for all. `connections` are
    open to the whole server, which gives `most`; each process of ours opens up to `each`. `idle_walls`
    is why row-level security does nothing for our role, "" where it stands; `unsynced` names settings
    by which a commit may be lost. `ahead` is by how much its clock is before this machine's.
    """

    processes: tuple[SlotsOf, ...]
    free: int
    chores_free: bool
    connections: int
    most: int
    each: int
    role: str
    idle_walls: str
    unsynced: tuple[str, ...]
    ahead: timedelta


class KeptAccount(NamedTuple):
    """An account of a messenger; `credentials` are None where they are kept elsewhere or stay sealed."""

    name: str
    platform: str
    credentials: Mapping[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a database says of itself.

    `revision` is that of its tables, `since` when its first account was made and `newest` when the last
    thing was written. `unanswered` came in and had no turn yet, `parked` never will without a person,
    `parked_lately` of these in the last day; the chats that wait longest are `stuck`, those of the
    newest parked ones `stumbled`. `unsent` and `timers` are past their time, `failed` was given up in the
    last day. `damage` is "" where none was found.
    """

    revision: str | None
    expected: str
    damage: str = ""
    since: datetime | None = None
    newest: datetime | None = None
    unanswered: Late = NOTHING_LATE
    stuck: tuple[Stuck, ...] = ()
    parked: int = 0
    parked_lately: int = 0
    stumbled: tuple[Stuck, ...] = ()
    unsent: Late = NOTHING_LATE
    held: int = 0
    failed: int = 0
    failed_error: str = ""
    timers: Late = NOTHING_LATE
    channels: dict[str, ChannelState] = field(default_factory=dict)
    accounts: tuple[KeptAccount, ...] = field(default=(), repr=False)
    groups_down: dict[str, str] = field(default_factory=dict)
    locked: tuple[str, ...] = ()
    untaken: dict[str, str] = field(default_factory=dict)
    processes: tuple[AtWork, ...] = ()
    sharing: Sharing | None = None
    bytes: int = 0
    log_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an account of ours stands at its messenger, which brings `pending` messages to `url`, or keeps them.

    `reached` says that it answered at all, `trouble` why it tells nothing of the account; `date` is the
    time of its clock when it did, `at` that of ours. `error` is of the last call of ours that failed.
    """

    name: str
    platform: str
    at: datetime
    reached: bool = False
    trouble: str = ""
    refused: bool = False
    date: datetime | None = None
    url: str | None = None
    pending: int = 0
    error: str = ""
    error_at: datetime | None = None

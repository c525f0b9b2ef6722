"""The database as a process beside the running server has it: it reads, and writes little at once."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bots.ports import Clock, Vault
from storage.accounts import SqlAccounts
from storage.assistants import SqlAssistants
from storage.audience import SqlAudience
from storage.channels import SqlChannels
from storage.conversations import SqlConversations
from storage.database import CURE, Lock, open_readers
from storage.db import Item, Readers, Result, Work, Writes
from storage.desks import SqlDesks
from storage.episodes import SqlEpisodes
from storage.feed import SqlFeed
from storage.guesses import SqlGuesses
from storage.keys import SqlKeys
from storage.metrics import SqlMetrics
from storage.migrate import HEAD, migrate, revision
from storage.operators import SqlOperators
from storage.persons import SqlPersons
from storage.sealed import Seals
from storage.second_factors import SqlSecondFactors
from storage.sessions import SqlSessions
from storage.shelf import SqlShelf
from storage.traces import SqlTraces
from storage.versions import SqlVersions
from storage.webhooks import SqlWebhooks
from storage.workspaces import SqlWorkspaces

PATIENCE = 15_000
"""Milliseconds to wait for the server to let us write; it commits many times a second."""


class NoDatabase(OSError):
    """There is nothing beside which to work; says what to do."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What may be read of a workspace; versions, channels, operators and groups may be written."""

    workspace: int
    versions: SqlVersions
    conversations: SqlConversations
    audience: SqlAudience
    traces: SqlTraces
    shelf: SqlShelf
    episodes: SqlEpisodes
    operators: SqlOperators
    metrics: SqlMetrics
    accounts: SqlAccounts
    workspaces: SqlWorkspaces
    keys: SqlKeys
    assistants: SqlAssistants
    sessions: SqlSessions
    second_factors: SqlSecondFactors
    guesses: SqlGuesses
    reader: Readers
    hand: Writes

    def desks(self, clock: Clock) -> SqlDesks:
        """Operators' groups."""
        return SqlDesks(self.hand, self.reader, clock=clock)

    def channels(self, vault: Vault) -> SqlChannels:
        """The accounts that bots answer at, with what opens their credentials."""
        return SqlChannels(self.hand, self.reader, vault)

    def webhooks(self, vault: Vault) -> SqlWebhooks:
        """Endpoints that are told of events, with what opens their secrets."""
        return SqlWebhooks(self.hand, self.reader, vault)

    @property
    def feed(self) -> SqlFeed:
        """What happened."""
        return SqlFeed(self.hand, self.reader)

    def seals(self, vault: Vault) -> Seals:
        """Everything that is sealed."""
        return Seals(self.hand, self.reader, vault)

    @property
    def persons(self) -> SqlPersons:
        """What is kept of customers."""
        return SqlPersons(self.hand, self.reader)

    async def close(self) -> None:
        await self.reader.dispose()


def open_beside(path: Path) -> Beside:
    """Raises NoDatabase with a sentence, NewerDatabase for what a later version wrote."""
    workspace = _workspace(path) if path.exists() else None
    if workspace is None:
        raise NoDatabase(
            f"There is no database yet at {path}: start the server once, it publishes every bot"
        )
    if revision(f"sqlite:///{path}") != HEAD:
        _migrate_alone(path)
    return beside_over(workspace, Hand(path), open_readers(path))


def beside_over(workspace: int, hand: Writes, reader: Readers) -> Beside:
    """What there is beside a server, by what writes and what reads."""
    return Beside(
        workspace=workspace,
        versions=SqlVersions(hand, reader),
        conversations=SqlConversations(reader),
        audience=SqlAudience(reader),
        traces=SqlTraces(reader),
        shelf=SqlShelf(hand, reader),
        episodes=SqlEpisodes(reader),
        operators=SqlOperators(hand, reader),
        metrics=SqlMetrics(reader),
        accounts=SqlAccounts(hand, reader),
        workspaces=SqlWorkspaces(hand, reader),
        keys=SqlKeys(hand, reader),
        assistants=SqlAssistants(hand, reader),
        sessions=SqlSessions(hand, reader),
        second_factors=SqlSecondFactors(hand),
        guesses=SqlGuesses(hand),
        hand=hand,
        reader=reader,
    )


def in_use(path: Path) -> bool:
    """Whether a server has this database now."""
    try:
        Lock(path).release()
    except BlockingIOError:
        return True
    return False


class Hand:
    """Writes as the writer's thread does, each thing in a transaction of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def do(self, work: "Work[Item, Result]", item: Item, *, patient: bool = False) -> Result:
        return await asyncio.to_thread(self._do, work, item)

    def _do(self, work: Any, item: Any) -> Any:
        with closing(sqlite3.connect(self._path, isolation_level=None)) as db:
            db.execute(f"PRAGMA busy_timeout = {PATIENCE}")
            db.execute("PRAGMA synchronous = FULL")
            # Folding the log is the server's: it would stall for ours.
            db.execute("PRAGMA wal_autocheckpoint = 0")
            db.execute("BEGIN IMMEDIATE")
            (result,) = work(db, [item])
            db.execute("COMMIT")
            if isinstance(result, Exception):
                raise result
            return result


def _workspace(path: Path) -> int | None:
    """The one of the owner, as the server takes it; None before the first start."""
    with closing(sqlite3.connect(path)) as db:
        try:
            found = db.execute("SELECT workspace FROM accounts ORDER BY id LIMIT 1").fetchone()
        except sqlite3.OperationalError:
            return None
        except sqlite3.DatabaseError as error:
            raise NoDatabase(f"Cannot open the database {path}: {error}. {CURE}") from None
    return None if found is None else int(found[0])


def _migrate_alone(path: Path) -> None:
    try:
        lock = Lock(path)
    except BlockingIOError:
        raise NoDatabase(
            "The server that runs is of another version of Easy Flow than this: restart it first"
        ) from None
    try:
        migrate(f"sqlite:///{path}")
    finally:
        lock.release()

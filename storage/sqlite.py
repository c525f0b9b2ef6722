"""Everything kept in one SQLite file: migrate it, open it, give its stores."""

import asyncio
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from bots.ports import Clock, NewId, Vault
from storage.accounts import SqlAccounts
from storage.ai_tokens import SqlAiTokens
from storage.assistants import SqlAssistants
from storage.audience import SqlAudience
from storage.billing import SqlLedger
from storage.census import SqlCensus
from storage.channels import SqlChannels
from storage.checkpoints import Checkpoints
from storage.connections import SqlConnections
from storage.conversations import SqlConversations
from storage.course import SqlCourse
from storage.database import Lock, open_readers, open_writer
from storage.desks import SqlDesks
from storage.dialogs import SqlDialogs
from storage.documents import SqlDocuments
from storage.episodes import SqlEpisodes
from storage.feed import SqlFeed
from storage.journal import SqlJournal
from storage.keys import SqlKeys
from storage.knowledge import SqlLibrary
from storage.metrics import SqlMetrics
from storage.migrate import migrate
from storage.operators import SqlOperators
from storage.outbox import SqlOutbox
from storage.persons import SqlPersons
from storage.reading import Reading
from storage.sealed import Seals
from storage.second_factors import SqlSecondFactors
from storage.sessions import SqlSessions
from storage.shelf import SqlShelf
from storage.tallies import SqlTallies
from storage.timers import SqlTimers
from storage.top_ups import SqlTopUps
from storage.versions import SqlVersions
from storage.workspaces import SqlWorkspaces
from storage.writer import Writer


@dataclass(frozen=True, slots=True)
class Stores:
    """Every store port, over one database."""

    journal: SqlJournal
    outbox: SqlOutbox
    timers: SqlTimers
    conversations: SqlConversations
    dialogs: SqlDialogs
    audience: SqlAudience
    accounts: SqlAccounts
    keys: SqlKeys
    sessions: SqlSessions
    second_factors: SqlSecondFactors
    shelf: SqlShelf
    tallies: SqlTallies
    versions: SqlVersions
    episodes: SqlEpisodes
    feed: SqlFeed
    course: SqlCourse
    operators: SqlOperators
    desks: SqlDesks
    ledger: SqlLedger
    top_ups: SqlTopUps
    census: SqlCensus
    metrics: SqlMetrics
    library: SqlLibrary
    documents: SqlDocuments
    workspaces: SqlWorkspaces
    assistants: SqlAssistants
    _writer: Writer
    _reader: AsyncEngine
    _reading: Reading
    _lock: Lock

    def channels(self, vault: Vault) -> SqlChannels:
        """The accounts that bots answer at, with what opens their credentials."""
        return SqlChannels(self._writer, self._reader, vault)

    def connections(self, vault: Vault) -> SqlConnections:
        """Accounts at marketplaces, with what opens their credentials."""
        return SqlConnections(self._writer, self._reader, vault)

    def ai_tokens(self, vault: Vault) -> SqlAiTokens:
        """Keys of models' providers, with what opens them."""
        return SqlAiTokens(self._writer, self._reader, vault)

    @property
    def pool(self) -> tuple[int, int]:
        """How many connections are kept, and how many work at this moment; one of them writes."""
        readers = self._reader.pool
        assert isinstance(readers, QueuePool)
        return readers.size() + 1, readers.checkedout() + self._writer.busy

    @property
    def persons(self) -> SqlPersons:
        """What is kept of customers."""
        return SqlPersons(self._writer, self._reader)

    @property
    def writable(self) -> bool:
        """Whether the last write went to disk; False while the disk is full."""
        return self._writer.works

    async def answers(self, workspace: int, now: datetime) -> None:
        """Read a row, and write one where the last could not be; raises the trouble."""
        await self.accounts.owner()
        if not self.writable:
            await self.shelf.put(workspace, "health", "written", now.isoformat())

    def seals(self, vault: Vault) -> Seals:
        """Everything that is sealed."""
        return Seals(self._writer, self._reader, vault)

    async def close(self) -> None:
        """Write what was handed in, close the file, let others have it."""
        await self._writer.close()
        await self._reader.dispose()
        await self._reading.close()
        self._lock.release()


async def open_sqlite(path: Path, *, new_id: NewId, clock: Clock) -> Stores:
    """Raises OSError with a sentence: not writable, or in use by another Easy Flow."""
    lock = Lock(path)
    try:
        connection = await asyncio.to_thread(_prepare, path)
    except BaseException:
        lock.release()
        raise
    last_arrival = connection.execute("SELECT coalesce(max(seq), 0) FROM inbox").fetchone()[0]
    writer = Writer(connection, Checkpoints(path))
    reader = open_readers(path)
    reading = Reading(path)
    return Stores(
        journal=SqlJournal(writer, reader, last_arrival=last_arrival, new_id=new_id, clock=clock),
        outbox=SqlOutbox(writer, reader, clock=clock),
        timers=SqlTimers(writer, reader),
        conversations=SqlConversations(reader),
        dialogs=SqlDialogs(reading),
        audience=SqlAudience(reader),
        accounts=SqlAccounts(writer, reader),
        workspaces=SqlWorkspaces(writer, reader),
        keys=SqlKeys(writer, reader),
        sessions=SqlSessions(writer, reader),
        second_factors=SqlSecondFactors(writer),
        shelf=SqlShelf(writer, reader),
        tallies=SqlTallies(reader),
        versions=SqlVersions(writer, reader),
        episodes=SqlEpisodes(reader),
        feed=SqlFeed(writer, reader),
        course=SqlCourse(reader),
        operators=SqlOperators(writer, reader),
        desks=SqlDesks(writer, reader, clock=clock),
        ledger=SqlLedger(writer, reader),
        top_ups=SqlTopUps(writer, reader),
        census=SqlCensus(reader),
        metrics=SqlMetrics(reader),
        library=SqlLibrary(writer, reader),
        documents=SqlDocuments(writer, reader, clock=clock),
        assistants=SqlAssistants(writer, reader),
        _writer=writer,
        _reader=reader,
        _reading=reading,
        _lock=lock,
    )


def _prepare(path: Path) -> sqlite3.Connection:
    try:
        migrate(f"sqlite:///{path}")
        return open_writer(path)
    except (sqlite3.DatabaseError, DBAPIError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise OSError(f"Cannot open the database {path}: {reason}") from error

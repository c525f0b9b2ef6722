"""Every store over one database, whichever it is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bots.model.slots import ALONE, Slots
from bots.ports import Clock, NewId, Vault
from storage.accounts import SqlAccounts
from storage.ai_tokens import SqlAiTokens
from storage.assistants import SqlAssistants
from storage.audience import SqlAudience
from storage.billing import SqlLedger
from storage.census import SqlCensus
from storage.channels import SqlChannels
from storage.connections import SqlConnections
from storage.conversations import SqlConversations
from storage.course import SqlCourse
from storage.db import Readers, Reading, Writes
from storage.desks import SqlDesks
from storage.dialogs import SqlDialogs
from storage.documents import SqlDocuments
from storage.episodes import SqlEpisodes
from storage.feed import SqlFeed
from storage.figures import WriterFigures
from storage.guesses import SqlGuesses
from storage.journal import SqlJournal
from storage.keys import SqlKeys
from storage.knowledge import SqlLibrary
from storage.metrics import SqlMetrics
from storage.neighbours import SqlNeighbourhood
from storage.operators import SqlOperators
from storage.outbox import SqlOutbox
from storage.persons import SqlPersons
from storage.sealed import Seals
from storage.second_factors import SqlSecondFactors
from storage.sessions import SqlSessions
from storage.shelf import SqlShelf
from storage.tallies import SqlTallies
from storage.timers import SqlTimers
from storage.top_ups import SqlTopUps
from storage.versions import SqlVersions
from storage.webhook_deliveries import SqlWebhookDeliveries
from storage.webhooks import SqlWebhooks
from storage.words import Words
from storage.workspaces import SqlWorkspaces
from storage.writes import Intake


class Writer(Writes, Protocol):
    """What takes work, as those who own it see it."""

    @property
    def works(self) -> bool:
        """Whether the last write went to disk."""

    @property
    def queued(self) -> int:
        """How much waits to be written."""

    @property
    def figures(self) -> WriterFigures:
        """What is measured of it."""


@dataclass(frozen=True, slots=True)
class Base:
    """An open database. `pool` says how many connections are kept, and how many work at this moment."""

    writer: Writer
    reader: Readers
    reading: Reading
    pool: Callable[[], tuple[int, int]]
    close: Callable[[], Awaitable[None]]
    words: Words


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
    guesses: SqlGuesses
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
    base: "Base"

    def channels(self, vault: Vault) -> SqlChannels:
        """The accounts that bots answer at, with what opens their credentials."""
        return SqlChannels(self.base.writer, self.base.reader, vault)

    def connections(self, vault: Vault) -> SqlConnections:
        """Accounts at marketplaces, with what opens their credentials."""
        return SqlConnections(self.base.writer, self.base.reader, vault)

    def ai_tokens(self, vault: Vault) -> SqlAiTokens:
        """Keys of models' providers, with what opens them."""
        return SqlAiTokens(self.base.writer, self.base.reader, vault)

    def webhooks(self, vault: Vault) -> SqlWebhooks:
        """Endpoints of workspaces, with what opens their secrets."""
        return SqlWebhooks(self.base.writer, self.base.reader, vault)

    def webhook_deliveries(self, vault: Vault) -> SqlWebhookDeliveries:
        """What telling them reads and notes."""
        return SqlWebhookDeliveries(self.base.writer, self.base.reader, vault)

    def neighbourhood(self, holder: str) -> SqlNeighbourhood:
        """What other processes on a PostgreSQL commit."""
        return SqlNeighbourhood(self.base.writer, self.base.reader, origin=f"easyflow {holder}")

    @property
    def pool(self) -> tuple[int, int]:
        """How many connections are kept, and how many work at this moment; one of them writes."""
        return self.base.pool()

    @property
    def persons(self) -> SqlPersons:
        """What is kept of customers."""
        return SqlPersons(self.base.writer, self.base.reader)

    @property
    def writing(self) -> WriterFigures:
        """What is measured of writing."""
        return self.base.writer.figures

    @property
    def queued(self) -> int:
        """How much waits to be written."""
        return self.base.writer.queued

    @property
    def writable(self) -> bool:
        """Whether the last write went to disk; False while the disk is full."""
        return self.base.writer.works

    async def answers(self, workspace: int, now: datetime) -> None:
        """Read a row, and write one where the last could not be; raises the trouble."""
        await self.accounts.owner()
        if not self.writable:
            await self.shelf.put(workspace, "health", "written", now.isoformat())

    def seals(self, vault: Vault) -> Seals:
        """Everything that is sealed."""
        return Seals(self.base.writer, self.base.reader, vault)

    async def close(self) -> None:
        """Write what was handed in, close the file, let others have it."""
        await self.base.close()


def stores_over(
    base: Base, intake: Intake, *, new_id: NewId, clock: Clock, slots: Slots = ALONE
) -> Stores:
    """`intake` notes down what comes in, and numbers it."""
    writer, reader = base.writer, base.reader
    return Stores(
        journal=SqlJournal(writer, reader, intake=intake, new_id=new_id, clock=clock, slots=slots),
        outbox=SqlOutbox(writer, reader, clock=clock, slots=slots),
        timers=SqlTimers(writer, reader, slots=slots),
        conversations=SqlConversations(reader),
        dialogs=SqlDialogs(base.reading),
        audience=SqlAudience(reader),
        accounts=SqlAccounts(writer, reader),
        workspaces=SqlWorkspaces(writer, reader),
        keys=SqlKeys(writer, reader),
        sessions=SqlSessions(writer, reader),
        second_factors=SqlSecondFactors(writer),
        guesses=SqlGuesses(writer),
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
        library=SqlLibrary(writer, reader, base.words),
        documents=SqlDocuments(writer, reader, clock=clock),
        assistants=SqlAssistants(writer, reader),
        base=base,
    )

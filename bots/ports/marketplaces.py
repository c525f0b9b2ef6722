"""Accounts at marketplaces, and the marketplaces themselves."""

from typing import Protocol

from bots.model.marketplace import Connection, Synced


class Connections(Protocol):
    """A workspace's accounts at marketplaces; their credentials are sealed."""

    async def all(self, workspace: int) -> list[Connection]:
        """The oldest first."""

    async def put(self, connection: Connection, *, once: str | None = None) -> Connection:
        """Keep it; a user's earlier one at the same marketplace keeps its id and its counts.

        The same `once` again gives what is there. Raises Consumed where that is gone.
        """

    async def note(self, connection: Connection) -> None:
        """Keep how its last sync went."""

    async def remove(self, workspace: int, id: str) -> bool:
        """False where there was none."""


class Marketplace(Protocol):
    """A marketplace that we talk to."""

    async def sync(self, connection: Connection) -> Synced:
        """Fetch what is new since `last_sync_at`. Raises RemoteFailed."""

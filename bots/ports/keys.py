"""API keys."""

from datetime import datetime
from typing import Protocol

from bots.model.account import ApiKey


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

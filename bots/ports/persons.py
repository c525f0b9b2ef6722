"""Everything that is kept of one customer."""

from datetime import datetime
from typing import Protocol

from bots.model.person import Erased


class Persons(Protocol):
    """Everything that is kept of customers, over all their chats."""

    async def silent(self, before: datetime, *, limit: int) -> list[tuple[int, str, str]]:
        """Workspace, platform and user of those in whose chats nothing happened since, nor will."""

    async def erase(self, workspace: int, platform: str, user_id: str) -> Erased:
        """All of it, at once. Raises NotFound."""

"""Everybody who signs in, over all workspaces."""

from typing import Protocol

from bots.model.census import Person


class Census(Protocol):
    """Everybody who signs in, over all workspaces."""

    async def people(self, search: str, *, limit: int, offset: int) -> tuple[list[Person], int]:
        """Whose e-mail or name holds `search`, the first who came first; and how many in all."""

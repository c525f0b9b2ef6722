"""Bots as their owners see them over the API."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from bots.model.assistant import Assistant
from bots.model.message import Address


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
        first: bool = False,
    ) -> Assistant:
        """Fields of one; the others stay. Keys of its pages follow its domains. Raises NotFound, and
        Conflict where so many others of the workspace were made over the API already, or there ever
        was another though this is its `first`.
        """

    async def remove(self, workspace: int, id: int, *, now: datetime) -> None:
        """It is gone, its keys are revoked, its account is free for another; its chats stay."""

    async def tidy(self, *, now: datetime, settled: datetime) -> None:
        """Take away what a stop in the middle of a change left."""

    async def dialog_of(self, address: Address) -> int | None:
        """The number of a chat."""

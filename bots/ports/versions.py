"""Versions of bots, and which of them are live."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from bots.model.version import Live, Version


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

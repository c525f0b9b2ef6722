"""Counters of dialogs, and where chats stand."""

from typing import Protocol

from bots.model.tally import Tally
from flows.standing import Stand


class Tallies(Protocol):
    """Reading what was counted of dialogs, and where chats stand, always inside one workspace."""

    async def sums(self, workspace: int, bot: str, since: str | None) -> dict[Tally, int]:
        """The counters of all days from `since` (ISO) on, or of all there are."""

    async def standing(self, workspace: int, bot: str) -> list[tuple[list[Stand], int]]:
        """Where chats stand, the top of each first, with how many stand just so."""

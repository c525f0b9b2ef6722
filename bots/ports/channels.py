"""The accounts that bots answer at, as they are kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from bots.model.channel import ChannelRecord, ChannelState


class Channels(Protocol):
    """The accounts that bots answer at; other processes add and remove them too."""

    async def records(self, workspace: int | None) -> list[ChannelRecord]:
        """Of a workspace (None: of all), in the order in which they were first kept."""

    async def put(self, record: ChannelRecord, *, now: datetime) -> None:
        """Keep it by its name, in place of what was there; its credentials are sealed.

        Raises BotExists where another workspace has an account of this name.
        """

    async def remove(self, workspace: int, name: str) -> bool:
        """False where there was none."""

    async def states(self, workspace: int | None) -> dict[str, ChannelState]:
        """How each of a workspace (None: of all) fared when a server last noted it, by its name."""

    async def note(self, workspace: int, states: Mapping[str, ChannelState]) -> None:
        """Keep how some of them fare, for who looks from beside the server."""

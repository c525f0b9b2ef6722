"""Timers and slow actions that wait."""

from datetime import datetime
from typing import Protocol

from bots.model.turn import Intent, Timer, TimerKey


class Timers(Protocol):
    """Timer rows and slow actions that are due."""

    async def due(self, now: datetime, *, limit: int, after: TimerKey | None = None) -> list[Timer]:
        """Timers that should fire, in the order of their keys, those past `after` alone.

        They stay until the turn that consumes them commits.
        """

    async def next_due(self, after: datetime | None = None) -> datetime | None:
        """When the earliest timer is due, of those that are due later than `after`."""

    async def intents(self, now: datetime) -> list[Intent]:
        """Actions to carry out, after a restart or a failed try."""

    async def intent_later(self, key: str, *, until: datetime, error: str) -> None:
        """Count a failed try."""

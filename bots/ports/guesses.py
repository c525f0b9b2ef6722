"""Tries at passwords and codes."""

from datetime import datetime, timedelta
from typing import Protocol

from bots.model.guess import Judge


class Guesses(Protocol):
    """Tries at passwords and codes, counted for all processes together."""

    async def begin(
        self, account: str, network: str, judge: Judge, *, now: datetime, since: datetime
    ) -> timedelta:
        """Count a try, unless `judge` lets those `since` then make it wait; for how long."""

    async def forgive(self, account: str, network: str) -> None:
        """Forget those at an account from a network."""

"""Balances of workspaces, and the ledger behind them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from bots.model.billing import Balance, Movement, MovementKind


class Ledger(Protocol):
    """What workspaces have, and why; nothing ever changes in it but by a new movement.

    A workspace is opened by whatever comes first, with the `bonus` as its first credit.
    """

    async def balance(self, workspace: int) -> Balance | None:
        """None where nothing has opened it yet."""

    async def open(self, workspace: int, *, bonus: int, now: datetime) -> Balance:
        """Its balance, opened where it was not."""

    async def charge(
        self,
        workspace: int,
        *,
        key: str,
        price: int,
        most: int | None,
        service: str,
        details: Mapping[str, Any],
        bonus: int,
        now: datetime,
    ) -> Movement:
        """Take `price` for a message, or find it taken under this `key`; counts the message.

        Raises NoMoney where the balance does not pay for it, or `most` were taken this month (UTC).
        """

    async def credit(
        self,
        workspace: int,
        *,
        key: str,
        amount: int,
        service: str,
        description: str,
        details: Mapping[str, Any],
        bonus: int,
        now: datetime,
    ) -> Movement:
        """Add it, or find it added under this `key`."""

    async def movements(
        self, workspace: int, *, kind: MovementKind | None, limit: int, offset: int
    ) -> tuple[list[Movement], int]:
        """The newest first, and how many there are in all."""

    async def plan(self, workspace: int) -> str:
        """The name of its plan, "" where there is no such workspace."""

    async def messages(self, workspace: int, now: datetime) -> int:
        """How many were charged in this month (UTC)."""

"""Money in memory, for tests of HTTP that are not about money."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bots.model.billing import Balance, Movement, MovementKind, Taken, TopUp, TopUpStatus


class MemoryLedger:
    """Implements `bots.ports.Ledger`: nobody runs out of money here."""

    def __init__(self) -> None:
        self._balances: dict[int, Balance] = {}
        self._movements: dict[tuple[int, str], Movement] = {}

    async def balance(self, workspace: int) -> Balance | None:
        return self._balances.get(workspace)

    async def open(self, workspace: int, *, bonus: int, now: datetime) -> Balance:
        new = Balance(workspace=workspace, amount=bonus, bonus=bonus, spent=0)
        return self._balances.setdefault(workspace, new)

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
        return self._moved(workspace, key, -price, service, bonus, now)

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
        return self._moved(workspace, key, amount, service, bonus, now)

    async def movements(
        self, workspace: int, *, kind: MovementKind | None, limit: int, offset: int
    ) -> tuple[list[Movement], int]:
        found = [
            one
            for one in reversed(self._movements.values())
            if one.workspace == workspace and kind in (None, one.kind)
        ]
        return found[offset : offset + limit], len(found)

    async def plan(self, workspace: int) -> str:
        return "trial"

    async def messages(self, workspace: int, now: datetime) -> int:
        return sum(one.amount < 0 for one in self._movements.values())

    def _moved(
        self, workspace: int, key: str, amount: int, service: str, bonus: int, now: datetime
    ) -> Movement:
        if (workspace, key) not in self._movements:
            had = self._balances.get(workspace)
            left = (bonus if had is None else had.amount) + amount
            spent = (0 if had is None else had.spent) + max(0, -amount)
            kept = Balance(workspace=workspace, amount=left, bonus=bonus, spent=spent)
            self._balances[workspace] = kept
            self._movements[workspace, key] = Movement(
                id=len(self._movements) + 1,
                workspace=workspace,
                kind="credit" if amount > 0 else "debit",
                amount=amount,
                balance=left,
                service=service,
                created_at=now,
            )
        return self._movements[workspace, key]


class MemoryTopUps:
    """Implements `bots.ports.TopUps`: what is paid here is not credited anywhere."""

    def __init__(self) -> None:
        self._all: dict[str, TopUp] = {}

    async def add(self, top_up: TopUp) -> TopUp:
        return self._all.setdefault(top_up.id, top_up)

    async def begun(self, id: str, taken: Taken, *, now: datetime) -> TopUp:
        return self._changed(id, reference=taken.reference, url=taken.url)

    async def settle(self, id: str, *, amount: int, now: datetime) -> TopUp:
        return self._changed(id, status="paid")

    async def end(self, id: str, status: TopUpStatus, error: str, *, now: datetime) -> TopUp:
        return self._changed(id, status=status, error=error)

    async def by_id(self, id: str) -> TopUp | None:
        return self._all.get(id)

    async def by_reference(self, provider: str, reference: str) -> TopUp | None:
        return next((one for one in self._all.values() if one.reference == reference), None)

    async def pending(self) -> list[TopUp]:
        return [one for one in self._all.values() if one.status == "pending"]

    async def waiting(self, workspace: int) -> int:
        return sum(one.workspace == workspace for one in await self.pending())

    def _changed(self, id: str, **change: Any) -> TopUp:
        self._all[id] = replace(self._all[id], **change)
        return self._all[id]

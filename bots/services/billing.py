"""What a workspace has, what its messages cost, and whether an assistant may still answer for it."""

from collections.abc import Mapping
from typing import Any

from bots.errors import BadAmount, NoMoney
from bots.model.account import Account
from bots.model.billing import Balance, Movement, MovementKind, Plan
from bots.ports import Clock, Ledger


class Billing:
    """Money is charged for answers of assistants. Scripted bots and people cost nothing.

    A workspace begins with the `bonus`, given at first need; one of a plan that is not among
    `plans` lives by the first of them.
    """

    def __init__(
        self, ledger: Ledger, *, plans: Mapping[str, Plan], bonus: int, clock: Clock
    ) -> None:
        self._ledger = ledger
        self._plans = plans
        self.bonus = bonus
        self._clock = clock

    async def opened(self, account: Account) -> None:
        """A workspace was made for somebody: its balance begins. Again it changes nothing."""
        await self.balance_of(account.workspace)

    async def balance_of(self, workspace: int) -> Balance:
        known = await self._ledger.balance(workspace)
        if known is not None:
            return known
        return await self._ledger.open(workspace, bonus=self.bonus, now=self._clock())

    async def plan_of(self, workspace: int) -> Plan:
        name = await self._ledger.plan(workspace)
        return self._plans.get(name) or next(iter(self._plans.values()))

    async def messages_of(self, workspace: int) -> int:
        """How many messages were charged in this month (UTC)."""
        return await self._ledger.messages(workspace, self._clock())

    async def require(self, workspace: int) -> None:
        """One more message can be paid. Raises NoMoney.

        It promises nothing to two who ask at once; `charge` decides.
        """
        plan = await self.plan_of(workspace)
        left = (await self.balance_of(workspace)).amount
        if left < plan.price:
            raise NoMoney(
                f"The balance is {left / 100:.2f}, a message costs {plan.price / 100:.2f}: top it up"
            )
        if plan.messages is not None and await self.messages_of(workspace) >= plan.messages:
            raise NoMoney(f"The plan has {plan.messages} messages a month, and they are used up")

    async def charge(
        self, workspace: int, *, key: str, service: str, details: Mapping[str, Any]
    ) -> Movement:
        """Take the price of one answered message, once for each `key`; raises NoMoney.

        Call it when the answer is there and before it is sent: what was charged is kept, so that
        doing all of it again after a crash takes nothing twice.
        """
        plan = await self.plan_of(workspace)
        return await self._ledger.charge(
            workspace,
            key=f"message:{key}",
            price=plan.price,
            most=plan.messages,
            service=service,
            details=details,
            bonus=self.bonus,
            now=self._clock(),
        )

    async def credit(
        self,
        workspace: int,
        *,
        key: str,
        amount: int,
        service: str,
        description: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> Movement:
        """Add money, once for each `key`. Raises BadAmount."""
        if amount <= 0:
            raise BadAmount("amount", "must be more than nothing")
        return await self._ledger.credit(
            workspace,
            key=f"credit:{key}",
            amount=amount,
            service=service,
            description=description,
            details=details or {},
            bonus=self.bonus,
            now=self._clock(),
        )

    async def movements(
        self, workspace: int, *, kind: MovementKind | None, limit: int, offset: int
    ) -> tuple[list[Movement], int]:
        """The newest first, and how many there are in all."""
        return await self._ledger.movements(workspace, kind=kind, limit=limit, offset=offset)

"""Putting money on a balance: begun with a provider, followed until it came or will not come."""

import asyncio
import hashlib
from contextlib import suppress
from datetime import timedelta

import structlog

from bots.errors import BadAmount, PaymentFailed, RemoteFailed, Unavailable
from bots.model.billing import Outcome, TopUp
from bots.ports import Clock, NewId, Sleep, TopUpProvider
from bots.ports import TopUps as Store
from bots.services.billing import Billing

LARGEST = 1_000_000_00
"""Kopecks of one top-up."""

LEFT_ALONE = timedelta(minutes=1)
"""How long whoever begins a payment has to do so, before it looks as if a crash stopped them."""

UNKNOWN_FOR = timedelta(hours=24)
"""How long a provider knows a payment by our key: after it nothing is begun again."""

PATIENCE = 3
"""Failures in a row after which the provider is left alone for now."""

SLOWER = 20
"""A payment is asked after each time another twentieth of its age is over: old ones seldom."""

log = structlog.get_logger()


class TopUps:
    """Whatever a provider calls about is asked back: only its own answer moves money."""

    def __init__(
        self,
        store: Store,
        provider: TopUpProvider | None,
        billing: Billing,
        *,
        clock: Clock,
        new_id: NewId,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Without a `provider` nobody can put money in."""
        self._store = store
        self._provider = provider
        self._billing = billing
        self._clock = clock
        self._new_id = new_id
        self._sleep = sleep
        self._asked: dict[str, float] = {}
        self._begun = asyncio.Event()

    async def start(
        self,
        workspace: int,
        *,
        account_id: int | None,
        amount: int,
        method: str,
        return_url: str,
        key: str | None,
    ) -> TopUp:
        """A pending payment, the same again for the same `key`. Raises BadAmount, PaymentFailed."""
        if not 0 < amount <= LARGEST:
            raise BadAmount("amount", f"write a sum from 0.01 to {LARGEST // 100}")
        provider = self._provider
        if provider is None:
            raise PaymentFailed("No payment provider is set up here")
        await self._billing.balance_of(workspace)
        top_up = await self._store.add(
            TopUp(
                id=self._new_id() if key is None else _named(f"{workspace} {key}"),
                workspace=workspace,
                account_id=account_id,
                amount=amount,
                method=method,
                provider=provider.name,
                return_url=return_url,
                created_at=self._clock(),
            )
        )
        if not top_up.reference:
            top_up = await self._begin(provider, top_up)
        if top_up.status in ("failed", "cancelled"):
            raise PaymentFailed(top_up.error)
        self._begun.set()
        return top_up

    async def waiting(self, workspace: int) -> int:
        """How many of a workspace are not decided."""
        return await self._store.waiting(workspace)

    async def by_reference(self, reference: str) -> TopUp | None:
        """A payment by the provider's name of it."""
        if self._provider is None:
            return None
        return await self._store.by_reference(self._provider.name, reference)

    async def told(self, reference: str, top_up: str = "") -> TopUp | None:
        """Somebody says that a payment of ours has moved: ask the provider itself.

        `top_up` is our id of it where they name it. None for a payment that is not ours; then
        nobody is asked. Raises RemoteFailed.
        """
        known = await self.by_reference(reference) or await self._store.by_id(top_up)
        if known is None or self._provider is None or known.status == "paid":
            return known
        outcome = await self._provider.outcome(reference)
        if known.reference != reference and outcome.top_up != known.id:
            return None
        return await self._moved(known, outcome)

    async def follow(self) -> None:
        """Ask of what is pending, for ever; begun anew where a crash came in between."""
        while self._provider is not None:
            self._begun.clear()
            waiting = False
            with suppress(Unavailable):
                waiting = await self.look(self._provider)
            # Nothing to ask after: only a new payment makes that different.
            with suppress(TimeoutError):
                if not waiting:
                    await asyncio.wait_for(self._begun.wait(), 60)
            await self._sleep(self._provider.every)

    async def look(self, provider: TopUpProvider) -> bool:
        """Ask once of each payment whose turn it is; whether any is left pending."""
        pending = await self._store.pending()
        self._asked = {one.id: self._asked[one.id] for one in pending if one.id in self._asked}
        left, failures = False, 0
        for one in pending:
            if failures < PATIENCE and self._is_due(one, provider.every):
                try:
                    one = await self._looked_at(provider, one)
                except RemoteFailed as error:
                    failures += 1
                    log.warning("A payment cannot be asked after", top_up=one.id, why=str(error))
            left = left or one.status == "pending"
        return left

    async def _looked_at(self, provider: TopUpProvider, top_up: TopUp) -> TopUp:
        if top_up.provider != provider.name:
            return await self._orphaned(top_up)
        if top_up.reference:
            return await self._moved(top_up, await provider.outcome(top_up.reference))
        if self._clock() - top_up.created_at > LEFT_ALONE:
            with suppress(PaymentFailed):
                return await self._begin(provider, top_up)
        return top_up

    async def _orphaned(self, top_up: TopUp) -> TopUp:
        """A payment of a provider that is not set up any more: nobody can be asked after it."""
        if self._clock() - top_up.created_at <= UNKNOWN_FOR:
            return top_up
        why = f"{top_up.provider} is not set up any more"
        return await self._store.end(top_up.id, "cancelled", why, now=self._clock())

    def _is_due(self, top_up: TopUp, every: float) -> bool:
        now = self._clock().timestamp()
        age = now - top_up.created_at.timestamp()
        asked = self._asked.get(top_up.id, 0.0)
        # A clock that was put back makes nobody wait for the hour that was.
        due = asked > now or asked + max(every, age / SLOWER) <= now
        if due:
            self._asked[top_up.id] = now
        return due

    async def _begin(self, provider: TopUpProvider, top_up: TopUp) -> TopUp:
        """Raises PaymentFailed; what is known of the failure is kept."""
        if self._clock() - top_up.created_at > UNKNOWN_FOR:
            why = "The payment was not begun in time"
            return await self._store.end(top_up.id, "failed", why, now=self._clock())
        try:
            taken = await provider.begin(top_up)
        except PaymentFailed as error:
            await self._store.end(top_up.id, "failed", str(error), now=self._clock())
            raise
        except RemoteFailed as error:
            log.warning(
                "A payment provider does not answer", provider=provider.name, why=str(error)
            )
            why = "The payment provider does not answer; try again in a minute"
            await self._store.end(top_up.id, "failed", why, now=self._clock())
            raise PaymentFailed(why) from None
        return await self._store.begun(top_up.id, taken, now=self._clock())

    async def _moved(self, top_up: TopUp, outcome: Outcome) -> TopUp:
        now = self._clock()
        if outcome.status == "paid":
            if outcome.amount != top_up.amount:
                log.error("Another sum was paid", top_up=top_up.id, amount=outcome.amount)
            return await self._store.settle(top_up.id, amount=outcome.amount, now=now)
        if outcome.status == "cancelled" and top_up.status == "pending":
            return await self._store.end(top_up.id, "cancelled", outcome.why, now=now)
        return top_up


def _named(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]

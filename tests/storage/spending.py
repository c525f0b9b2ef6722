"""The program that test_billing_killed.py kills: it spends and earns at once, and says what was taken."""

import asyncio
import itertools
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bots.errors import NoMoney
from bots.model.billing import Plan, Taken, TopUp
from bots.services.billing import Billing
from storage.sqlite import open_sqlite
from storage.stores import Stores

WORKSPACES = (1, 2)


def now() -> datetime:
    return datetime.now(UTC)


async def main() -> None:
    path, first = Path(sys.argv[1]), int(sys.argv[2])
    stores = await open_sqlite(path, new_id=lambda: uuid.uuid4().hex, clock=now)
    plans = {"trial": Plan(name="trial", price=7)}
    billing = Billing(stores.ledger, plans=plans, bonus=50, clock=now)
    for workspace in WORKSPACES:
        await asyncio.gather(*(spend(billing, workspace, one, first) for one in range(6)))
        _running.append(asyncio.create_task(earn(stores, workspace, first)))
    await asyncio.gather(*_running)


_running: list[asyncio.Task[None]] = []


async def spend(billing: Billing, workspace: int, one: int, first: int) -> None:
    """The last keys of the round before are tried again, as a turn after a crash does."""

    async def on() -> None:
        for number in itertools.count(max(0, first - 3)):
            key = f"{one}.{number}"
            try:
                await billing.charge(workspace, key=key, service="widget_message", details={})
            except NoMoney:
                await asyncio.sleep(0)
                continue
            print(workspace, f"message:{key}")

    _running.append(asyncio.create_task(on()))


async def earn(stores: Stores, workspace: int, first: int) -> None:
    for number in itertools.count(max(0, first - 3)):
        id = f"{workspace}.{number}"
        top_up = TopUp(
            id=id,
            workspace=workspace,
            account_id=None,
            amount=11,
            method="card",
            provider="none",
            return_url="",
            created_at=now(),
        )
        await stores.top_ups.add(top_up)
        await stores.top_ups.begun(id, Taken(reference=id, url=id), now=now())
        # Told of twice at once, as a bank and our own question do.
        await asyncio.gather(*(stores.top_ups.settle(id, amount=11, now=now()) for _ in range(2)))
        print(workspace, f"top_up:{id}")


asyncio.run(main())

"""The ledger adds up, whatever comes at once, comes twice, or is killed in between."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.errors import BadAmount, NoMoney
from bots.model.billing import Plan
from bots.services.billing import Billing
from storage.stores import Stores
from tests.storage.conftest import HandClock, House

BONUS = 50_00
PLANS = {
    "trial": Plan(name="trial", price=20_00),
    "pro": Plan(name="pro", price=3_00, messages=4, storage=1000),
}


@pytest.fixture
async def workspace(house: House) -> int:
    clock = HandClock()
    owner = await house.stores.accounts.found(email="a@b.c", password_hash="-", now=clock())
    return owner.workspace


@pytest.fixture
def billing(stores: Stores, clock: HandClock) -> Billing:
    return Billing(stores.ledger, plans=PLANS, bonus=BONUS, clock=clock)


async def charge(billing: Billing, workspace: int, key: str) -> Any:
    details = {"dialog_id": 7, "message_count": 2}
    return await billing.charge(workspace, key=key, service="widget_message", details=details)


async def test_a_workspace_begins_with_the_bonus_once(billing: Billing, workspace: int) -> None:
    first, second = await asyncio.gather(
        billing.balance_of(workspace), billing.balance_of(workspace)
    )
    assert first == second
    assert (first.amount, first.bonus, first.spent) == (BONUS, BONUS, 0)
    rows, total = await billing.movements(workspace, kind=None, limit=10, offset=0)
    assert total == 1
    assert (rows[0].kind, rows[0].amount, rows[0].service) == ("credit", BONUS, "welcome_bonus")


async def test_a_message_is_charged_once_by_its_key(billing: Billing, workspace: int) -> None:
    first = await charge(billing, workspace, "m1")
    again = await charge(billing, workspace, "m1")
    assert first == again
    assert (first.kind, first.amount, first.balance) == ("debit", -20_00, 30_00)
    assert first.details == {"dialog_id": 7, "message_count": 2}
    assert (await billing.balance_of(workspace)).spent == 20_00
    assert await billing.messages_of(workspace) == 1


async def test_what_cannot_be_paid_is_refused_and_leaves_no_trace(
    billing: Billing, workspace: int
) -> None:
    await charge(billing, workspace, "m1")
    await charge(billing, workspace, "m2")
    with pytest.raises(NoMoney, match=r"is 10\.00, a message costs 20\.00"):
        await billing.require(workspace)
    with pytest.raises(NoMoney):
        await charge(billing, workspace, "m3")
    assert (await billing.balance_of(workspace)).amount == 10_00
    await billing.credit(workspace, key="gift", amount=10_00, service="gift")
    await billing.require(workspace)
    assert (await charge(billing, workspace, "m3")).balance == 0


async def test_a_hundred_at_once_never_spend_more_than_there_is(
    billing: Billing, workspace: int
) -> None:
    answers = await asyncio.gather(
        *(charge(billing, workspace, f"m{number}") for number in range(100)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, NoMoney) for one in answers) == 98
    assert (await billing.balance_of(workspace)).amount == 10_00


async def test_a_plan_has_its_price_and_its_messages_of_a_month(
    billing: Billing, house: House, workspace: int, clock: HandClock
) -> None:
    await house.run("UPDATE workspaces SET plan = 'pro' WHERE id = ?", workspace)
    assert (await billing.plan_of(workspace)).storage == 1000
    for number in range(4):
        assert (await charge(billing, workspace, f"m{number}")).amount == -3_00
    with pytest.raises(NoMoney, match="4 messages a month"):
        await billing.require(workspace)
    with pytest.raises(NoMoney, match="4 messages a month"):
        await charge(billing, workspace, "m5")
    clock.move(days=31)
    await billing.require(workspace)
    await charge(billing, workspace, "m5")
    assert await billing.messages_of(workspace) == 1


async def test_what_is_added_must_be_something(billing: Billing, workspace: int) -> None:
    for amount in (0, -1):
        with pytest.raises(BadAmount):
            await billing.credit(workspace, key="x", amount=amount, service="gift")


async def test_a_plan_that_nobody_describes_is_the_first(
    billing: Billing, house: House, workspace: int
) -> None:
    await house.run("UPDATE workspaces SET plan = 'gold' WHERE id = ?", workspace)
    assert (await billing.plan_of(workspace)).name == "trial"


async def test_movements_are_listed_by_kind_and_page(billing: Billing, workspace: int) -> None:
    await charge(billing, workspace, "m1")
    await billing.credit(workspace, key="gift", amount=1, service="gift")
    rows, total = await billing.movements(workspace, kind="credit", limit=1, offset=0)
    assert ([one.service for one in rows], total) == (["gift"], 2)
    rows, total = await billing.movements(workspace, kind=None, limit=10, offset=1)
    assert ([one.amount for one in rows], total) == ([-20_00, BONUS], 3)
    assert await billing.movements(workspace + 1, kind=None, limit=10, offset=0) == ([], 0)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("charge"), st.integers(0, 6)),
        st.tuples(st.just("credit"), st.integers(0, 6)),
        st.tuples(st.just("kill"), st.just(0)),
        st.tuples(st.just("wait"), st.just(0)),
    ),
    max_size=25,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_balance_is_always_the_sum_of_the_ledger(
    steps: list[tuple[str, int]], migrated: Path, tmp_path: Path
) -> None:
    """In any order, at once or one after another, with the server gone in between."""
    path = tmp_path / "easyflow.db"
    for left in tmp_path.glob("easyflow.db*"):
        left.unlink()
    path.write_bytes(migrated.read_bytes())
    keys = asyncio.run(_played(path, steps))
    with sqlite3.connect(path) as db:
        (amount,) = db.execute("SELECT amount FROM balances").fetchone()
        rows = db.execute("SELECT amount, balance, key FROM ledger ORDER BY id").fetchall()
    db.close()
    running = 0
    for moved, left_then, _ in rows:
        running += moved
        assert left_then == running >= 0
    assert amount == running
    written = [key for *_, key in rows]
    assert len(written) == len(set(written))
    assert keys <= set(written)


async def _played(path: Path, steps: list[tuple[str, int]]) -> set[str]:
    """Do the steps; gives the keys of those that were said to be done."""
    clock = HandClock()
    house = House(path, clock)
    await house.open()
    await house.stores.accounts.found(email="a@b.c", password_hash="-", now=clock())
    await house.stores.ledger.open(1, bonus=BONUS, now=clock())
    done: set[str] = set()
    under_way: list[asyncio.Task[None]] = []

    async def step(billing: Billing, what: str, key: str) -> None:
        try:
            if what == "charge":
                await charge(billing, 1, key)
                done.add(f"message:{key}")
            else:
                await billing.credit(1, key=key, amount=7_77, service="gift")
                done.add(f"credit:{key}")
        except NoMoney:
            pass

    for what, number in steps:
        billing = Billing(house.stores.ledger, plans=PLANS, bonus=BONUS, clock=clock)
        if what == "kill":
            # Whoever waits is torn off, as by a power cut; the thread may or may not have written.
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
            under_way.clear()
            await house.reopen()
        elif what == "wait":
            await asyncio.gather(*under_way)
        else:
            under_way.append(asyncio.create_task(step(billing, what, str(number))))
            await asyncio.sleep(0)
    await asyncio.gather(*under_way, return_exceptions=True)
    await house.stores.close()
    return done

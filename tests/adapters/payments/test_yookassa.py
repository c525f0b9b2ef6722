"""Top-ups by YooKassa: each is credited once, whatever is told, repeated, lost or killed."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.payments.yookassa import YooKassa
from bots.errors import BadAmount, PaymentFailed, RemoteFailed
from bots.model.billing import Plan, TopUp
from bots.services.billing import Billing
from bots.services.top_ups import TopUps
from storage.stores import Stores
from tests.servers.yookassa import SECRET, SHOP_ID, FakeYooKassa
from tests.storage.conftest import HandClock, House, numbers

BONUS = 500_00


@pytest.fixture(scope="module")
def running() -> Iterator[FakeYooKassa]:
    with FakeYooKassa.start() as fake:
        yield fake


@pytest.fixture
def yookassa(running: FakeYooKassa) -> FakeYooKassa:
    running.away(False)
    running.refuse(None)
    return running


@pytest.fixture
async def provider(yookassa: FakeYooKassa) -> AsyncIterator[YooKassa]:
    one = YooKassa(SHOP_ID, SECRET, api_base=yookassa.base)
    yield one
    await one.close()


class Desk:
    """What a server holds; made anew it is a server after a restart."""

    def __init__(self, stores: Stores, provider: YooKassa | None, clock: HandClock) -> None:
        plans = {"trial": Plan(name="trial", price=5_00)}
        self.clock = clock
        self.stores = stores
        self.provider = provider
        self.billing = Billing(stores.ledger, plans=plans, bonus=BONUS, clock=clock)
        self.top_ups = TopUps(
            stores.top_ups, provider, self.billing, clock=clock, new_id=_IDS, sleep=_never
        )

    async def start(self, amount: int = 100_00, key: str | None = None) -> TopUp:
        return await self.top_ups.start(
            1,
            account_id=1,
            amount=amount,
            method="card",
            return_url="https://example.com/success",
            key=key,
        )

    async def look(self) -> bool:
        assert self.provider is not None
        self.clock.move(minutes=2)
        return await self.top_ups.look(self.provider)

    async def kept(self, top_up: TopUp) -> TopUp:
        found = await self.stores.top_ups.by_id(top_up.id)
        assert found is not None
        return found

    async def balance(self) -> int:
        return (await self.billing.balance_of(1)).amount - BONUS


_IDS = numbers()


async def _never(seconds: float) -> None:
    raise AssertionError("nobody waits here")


@pytest.fixture
async def house(database: Path) -> AsyncIterator[House]:
    clock = HandClock()
    one = House(database, clock)
    await one.open()
    await one.stores.accounts.found(email="a@b.c", password_hash="-", now=clock())
    yield one
    await one.stores.close()


@pytest.fixture
def desk(house: House, provider: YooKassa) -> Desk:
    return Desk(house.stores, provider, HandClock())


async def test_a_payment_is_begun_and_credited_when_it_was_paid(
    desk: Desk, yookassa: FakeYooKassa
) -> None:
    begun = await desk.start(1234_05)
    assert begun.status == "pending"
    assert begun.url.startswith(yookassa.base)
    made = next(one for one in yookassa.payments if one["id"] == begun.reference)
    assert made["amount"] == {"value": "1234.05", "currency": "RUB"}
    assert made["metadata"] == {"top_up": begun.id}
    assert await desk.top_ups.waiting(1) == 1
    assert await desk.look()
    assert await desk.balance() == 0
    yookassa.pay(begun.reference)
    assert not await desk.look()
    assert await desk.balance() == 1234_05
    assert await desk.top_ups.waiting(1) == 0


async def test_what_is_told_is_asked_back_and_credited_once(
    desk: Desk, yookassa: FakeYooKassa
) -> None:
    begun = await desk.start()
    told = await desk.top_ups.told(begun.reference)
    assert told is not None
    assert told.status == "pending", "whoever says so is not believed"
    yookassa.pay(begun.reference)
    for _ in range(3):
        told = await desk.top_ups.told(begun.reference)
        assert told is not None
        assert told.status == "paid"
    await desk.look()
    assert await desk.balance() == 100_00
    asked = len(yookassa.calls)
    assert await desk.top_ups.told("somebody else's") is None
    assert len(yookassa.calls) == asked, "nobody is asked of payments that are not ours"


async def test_a_payment_of_another_top_up_credits_nothing(
    desk: Desk, yookassa: FakeYooKassa
) -> None:
    small, large = await desk.start(1_00), await desk.start(1000_00)
    yookassa.pay(small.reference)
    assert await desk.top_ups.told(f"{small.reference}x", large.id) is None
    foreign = await desk.top_ups.told(small.reference, large.id)
    assert foreign is not None
    assert foreign.id == small.id
    assert await desk.balance() == 1_00


async def test_a_cancelled_payment_is_over(desk: Desk, yookassa: FakeYooKassa) -> None:
    begun = await desk.start()
    yookassa.cancel(begun.reference)
    assert not await desk.look()
    kept = await desk.kept(begun)
    assert (kept.status, kept.error) == ("cancelled", "expired_on_confirmation")
    assert await desk.balance() == 0


async def test_money_that_came_late_is_credited_all_the_same(
    desk: Desk, yookassa: FakeYooKassa
) -> None:
    begun = await desk.start()
    yookassa.cancel(begun.reference)
    await desk.look()
    yookassa.pay(begun.reference)
    await desk.top_ups.told(begun.reference)
    assert await desk.balance() == 100_00


async def test_a_refusal_is_told_in_the_words_of_the_provider(
    desk: Desk, yookassa: FakeYooKassa
) -> None:
    refusal = {"type": "error", "code": "invalid_request", "parameter": "amount.value"}
    yookassa.refuse(refusal)
    with pytest.raises(PaymentFailed, match=r"invalid_request amount\.value"):
        await desk.start()
    assert await desk.top_ups.waiting(1) == 0


async def test_a_wrong_secret_is_told(house: House, yookassa: FakeYooKassa) -> None:
    wrong = YooKassa(SHOP_ID, "other", api_base=yookassa.base)
    with pytest.raises(PaymentFailed, match="invalid_credentials"):
        await Desk(house.stores, wrong, HandClock()).start()
    await wrong.close()


@pytest.mark.parametrize("silent", [False, True])
async def test_a_provider_that_is_away_fails_the_payment_and_trying_again_makes_one(
    desk: Desk, yookassa: FakeYooKassa, silent: bool
) -> None:
    before = len(yookassa.payments)
    yookassa.away(not silent, silent=silent)
    with pytest.raises(PaymentFailed, match="does not answer"):
        await desk.start(key=f"once {silent}")
    yookassa.away(False)
    begun = await desk.start(key=f"once {silent}")
    again = await desk.start(key=f"once {silent}")
    assert begun == again
    assert begun.status == "pending"
    assert len(yookassa.payments) == before + 1
    yookassa.pay(begun.reference)
    await desk.look()
    assert await desk.balance() == 100_00


async def test_a_clock_that_is_put_back_keeps_nobodys_money_waiting(
    desk: Desk, yookassa: FakeYooKassa
) -> None:
    begun = await desk.start()
    await desk.look()
    yookassa.pay(begun.reference)
    desk.clock.move(hours=-5)
    await desk.look()
    assert await desk.balance() == 100_00


async def test_while_it_is_away_pending_payments_wait(desk: Desk, yookassa: FakeYooKassa) -> None:
    begun = await desk.start()
    yookassa.pay(begun.reference)
    yookassa.away()
    assert await desk.look()
    with pytest.raises(RemoteFailed):
        await desk.top_ups.told(begun.reference)
    yookassa.away(False)
    assert not await desk.look()
    assert await desk.balance() == 100_00


async def test_after_a_restart_pending_payments_are_asked_after(
    desk: Desk, house: House, yookassa: FakeYooKassa
) -> None:
    begun = await desk.start()
    yookassa.pay(begun.reference)
    again = Desk(await house.reopen(), desk.provider, desk.clock)
    assert not await again.look()
    assert await again.balance() == 100_00
    assert (await again.kept(begun)).status == "paid"


async def test_a_crash_before_the_provider_answered_begins_the_same_payment_again(
    desk: Desk, house: House, yookassa: FakeYooKassa
) -> None:
    """Killed after it took the payment on and before that was noted down."""
    begun = await desk.start()
    await house.run("UPDATE top_ups SET reference = '', url = '' WHERE id = ?", begun.id)
    before = len(yookassa.payments)
    again = Desk(await house.reopen(), desk.provider, desk.clock)
    assert await again.look()
    assert len(yookassa.payments) == before
    assert (await again.kept(begun)).reference == begun.reference
    await house.run("UPDATE top_ups SET reference = '', url = '' WHERE id = ?", begun.id)
    yookassa.pay(begun.reference)
    await again.look()
    await again.look()
    assert await again.balance() == 100_00


async def test_what_was_never_begun_is_given_up_after_a_day(desk: Desk, house: House) -> None:
    begun = await desk.start()
    await house.run("UPDATE top_ups SET reference = '', url = '' WHERE id = ?", begun.id)
    desk.clock.move(hours=25)
    assert not await desk.look()
    assert (await desk.kept(begun)).status == "failed"


async def test_old_payments_are_asked_after_seldom(desk: Desk, yookassa: FakeYooKassa) -> None:
    await desk.start()
    desk.clock.move(hours=20)
    await desk.look()
    asked = len(yookassa.calls)
    await desk.look()
    assert len(yookassa.calls) == asked
    desk.clock.move(hours=1)
    await desk.look()
    assert len(yookassa.calls) == asked + 1


async def test_a_sum_that_is_none_and_a_house_without_a_provider(desk: Desk) -> None:
    for amount in (0, -1, 1_000_000_01):
        with pytest.raises(BadAmount):
            await desk.start(amount)
    with pytest.raises(PaymentFailed, match="No payment provider"):
        await Desk(desk.stores, None, desk.clock).start()


async def test_payments_of_a_provider_that_is_gone_do_not_wait_for_ever(
    desk: Desk, house: House
) -> None:
    begun = await desk.start()
    await house.run("UPDATE top_ups SET provider = 'sandbox' WHERE id = ?", begun.id)
    assert await desk.look()
    desk.clock.move(hours=25)
    assert not await desk.look()
    assert (await desk.kept(begun)).status == "cancelled"


async def test_another_sum_than_was_asked_for_is_credited_as_it_came(
    desk: Desk, house: House, yookassa: FakeYooKassa
) -> None:
    begun = await desk.start(100_00)
    await house.run("UPDATE top_ups SET amount = 1 WHERE id = ?", begun.id)
    yookassa.pay(begun.reference)
    await desk.look()
    assert await desk.balance() == 100_00
    assert replace(begun, amount=1, status="paid") == await desk.kept(begun)

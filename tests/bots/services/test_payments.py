"""Invoices are made once, paid once, given back once, and their chat always hears of it."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from adapters.actions.memory import MemoryShelf
from bots.errors import Conflict, Invalid, NotFound, RemoteFailed, Unavailable
from bots.model.message import Address
from bots.model.payment import Invoice
from bots.services.payments import Payments
from tests.bots.clockwork import Clockwork

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
CHAT = Address(1, "shop", "telegram:7", "5")
SOMEBODY_ELSE = Address(1, "shop", "telegram:7", "6")


class Bank:
    """A provider that counts, and may be out of order."""

    def __init__(self) -> None:
        self.offered: list[str] = []
        self.given_back: list[tuple[str, Decimal, str]] = []
        self.broken = False

    async def offer(self, invoice: Invoice) -> str:
        self.offered.append(invoice.id)
        return f"https://bank.example.com/{invoice.id}"

    async def give_back(self, invoice: Invoice, amount: Decimal, *, key: str) -> None:
        if self.broken:
            raise RemoteFailed("the bank is silent")
        self.given_back.append((invoice.id, amount, key))


class Chat:
    """Hears of events, each once by its id, as the inbox does; may be unable to hear."""

    def __init__(self) -> None:
        self.heard: dict[str, tuple[str, Address, Mapping[str, Any]]] = {}
        self.deaf = False

    async def __call__(
        self, name: str, *, address: Address, data: Mapping[str, Any], id: str
    ) -> bool:
        if self.deaf:
            raise Unavailable("the disk is full")
        fresh = id not in self.heard
        self.heard.setdefault(id, (name, address, data))
        return fresh

    @property
    def events(self) -> list[tuple[str, float]]:
        return [(name, data["amount"]) for name, _, data in self.heard.values()]


class Till:
    def __init__(self) -> None:
        self.shelf, self.bank, self.chat = MemoryShelf(), Bank(), Chat()
        self.payments = Payments(self.shelf, self.bank, self.chat, clock=lambda: NOW)

    async def invoice(self, amount: str = "1990", key: str = "k") -> Invoice:
        return await self.payments.invoice(
            CHAT, title="Заказ", amount=Decimal(amount), currency="RUB", key=key
        )

    async def paid(self, amount: str = "1990") -> Invoice:
        return await self.payments.paid(1, (await self.invoice(amount)).id)

    async def refund(self, id: str, amount: str | None = None, key: str = "r") -> Invoice:
        wanted = None if amount is None else Decimal(amount)
        return await self.payments.refund(CHAT, id, amount=wanted, key=key)


@pytest.fixture
def till() -> Till:
    return Till()


async def test_the_same_key_makes_one_invoice(till: Till) -> None:
    first, again, other = await till.invoice(), await till.invoice(), await till.invoice(key="b")
    assert first == again
    assert first.id != other.id
    assert till.bank.offered == [first.id, other.id]


async def test_paying_is_told_once_however_often_it_is_said(till: Till) -> None:
    invoice = await till.invoice()
    await asyncio.gather(*(till.payments.paid(1, invoice.id) for _ in range(5)))
    assert till.chat.events == [("payment.paid", 1990.0)]
    (told,) = till.chat.heard.values()
    assert told[1] == CHAT
    assert told[2] == {
        "id": invoice.id,
        "title": "Заказ",
        "amount": 1990.0,
        "currency": "RUB",
        "status": "paid",
    }


async def test_money_goes_back_in_parts_and_never_more_than_came(till: Till) -> None:
    invoice = await till.paid()
    assert (await till.refund(invoice.id, "990", "a")).status == "paid"
    assert (await till.refund(invoice.id, "990", "a")).refunded == 990
    with pytest.raises(Invalid, match="more than is left"):
        await till.refund(invoice.id, "1000.01", "b")
    assert (await till.refund(invoice.id, key="c")).status == "refunded"
    assert [amount for _, amount, _ in till.bank.given_back] == [990, 1000]
    assert till.chat.events[1:] == [("payment.refunded", 990.0), ("payment.refunded", 1000.0)]


async def test_what_is_not_paid_cannot_be_given_back(till: Till) -> None:
    with pytest.raises(Conflict):
        await till.refund((await till.invoice()).id)


async def test_a_bank_that_is_silent_leaves_the_invoice_as_it_was(till: Till) -> None:
    invoice = await till.paid()
    till.bank.broken = True
    with pytest.raises(RemoteFailed):
        await till.refund(invoice.id)
    assert await till.payments.by_id(1, invoice.id) == invoice
    till.bank.broken = False
    assert (await till.refund(invoice.id)).status == "refunded"


async def test_another_chat_sees_nothing_of_an_invoice(till: Till) -> None:
    invoice = await till.paid()
    assert await till.payments.of_chat(SOMEBODY_ELSE, invoice.id) is None
    with pytest.raises(NotFound):
        await till.payments.refund(SOMEBODY_ELSE, invoice.id, amount=None, key="x")


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "100000000.01"])
async def test_a_sum_that_makes_no_sense_is_refused(amount: str, till: Till) -> None:
    with pytest.raises(Invalid):
        await till.invoice(amount)


async def test_a_chat_that_could_not_be_told_is_told_after_a_restart(till: Till) -> None:
    invoice = await till.invoice()
    till.chat.deaf = True
    with pytest.raises(Unavailable):
        await till.payments.paid(1, invoice.id)
    till.chat.deaf = False
    restarted = Payments(till.shelf, till.bank, till.chat, clock=lambda: NOW)
    await restarted.resume(1)
    await restarted.resume(1)
    assert till.chat.events == [("payment.paid", 1990.0)]
    assert (await restarted.by_id(1, invoice.id)).status == "paid"


class CrashingShelf(MemoryShelf):
    """Loses power at the n-th write."""

    def __init__(self, writes: int) -> None:
        super().__init__()
        self.writes = writes

    async def put(self, workspace: int, shelf: str, key: str, value: Any) -> None:
        self.writes -= 1
        if self.writes == 0:
            raise Unavailable("the power went")
        await super().put(workspace, shelf, key, value)


@pytest.mark.parametrize("writes", range(2, 8))
async def test_wherever_the_power_goes_paying_and_refunding_end_well(writes: int) -> None:
    """After the crash both are asked for again, as browsers and the runtime do."""
    till = Till()
    till.shelf = shelf = CrashingShelf(writes)
    till.payments = Payments(shelf, till.bank, till.chat, clock=lambda: NOW)
    invoice = await till.invoice()
    for _ in range(3):
        try:
            await till.payments.resume(1)
            await till.payments.paid(1, invoice.id)
            await till.refund(invoice.id)
        except Unavailable:
            till.payments = Payments(shelf, till.bank, till.chat, clock=lambda: NOW)
    assert till.chat.events == [("payment.paid", 1990.0), ("payment.refunded", 1990.0)]
    assert (await till.payments.by_id(1, invoice.id)).status == "refunded"
    assert {key for _, _, key in till.bank.given_back} == {"r"}


async def test_a_chat_that_could_not_be_told_is_told_without_a_restart(till: Till) -> None:
    invoice = await till.invoice()
    till.chat.deaf = True
    with pytest.raises(Unavailable):
        await till.payments.paid(1, invoice.id)
    clock = Clockwork()

    async def sleep(seconds: float) -> None:
        if till.chat.heard:
            raise asyncio.CancelledError
        till.chat.deaf = len(clock.slept) < 2
        await clock.sleep(seconds)

    async def workspaces() -> list[int]:
        return [2, 1]

    later = Payments(till.shelf, till.bank, till.chat, clock=clock.now, sleep=sleep)
    with pytest.raises(asyncio.CancelledError):
        await later.follow(workspaces)
    assert till.chat.events == [("payment.paid", 1990.0)]
    assert len(clock.slept) == 3

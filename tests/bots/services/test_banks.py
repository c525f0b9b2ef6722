"""A chat's money goes to its messenger where that takes it, else to the one bank of all."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bots.errors import NotFound
from bots.model.message import Address
from bots.model.payment import Invoice
from bots.ports import Channel
from bots.services.banks import Banks
from tests.adapters.http.fakes import FakeChannel

INVOICE = Invoice(
    id="P1",
    address=Address(1, "shop", "telegram:7", "5"),
    title="Заказ",
    amount=Decimal(5),
    currency="XTR",
    created_at=datetime(2026, 3, 3, tzinfo=UTC),
)


class Bank:
    """Takes money of one currency, and says by its links who took it."""

    def __init__(self, name: str, currency: str = "") -> None:
        self.name = name
        self.given_back: list[Decimal] = []
        self._currency = currency

    def takes(self, currency: str) -> bool:
        return currency == self._currency

    async def offer(self, invoice: Invoice) -> str:
        return f"https://{self.name}.example.com/{invoice.id}"

    async def give_back(self, invoice: Invoice, amount: Decimal, *, key: str) -> None:
        self.given_back.append(amount)


@pytest.fixture
def telegram() -> Bank:
    return Bank("telegram", "XTR")


@pytest.fixture
def channels(telegram: Bank) -> dict[str, Channel]:
    with_bank, without = FakeChannel("a"), FakeChannel("b")
    with_bank.bank = telegram
    return {"telegram:7": with_bank, "vk:1": without}


async def test_a_messenger_takes_its_own_money(
    channels: dict[str, Channel], telegram: Bank
) -> None:
    everyone = Bank("bank")
    banks = Banks(channels, everyone)
    assert await banks.offer(INVOICE) == "https://telegram.example.com/P1"
    await banks.give_back(INVOICE, Decimal(5), key="k")
    assert (telegram.given_back, everyone.given_back) == ([Decimal(5)], [])


@pytest.mark.parametrize(
    ("channel", "currency"), [("telegram:7", "RUB"), ("vk:1", "XTR"), ("web", "XTR")]
)
async def test_what_it_does_not_take_goes_to_the_bank_of_all(
    channels: dict[str, Channel], channel: str, currency: str
) -> None:
    invoice = replace(INVOICE, address=Address(1, "shop", channel, "5"), currency=currency)
    assert await Banks(channels, Bank("bank")).offer(invoice) == "https://bank.example.com/P1"
    with pytest.raises(NotFound):
        await Banks(channels).offer(invoice)

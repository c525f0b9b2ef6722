"""The sandbox's page: it shows what is to be paid, takes the press, and tells strangers nothing."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from adapters.actions.memory import MemoryShelf
from adapters.payments.pages import SandboxPages
from adapters.payments.sandbox import Sandbox
from bots.model.message import Address
from bots.model.payment import Invoice
from bots.services.payments import Payments

CHAT = Address(1, "shop", "web", "5")


@dataclass
class Counter:
    payments: Payments
    browser: httpx.AsyncClient
    told: list[str]

    async def invoice(self, title: str = "Заказ 12345", currency: str = "RUB") -> Invoice:
        return await self.payments.invoice(
            CHAT, title=title, amount=Decimal("1990.50"), currency=currency, key=title
        )

    async def page(self, invoice: Invoice) -> str:
        return (await self.browser.get(invoice.url)).text


@pytest.fixture(params=["ru"])
async def counter(request: pytest.FixtureRequest) -> AsyncIterator[Counter]:
    shelf, told = MemoryShelf(), list[str]()

    async def emit(name: str, *, address: Address, data: Mapping[str, Any], id: str) -> bool:
        told.append(name)
        return True

    numbers = iter(range(100))
    bank = Sandbox(
        shelf, workspace=1, base="http://shop.test", new_secret=lambda: f"{next(numbers):030}"
    )
    payments = Payments(shelf, bank, emit, clock=lambda: datetime(2026, 3, 3, tzinfo=UTC))
    pages = SandboxPages(shelf, payments, workspace=1, language=lambda bot: request.param)
    app = Starlette(routes=pages.routes())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as browser:
        yield Counter(payments, browser, told)


async def test_the_page_says_what_for_how_much_and_that_it_is_no_real_money(
    counter: Counter,
) -> None:
    page = await counter.page(await counter.invoice())
    assert "Заказ 12345" in page
    assert "1990,50\xa0₽" in page.replace("\u202f", "").replace("1\xa0990", "1990")
    assert "деньги не спишутся" in page


async def test_pressing_pays_and_pressing_again_changes_nothing(counter: Counter) -> None:
    invoice = await counter.invoice()
    for _ in range(2):
        pressed = await counter.browser.post(invoice.url)
        assert (pressed.status_code, pressed.headers["location"]) == (
            303,
            invoice.url.removeprefix("http://shop.test"),
        )
    page = await counter.page(invoice)
    assert "Оплачено" in page
    assert "<button" not in page
    assert counter.told == ["payment.paid"]


async def test_money_given_back_is_said(counter: Counter) -> None:
    invoice = await counter.invoice()
    await counter.browser.post(invoice.url)
    await counter.payments.refund(CHAT, invoice.id, amount=None, key="r")
    assert "Деньги возвращены" in await counter.page(invoice)


@pytest.mark.parametrize("counter", ["en"], indirect=True)
async def test_an_english_bot_has_an_english_page(counter: Counter) -> None:
    page = await counter.page(await counter.invoice("Order 5", "USD"))
    assert "$1,990.50" in page
    assert '<html lang="en">' in page


@pytest.mark.parametrize("token", ["0" * 29, "0" * 31, "x", "..", "%00", "a" * 500, "P123"])
async def test_a_guess_finds_nothing_and_pays_nothing(token: str, counter: Counter) -> None:
    await counter.invoice()
    for method in ("GET", "POST"):
        answer = await counter.browser.request(method, f"/pay/{token}")
        assert answer.status_code == 404
    assert counter.told == []


async def test_words_of_a_title_are_words_on_the_page(counter: Counter) -> None:
    page = await counter.page(await counter.invoice("<script>alert(1)</script>"))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


async def test_the_page_may_load_nothing_and_be_framed_by_nobody(counter: Counter) -> None:
    answer = await counter.browser.get((await counter.invoice()).url)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"

"""The catalogue for a conversation that is only played: at once, on its clock, forgotten after."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from typing import Any

from adapters.actions.calendar import Calendar
from adapters.actions.catalogue import CATALOGUE, Catalogue
from adapters.actions.http import Http
from adapters.actions.job import Acts, BotFacts
from adapters.actions.knowledge import KnowledgeBase
from adapters.actions.llm import NoModel
from adapters.actions.marketplace import DemoShop
from adapters.actions.memory import MemoryShelf
from adapters.actions.pay import Pay
from adapters.actions.stats import Stats
from adapters.guarded_http import Answer, Request
from bots.errors import ActionFailed, AddressRefused
from bots.model.message import Address
from bots.model.payment import Invoice
from bots.services.payments import Payments
from flows.rehearsal import ActionFails, Actions

_NOBODY = Address(1, "rehearsal", "rehearsal", "1")


async def _nobody_answers(request: Request) -> Answer:
    """A dialog that is only played calls nobody; its test says in `mocks` what comes back."""
    raise AddressRefused("nobody is called in a test: say under mocks what comes back")


class _NoBank:
    """Takes invoices on; the test says `event: payment.paid` where one is to be paid."""

    async def offer(self, invoice: Invoice) -> str:
        return f"https://pay.example.com/{invoice.id}"

    async def give_back(self, invoice: Invoice, amount: Decimal, *, key: str) -> None: ...


async def _tell_nobody(name: str, *, address: Address, data: Mapping[str, Any], id: str) -> bool:
    return True


def rehearsed(
    bot: BotFacts, clock: Callable[[], datetime], *, owners: Acts | None = None
) -> Actions:
    """Actions over an empty shelf; each call is one that was never made before.

    `owners` are those of the bot's own Python, which may wait for whatever they like.
    """
    shelf = MemoryShelf()
    families = (
        DemoShop(shelf).acts,
        KnowledgeBase().acts,
        Calendar(shelf).acts,
        Stats(shelf).acts,
        NoModel().acts,
        Http(_nobody_answers).acts,
        Pay(Payments(shelf, _NoBank(), _tell_nobody, clock=clock)).acts,
    )
    catalogue = Catalogue(
        families, bots=lambda _: bot, clock=clock, owners=lambda _: {} if owners is None else owners
    )
    calls = 0

    def act(action: str, arguments: Mapping[str, Any]) -> Any:
        nonlocal calls
        calls += 1
        job = catalogue.run(action, arguments, address=_NOBODY, key=str(calls))
        try:
            return _at_once(job) if action in CATALOGUE else _in_a_thread(job)
        except ActionFailed as failure:
            raise ActionFails(str(failure)) from None

    return act


def _at_once(job: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine returns that waits for nothing: a shelf in memory never makes it wait."""
    try:
        job.send(None)
    except StopIteration as result:
        return result.value
    job.close()
    raise RuntimeError("a rehearsed action waited for something")


def _in_a_thread(job: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine returns that may wait, wherever we are called from."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, job).result()

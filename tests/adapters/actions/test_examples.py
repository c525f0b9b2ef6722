"""Every example of the catalogue is true: it is run, and gives what its page says."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from adapters.actions.calendar import Calendar
from adapters.actions.catalogue import CATALOGUE, Catalogue
from adapters.actions.http import Http
from adapters.actions.job import BotFacts
from adapters.actions.knowledge import KnowledgeBase
from adapters.actions.llm import NoModel
from adapters.actions.marketplace import DemoShop
from adapters.actions.memory import MemoryShelf
from adapters.actions.pay import Pay
from adapters.actions.stats import Stats
from adapters.guarded_http import Answer, Request
from bots.errors import ActionFailed
from bots.model.message import Address
from bots.model.payment import Invoice
from bots.services.payments import Payments
from flows.model import ActionSpec

TUESDAY = datetime(2026, 3, 3, 6, 0, tzinfo=UTC)
SHOWN = [spec for spec in CATALOGUE.values() if spec.example is not None]
MISSING = [spec for spec in CATALOGUE.values() if spec.missing is not None]
BOT = BotFacts(
    timezone="Asia/Yekaterinburg",
    knowledge={
        "faq": {"knowledge/faq.md": "## Нужна ли бирка?\nВещь должна быть с биркой.\n"},
        "delivery": {"knowledge/delivery.md": "## Доставка\nДоставка стоит 300 рублей.\n"},
    },
)


async def example_com(request: Request) -> Answer:
    """The service that the examples of `http.*` call."""
    status, said = {
        ("GET", "https://api.example.com/rates?currency=EUR"): (200, b'{"rate": 98.5}'),
        ("POST", "https://api.example.com/leads"): (201, b'{"id": 7}'),
    }[request.method, request.url]
    return Answer(status=status, headers={"content-type": "application/json"}, body=said)


class Bank:
    async def offer(self, invoice: Invoice) -> str:
        return f"https://pay.example.com/{invoice.id}"

    async def give_back(self, invoice: Invoice, amount: Decimal, *, key: str) -> None: ...


async def nobody_is_told(name: str, *, address: Address, data: Mapping[str, Any], id: str) -> bool:
    return True


def whole() -> Catalogue:
    shelf = MemoryShelf()
    families = (
        DemoShop(shelf).acts,
        KnowledgeBase().acts,
        Calendar(shelf).acts,
        Stats(shelf).acts,
        NoModel().acts,
        Http(example_com).acts,
        Pay(Payments(shelf, Bank(), nobody_is_told, clock=lambda: TUESDAY)).acts,
    )
    return Catalogue(families, bots=lambda _: BOT, clock=lambda: TUESDAY)


async def run(spec: ActionSpec, arguments: Mapping[str, Any]) -> Any:
    address = Address(1, "salon", "web", "5")
    return await whole().run(spec.name, arguments, address=address, key="k")


def holds(shown: Any, given: Any) -> bool:
    """What the page shows is part of what is given; of a list the first elements."""
    if isinstance(shown, Mapping):
        return isinstance(given, Mapping) and all(
            name in given and holds(one, given[name]) for name, one in shown.items()
        )
    if isinstance(shown, list):
        if not isinstance(given, list) or len(given) < len(shown):
            return False
        return all(holds(one, other) for one, other in zip(shown, given, strict=False))
    return bool(shown == given)


@pytest.mark.parametrize("spec", SHOWN, ids=lambda spec: spec.name)
async def test_an_example_gives_what_its_page_says(spec: ActionSpec) -> None:
    assert spec.example is not None
    given = await run(spec, spec.example.arguments)
    assert holds(spec.example.gives, given), given


@pytest.mark.parametrize("spec", SHOWN, ids=lambda spec: spec.name)
async def test_a_result_has_no_fields_that_the_catalogue_keeps_silent_about(
    spec: ActionSpec,
) -> None:
    assert spec.example is not None
    given = await run(spec, spec.example.arguments)
    assert isinstance(given, list) == spec.listed
    for one in given if isinstance(given, list) else [given or {}]:
        assert set(one) <= set(spec.outputs)


@pytest.mark.parametrize("spec", SHOWN, ids=lambda spec: spec.name)
def test_an_example_gives_every_argument_that_is_needed(spec: ActionSpec) -> None:
    assert spec.example is not None
    needed = {name for name, one in spec.inputs.items() if one.required}
    assert needed <= set(spec.example.arguments) <= set(spec.inputs)


@pytest.mark.parametrize("spec", MISSING, ids=lambda spec: spec.name)
async def test_what_cannot_work_yet_fails_in_words(spec: ActionSpec) -> None:
    assert spec.missing is not None
    with pytest.raises(ActionFailed) as failure:
        await run(spec, {})
    assert str(failure.value) == spec.missing.ru


def test_every_action_can_be_carried_out_and_is_told_about() -> None:
    assert set(whole().names) == set(CATALOGUE)
    assert all(spec.about.ru and spec.about.en for spec in CATALOGUE.values())

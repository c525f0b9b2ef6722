"""The catalogue for a conversation that is only played: at once, on its clock, forgotten after."""

from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any

from adapters.actions.calendar import Calendar
from adapters.actions.catalogue import Catalogue
from adapters.actions.http import Http
from adapters.actions.job import BotFacts
from adapters.actions.knowledge import KnowledgeBase
from adapters.actions.llm import NoModel
from adapters.actions.marketplace import DemoShop
from adapters.actions.memory import MemoryShelf
from adapters.actions.stats import Stats
from adapters.guarded_http import Answer, Request
from bots.errors import ActionFailed, AddressRefused
from bots.model.message import Address
from flows.rehearsal import ActionFails, Actions

_NOBODY = Address(1, "rehearsal", "rehearsal", "1")


async def _nobody_answers(request: Request) -> Answer:
    """A dialog that is only played calls nobody; its test says in `mocks` what comes back."""
    raise AddressRefused("nobody is called in a test: say under mocks what comes back")


def rehearsed(bot: BotFacts, clock: Callable[[], datetime]) -> Actions:
    """Actions over an empty shelf; each call is one that was never made before."""
    shelf = MemoryShelf()
    families = (
        DemoShop(shelf).acts,
        KnowledgeBase().acts,
        Calendar(shelf).acts,
        Stats(shelf).acts,
        NoModel().acts,
        Http(_nobody_answers).acts,
    )
    catalogue = Catalogue(families, bots=lambda _: bot, clock=clock)
    calls = 0

    def act(action: str, arguments: Mapping[str, Any]) -> Any:
        nonlocal calls
        calls += 1
        job = catalogue.run(action, arguments, address=_NOBODY, key=str(calls))
        try:
            return _at_once(job)
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

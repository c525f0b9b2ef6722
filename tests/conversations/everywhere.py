"""One conversation on all messengers side by side: the slowest of them costs time, not their sum."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from tests.conversations.conftest import Town, chat_of
from tests.conversations.customer import Customer
from tests.conversations.side import Side

AsBefore = Callable[[Customer], Awaitable[None]]
Met = Callable[[str], Customer]

Talk: TypeAlias = Callable[..., Awaitable[None]]
Test: TypeAlias = Callable[[Town], Awaitable[None]]


def on_every_messenger(talk: Talk, *, seen: Callable[[str], str] = str) -> Test:
    """A test of a conversation that says by the names of its parameters what it is about.

    `customer` is one of the bot that shows everything, `meet` makes one of another bot, `side` is
    the messenger and `town` the server. `as_before` holds what a customer saw, as it is `seen`,
    against the golden file. Raises ExceptionGroup with what failed, noted with the messenger.
    """
    case = talk.__name__.removeprefix("test_")
    wanted = inspect.signature(talk).parameters

    async def had_on(side: Side, town: Town) -> None:
        def meet(bot: str) -> Customer:
            return Customer(side, bot, chat_of(case), town.idle)

        async def as_before(customer: Customer) -> None:
            await town.golden[side.name].holds(case, lambda: seen(customer.screen()))
            assert list(side.wrongs()) == []

        given: dict[str, Any] = {"town": town, "side": side, "meet": meet, "as_before": as_before}
        if "customer" in wanted:
            given["customer"] = meet("showcase")
        try:
            await talk(**{name: given[name] for name in wanted})
        except BaseException as failure:
            failure.add_note(f"on {side.name}")
            raise

    async def test(town: Town) -> None:
        talks = [had_on(side, town) for side in town.sides.values()]
        failed = await asyncio.gather(*talks, return_exceptions=True)
        if failures := [one for one in failed if isinstance(one, BaseException)]:
            raise BaseExceptionGroup(case, failures)

    test.__name__, test.__doc__, test.__module__ = talk.__name__, talk.__doc__, talk.__module__
    return test

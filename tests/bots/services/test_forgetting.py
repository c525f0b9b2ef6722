"""Customers who were silent for long enough are forgotten, and nobody else."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from bots.errors import ClaimLost
from bots.model.message import Address
from bots.services.forgetting import Forgetting
from storage.sqlite import open_sqlite
from storage.stores import Stores
from tests.storage.samples import ANNA, BORIS, answer, opened, timer

MONTH = timedelta(days=30)


class Moments:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Moments:
    return Moments()


@pytest.fixture
async def stores(database: Path, clock: Moments) -> AsyncIterator[Stores]:
    numbers = count(1)
    made = await open_sqlite(database, new_id=lambda: f"{next(numbers):032x}", clock=clock)
    yield made
    await made.close()


async def no_sleep(seconds: float) -> None:
    return None


def forgetting(stores: Stores, clock: Moments, dropped: list[str]) -> Forgetting:
    return Forgetting(stores.persons, after=MONTH, drop=dropped.append, clock=clock, sleep=no_sleep)


async def known(stores: Stores) -> set[str]:
    found = await stores.persons.find(1, "telegram", limit=100)
    return {one.user_id for one in found}


async def talked(stores: Stores, clock: Moments, address: Address, **more: object) -> None:
    chat = await opened(stores.journal, address)
    await answer(stores.journal, replace(chat, updated_at=clock()), **more)


async def test_who_was_silent_for_a_month_is_forgotten(stores: Stores, clock: Moments) -> None:
    await talked(stores, clock, ANNA)
    clock.now += MONTH - timedelta(days=1)
    await talked(stores, clock, BORIS)
    assert await forgetting(stores, clock, []).run() == 0
    clock.now += timedelta(days=2)
    assert await forgetting(stores, clock, []).run() == 1
    assert await known(stores) == {"502"}
    assert (await stores.conversations.of_user(1, "501")) == []


async def test_who_is_with_people_or_waits_for_something_stays(
    stores: Stores, clock: Moments
) -> None:
    chat = await opened(stores.journal, ANNA)
    waiting = replace(chat, updated_at=clock(), owner="queue")
    await answer(stores.journal, waiting)
    other = await opened(stores.journal, BORIS)
    reminded = timer(other, "reminder", clock() + 3 * MONTH)
    await answer(stores.journal, replace(other, updated_at=clock()), timers=[reminded])
    clock.now += 2 * MONTH
    assert await forgetting(stores, clock, []).run() == 0
    assert await known(stores) == {"501", "502"}


async def test_everybody_is_forgotten_however_many_there_are(
    stores: Stores, clock: Moments
) -> None:
    for number in range(130):
        await talked(stores, clock, ANNA._replace(chat_id=f"{1000 + number}"))
    clock.now += 2 * MONTH
    assert await forgetting(stores, clock, []).run() == 130
    assert await known(stores) == set()


async def test_the_number_of_a_chat_that_is_forgotten_is_given_to_no_other(
    stores: Stores, clock: Moments
) -> None:
    await talked(stores, clock, ANNA)
    (before,) = await stores.conversations.of_user(1, "501")
    await stores.persons.erase(1, "telegram", "501")
    assert await stores.conversations.of_user(1, "501") == []
    await talked(stores, clock, BORIS)
    (after,) = await stores.conversations.of_user(1, "502")
    assert after[0].id == before[0].id + 1
    # And what kept the number goes with the next who is forgotten.
    await stores.persons.erase(1, "telegram", "502")
    with pytest.raises(ClaimLost):
        # The chat that was in our hand is there no more; whoever meets that takes it up anew.
        await talked(stores, clock, ANNA)
    await talked(stores, clock, ANNA)
    (last,) = await stores.conversations.of_user(1, "501")
    assert last[0].id == after[0].id + 1

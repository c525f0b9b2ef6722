"""Two processes open one new workspace at the same moment: it begins with one assistant."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from storage.opening import open_stores
from tests.adapters.http.fake_time import Time, ids
from tests.faults.test_disk_within_assistants import Disk, House


class Abreast(Disk):
    """A database where nobody publishes before everybody is about to."""

    def __init__(self, *given: object, all_there: asyncio.Barrier) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self._all_there = all_there

    async def reaches(self, what: str) -> None:
        if what == "publishing":
            await self._all_there.wait()


@pytest.fixture
async def houses(postgres: str) -> AsyncIterator[list[House]]:
    all_there, new_id = asyncio.Barrier(2), ids()
    stores = [await open_stores(postgres, new_id=new_id, clock=Time()) for _ in range(2)]
    yield [House(Abreast(each, all_there=all_there)) for each in stores]
    for each in stores:
        await each.close()


async def test_a_workspace_opened_by_two_processes_begins_with_one(houses: list[House]) -> None:
    one, other = houses
    caller = await one.found()
    await asyncio.gather(*(each.assistants.ensure_first(one.account) for each in houses))
    assert await one.disk.rows("SELECT count(*) FROM assistants WHERE deleted_at IS NULL") == [(1,)]
    assert len(one.assistants.of(caller)) + len(other.assistants.of(caller)) == 1
    await one.assistants.look()
    await other.assistants.look()
    assert one.assistants.of(caller) == other.assistants.of(caller) != []

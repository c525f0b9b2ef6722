"""Every store is tested through its port; the databases that hold it are listed here."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bots.model.message import Address
from storage.beside import Hand
from storage.db import Writes
from storage.every_table import METADATA
from storage.opening import Place, open_stores
from storage.postgres.writer import TaskWriter
from storage.stores import Stores


class HandClock:
    """Stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


def numbers() -> Callable[[], str]:
    """Ids that look like ours and count up."""
    counted: Iterator[int] = iter(range(1, 1_000_000))
    return lambda: f"{next(counted):032x}"


class House:
    """A database and everything that may be done to it from outside of the ports."""

    def __init__(self, place: Place, clock: HandClock) -> None:
        self.place = place
        self._clock = clock
        self._new_id = numbers()
        self._hands: list[TaskWriter] = []
        self.stores: Stores

    @property
    def path(self) -> Path:
        """The file, for tests that are about SQLite."""
        assert isinstance(self.place, Path)
        return self.place

    async def open(self) -> None:
        self.stores = await open_stores(self.place, new_id=self._new_id, clock=self._clock)

    async def reopen(self) -> Stores:
        """As after a restart: nothing is remembered but what is on disk."""
        await self.stores.close()
        await self.open()
        return self.stores

    async def steal(self, address: Address) -> None:
        """Another worker claims the conversation."""
        await self.run(
            "UPDATE conversations SET claim = claim + 1"
            " WHERE workspace = ? AND bot = ? AND channel = ? AND chat_id = ?",
            *address,
        )

    async def run(self, statement: str, *values: Any) -> list[Any]:
        """A statement of ours in the writer's thread."""

        def work(db: Any, items: Any) -> list[list[Any]]:
            return [db.execute(statement, item).fetchall() for item in items]

        rows: list[Any] = await self.stores.base.writer.do(work, values)
        return rows

    def hand(self) -> Writes:
        """What another process writes with."""
        if isinstance(self.place, Path):
            return Hand(self.place)
        self._hands.append(TaskWriter(self.place))
        return self._hands[-1]

    async def close(self) -> None:
        for hand in self._hands:
            await hand.close()
        await self.stores.close()

    async def everything(self) -> str:
        """What stands in all tables."""
        tables = [await self.run(f"SELECT * FROM {name}") for name in METADATA.tables]
        return repr(tables)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


BOTH = ["sqlite", "postgres"]


ON_SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)
"""For what is about SQLite's own ways."""
ON_POSTGRES = pytest.mark.parametrize("place", ["postgres"], indirect=True)
"""For what is about PostgreSQL's."""


@pytest.fixture(params=BOTH)
def place(request: pytest.FixtureRequest) -> Place:
    """Each database in turn."""
    found: Place = request.getfixturevalue("database" if request.param == "sqlite" else "postgres")
    return found


@pytest.fixture
async def house(place: Place, clock: HandClock) -> AsyncIterator[House]:
    one = House(place, clock)
    await one.open()
    try:
        yield one
    finally:
        await one.close()


@pytest.fixture
async def stores(house: House) -> Stores:
    return house.stores

"""A desk over a database of its own for each test, and one fake Telegram for all of them."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.desk.rig import DeskRig
from tests.servers.telegram import FakeTelegram


@pytest.fixture(scope="session")
def telegram_server() -> Iterator[FakeTelegram]:
    with FakeTelegram.start() as server:
        yield server


@pytest.fixture
async def desk(database: Path, telegram_server: FakeTelegram) -> AsyncIterator[DeskRig]:
    async with DeskRig(database, telegram_server) as one:
        yield one

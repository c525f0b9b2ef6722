"""The entrance of people, for tests of who they are and what they may."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bots.services.entrance import Entrance


@pytest.fixture
async def entrance(database: Path) -> AsyncIterator[Entrance]:
    one = Entrance(database)
    await one.open()
    try:
        yield one
    finally:
        await one.close()

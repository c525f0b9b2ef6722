"""A runtime over a database of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bots.rig import Rig


@pytest.fixture
async def rig(database: Path) -> AsyncIterator[Rig]:
    one = Rig(database)
    await one.open()
    try:
        yield one
    finally:
        await one.crash()

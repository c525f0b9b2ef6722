"""A runtime over a database of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bots.people import PeopleRig
from tests.bots.rig import Rig


@pytest.fixture
async def rig(database: Path) -> AsyncIterator[Rig]:
    one = Rig(database)
    await one.open()
    try:
        yield one
    finally:
        await one.crash()


@pytest.fixture
async def people(database: Path) -> AsyncIterator[PeopleRig]:
    """With two operators, of whom nobody is given chats."""
    one = PeopleRig(database)
    await one.open()
    try:
        await one.hires("Olya")
        await one.hires("Petya")
        yield one
    finally:
        await one.crash()

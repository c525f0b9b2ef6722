"""One application over fakes for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.adapters.http.fakes import House, build_house


@pytest.fixture
async def house() -> AsyncIterator[House]:
    built = await build_house()
    async with built.client:
        yield built

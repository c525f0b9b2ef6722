"""What every adapter's tests may have."""

import pytest

from tests.adapters.stands import MemoryShelf, Moments


@pytest.fixture
def moments() -> Moments:
    return Moments()


@pytest.fixture
def shelf() -> MemoryShelf:
    return MemoryShelf()

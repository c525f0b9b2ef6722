"""A server whose dialogs a test moves by hand."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.adapters.http.replyx.following import Rig, served


@pytest.fixture
async def rig(tmp_path: Path, database: Path) -> AsyncIterator[Rig]:
    async with served(tmp_path) as one:
        yield one

"""What tests of several folders begin with: an empty database, and no hurry."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest
import structlog

from storage.migrate import migrate
from tests.servers import postgres as servers

# However slow or busy a machine is, an example takes as long as it takes.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")

# Tracebacks as config/logs.py has them: pictures of every local variable take seconds to draw.
_plain = structlog.dev.ConsoleRenderer(
    colors=False, exception_formatter=structlog.dev.plain_traceback
)
structlog.configure(processors=[*structlog.get_config()["processors"][:-1], _plain])

LONG = (
    *("deploy", "faults", "watching", "e2e", "processes", "conversations", "desk", "security"),
    *("surface", "contracts", "test_run.py"),
)
"""Folders and files of this one whose tests take longest: begun first, none is left at the end to one worker alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    folders = {item.path: item.path.relative_to(here).parts[0] for item in items}
    ranks = {folder: rank for rank, folder in enumerate(LONG)}
    items.sort(key=lambda item: ranks.get(folders[item.path], len(LONG)))


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all its tables, to be copied: making them takes longer than a test."""
    path = tmp_path_factory.mktemp("migrated") / "easyflow.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def database(tmp_path: Path, migrated: Path) -> Path:
    path = tmp_path / "easyflow.db"
    path.write_bytes(migrated.read_bytes())
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[servers.Server]:
    server = servers.server_or_skip()
    yield server
    asyncio.run(server.close())


@pytest.fixture
async def postgres(postgres_server: servers.Server) -> AsyncIterator[str]:
    """The URL of a database with all its tables, of this test alone."""
    url = await postgres_server.lend()
    yield url
    await postgres_server.give_back(url)

"""What tests of several folders begin with: an empty database, and no hurry."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest
import structlog
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

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


CROWDS = (
    *("[PostgreSQL", "test_g03_frozen.py", "test_g03_shared.py", "test_redis_is_emptied"),
    *("test_crowd.py", "test_prometheus.py"),
)
"""In the ids of tests that start many processes over PostgreSQL, which has not connections enough for two of them."""


class OneCrowd(LoadFileScheduling):
    """A file's tests stay together, and so do all crowds."""

    def _split_scope(self, nodeid: str) -> str:
        return "a crowd" if _is_crowd(nodeid) else str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneCrowd:
    return OneCrowd(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: what is begun first waits for most of its time."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    folders = {item.path: item.path.relative_to(here).parts[0] for item in items}
    ranks = {folder: rank for rank, folder in enumerate(LONG)}
    items.sort(
        key=lambda item: (not _is_crowd(item.nodeid), ranks.get(folders[item.path], len(LONG)))
    )


def _is_crowd(nodeid: str) -> bool:
    return any(part in nodeid for part in CROWDS)


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

"""`python run.py` on a PostgreSQL that is not there yet, or does not let it in: it waits, or says why."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from storage.postgres.beside import starting
from tests.faults.people_at_work import until
from tests.faults.rig.cluster import Cluster
from tests.servers.easyflow import EasyFlow, free_port
from tests.test_run import started

PASSWORD = "a-password-of-the-tests"


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Made, and not served yet."""
    # Whoever PostgreSQL runs as has to come there: a folder of pytest is for us alone.
    with TemporaryDirectory() as folder:
        one = Cluster(Path(folder) / "postgres", password=PASSWORD)
        one.make()
        yield one
        one.__exit__()


def test_a_wrong_password_is_named_with_the_cure(cluster: Cluster, tmp_path: Path) -> None:
    cluster.serve()
    ended = started(tmp_path / "data", database_url=cluster.url_of("another"))
    assert ended.returncode == 2
    assert ended.stderr == (
        f"The database postgresql+asyncpg://postgres:***@127.0.0.1:{cluster.port}/postgres cannot"
        " be used: the password of postgres is not right (EASYFLOW_DATABASE_URL)\n"
    )


async def test_a_postgres_that_comes_up_later_is_waited_for(
    cluster: Cluster, tmp_path: Path
) -> None:
    server = EasyFlow(tmp_path / "data", database_url=cluster.url)
    starts = asyncio.create_task(asyncio.to_thread(server.start))
    try:
        await until(lambda: starts.done() or "PostgreSQL is waited for" in server.log)
        assert not starts.done()
        cluster.serve()
        await starts
        assert server.stop() == 0
        assert PASSWORD not in server.log
    finally:
        server.end()


async def test_a_postgres_that_does_not_come_up_is_named_with_the_cure() -> None:
    where = f"127.0.0.1:{free_port()}"
    with pytest.raises(OSError, match=f"no PostgreSQL answers at {where}: start it, or look at"):
        async with starting(f"postgresql+asyncpg://easyflow:x@{where}/easyflow", patience=0.3):
            pass

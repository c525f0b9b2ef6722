"""`python run.py` on a PostgreSQL that is not there yet, or does not let it in: it waits, or says why."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest

from storage.postgres.beside import starting
from storage.postgres.url import connecting
from tests.faults.people_at_work import until
from tests.faults.rig.cluster import Cluster
from tests.servers.certificate import signed_by_itself
from tests.servers.easyflow import EasyFlow, free_port
from tests.test_run import started

PASSWORD = "a-password-of-the-tests"


@pytest.fixture
def place() -> Iterator[Path]:
    """Where a cluster keeps what it has."""
    # Whoever PostgreSQL runs as has to come there: a folder of pytest is for us alone.
    with TemporaryDirectory() as folder:
        yield Path(folder) / "postgres"


@pytest.fixture
def cluster(place: Path) -> Iterator[Cluster]:
    """Made, and not served yet."""
    one = Cluster(place, password=PASSWORD)
    one.make()
    yield one
    one.__exit__()


@pytest.fixture
def certificate(cluster: Cluster, place: Path, tmp_path: Path) -> Path:
    """By it the cluster is known, which speaks TLS from its start on."""
    kept = shutil.copy(signed_by_itself(tmp_path / "localhost.pem"), place)
    owner = place.stat()
    shutil.chown(kept, owner.st_uid, owner.st_gid)
    Path(kept).chmod(0o600)
    with (place / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.write(
            "ssl = on\nssl_cert_file = 'localhost.pem'\nssl_key_file = 'localhost.pem'\n"
        )
    return tmp_path / "localhost.pem"


def test_a_wrong_password_is_named_with_the_cure(cluster: Cluster, tmp_path: Path) -> None:
    cluster.serve()
    ended = started(tmp_path / "data", database_url=cluster.url_of("another"))
    assert ended.returncode == 2
    assert ended.stderr == (
        f"The database postgresql+asyncpg://postgres:***@127.0.0.1:{cluster.port}/postgres cannot"
        " be used: the password of postgres is not right (EASYFLOW_DATABASE_URL)\n"
    )


async def test_a_start_that_gets_too_few_connections_ends_with_the_cure(
    cluster: Cluster, tmp_path: Path
) -> None:
    cluster.serve()
    url = f"postgresql+asyncpg://few:{PASSWORD}@127.0.0.1:{cluster.port}/few"
    made = [f"CREATE ROLE few LOGIN PASSWORD '{PASSWORD}'", "CREATE DATABASE few OWNER few"]
    for most in (1, 2):
        await typed(cluster, *made, f"ALTER ROLE few CONNECTION LIMIT {most}")
        made = []
        ended = await asyncio.to_thread(started, tmp_path / "data", database_url=url)
        assert ended.returncode == 2, (most, ended.stderr)
        assert "connection" in ended.stderr
        assert "Traceback" not in ended.stderr, (most, ended.stderr)


async def typed(cluster: Cluster, *statements: str) -> None:
    """By the cluster's owner."""
    connection = await asyncpg.connect(**connecting(cluster.url))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


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


def test_a_postgres_is_spoken_to_over_tls_as_its_url_says(
    cluster: Cluster, certificate: Path, tmp_path: Path
) -> None:
    cluster.serve()
    strict = f"{cluster.url}?sslmode=verify-full".replace("127.0.0.1", "localhost")
    url = f"{strict}&sslrootcert={certificate}"
    with EasyFlow(tmp_path / "data", database_url=url) as server:
        assert server.call("GET", "/readyz")[0] == 200
        assert "✓ PostgreSQL answers" in server.typed("doctor", "--language", "en").stdout


def test_a_caller_hears_nothing_of_why_the_database_is_away(
    cluster: Cluster, tmp_path: Path
) -> None:
    cluster.serve()
    with EasyFlow(tmp_path / "data", database_url=cluster.url) as server:
        cluster.__exit__()
        body = {"message": "/start", "user_id": "anna", "platform": "web"}
        status, answer = server.call("POST", "/api/v1/conversation/chat", body)
    said = {"The database cannot be read", "The database takes no writes"}
    assert (status, answer["error"]["message"] in said) == (503, True), answer


async def test_a_certificate_that_nobody_trusts_is_named_with_the_cure(
    cluster: Cluster, certificate: Path, tmp_path: Path
) -> None:
    cluster.serve()
    other = signed_by_itself(tmp_path / "other.pem")
    with pytest.raises(OSError, match=r"cannot be trusted .* sslrootcert=/path/to/root\.crt"):
        async with starting(f"{cluster.url}?sslmode=verify-ca&sslrootcert={other}", patience=0.3):
            pass


async def test_a_postgres_without_tls_is_named_where_the_url_wants_it(cluster: Cluster) -> None:
    cluster.serve()
    with pytest.raises(OSError, match="speaks no TLS, and the URL wants it"):
        async with starting(f"{cluster.url}?ssl=require", patience=0.3):
            pass


def test_what_nobody_knows_behind_a_url_is_named(tmp_path: Path) -> None:
    ended = started(
        tmp_path / "data", database_url="postgresql://a:secret@127.0.0.1:1/b?color=blue"
    )
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "nobody knows color behind the ? of its URL: there may be host, ssl" in ended.stderr

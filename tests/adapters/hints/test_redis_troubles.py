"""What stands between us and a Redis is said in a sentence with what to do."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from adapters.reaching import redis_trouble
from tests.servers.easyflow import free_port

PASSWORD = "a-password-of-the-tests"


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Redis that wants a password."""
    if (program := shutil.which("redis-server")) is None:
        pytest.skip("no Redis can be started: install the package redis-server")
    port, folder = free_port(), tmp_path_factory.mktemp("redis")
    given = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--requirepass", PASSWORD]
    with subprocess.Popen([program, *given], cwd=folder, stdout=subprocess.DEVNULL) as process:
        asyncio.run(_up(f"redis://:{PASSWORD}@127.0.0.1:{port}/0"))
        yield f"127.0.0.1:{port}"
        process.kill()


async def _up(url: str) -> None:
    for _ in range(1200):
        if not await redis_trouble(url):
            return
        await asyncio.sleep(0.05)
    pytest.fail("Redis did not start")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("redis://{where}/0", "it wants a password, redis://:PASSWORD@{where}"),
        ("redis://:another@{where}/0", "the password is not right"),
        ("redis://:{password}@{where}/99", "it has no database 99, 0 is always there"),
        ("redis://:{password}@127.0.0.1:{nobody}/0", "no Redis answers at 127.0.0.1:{nobody}"),
        ("redis://:{password}@no.such.host.invalid/0", "there is no host no.such.host.invalid"),
        ("unix:///no/such/socket", "no Redis answers at /no/such/socket"),
    ],
)
async def test_each_trouble_has_a_sentence_of_its_own(where: str, url: str, why: str) -> None:
    known = {"where": where, "password": PASSWORD, "nobody": free_port()}
    said = await redis_trouble(url.format(**known))
    assert said == f"{why.format(**known)} (EASYFLOW_REDIS_URL)"


async def test_a_line_that_speaks_something_else_is_named() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        host = "{}:{}".format(*server.sockets[0].getsockname())
        said = await redis_trouble(f"redis://{host}/0")
    assert said == f"something else than Redis answers at {host} (EASYFLOW_REDIS_URL)"

"""A real server with the example bots and a Telegram of ours for each chapter of the document.

Each has its own: a hundred calls a minute are all that one key may make.
"""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.servers.easyflow import KEY, SECRET, EasyFlow
from tests.servers.telegram import TOKEN, FakeTelegram


@pytest.fixture(scope="module")
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram.start() as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, telegram: FakeTelegram) -> Iterator[EasyFlow]:
    easyflow = EasyFlow(
        tmp_path_factory.mktemp("replyx") / "data",
        default_bot="shop",
        telegram__token=TOKEN,
        telegram__webhook_secret=SECRET,
        telegram__api_base=telegram.base,
        log__level="warning",
    )
    easyflow.set(public_url=easyflow.base)
    with easyflow:
        yield easyflow


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EasyFlow]:
    """A server that nobody else reaches: people register there, and top-ups are paid by themselves."""
    data = tmp_path_factory.mktemp("alone") / "data"
    with EasyFlow(data, log__level="warning") as easyflow:
        yield easyflow


@pytest.fixture
async def client(server: EasyFlow) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(base_url=server.base, headers=headers, timeout=40) as made:
        yield made

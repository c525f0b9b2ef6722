"""Two web processes on one PostgreSQL: whichever is asked, it is one Easy Flow."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.servers.easyflow import EasyFlow
from tests.servers.postgres import Server
from tests.surface.people import register

EMAIL = "owner@example.com"


@pytest.fixture(scope="module")
def webs(
    postgres_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[EasyFlow, EasyFlow]]:
    folder = tmp_path_factory.mktemp("installation")
    url = asyncio.run(postgres_server.of_role())
    one, other = EasyFlow(folder / "one"), EasyFlow(folder / "other")
    for web in (one, other):
        web.set(data_dir=str(folder / "data"), database_url=url, log__level="warning")
    try:
        with one, other:
            yield one, other
    finally:
        asyncio.run(postgres_server.drop(url))


def log_in(web: EasyFlow, password: str) -> tuple[int, Any]:
    return web.call("POST", "/api/auth/login", {"email": EMAIL, "password": password}, key=None)


def test_tries_at_a_password_are_counted_over_both(webs: tuple[EasyFlow, EasyFlow]) -> None:
    """Five are free, then one waits a second, two, four … Each counting for itself, ten would be."""
    tries = [log_in(webs[number % 2], f"guess {number}")[0] for number in range(10)]
    assert tries[:5] == [401] * 5
    assert 429 in tries[5:]


def test_a_plan_has_so_many_assistants_whoever_makes_them(webs: tuple[EasyFlow, EasyFlow]) -> None:
    person = register(webs[0])
    with ThreadPoolExecutor(12) as pool:
        made = list(
            pool.map(
                lambda number: webs[number % 2].call(
                    "POST", "/api/assistants", {"name": f"Бот {number}"}, key=person.credential
                ),
                range(12),
            )
        )
    assert sorted(status for status, _ in made) == [201] * 4 + [409] * 8
    assert len(person.get("/api/assistants")) == 5

"""What a request under a key has done is not done again, though nobody noted its answer."""

from dataclasses import replace

import pytest
from starlette.responses import Response

from adapters.http.idempotency import Attempt, Idempotency
from bots.errors import Consumed
from bots.model.marketplace import Connection
from bots.model.once import DONE
from bots.ports import Connections
from storage.stores import Stores
from storage.vault import KeyRing
from tests.storage.conftest import HandClock


@pytest.fixture
def connections(stores: Stores) -> Connections:
    return stores.connections(KeyRing(lambda: ["a key of the tests that is long enough"]))


@pytest.fixture
def anna(clock: HandClock) -> Connection:
    return Connection(
        id="c1",
        workspace=1,
        user_id="anna",
        platform="ozon",
        credentials={"api_key": "first"},
        connected_at=clock(),
    )


async def test_an_account_is_connected_once_under_a_key(
    connections: Connections, anna: Connection, clock: HandClock
) -> None:
    assert await connections.put(anna, once="a") == anna
    later = replace(anna, id="c2", connected_at=clock.move(hours=1))
    assert await connections.put(later, once="a") == anna
    other = replace(anna, credentials={"api_key": "second"}, connected_at=clock())
    assert await connections.put(other, once="b") == other
    assert await connections.put(later, once="a") == other
    assert await connections.put(later) == replace(later, id="c1")
    await connections.remove(1, "c1")
    with pytest.raises(Consumed):
        await connections.put(later, once="a")
    assert await connections.all(1) == []


async def test_what_was_done_is_known_for_two_days(
    stores: Stores, connections: Connections, anna: Connection, clock: HandClock
) -> None:
    idempotency = Idempotency(stores.shelf, clock)

    async def another_day(key: str) -> None:
        clock.move(days=1)
        attempt = await idempotency.begin(1, "anna", key, "/", b"")
        assert isinstance(attempt, Attempt)
        await idempotency.finish(attempt, Response(b"{}", 200))

    await connections.put(anna, once="a")
    await another_day("1")
    await connections.put(replace(anna, connected_at=clock()), once="b")
    assert set(await stores.shelf.all(1, DONE)) == {"a", "b"}
    clock.move(minutes=1)
    await another_day("2")
    assert set(await stores.shelf.all(1, DONE)) == {"b"}

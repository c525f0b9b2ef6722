"""An answer that cannot be kept is given all the same: what it tells of is done."""

from typing import Any

import pytest
from starlette.responses import Response

from adapters.actions.memory import MemoryShelf
from adapters.http.idempotency import SURELY_DEAD, Attempt, Idempotency, Together
from bots.errors import Conflict, Invalid, Unavailable
from tests.adapters.http.fake_time import Time


class FullShelf(MemoryShelf):
    """Implements `bots.ports.Shelf` on a disk that is full."""

    async def put(self, workspace: int, shelf: str, key: str, value: Any) -> None:
        raise Unavailable("The disk is full")


async def test_an_answer_that_cannot_be_kept_is_given_and_its_key_is_free() -> None:
    idempotency = Idempotency(FullShelf(), Time())
    for _ in range(2):
        attempt = await idempotency.begin(1, "key 1", "once", "/api/assistants", b"{}")
        assert isinstance(attempt, Attempt)
        await idempotency.finish(attempt, Response(b'{"id": 7}', 201))


class SharedShelf(MemoryShelf):
    """Implements `Claims`: one thing at a time, as the database does."""

    async def claim(
        self, workspace: int, shelf: str, key: str, value: Any, *, instead: Any = None
    ) -> Any | None:
        found = await self.get(workspace, shelf, key)
        if found is not None and found != instead:
            return found
        await self.put(workspace, shelf, key, value)
        return None


def two_processes(alive: list[str]) -> tuple[Time, Idempotency, Idempotency]:
    shelf, time = SharedShelf(), Time()
    one, other = (
        Idempotency(shelf, time, Together(me, lambda: alive, shelf)) for me in ("one", "other")
    )
    return time, one, other


async def test_of_two_processes_one_carries_a_request_out_and_both_give_its_answer() -> None:
    _, one, other = two_processes(["one", "other"])
    request = (1, "key 1", "once", "/api/assistants", b"{}")
    attempt = await one.begin(*request)
    assert isinstance(attempt, Attempt)
    with pytest.raises(Conflict):
        await other.begin(*request)
    with pytest.raises(Invalid):
        await other.begin(*request[:-1], b"[]")
    await one.finish(attempt, Response(b'{"id": 7}', 201))
    again = await other.begin(*request)
    assert isinstance(again, Response)
    assert (again.status_code, again.body) == (201, b'{"id": 7}')


async def test_a_process_that_died_blocks_its_keys_for_seconds_only() -> None:
    alive = ["one", "other"]
    time, one, other = two_processes(alive)
    request = (1, "key 1", "once", "/api/assistants", b"{}")
    await one.begin(*request)
    alive.remove("one")
    with pytest.raises(Conflict):
        await other.begin(*request)
    time.now += SURELY_DEAD
    assert isinstance(await other.begin(*request), Attempt)

"""An answer that cannot be kept is given all the same: what it tells of is done."""

from typing import Any

from starlette.responses import Response

from adapters.actions.memory import MemoryShelf
from adapters.http.idempotency import Attempt, Idempotency
from bots.errors import Unavailable
from tests.adapters.http.fakes import Time


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

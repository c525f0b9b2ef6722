"""The sockets to messengers' APIs: where a token goes, and where it does not."""

from collections.abc import AsyncIterator

import pytest

from adapters.wire import Wire
from tests.servers.tiny_http import Request, Response, serve


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    wire = Wire()
    yield wire
    await wire.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_takes_no_token_anywhere(wire: Wire, status: int) -> None:
    heard: list[Request] = []

    def stranger(request: Request) -> Response:
        heard.append(request)
        return Response(b"{}")

    elsewhere = await serve(stranger)
    there = f"{elsewhere.url}caught"
    api = await serve(lambda request: Response(b"moved", status, headers={"Location": there}))
    answered = await wire.call(
        "POST",
        f"{api.url}method",
        data=b"access_token=vk1.a.secret",
        headers={"Authorization": "Bearer EAA.secret"},
    )
    await api.close()
    await elsewhere.close()
    assert (answered.status, answered.body, heard) == (status, b"moved", [])


async def test_an_answer_repeats_no_token(wire: Wire) -> None:
    api = await serve(lambda request: Response(b'{"error": "vk1.a.secret is wrong"}'))
    answered = await wire.call("GET", api.url, token="vk1.a.secret")
    other = await wire.call("GET", api.url, token="EAA.secret")
    await api.close()
    assert answered.body == b'{"error": "... is wrong"}'
    assert other.body == b'{"error": "vk1.a.secret is wrong"}'

"""Whatever a messenger posts, whole or spoilt, the running server takes it and goes on."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conversations.conftest import SIDES, bots_in
from tests.conversations.side import Side
from tests.servers.easyflow import EasyFlow
from tests.servers.mutilation import mutilated, torn

FEW = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

Posts = tuple[EasyFlow, http.client.HTTPConnection, Side]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[EasyFlow, dict[str, Side]]]:
    """One of its own: what is made up here is no talk that a messenger could judge."""
    folder = tmp_path_factory.mktemp("anything")
    sides = {name: side() for name, side in SIDES.items()}
    server = EasyFlow(folder / "data", bots=bots_in(folder / "bots"), allow_actions="yes")
    server.set(public_url=server.base)
    for side in sides.values():
        server.set(**side.settings())
    try:
        with server:
            yield server, sides
        assert "Traceback" not in server.log
    finally:
        for side in sides.values():
            side.stop()


@pytest.fixture(scope="module", params=SIDES)
def posts(
    request: pytest.FixtureRequest, server: tuple[EasyFlow, dict[str, Side]]
) -> Iterator[Posts]:
    easyflow, sides = server
    where = ("127.0.0.1", easyflow.port)
    with closing(http.client.HTTPConnection(*where, timeout=30)) as connection:
        yield easyflow, connection, sides[request.param]


def status_of(posts: Posts, body: bytes) -> int:
    _, connection, side = posts
    headers = {"Content-Type": "application/json", **side.headers("showcase", body)}
    connection.request("POST", f"/api/v1/messaging/webhook/{side.name}", body, headers)
    response = connection.getresponse()
    response.read()
    return response.status


@FEW
@given(data=st.data())
def test_any_update_is_taken(posts: Posts, data: st.DataObject) -> None:
    update = data.draw(posts[2].bodies("showcase"))
    assert status_of(posts, json.dumps(update).encode()) == 200


@FEW
@given(data=st.data())
def test_a_spoilt_update_is_taken_or_refused(posts: Posts, data: st.DataObject) -> None:
    update = data.draw(mutilated(posts[2].bodies("showcase")))
    status = status_of(posts, json.dumps(update).encode())
    assert status == 200 or 400 <= status < 500


@FEW
@given(data=st.data())
def test_half_an_update_is_refused(posts: Posts, data: st.DataObject) -> None:
    assert 400 <= status_of(posts, data.draw(torn(posts[2].bodies("showcase")))) < 500

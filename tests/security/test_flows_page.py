"""Flows are shown without a key to this machine alone, whatever a request says of itself."""

import socket
from collections.abc import Iterator

import pytest

from tests.servers.easyflow import EasyFlow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EasyFlow]:
    with EasyFlow(tmp_path_factory.mktemp("flows") / "data") as server:
        yield server


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("HTTP/1.1\r\nHost: localhost", 200),
        ("HTTP/1.1\r\nHost: evil.example", 401),
        ("HTTP/1.1\r\nHost: localhost.evil.example", 401),
        ("HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 127.0.0.1", 401),
        ("HTTP/1.1\r\nHost: localhost\r\nForwarded: for=127.0.0.1", 401),
        ("HTTP/1.0\r\nHost: localhost", 401),
        ("HTTP/1.0", 401),
    ],
)
def test_only_this_machine_needs_no_key(server: EasyFlow, head: str, status: int) -> None:
    for name in ("bots", "picture?bot=shop", "figures?bot=shop"):
        request = f"GET /flows/data/{name} {head}\r\nConnection: close\r\n\r\n"
        assert _status(server, request) == status


def test_two_hosts_are_none_of_ours(server: EasyFlow) -> None:
    hosts = "Host: localhost\r\nHost: evil.example"
    request = f"GET /flows/data/bots HTTP/1.1\r\n{hosts}\r\nConnection: close\r\n\r\n"
    assert _status(server, request) in (400, 401)


def _status(server: EasyFlow, request: str) -> int:
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(request.encode())
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
    return int(answer.split(b" ")[1])

"""What goes on around requests: forged addresses, odd paths, many ranges, names of other servers."""

import http.client
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.security.tenants import quiet
from tests.servers.easyflow import KEY, EasyFlow

LOGIN = "/api/auth/login"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EasyFlow]:
    """Behind a public address, with no proxy that is believed."""
    server = quiet(tmp_path_factory.mktemp("edges") / "data")
    server.set(public_url="https://bot.example.com", http__trusted_proxies="[]")
    with server:
        yield server


def raw(server: EasyFlow, *lines: str) -> bytes:
    """All that comes back for a request of these lines."""
    answer = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1"))
        with suppress(ConnectionError):
            while piece := connection.recv(65_536):
                answer += piece
    return answer


FORGED = (
    "X-Forwarded-For: 203.0.113.{n}",
    "X-Forwarded-For: 203.0.113.{n}, 127.0.0.1",
    "X-Real-IP: 203.0.113.{n}",
    "Forwarded: for=203.0.113.{n}",
    "True-Client-IP: 203.0.113.{n}",
    "CF-Connecting-IP: 203.0.113.{n}",
    "X-Forwarded-For: 203.0.113.{n}\r\nX-Forwarded-For: 198.51.100.{n}",
)


def test_no_header_makes_a_stranger_another(server: EasyFlow) -> None:
    """Logins are counted by where they come from: five for each, whatever they say of it."""
    body = '{"email": "owner@example.com", "password": "wrong password"}'
    head = [f"POST {LOGIN} HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
    statuses = []
    for number in range(12):
        forged = FORGED[number % len(FORGED)].format(n=number + 1)
        length = f"Content-Length: {len(body)}"
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
            connection.sendall(("\r\n".join([*head, forged, length]) + f"\r\n\r\n{body}").encode())
            statuses.append(int(connection.recv(65_536).split()[1]))
    assert statuses[0] == 401
    assert set(statuses) == {401, 429}
    assert statuses[5:] == [429] * 7


@pytest.mark.parametrize(
    "host", ["evil.example", "bot.example.com.evil.example", "", "bot.example.com:80@evil.example"]
)
def test_another_servers_name_is_refused_in_the_words_of_each_contract(
    server: EasyFlow, host: str
) -> None:
    for path, word in (("/api/dialogs", b'"code"'), ("/docs", b'"type"'), ("/v1/x", b"REQ-001")):
        answer = raw(server, f"GET {path} HTTP/1.1", f"Host: {host}")
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert word in answer
        assert b"evil" not in answer.lower()


def test_no_socket_is_opened_by_another_servers_name(server: EasyFlow) -> None:
    upgrade = (
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    )
    for host, status in (("evil.example", b"403"), ("localhost", b"101")):
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
            head = ["GET /ws/chat HTTP/1.1", f"Host: {host}", "Connection: Upgrade", *upgrade]
            connection.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
            assert connection.recv(4_096).split()[1] == status, host


def test_nothing_that_is_answered_repeats_a_forwarded_host(server: EasyFlow) -> None:
    for path in ("/", "/docs", "/openapi.json", "/nothing", "/api/dialogs"):
        answer = raw(
            server,
            f"GET {path} HTTP/1.1",
            "Host: bot.example.com",
            "X-Forwarded-Host: evil.example",
            "X-Forwarded-Proto: gopher",
            "X-Original-URL: /api/admin/users",
            "X-Rewrite-URL: /api/admin/users",
        )
        assert b"evil.example" not in answer
        assert answer.split(b" ")[1] in {b"200", b"404", b"401"}


def test_a_method_is_what_it_is(server: EasyFlow) -> None:
    """No header and no field turns a GET into something that changes things."""
    for header in ("X-HTTP-Method-Override: DELETE", "X-Method-Override: PUT"):
        answer = raw(
            server,
            "GET /api/users/me HTTP/1.1",
            "Host: localhost",
            f"Authorization: Bearer {KEY}",
            header,
        )
        assert answer.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "ranges",
    [
        "bytes=" + ",".join(f"{n}-{n}" for n in range(2_000)),
        "bytes=" + ",".join(["0-"] * 1_000),
        "bytes=0-18446744073709551616",
        "bytes=-1,-1",
        "bytes=5-1",
        "bytes=a-b",
        "lines=1-2",
        "bytes=" + "9" * 5_000 + "-",
    ],
)
@pytest.mark.parametrize("path", ["/static/vendor/swagger-ui/swagger-ui.css", "/"])
def test_ranges_give_no_more_than_the_file(server: EasyFlow, ranges: str, path: str) -> None:
    whole = len(raw(server, f"GET {path} HTTP/1.1", "Host: localhost"))
    answer = raw(server, f"GET {path} HTTP/1.1", "Host: localhost", f"Range: {ranges}")
    assert answer.split(b" ")[1] in {b"200", b"206", b"400", b"416"}
    assert len(answer) < 2 * whole + 10_000


PATHS = (
    "/api/users/..%2fadmin%2fusers",
    "/api/users/../admin/users",
    "/api//admin/users",
    "/API/admin/users",
    "/api/admin/users/",
    "/api/admin/users;x=1",
    "/api/admin/users%00",
    "/api/admin%2fusers",
    "/./api/admin/users",
    "//api/admin/users",
    "/api/admin/users%20",
    "/api/admin/users%23",
    "/v1/..%2fapi/admin/users",
)


@pytest.mark.parametrize("path", PATHS)
def test_no_spelling_of_an_address_passes_its_policy(server: EasyFlow, path: str) -> None:
    """Whatever is read as the address is refused to strangers, or is no address."""
    answer = raw(server, f"GET {path} HTTP/1.1", "Host: localhost")
    assert answer.split(b" ")[1] in {b"401", b"404"}, answer[:200]


def test_security_headers_stand_on_every_kind_of_answer(server: EasyFlow) -> None:
    for path in ("/", "/docs", "/nothing", "/api/dialogs", "/healthz", "/openapi.json"):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.request("GET", path)
        headers = {name.lower(): value for name, value in connection.getresponse().getheaders()}
        connection.close()
        assert headers["x-content-type-options"] == "nosniff", path
        assert "object-src 'none'" in headers["content-security-policy"], path
        assert "base-uri 'none'" in headers["content-security-policy"], path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert headers["strict-transport-security"].startswith("max-age=31536000"), path
        assert "referrer-policy" in headers, path
        assert "permissions-policy" in headers, path
        assert "server" not in headers, path
        assert "access-control-allow-origin" not in headers, path

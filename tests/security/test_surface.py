"""Every address of a running server, asked by strangers and with garbage."""

import http.client
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.servers.easyflow import KEY, SECRET, EasyFlow
from tests.servers.telegram import TOKEN, FakeTelegram

CHAT = "/api/v1/conversation/chat"
WEBHOOK = "/api/v1/messaging/webhook/telegram"

OPEN = {
    "/",
    "/docs",
    "/livez",
    "/healthz",
    "/media/{bot}/{path}",
    "/metrics",
    "/openapi.json",
    "/readyz",
    "/redoc",
    "/web/files/{name}",
}
"""What a stranger may read; everything else of the document wants a key or a secret."""

DOORS = {"/api/auth/login", "/api/auth/register"}
"""Where strangers are asked who they are."""

STRANGERS: dict[str, dict[str, str]] = {
    "nothing": {},
    "another key": {"Authorization": "Bearer sk_live_00000000_0000000000000000000000000000000000"},
    "the beginning of the key": {"Authorization": f"Bearer {KEY[:-1]}"},
    "the key in capitals": {"Authorization": f"Bearer {KEY.upper()}"},
    "the key and more": {"Authorization": f"Bearer {KEY}x"},
    "no scheme": {"Authorization": KEY},
    "basic": {"Authorization": "Basic b3duZXI6Y29ycmVjdCBob3JzZQ=="},
    "an unsigned token": {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."},
    "an empty key": {"Authorization": "Bearer "},
    "an empty header": {"X-API-Key": ""},
    "a huge key": {"Authorization": "Bearer " + "a" * 50_000},
    "letters of no alphabet": {"Authorization": "Bearer \xff\xfe\xe9" * 10},
    "a condition": {"X-API-Key": "' OR 1=1 --"},
    "a cookie": {"Cookie": f"key={KEY}; token={KEY}"},
}

BODIES: dict[str, bytes] = {
    "nothing": b"",
    "an open brace": b"{",
    "a list": b"[]",
    "a number": b"1",
    "no utf-8": b'{"message": "\xff\xfe", "user_id": "u"}',
    "a mark of byte order": b'\xef\xbb\xbf{"message": "?", "user_id": "u"}',
    "a raw NUL": b'{"message": "a\0", "user_id": "u"}',
    "a written NUL": b'{"message": "a\\u0000", "user_id": "u"}',
    "half a pair": b'{"message": "\\ud800", "user_id": "u"}',
    "infinity": b'{"message": "?", "user_id": "u", "context": {"x": 1e999}}',
    "no number": b'{"message": "?", "user_id": "u", "context": {"x": NaN}}',
    "a huge number": b'{"message": "?", "user_id": "u", "context": {"x": ' + b"9" * 5000 + b"}}",
    "depth": b'{"message": "?", "user_id": "u", "context": {"x": '
    + b"[" * 900
    + b"]" * 900
    + b"}}",
    "an abyss": b"[" * 500_000,
    "other types": b'{"message": ["?"], "user_id": {"$ne": null}}',
    "another's id": b'{"message": "?", "user_id": 1, "workspace_id": 2}',
    "a wide context": orjson.dumps(
        {"message": "?", "user_id": "u", "context": {str(key): key for key in range(20_000)}}
    ),
}

PLACES = [
    "//",
    "/..%2f..%2fetc%2fpasswd",
    "/web/static/..%2f..%2f..%2frun.py",
    "/web/static/%2e%2e/%2e%2e/channel.py",
    "/web/static/%00",
    "/web/static/" + "a" * 5_000,
    "/static/vendor/..%2f..%2fapp.py",
    "/static/vendor/%00",
    "/flows/static/..%2f..%2fapp.py",
    "/flows/static/%2e%2e/%2e%2e/app.py",
    "/flows/static/%00",
    "/media/shop/..%2fbot.yaml",
    "/media/shop/%2e%2e/bot.yaml",
    "/media/shop/%2fetc%2fpasswd",
    "/media/shop/%00.png",
    "/media/shop/" + "a" * 300 + ".png",
    "/media/..%2f../x.png",
    "/media/%ff/%ff.png",
    "/web/files/..%2feasyflow.db",
    "/web/files/%00aaaaaaaaaaaaaaaaaaaa.png",
    "/api/v1//conversation/chat",
    "/api/v1/conversation/sessions/a%2fb",
    "/api/v1/conversation/history/'%20OR%20'1'='1",
    "/api/v1/conversation/history/session_'%20OR%201=1--",
    "/api/v1/conversation/history/%25",
    "/api/v1/conversation/history/%00",
    "/api/v1/messaging/context/telegram/%00/%00",
    "/api/v1/messaging/context/telegram'--/1/1",
    "/.env",
    "/.git/config",
    "*",
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EasyFlow]:
    data: Path = tmp_path_factory.mktemp("surface") / "data"
    with FakeTelegram.start({TOKEN: "shop_bot"}) as telegram:
        server = EasyFlow(
            data,
            telegram__token=TOKEN,
            telegram__webhook_secret=SECRET,
            telegram__api_base=telegram.base,
        )
        server.set(public_url=server.base)
        with server:
            yield server


def operations(server: EasyFlow) -> list[tuple[str, str]]:
    _, document = server.call("GET", "/openapi.json")
    return [(how.upper(), path) for path, item in document["paths"].items() for how in item]


def filled(path: str) -> str:
    return "/".join("x" if part.startswith("{") else part for part in path.split("/"))


def asked(server: EasyFlow, method: str, path: str, **more: Any) -> tuple[int, Any]:
    status, answer = server.call(method, path, **more)
    if status >= 400:
        assert isinstance(answer, dict), answer
        # ReplyX has a code and no id of the request, which is in the header.
        assert answer["error"].get("request_id") or answer["error"]["code"]
    return status, answer


def raw(server: EasyFlow, data: bytes) -> bytes:
    """All that comes back for bytes as they are."""
    answer = b""
    address = ("127.0.0.1", server.port)
    with suppress(ConnectionError), socket.create_connection(address, timeout=60) as connection:
        connection.sendall(data)
        while piece := connection.recv(65_536):
            answer += piece
    return answer


@pytest.mark.parametrize("stranger", STRANGERS)
def test_no_stranger_gets_past_any_documented_address(server: EasyFlow, stranger: str) -> None:
    found = operations(server)
    assert len(found) >= 9
    for method, path in found:
        for given in (filled(path), f"{filled(path)}?api_key={KEY}&token={KEY}&access_token={KEY}"):
            status, _ = asked(server, method, given, key=None, headers=STRANGERS[stranger])
            expected = {401}
            if "webhook" in path:
                # Which platform is asked by GET at all, a stranger may know.
                expected = {401, 404, 405} if method == "GET" else {401, 404}
            elif path in DOORS:
                expected = {422}
            assert path in OPEN or status in expected, (method, path, status)


def test_every_address_is_known_to_be_open_or_closed(server: EasyFlow) -> None:
    for method, path in operations(server):
        assert path in OPEN or path.startswith(("/api/", "/hooks/")), (method, path)
    for path in OPEN:
        for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS"):
            assert asked(server, method, filled(path), key=None)[0] in {404, 405}


@pytest.mark.parametrize("body", BODIES)
def test_garbage_is_refused_and_nothing_is_raised(server: EasyFlow, body: str) -> None:
    for method, path in operations(server):
        if method in ("POST", "PUT"):
            secret = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
            status, _ = asked(server, method, filled(path), body=BODIES[body], headers=secret)
            # Where every field may be left out, an object of other fields changes nothing.
            assert 400 <= status < 500 or (status, path) == (200, "/api/users/me"), (method, path)


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/xml", "multipart/form-data", "application/x-yaml"]
)
def test_a_body_of_another_kind_is_no_request(server: EasyFlow, kind: str) -> None:
    body = orjson.dumps({"message": "?", "user_id": "u"})
    status, _ = asked(server, "POST", CHAT, body=body, headers={"Content-Type": kind})
    assert status == 400


def test_packed_bodies_are_not_unpacked(server: EasyFlow) -> None:
    status, _ = asked(server, "POST", CHAT, body=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
    assert status == 400


@pytest.mark.parametrize("path", PLACES)
def test_no_place_outside_is_reached(server: EasyFlow, path: str) -> None:
    status, _ = asked(server, "GET", path)
    assert status in {404, 422}


@pytest.mark.parametrize("secret", ["", "x", SECRET[:-1], SECRET + "x", SECRET.upper(), "\xff\xe9"])
def test_a_webhook_without_the_secret_leaves_nothing(server: EasyFlow, secret: str) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
    sender = {"id": 66, "is_bot": False, "first_name": "A"}
    chat = {"id": 66, "type": "private"}
    message = {"message_id": 1, "date": 1, "chat": chat, "from": sender, "text": "forged"}
    update = {"update_id": 66, "message": message}
    assert asked(server, "POST", WEBHOOK, body=update, headers=headers, key=None)[0] == 401
    assert asked(server, "GET", "/api/v1/messaging/context/telegram/66/66")[0] == 404


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"FOO / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"\0" * 100,
    ],
)
def test_what_two_servers_might_read_differently_is_refused(server: EasyFlow, data: bytes) -> None:
    assert raw(server, data).startswith(b"HTTP/1.1 400")


def test_a_server_with_a_public_address_shows_nobody_its_flows_without_a_key(
    server: EasyFlow,
) -> None:
    for name in ("bots", "picture?bot=shop", "figures?bot=shop"):
        assert asked(server, "GET", f"/flows/data/{name}", key=None)[0] == 401
        assert asked(server, "GET", f"/flows/data/{name}")[0] == 200


@pytest.mark.parametrize(("host", "key"), [("127.0.0.1", KEY), ("127.0.0.1", "wrong"), ("a", KEY)])
def test_a_body_without_end_is_cut_off(server: EasyFlow, host: str, key: str) -> None:
    head = f"POST {CHAT} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n"
    kind = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    piece = b"10000\r\n" + b"a" * 65_536 + b"\r\n"
    sent = 0
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall((head + kind).encode())
        with suppress(ConnectionError):
            while sent < 1_000:
                connection.sendall(piece)
                sent += 1
    assert sent < 1_000


def test_the_server_is_well_after_all_of_this(server: EasyFlow) -> None:
    assert asked(server, "GET", "/readyz")[0] == 200
    status, answer = asked(server, "POST", CHAT, body={"message": "привет", "user_id": "well"})
    assert (status, bool(answer["message"])) == (200, True)
    assert "Traceback" not in server.log
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", "/metrics")
    metrics = connection.getresponse().read()
    connection.close()
    # So much for each of our own addresses, and nothing for those that strangers made up.
    assert len(metrics) < 4_000 * len(operations(server))

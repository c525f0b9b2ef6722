"""Calls by hand: whatever way an answer comes it is read whole, and a line that is off is not used again."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Any

import pytest
import uvloop

from adapters.lines import Answered, Origin
from bots.errors import ChannelDown
from tests.servers.certificate import signed_by_itself

JSON = {"Content-Type": "application/json"}
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
"""That of the tests and that of the server: transports of the two differ in much."""


def on_both_loops(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run a test on each of the loops, with what it is given."""
    given = list(signature(test).parameters.values())

    def run(*, loop: str, **values: Any) -> None:
        with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
            runner.run(test(**values))

    loop = Parameter("loop", Parameter.KEYWORD_ONLY, annotation=str)
    run.__signature__ = Signature([*given, loop])  # type: ignore[attr-defined]
    run.__name__ = test.__name__
    both: Callable[..., None] = pytest.mark.parametrize("loop", LOOPS)(run)
    return both


@dataclass
class Peer:
    """A server that answers each call with the next of its pieces, bytes as they stand.

    None closes the connection. `ended` is set when a client hung up.
    """

    answers: list[list[bytes | None]]
    url: str = ""
    connections: int = 0
    heard: list[bytes] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                self.heard.append(head + await reader.readexactly(length))
                self.asked.set()
                for piece in self.answers.pop(0):
                    if piece is None:
                        writer.write_eof()
                        await reader.read()
                        return
                    writer.write(piece)
                    await writer.drain()
                    # Apart, as a network may bring them.
                    await asyncio.sleep(0.01)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.ended.set()
            writer.close()


@asynccontextmanager
async def peer(
    *answers: list[bytes | None], tls: ssl.SSLContext | None = None
) -> AsyncIterator[Peer]:
    made = Peer(list(answers))
    server = await asyncio.start_server(made.talk, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    made.url = f"https://localhost:{port}" if tls else f"http://127.0.0.1:{port}"
    try:
        yield made
    finally:
        server.close()


def asking(origin: Origin, body: bytes = b"{}", *, seconds: float = 5.0) -> Awaitable[Answered]:
    return origin.call("POST", "/bot1:a/sendMessage", body, JSON, seconds=seconds)


@on_both_loops
async def test_a_call_is_a_request_as_it_should_be() -> None:
    async with peer([OK]) as server:
        origin = Origin(server.url)
        answered = await asking(origin, b'{"a":1}')
        origin.close()
    assert answered.status == 200
    assert answered.body == b"ok"
    assert server.heard == [
        b"POST /bot1:a/sendMessage HTTP/1.1\r\n"
        b"Host: " + server.url.removeprefix("http://").encode() + b"\r\n"
        b"User-Agent: EasyFlow\r\nAccept: */*\r\n"
        b"Content-Type: application/json\r\nContent-Length: 7\r\n\r\n"
        b'{"a":1}'
    ]


@pytest.mark.parametrize(
    "pieces",
    [
        [OK],
        [OK[place : place + 1] for place in range(len(OK))],
        [b"HTTP/1.1 100 Continue\r\n\r\n", OK],
        [b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;a=b\r\nk\r\n0\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\no", b"k\r\n0\r\nX: y\r\n\r\n"],
    ],
)
@on_both_loops
async def test_an_answer_is_read_however_it_comes_and_its_line_is_used_again(
    pieces: list[bytes | None],
) -> None:
    async with peer(pieces, [OK]) as server:
        origin = Origin(server.url)
        first = await asking(origin)
        second = await asking(origin)
        origin.close()
    assert [(one.status, one.body) for one in (first, second)] == [(200, b"ok")] * 2
    assert server.connections == 1


@pytest.mark.parametrize(
    "pieces",
    [
        [b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"],
        [b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"],
        # Whose end is the connection's.
        [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\no", b"k", None],
        [b"HTTP/1.1 200 OK\r\n\r\nok", None],
        # What nobody asked for: of the next answer one could not tell whose it is.
        [OK + OK],
        [OK, b"HTTP/1.1 408 Request Timeout\r\n\r\n"],
    ],
)
@on_both_loops
async def test_a_line_that_is_off_is_not_used_again(pieces: list[bytes | None]) -> None:
    async with peer(pieces, [OK]) as server:
        origin = Origin(server.url)
        first = await asking(origin)
        await server.ended.wait()
        second = await asking(origin)
        origin.close()
    assert [(one.status, one.body) for one in (first, second)] == [(200, b"ok")] * 2
    assert server.connections == 2


@pytest.mark.parametrize(
    "pieces",
    [
        [None],
        [b"HTTP/1.1 200 OK\r\nContent-Le", None],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok", None],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", None],
        [b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 70_000],
        [b"SSH-2.0-OpenSSH_9.6\r\n"],
        [b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\nPRI"],
    ],
)
@on_both_loops
async def test_a_broken_answer_is_a_failure_of_the_channel(pieces: list[bytes | None]) -> None:
    async with peer(pieces, [OK]) as server:
        origin = Origin(server.url)
        with pytest.raises(ChannelDown, match="The connection broke") as broken:
            await asking(origin)
        # Whether it came through nobody knows; the next call has a line of its own.
        assert broken.value.sent is None
        assert (await asking(origin)).body == b"ok"
        origin.close()
    assert server.connections == 2


@on_both_loops
async def test_nobody_listens() -> None:
    async with peer() as server:
        pass
    with pytest.raises(ChannelDown, match="No connection: Connection refused") as refused:
        await asking(Origin(server.url))
    assert refused.value.sent is False


@on_both_loops
async def test_no_name() -> None:
    with pytest.raises(ChannelDown, match="No connection: ") as unknown:
        await asking(Origin("http://no-such-host.invalid"))
    assert unknown.value.sent is False


@on_both_loops
async def test_no_answer_in_time_and_the_late_one_is_no_other_calls() -> None:
    async with peer([OK], [b""], [OK]) as server:
        origin = Origin(server.url)
        await asking(origin)
        with pytest.raises(ChannelDown, match="No answer in time") as late:
            await asking(origin, seconds=0.05)
        assert late.value.sent is None
        assert (await asking(origin)).body == b"ok"
        origin.close()
    assert server.connections == 2


@on_both_loops
async def test_a_call_that_is_given_up_takes_its_line_along() -> None:
    async with peer([b""], [OK]) as server:
        origin = Origin(server.url)
        task = asyncio.ensure_future(asking(origin))
        await server.asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await asking(origin)).body == b"ok"
        origin.close()
    assert server.connections == 2


@on_both_loops
async def test_calls_at_once_have_a_line_each_and_all_are_kept() -> None:
    answers: list[list[bytes | None]] = [[OK] for _ in range(20)]
    async with peer(*answers) as server:
        origin = Origin(server.url)
        for _ in range(2):
            found = await asyncio.gather(*(asking(origin) for _ in range(10)))
            assert [answered.body for answered in found] == [b"ok"] * 10
        origin.close()
    assert server.connections == 10


@on_both_loops
async def test_a_line_that_the_server_closed_is_forgotten() -> None:
    async with peer([OK, None], [OK]) as server:
        origin = Origin(server.url)
        await asking(origin)
        await server.ended.wait()
        assert (await asking(origin)).body == b"ok"
        origin.close()
    assert server.connections == 2


@on_both_loops
async def test_a_redirect_is_an_answer() -> None:
    moved = b"HTTP/1.1 307 Moved\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n"
    async with peer([moved]) as server:
        origin = Origin(server.url)
        answered = await asking(origin)
        origin.close()
    assert (answered.status, answered.headers["location"]) == (307, "http://elsewhere/")
    assert answered.headers.get("retry-after") is None
    assert dict(answered.headers) == {"Location": "http://elsewhere/", "Content-Length": "0"}


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nb", "a\0"])
@on_both_loops
async def test_a_header_cannot_bring_others_along(value: str) -> None:
    async with peer() as server:
        with pytest.raises(ValueError, match="header"):
            await Origin(server.url).call("POST", "/", b"", {"A": value}, seconds=1)
    assert server.connections == 0


@on_both_loops
async def test_an_address_that_cannot_stand_as_it_is_is_written_out() -> None:
    async with peer([OK]) as server:
        origin = Origin(server.url.replace("//", "//me:secret@"))
        await origin.call("PUT", "/ü b?q=1#c\r\nX: y", b"", {}, seconds=1)
        origin.close()
    first, *others = server.heard[0].split(b"\r\n")
    assert first == b"PUT /%C3%BC%20b?q=1%23c%0D%0AX:%20y HTTP/1.1"
    assert b"Authorization: Basic bWU6c2VjcmV0" in others


# ---------------------------------------------------------------- https


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of `localhost`, its key beside it."""
    return signed_by_itself(tmp_path / "localhost.pem")


def serving(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@on_both_loops
async def test_https_with_a_certificate_that_the_system_trusts(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    large = b"x" * 1_000_000
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
    async with peer([head + large], [OK], tls=serving(certificate)) as server:
        origin = Origin(server.url)
        answered = await asking(origin, large)
        assert answered.body == large
        assert (await asking(origin)).body == b"ok"
        origin.close()
        await asyncio.sleep(0.05)
    assert server.connections == 1


@on_both_loops
async def test_https_with_a_certificate_of_a_stranger(certificate: Path) -> None:
    async with peer([OK], tls=serving(certificate)) as server:
        with pytest.raises(ChannelDown, match="its certificate is not trusted: ") as refused:
            await asking(Origin(server.url))
    assert refused.value.sent is False
    assert server.heard == []


@on_both_loops
async def test_https_with_a_certificate_of_another_name(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with peer([OK], tls=serving(certificate)) as server:
        with pytest.raises(
            ChannelDown, match="its certificate is not trusted: IP address mismatch"
        ):
            await asking(Origin(server.url.replace("localhost", "127.0.0.1")))
    assert server.heard == []


@on_both_loops
async def test_https_to_who_waits_for_http() -> None:
    async with peer() as server:
        with pytest.raises(ChannelDown, match="No answer in time") as late:
            await asking(Origin(server.url.replace("http:", "https:")), seconds=0.2)
    assert late.value.sent is False

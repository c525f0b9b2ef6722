"""The guarded client goes to public servers and nowhere else, whatever an address looks like."""

import asyncio
import gzip
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.addresses import Allowed, forbidden
from adapters.guarded_http import LARGEST, Answer, GuardedHttp, Request
from bots.errors import AddressRefused, RemoteFailed
from tests.servers.easyflow import free_port

CERTIFICATE = Path(__file__).parent / "fixtures" / "api.example.com.pem"

LOOPBACK = [
    "127.0.0.1",
    "127.0.0.2",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0x0.0x0.0x1",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "0177.1",
    "127.0.0.1.",
    "127.00.0.1",
    "0",
    "0.0.0.0",
    "0x0",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:7f00:1::1]",
    "[2001:0:7f00:1::]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fec0::1]",
    "[ff02::1]",
    "[ff0e::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "１２７.0.0.1",
    "127.0.0.①",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "localhost.localdomain",
    "internal.example.com",
    "rebound.example.com",
]

INSIDE = [
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "100.64.0.1",
    "169.254.1.1",
    "169.254.169.254",
    "169.254.170.2",
    "100.100.100.200",
    "192.0.0.192",
    "192.0.0.1",
    "168.63.129.16",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "[::ffff:169.254.169.254]",
    "[64:ff9b::a9fe:a9fe]",
    "metadata.google.internal",
    "198.18.0.1",
    "192.0.2.1",
    "203.0.113.1",
    "192.88.99.1",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
]

ODD = [
    "http://public.example.com/",
    "http://93.184.216.34/",
    "ftp://public.example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_INFO",
    "dict://127.0.0.1:11211/",
    "data:text/plain,hello",
    "javascript:alert(1)",
    "//public.example.com/",
    "public.example.com/",
    "",
    "https://",
    "https:///path",
    "https://public.example.com:22/",
    "https://public.example.com:80/",
    "https://public.example.com:6379/",
    "https://public.example.com:99999/",
    "https://public.example.com:443x/",
    "https://public.example.com@127.0.0.1/",
    "https://public.example.com:443@127.0.0.1/",
    "https://me:secret@public.example.com/",
    "https://public.example.com\\@127.0.0.1/",
    "https://127.0.0.1\\.example.com/",
    "https://public.example.com/\r\nX-Injected: yes",
    "https://public.example.com/\nGET / HTTP/1.1",
    "https://public.example.com/a b",
    " https://127.0.0.1/",
    "https://127.0.0.1\t/",
    "https://127.0.0.1\x00.example.com/",
    "https://[::1/",
    "https://public.example.com/orders/../admin",
    "https://public.example.com/orders/%2E./admin",
    "https://public.example.com/orders/..",
    "https://public.example.com/./?a",
    "https://[127.0.0.1]/",
    "https://" + "a" * 5000 + "/",
]

NAMES = {
    "localhost": ["127.0.0.1", "::1"],
    "localhost.": ["127.0.0.1"],
    "localhost.localdomain": ["127.0.0.1"],
    "metadata.google.internal": ["169.254.169.254"],
    "internal.example.com": ["10.1.2.3"],
    "rebound.example.com": ["93.184.216.34", "127.0.0.1"],
    "public.example.com": ["93.184.216.34"],
}


class Dns:
    """Answers from a table, and counts how often it was asked; it never asks anybody else."""

    def __init__(self) -> None:
        self.names: dict[str, list[list[str]]] = {name: [one] for name, one in NAMES.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        answers = self.names.get(host)
        if not answers:
            raise OSError("no such name")
        return answers.pop(0) if len(answers) > 1 else answers[0]


@dataclass
class Listener:
    """A server that notes every connection and what came over it."""

    host: str
    port: int
    answers: list[bytes] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)
    connections: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            self.heard.append(head + await reader.readexactly(int(length or 0)))
            writer.write(self.answers.pop(0) if self.answers else answer(b"hello"))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@asynccontextmanager
async def listening(
    host: str, port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Listener]:
    listener = Listener(host, port)
    server = await asyncio.start_server(listener.serve, host, port, ssl=tls)
    listener.port = server.sockets[0].getsockname()[1]
    try:
        yield listener
    finally:
        server.close()
        await server.wait_closed()


Client = Callable[..., Awaitable[Answer]]


@pytest.fixture
def dns() -> Dns:
    return Dns()


def client(dns: Dns, allowed: str = "", tls: ssl.SSLContext | None = None) -> Client:
    guarded = GuardedHttp(Allowed.read(allowed), resolve=dns, tls=tls)

    async def fetch(url: str, method: str = "GET", **more: object) -> Answer:
        return await guarded.fetch(Request(method=method, url=url, **more))  # type: ignore[arg-type]

    return fetch


# ---------------------------------------------------------------- where it does not go


@pytest.mark.parametrize("host", LOOPBACK + INSIDE)
@pytest.mark.parametrize("scheme", ["https", "http"])
async def test_no_address_of_ours_is_called(host: str, scheme: str, dns: Dns) -> None:
    with pytest.raises(AddressRefused):
        await client(dns)(f"{scheme}://{host}/latest/meta-data")


@pytest.mark.parametrize("url", ODD)
async def test_nothing_odd_is_called(url: str, dns: Dns) -> None:
    with pytest.raises(AddressRefused):
        await client(dns)(url)


def test_the_corpus_is_as_large_as_it_is_said_to_be() -> None:
    assert len(set(LOOPBACK + INSIDE + ODD)) >= 90


@pytest.mark.parametrize("port", [443, 8443])
async def test_open_and_closed_ports_inside_are_told_apart_by_nothing(port: int, dns: Dns) -> None:
    """Otherwise errors would draw a map of what runs here."""
    told = []
    async with listening("127.0.0.1") as open_one:
        for url in (f"https://127.0.0.1:{port}/", f"https://127.0.0.1:{open_one.port}/"):
            with pytest.raises(AddressRefused) as refused:
                await client(dns, allowed="10.0.0.0/8")(url)
            told.append(type(refused.value))
        assert open_one.connections == 0
    assert told == [AddressRefused, AddressRefused]


async def test_every_address_of_a_name_must_be_public(dns: Dns) -> None:
    with pytest.raises(AddressRefused, match=r"rebound\.example\.com is not on the public"):
        await client(dns)("https://rebound.example.com/")


@pytest.mark.parametrize(
    "address",
    ["192.0.0.192", "224.0.0.1", "2002:7f00:1::", "64:ff9b::a9fe:a9fe", "168.63.129.16"],
)
def test_what_python_calls_global_is_not_always_public(address: str) -> None:
    assert forbidden(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111"])
def test_public_addresses_are_not_forbidden(address: str) -> None:
    assert not forbidden(ipaddress.ip_address(address))


# ---------------------------------------------------------------- names that change


async def test_a_name_is_asked_about_once_and_the_answer_is_kept_to(dns: Dns) -> None:
    async with listening("127.0.1.1") as outside, listening("127.0.0.1", outside.port) as ours:
        dns.names["turning.example.com"] = [["127.0.1.1"], ["127.0.0.1"]]
        fetch = client(dns, allowed="127.0.1.0/24")
        url = f"http://turning.example.com:{outside.port}/"
        assert (await fetch(url)).body == b"hello"
        assert dns.asked == ["turning.example.com"]
        assert f"Host: turning.example.com:{outside.port}".encode() in outside.heard[0]
        with pytest.raises(AddressRefused):
            await fetch(url)
        assert (outside.connections, ours.connections) == (1, 0)


async def test_a_name_that_is_not_there_is_told(dns: Dns) -> None:
    with pytest.raises(RemoteFailed, match=r"there is no server nowhere\.example\.com"):
        await client(dns)("https://nowhere.example.com/")


# ---------------------------------------------------------------- redirects


async def test_a_redirect_is_looked_at_like_any_address(dns: Dns) -> None:
    async with listening("127.0.1.1") as outside, listening("127.0.0.1") as ours:
        fetch = client(dns, allowed="127.0.1.0/24")
        targets = [
            f"http://127.0.0.1:{ours.port}/",
            f"//127.0.0.1:{ours.port}/",
            f"http://localhost:{ours.port}/",
            f"http://0x7f.1:{ours.port}/",
            "http://169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
            "http://user@127.0.1.1/",
        ]
        for target in targets:
            outside.answers.append(answer(status="302 Found", Location=target))
            with pytest.raises(AddressRefused):
                await fetch(f"http://127.0.1.1:{outside.port}/")
        assert (outside.connections, ours.connections) == (len(targets), 0)


async def test_three_redirects_are_followed_and_no_fourth(dns: Dns) -> None:
    async with listening("127.0.1.1") as outside:
        fetch = client(dns, allowed="127.0.1.0/24")
        again = answer(status="301 Moved", Location="/again")
        outside.answers = [again] * 3
        assert (await fetch(f"http://127.0.1.1:{outside.port}/")).body == b"hello"
        outside.answers = [again] * 4
        with pytest.raises(RemoteFailed, match="more than 3 redirects"):
            await fetch(f"http://127.0.1.1:{outside.port}/")


async def test_headers_are_not_taken_along_to_another_server(dns: Dns) -> None:
    async with listening("127.0.1.1") as first, listening("127.0.1.2") as second:
        first.answers = [
            answer(status="307 Moved", Location=f"http://127.0.1.1:{first.port}/same"),
            answer(status="307 Moved", Location=f"http://127.0.1.2:{second.port}/other"),
        ]
        fetch = client(dns, allowed="127.0.1.0/24")
        headers = {"Authorization": "Bearer s3cret", "X-Key": "s3cret"}
        await fetch(f"http://127.0.1.1:{first.port}/", headers=headers)
        assert [b"s3cret" in one for one in first.heard] == [True, True]
        assert b"s3cret" not in second.heard[0]


async def test_what_is_posted_is_not_carried_on(dns: Dns) -> None:
    async with listening("127.0.1.1") as outside:
        outside.answers = [answer(status="307 Moved", Location="/again")]
        fetch = client(dns, allowed="127.0.1.0/24")
        told = await fetch(f"http://127.0.1.1:{outside.port}/", "POST", body=b"x=1")
        assert (told.status, outside.connections) == (307, 1)


# ---------------------------------------------------------------- what is allowed


async def test_a_server_named_by_the_setting_is_called_by_its_name_and_port_alone(
    dns: Dns,
) -> None:
    async with listening("127.0.0.1") as ours, listening("127.0.0.1") as other:
        dns.names["shop.local"] = [["127.0.0.1"]]
        fetch = client(dns, allowed=f"shop.local:{ours.port}")
        assert (await fetch(f"http://shop.local:{ours.port}/")).status == 200
        for url in (f"http://shop.local:{other.port}/", f"http://127.0.0.1:{ours.port}/"):
            with pytest.raises(AddressRefused):
                await fetch(url)
        assert other.connections == 0


@pytest.mark.parametrize("written", ["10.0.0.0/33", "a b", "shop.local:http", "http://shop.local"])
def test_a_setting_that_is_neither_network_nor_server_is_told(written: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Allowed.read(f"10.0.0.0/8,{written}")


# ---------------------------------------------------------------- the call itself


async def test_the_certificate_must_be_of_the_name_that_was_asked_for(dns: Dns) -> None:
    server, ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    server.load_cert_chain(CERTIFICATE)
    ours.load_verify_locations(CERTIFICATE)
    dns.names |= {"api.example.com": [["127.0.1.1"]], "other.example.com": [["127.0.1.1"]]}
    async with listening("127.0.1.1", tls=server) as outside:
        fetch = client(dns, allowed="127.0.1.0/24", tls=ours)
        assert (await fetch(f"https://api.example.com:{outside.port}/")).body == b"hello"
        with pytest.raises(RemoteFailed, match="its certificate is not trusted"):
            await fetch(f"https://other.example.com:{outside.port}/")
        with pytest.raises(RemoteFailed, match="its certificate is not trusted"):
            await client(dns, allowed="127.0.1.0/24")(f"https://api.example.com:{outside.port}/")
        assert len(outside.heard) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Host", "127.0.0.1"),
        ("Content-Length", "5"),
        ("Transfer-Encoding", "chunked"),
        ("X-A", "b\r\nX-Injected: yes"),
        ("X-A\r\nX-B", "c"),
        ("X-A", "b\x00"),
        ("", "a"),
    ],
)
async def test_headers_cannot_change_the_call(name: str, value: str, dns: Dns) -> None:
    async with listening("127.0.1.1") as outside:
        with pytest.raises(AddressRefused):
            await client(dns, allowed="127.0.1.0/24")(
                f"http://127.0.1.1:{outside.port}/", headers={name: value}
            )
        assert outside.connections == 0


async def test_a_body_over_the_limit_is_not_taken_packed_or_not(dns: Dns) -> None:
    async with listening("127.0.1.1") as outside:
        fetch = client(dns, allowed="127.0.1.0/24")
        url = f"http://127.0.1.1:{outside.port}/"
        outside.answers = [
            answer(b"a" * LARGEST),
            answer(b"a" * (LARGEST + 1)),
            answer(gzip.compress(b"a" * 50 * LARGEST), Content_Encoding="gzip"),
            answer(gzip.compress(b"hello"), Content_Encoding="gzip"),
            answer(b"hello", Content_Encoding="br"),
            answer(b"hello", Content_Encoding="gzip"),
        ]
        assert len((await fetch(url)).body) == LARGEST
        for _ in range(2):
            with pytest.raises(RemoteFailed, match="larger than 1 MiB"):
                await fetch(url)
        assert (await fetch(url)).body == b"hello"
        for _ in range(2):
            with pytest.raises(RemoteFailed, match="packed|unpacked"):
                await fetch(url)
        with pytest.raises(RemoteFailed, match="larger than 1 MiB"):
            await fetch(url, "POST", body=b"a" * (LARGEST + 1))


async def test_nothing_that_follows_a_packed_body_is_waited_for_or_kept(dns: Dns) -> None:
    gone = asyncio.Event()

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"hello"))
        await reader.read()
        writer.close()
        await writer.wait_closed()
        gone.set()

    server = await asyncio.start_server(endless, "127.0.1.1", 0)
    port = server.sockets[0].getsockname()[1]
    got = await client(dns, allowed="127.0.1.0/24")(f"http://127.0.1.1:{port}/", seconds=5)
    assert got.body == b"hello"
    await gone.wait()
    server.close()


async def test_a_server_that_says_nothing_is_given_up(dns: Dns) -> None:
    gone = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        gone.set()

    server = await asyncio.start_server(silent, "127.0.1.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(RemoteFailed, match="no answer in time"):
        await client(dns, allowed="127.0.1.0/24")(f"http://127.0.1.1:{port}/", seconds=0.05)
    await gone.wait()
    server.close()


async def test_a_port_nobody_listens_on_is_told_without_the_whole_address(dns: Dns) -> None:
    url = f"http://127.0.1.1:{free_port()}/?key=s3cret"
    with pytest.raises(RemoteFailed, match="it cannot be connected to") as failed:
        await client(dns, allowed="127.0.1.0/24")(url)
    assert "s3cret" not in str(failed.value)

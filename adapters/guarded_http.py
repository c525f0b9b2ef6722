"""The one client for addresses that others chose: it never goes where only this machine may go.

A name is resolved once, every address of it is checked, and the connection goes to a checked address:
whatever a second look-up would say is never asked for. The TLS name and `Host` stay the name.
"""

import asyncio
import ipaddress
import re
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from adapters.addresses import Allowed, forbidden, literal
from bots.errors import AddressRefused, RemoteFailed

LONGEST = 10.0
"""Seconds a call may take, redirects included."""

LARGEST = 1024 * 1024
"""Bytes of a body, either way, after unpacking."""

MOST_REDIRECTS = 3
LONGEST_URL = 4000
PORTS = frozenset({443, 8443})

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a name. Raises OSError where there are none."""

_OURS = frozenset(
    ("host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer")
    + ("expect", "proxy-authorization", "proxy-connection", "keep-alive", "accept-encoding")
)
_UPWARDS = re.compile(r"/(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_MOVED = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A call; `json` and the like are the caller's business, here a body is bytes.

    `enough` are the bytes of the answer's body after which no more of it is wanted: what follows is
    left unread, and is no failure.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    seconds: float = LONGEST
    enough: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class GuardedHttp:
    """Makes calls, each over a connection of its own.

    No answer is larger than `largest` bytes, no call longer than `longest` seconds.
    """

    def __init__(
        self,
        allowed: Allowed,
        *,
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
        largest: int = LARGEST,
        longest: float = LONGEST,
    ) -> None:
        self._allowed = allowed
        self._resolve = resolve or _look_up
        self._tls = tls
        self._largest = largest
        self._longest = longest

    async def fetch(self, request: Request) -> Answer:
        """Raises AddressRefused before anything is connected to, RemoteFailed for the rest."""
        _check_request(request)
        try:
            async with asyncio.timeout(min(max(request.seconds, 0.001), self._longest)):
                return await self._followed(request)
        except TimeoutError:
            raise RemoteFailed("no answer in time") from None

    async def check(self, url: str) -> None:
        """Whether calls may go there, without one. Raises AddressRefused, RemoteFailed as `fetch` does."""
        request = Request(method="GET", url=url)
        _check_request(request)
        try:
            async with asyncio.timeout(self._longest):
                await self._checked(_url(url))
        except TimeoutError:
            raise RemoteFailed("no answer in time") from None

    async def _followed(self, request: Request) -> Answer:
        url, headers = _url(request.url), dict(request.headers)
        for _ in range(MOST_REDIRECTS + 1):
            answer = await self._once(request, url, headers)
            moved = answer.headers.get("location")
            if answer.status not in _MOVED or moved is None or request.method != "GET":
                return answer
            target = _url(str(url.join(_url_text(moved))))
            if target.origin() != url.origin():
                # What was meant for one server, secrets above all, is not another's.
                headers = {}
            url = target
        raise RemoteFailed(f"more than {MOST_REDIRECTS} redirects")

    async def _once(self, request: Request, url: URL, headers: Mapping[str, str]) -> Answer:
        addresses = await self._checked(url)
        connector = aiohttp.TCPConnector(
            resolver=_Pinned(addresses), use_dns_cache=False, force_close=True, ssl=self._context()
        )
        try:
            async with (
                aiohttp.ClientSession(
                    connector=connector,
                    cookie_jar=aiohttp.DummyCookieJar(),
                    auto_decompress=False,
                    trust_env=False,
                ) as session,
                session.request(
                    request.method,
                    url,
                    headers={"User-Agent": "EasyFlow", **headers, "Accept-Encoding": "identity"},
                    data=request.body,
                    allow_redirects=False,
                ) as response,
            ):
                body = await _body(response, self._largest, request.enough)
                told = {name.lower(): value for name, value in response.headers.items()}
                return Answer(status=response.status, headers=told, body=body)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise RemoteFailed(_told(error)) from None

    async def _checked(self, url: URL) -> list[str]:
        """The addresses that may be connected to: all of a name's, or none. Raises AddressRefused."""
        host, port = (url.raw_host or "").casefold(), url.port or 0
        named = self._allowed.server(host, port)
        try:
            found = [host] if literal(host) else await self._resolve(host, port)
        except (OSError, UnicodeError):
            raise RemoteFailed(f"there is no server {host}") from None
        addresses = [ipaddress.ip_address(one.partition("%")[0]) for one in found]
        inside = bool(addresses) and all(map(self._allowed.holds, addresses))
        if not named and not inside:
            _check_plain(url)
            if any(map(forbidden, addresses)) or not addresses:
                raise AddressRefused(f"{host} is not on the public internet")
        return [str(one) for one in addresses]

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            # Fifteen milliseconds and half a megabyte: made once, by whoever needs it first.
            self._tls = ssl.create_default_context()
        return self._tls


class _Pinned(AbstractResolver):
    """Answers with addresses that were checked, whatever the name."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Nothing is open."""


async def _look_up(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def _check_request(request: Request) -> None:
    if _UPWARDS.search(re.split(r"[?#]", request.url, maxsplit=1)[0]):
        # Only somebody whose words were filled in means the address above.
        raise AddressRefused('an address must have no ".." between its slashes')
    for name, value in request.headers.items():
        if name.lower() in _OURS or not _HEADER.fullmatch(name):
            raise AddressRefused(f"the header {name!r:.60} cannot be set")
        if not value.isprintable():
            raise AddressRefused(f"the header {name} must be one line of text")
    if request.body is not None and len(request.body) > LARGEST:
        raise RemoteFailed("what is sent is larger than 1 MiB")


def _url(text: str) -> URL:
    url = _url_text(text)
    if url.scheme not in ("http", "https") or not url.raw_host:
        raise AddressRefused("an address must begin with https://")
    if url.raw_user is not None or url.raw_password is not None:
        raise AddressRefused("an address must hold no name or password")
    return url.with_fragment(None)


def _url_text(text: str) -> URL:
    # Parsers disagree about these; what is not sent cannot be read in two ways.
    if not text.isprintable() or "\\" in text or " " in text or len(text) > LONGEST_URL:
        raise AddressRefused("an address must be one line without spaces and backslashes")
    try:
        return URL(text)
    except ValueError:
        raise AddressRefused("this is no address") from None


def _check_plain(url: URL) -> None:
    """What holds for servers that no setting names."""
    if url.scheme != "https":
        raise AddressRefused("only https:// is called")
    if url.port not in PORTS:
        raise AddressRefused("only the ports 443 and 8443 are called")


async def _body(response: aiohttp.ClientResponse, largest: int, enough: int | None) -> bytes:
    """Not a byte over the limit is kept, packed or unpacked."""
    if enough is not None:
        return await _beginning(response, enough)
    packing = response.headers.get("Content-Encoding", "identity").casefold()
    if packing not in ("identity", "gzip", "deflate"):
        raise RemoteFailed(f"the answer is packed as {packing!r:.20}")
    unpacker = None if packing == "identity" else zlib.decompressobj(zlib.MAX_WBITS | 32)
    body = bytearray()
    async for chunk in response.content.iter_chunked(1 << 16):
        try:
            body += chunk if unpacker is None else unpacker.decompress(chunk, largest + 1)
        except zlib.error:
            raise RemoteFailed("the answer cannot be unpacked") from None
        if len(body) > largest:
            raise RemoteFailed(f"the answer is larger than {largest >> 20} MiB")
        if unpacker is not None and unpacker.eof:
            # The unpacker would keep all that follows its end, however much that is.
            break
    return bytes(body)


async def _beginning(response: aiohttp.ClientResponse, enough: int) -> bytes:
    """As it comes, packed or not: for those who only want to let the other side finish its words."""
    body = b""
    async for chunk in response.content.iter_any():
        body = (body + chunk)[:enough]
        if len(body) == enough:
            break
    return body


def _told(error: Exception) -> str:
    """The kind of a failure; a library's own words may repeat the whole address."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError | ssl.SSLError):
        return "its certificate is not trusted"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "it cannot be connected to"
    return f"the call broke off ({type(error).__name__})"

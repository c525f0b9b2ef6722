"""The connections to messengers' APIs: one pool of sockets, and failures in our own words."""

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar

import aiohttp

from adapters.lines import Answered, Origin
from bots.errors import ChannelDown, Rejected


class Wire:
    """What all channels of a messenger share.

    `timeout` is in seconds and for one call; at most `limit` calls are under way at once, and the
    time a call waits for its turn does not count.
    """

    def __init__(self, *, timeout: float = 10.0, limit: int = 100) -> None:
        self.timeout = timeout
        self._patience = aiohttp.ClientTimeout(total=timeout)
        self._limit = limit
        self._turns = asyncio.Semaphore(limit)
        self._session: aiohttp.ClientSession | None = None
        self._origins: dict[str, Origin] = {}

    async def send(
        self,
        method: str,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        token: str = "",
    ) -> Answered:
        """What `call` does, for the frequent calls: a body that is there, and lines of our own."""
        # Behind https:// and a name at least.
        at = url.find("/", 9)
        base = url if at < 0 else url[:at]
        origin = self._origins.get(base)
        if origin is None:
            origin = self._origins[base] = Origin(base)
        path = url[at:] if at >= 0 else "/"
        await self._turns.acquire()
        try:
            answered = await origin.call(method, path, body, headers, seconds=self.timeout)
        finally:
            self._turns.release()
        return _without(answered, token)

    async def call(
        self,
        method: str,
        url: str,
        *,
        seconds: float | None = None,
        most: int | None = None,
        token: str = "",
        **options: Any,
    ) -> Answered:
        """Make a request (aiohttp's options) and read all of its answer.

        Raises ChannelDown, after `seconds` at the latest, and Rejected for an answer of more than
        `most` bytes; its words hold nothing of the URL, in which a token may stand. A redirect is
        an answer like any other: whoever else is named there gets neither a token nor a message.
        What an answer repeats of the `token` is left out: its words are shown and kept.
        """
        patience = aiohttp.ClientTimeout(total=seconds) if seconds else self._patience
        async with self._turns:
            try:
                async with self._http().request(
                    method, url, timeout=patience, allow_redirects=False, **options
                ) as response:
                    body = await (response.read() if most is None else _bounded(response, most))
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise network_problem(error) from None
        return _without(Answered(response.status, response.headers, body), token)

    async def close(self) -> None:
        """Close the sockets. A call after it opens them again."""
        for origin in self._origins.values():
            origin.close()
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._limit, ttl_dns_cache=300),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


class Server:
    """A server of an API that tells news to who asks, and the sockets to it that all accounts share.

    `timeout` is in seconds and for one call; at most `limit` calls are under way at once. Every
    account that polls holds a connection all the time, so those are counted by themselves.
    """

    own: ClassVar[str]
    """Where the messenger's API is."""

    poll_seconds: ClassVar[float]
    """How long the API lets a question for news wait."""

    def __init__(self, api_base: str = "", *, timeout: float = 10.0, limit: int = 100) -> None:
        self.api_base = (api_base or self.own).rstrip("/")
        self.wire = Wire(timeout=timeout, limit=limit)
        self.polls = Wire(timeout=self.poll_seconds + 10.0, limit=10_000)

    @property
    def public(self) -> bool:
        """Whether it is the messenger's own, and not one of somebody else's."""
        return self.api_base == self.own

    async def close(self) -> None:
        """Close the sockets. A call after it opens them again."""
        await self.wire.close()
        await self.polls.close()


def _without(answered: Answered, token: str) -> Answered:
    if token and (repeated := token.encode()) in answered.body:
        return answered._replace(body=answered.body.replace(repeated, b"..."))
    return answered


async def _bounded(response: aiohttp.ClientResponse, most: int) -> bytes:
    """The whole answer, given up as soon as it is too large, whatever it says of itself."""
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > most:
            raise Rejected(f"the answer is larger than {most // 2**20} MB")
    return bytes(content)


def network_problem(error: Exception) -> ChannelDown:
    """A failure before any answer. Its own text is left out: it may hold the URL with the token."""
    if isinstance(error, aiohttp.ClientConnectorError):
        reason = getattr(getattr(error, "os_error", None), "strerror", None)
        return ChannelDown(f"No connection: {reason or type(error).__name__}", sent=False)
    if isinstance(error, TimeoutError):
        return ChannelDown("No answer in time")
    return ChannelDown(f"The connection broke: {type(error).__name__}")

"""The calls of MAX's Bot API, by our own wire: https://dev.max.ru/docs-api"""

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import orjson

from adapters.foreign_json import listed, mapping, string
from adapters.lines import Answered
from adapters.messengers.max.errors import WRONG_TOKEN, explained, result_of
from adapters.rate import Rate
from adapters.wire import Server, Wire
from bots.errors import ChannelDown, ChannelUnauthorised, Rejected

PUBLIC_API = "https://platform-api2.max.ru"
PER_SECOND = 30
"""Calls of one bot: https://dev.max.ru/docs-api"""

POLL_SECONDS = 25
UPLOAD_TIMEOUT = 120.0

_BEST = ("mp4_720", "mp4_480", "mp4_1080", "mp4_360", "mp4_240", "mp4_144")
"""Forms of a video, those first that are good and not too large."""


class Connection(Server):
    """What all accounts of a process share."""

    own = PUBLIC_API
    poll_seconds = POLL_SECONDS


class Client:
    """One bot's calls. Every method raises a ChannelError where MAX does not do as asked.

    Raises ChannelUnauthorised for a token that cannot be one.
    """

    def __init__(self, token: str, connection: Connection, *, rate: Rate) -> None:
        if not token.isascii() or not token.isprintable() or not token or " " in token:
            raise ChannelUnauthorised(WRONG_TOKEN)
        self.connection = connection
        self.rate = rate
        # In the header alone: a query would stand in logs, and MAX takes none there any more.
        self._token = token
        self._headers = {"Authorization": token, "Content-Type": "application/json"}

    async def call(
        self, method: str, path: str, body: Any = None, **query: str | int
    ) -> dict[str, Any]:
        """Any method, such as `POST`, `/messages`."""
        try:
            data = orjson.dumps(body) if body is not None else None
        except TypeError as error:
            # One message that nobody could send is no outage of the channel.
            raise Rejected(f"{path} cannot be written as JSON: {error}") from error
        await self.rate.turn()
        wire, url = self.connection.wire, self._url(path, query)
        if data is None:
            return _result(await self._call(wire, method, url, headers=self._headers))
        try:
            answer = await wire.send(method, url, data, self._headers, token=self._token)
        except ChannelDown as error:
            raise explained(error) from error
        return _result(answer)

    async def updates(self, marker: int | None, *, types: str) -> dict[str, Any]:
        """Wait up to 25 s for what follows `marker`; what lies before it MAX forgets."""
        query: dict[str, str | int] = {"timeout": POLL_SECONDS, "limit": 100, "types": types}
        if marker is not None:
            query["marker"] = marker
        return _result(
            await self._call(
                self.connection.polls, "GET", self._url("/updates", query), headers=self._headers
            )
        )

    async def upload(self, kind: str, name: str, content: bytes) -> str:
        """Upload a file as `image`, `video`, `audio` or `file`; gives the token it is attached by.

        https://dev.max.ru/docs-api/methods/POST/uploads: of pictures and files the token is told after
        the upload, of videos and sounds before it.
        """
        place = await self.call("POST", "/uploads", type=kind)
        url, token = string(place.get("url")), string(place.get("token"))
        if not url.startswith(("https://", "http://")):
            raise ChannelDown("MAX names no place to upload to")
        # Names of files are read as they stand: none of them is to be quoted as in an address.
        form = aiohttp.FormData(quote_fields=False)
        # Large bytes aiohttp would send in one go, with everybody else waiting.
        form.add_field("data", BytesIO(content), filename=name)
        answer = await self._call(
            self.connection.wire, "POST", url, data=form, seconds=UPLOAD_TIMEOUT
        )
        if answer.status >= 500:
            raise ChannelDown(f"{answer.status} at the place where files are uploaded")
        if answer.status != 200:
            raise Rejected(f"{answer.status} MAX does not take the file {name}")
        token = _uploaded(answer.body) or token
        if not token:
            raise Rejected(f"MAX does not take {name} as {kind}")
        return token

    async def video(self, token: str) -> str:
        """Where a video can be fetched; "" where it cannot."""
        urls = mapping(await self.call("GET", f"/videos/{quote(token, safe='')}"), "urls")
        return next((found for form in _BEST if (found := string(urls.get(form)))), "")

    async def subscriptions(self) -> list[str]:
        """Where MAX calls this bot's servers."""
        found = listed(await self.call("GET", "/subscriptions"), "subscriptions")
        urls = [string(one.get("url")) for one in found if isinstance(one, dict)]
        return [url for url in urls if url]

    def _url(self, path: str, query: Mapping[str, str | int]) -> str:
        asked = f"?{urlencode(query, errors='replace')}" if query else ""
        return f"{self.connection.api_base}{path}{asked}"

    async def _call(self, wire: Wire, method: str, url: str, **options: Any) -> Answered:
        try:
            return await wire.call(method, url, token=self._token, **options)
        except ChannelDown as error:
            raise explained(error) from error


def _result(answer: Answered) -> dict[str, Any]:
    return result_of(answer.status, answer.body, retry_after=answer.headers.get("Retry-After"))


def _uploaded(body: bytes) -> str:
    """The token in an upload's answer, "" in one that holds none: XML stands there for videos."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    token = string(answer.get("token")) if isinstance(answer, dict) else ""
    photos = mapping(answer, "photos").values()
    return token or next(
        (found for one in photos if isinstance(one, dict) and (found := string(one.get("token")))),
        "",
    )

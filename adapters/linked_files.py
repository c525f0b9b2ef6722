"""Files at addresses that others chose: those of customers, and those that are to be sent on."""

import mimetypes
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from adapters.addresses import Allowed
from adapters.bot_media import plain_name
from adapters.guarded_http import Answer, GuardedHttp, Request
from bots.errors import AddressRefused, ChannelDown, NotFound, Rejected, RemoteFailed
from bots.ports import File

LARGEST = 50 * 1024 * 1024
LONGEST = 60.0
"""Seconds a file may take to come."""


class LinkedFiles:
    """Fetches from the public internet, and from the API's own server where that is not `public`."""

    def __init__(self, api_base: str, *, public: bool) -> None:
        own = urlsplit(api_base)
        servers = frozenset(() if public else {((own.hostname or "").casefold(), own.port)})
        self._web = GuardedHttp(Allowed(servers=servers), largest=LARGEST, longest=LONGEST)

    async def get(self, url: str) -> File:
        """What a customer attached. Raises NotFound for what is gone, a ChannelError else."""
        if not url.startswith(("https://", "http://")):
            raise NotFound("file", url)
        try:
            answer = await self._fetch(url)
        except AddressRefused as error:
            raise Rejected(f"The file's address is not called: {error}") from error
        except RemoteFailed as error:
            raise ChannelDown(f"The file cannot be fetched: {error}") from error
        if answer.status in (403, 404, 410):
            raise NotFound("file", url)
        if answer.status != 200:
            raise ChannelDown(f"The file's server answered {answer.status}")
        return File(content=answer.body, name=_name_in(url), mime=_mime(answer))

    async def to_send(self, url: str, name: str) -> File:
        """What is to be uploaded, under `name` where there is one. Raises Rejected where it is none."""
        try:
            answer = await self._fetch(url)
        except (AddressRefused, RemoteFailed) as error:
            raise Rejected(f"A file cannot be fetched: {error}") from error
        if answer.status != 200 or not answer.body:
            raise Rejected(f"A file cannot be fetched: {answer.status}")
        mime = _mime(answer)
        if mime == "text/html":
            raise Rejected("A page stands where a file should be")
        name = plain_name(name or _name_in(url))
        if "." not in name:
            name += mimetypes.guess_extension(mime) or ".bin"
        return File(content=answer.body, name=name, mime=mime)

    async def _fetch(self, url: str) -> Answer:
        return await self._web.fetch(Request(method="GET", url=url, seconds=LONGEST))


def _name_in(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).name


def _mime(answer: Answer) -> str:
    return answer.headers.get("content-type", "").partition(";")[0].strip()

"""Files on their way to MAX, uploaded once and sent by their tokens after; and those of customers."""

import mimetypes
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from adapters.addresses import Allowed
from adapters.bot_media import BotMedia, is_local, plain_name
from adapters.guarded_http import Answer, GuardedHttp, Request
from adapters.messengers.max.client import Client, Connection
from adapters.messengers.max.contents import VIDEO
from adapters.newest import Newest
from bots.errors import AddressRefused, ChannelDown, NotFound, Rejected, RemoteFailed
from bots.ports import Clock, File, Shelf

LARGEST_UPLOAD = {"photo": 50 << 20, "": 250 << 20}
"""https://dev.max.ru/docs-api/use-cases/sending-messages/attachment-types"""

LARGEST_DOWNLOAD = 50 << 20
LONGEST = 60.0
KNOWN_FOR = 3600.0
"""So many seconds a file from an address is taken to be the same."""

AS = {"photo": "image", "sticker": "image", "video": "video", "audio": "audio", "voice": "audio"}
"""What MAX takes a kind of file for; every other is a `file`."""


class Files(BotMedia):
    """What files are attached by. A token is the bot's, and good for as many messages as it likes."""

    def __init__(
        self,
        client: Client,
        *,
        owner: str,
        shelf: Shelf,
        workspace: int,
        folder: Callable[[], Path | None],
        clock: Clock,
    ) -> None:
        super().__init__(
            owner=owner,
            shelf=shelf,
            workspace=workspace,
            folder=folder,
            largest=LARGEST_UPLOAD,
        )
        self._client = client
        allowed = _allowed(client.connection)
        self._web = GuardedHttp(allowed, largest=LARGEST_DOWNLOAD, longest=LONGEST)
        self._clock = clock
        self._fetched: Newest[tuple[str, str], tuple[float, str]] = Newest(1000)

    async def attachment(
        self, kind: str, ref: str, *, name: str = "", stale: frozenset[str] = frozenset()
    ) -> dict[str, object]:
        """The attachment of a message for a file, uploaded where MAX does not have it yet.

        Of `stale` tokens MAX knows nothing any more. Raises Rejected where the file cannot be had.
        """
        if ref.startswith(VIDEO):
            return _attached("video", ref.removeprefix(VIDEO))
        if is_local(ref):
            token = await self._local(kind, ref, stale)
        elif ref.startswith(("https://", "http://")):
            token = await self._remote(kind, ref, name, stale)
        else:
            raise Rejected(f"{ref[:100]}: neither a file of the bot folder nor an address")
        as_, _, token = token.partition(":")
        return _attached(as_, token)

    async def fetch(self, ref: str) -> File:
        """A customer's file. Raises NotFound for what is gone, a ChannelError else."""
        url = await self._client.video(ref.removeprefix(VIDEO)) if ref.startswith(VIDEO) else ref
        if not url.startswith(("https://", "http://")):
            raise NotFound("file", ref)
        try:
            answer = await self._web.fetch(Request(method="GET", url=url, seconds=LONGEST))
        except AddressRefused as error:
            raise Rejected(f"The file's address is not called: {error}") from error
        except RemoteFailed as error:
            raise ChannelDown(f"The file cannot be fetched: {error}") from error
        if answer.status in (403, 404, 410):
            raise NotFound("file", ref)
        if answer.status != 200:
            raise ChannelDown(f"The file's server answered {answer.status}")
        return File(content=answer.body, name=_name_in(url), mime=_mime(answer))

    async def _local(self, kind: str, ref: str, stale: frozenset[str]) -> str:
        file = await self.find(ref, kind)
        known = await self.known(kind, file)
        if known is not None and _token(known) not in stale:
            return known
        async with self.uploading(f"{kind}:{file.digest}"):
            # Whoever was before us may have uploaded it.
            known = await self.known(kind, file)
            if known is None or _token(known) in stale:
                known = await self._upload(kind, file.name, await file.content())
                await self.remember(kind, file, known)
        return known

    async def _remote(self, kind: str, url: str, name: str, stale: frozenset[str]) -> str:
        async with self.uploading(f"{kind}:{url}"):
            fetched = self._fetched.get((kind, url))
            now = self._clock().timestamp()
            fresh = fetched is not None and fetched[0] > now - KNOWN_FOR
            if fetched is not None and fresh and _token(fetched[1]) not in stale:
                return fetched[1]
            try:
                answer = await self._web.fetch(Request(method="GET", url=url, seconds=LONGEST))
            except (AddressRefused, RemoteFailed) as error:
                raise Rejected(f"A file cannot be fetched: {error}") from error
            mime = _mime(answer)
            if answer.status != 200 or not answer.body or mime == "text/html":
                raise Rejected(f"A file cannot be fetched: {answer.status} {mime}")
            name = plain_name(name or _name_in(url))
            if "." not in name:
                name += mimetypes.guess_extension(mime) or ".bin"
            uploaded = await self._upload(kind, name, answer.body)
            self._fetched.put((kind, url), (now, uploaded))
        return uploaded

    async def _upload(self, kind: str, name: str, content: bytes) -> str:
        """As what it is meant to be; what MAX does not take as that becomes a file."""
        as_ = AS.get(kind, "file")
        try:
            return f"{as_}:{await self._client.upload(as_, name, content)}"
        except Rejected:
            if as_ == "file":
                raise
        return f"file:{await self._client.upload('file', name, content)}"


def _attached(as_: str, token: str) -> dict[str, object]:
    return {"type": as_, "payload": {"token": token}}


def _token(known: str) -> str:
    return known.partition(":")[2]


def _allowed(connection: Connection) -> Allowed:
    """Files are fetched from the public internet, and from a server of somebody's own."""
    if connection.public:
        return Allowed()
    own = urlsplit(connection.api_base)
    return Allowed(servers=frozenset({((own.hostname or "").casefold(), own.port)}))


def _name_in(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).name


def _mime(answer: Answer) -> str:
    return answer.headers.get("content-type", "").partition(";")[0].strip()

"""The calls of the Bot API: over a session of ours, and polling by aiogram.

A call of ours costs a fraction of aiogram's typed one, and every turn makes one. To import aiogram takes
two seconds and half of a process's memory, so that waits until somebody polls.
"""

import asyncio
import re
from collections.abc import Mapping
from io import BytesIO
from mimetypes import guess_type
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import aiohttp
import orjson

from adapters.messengers.telegram.errors import WRONG_TOKEN, result_of, translated
from adapters.wire import Wire
from bots.errors import ChannelDown, ChannelUnauthorised, Rejected
from bots.ports import File

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession

PUBLIC_API = "https://api.telegram.org"
PER_SECOND = 29.0
"""Messages of one bot; one less than https://core.telegram.org/bots/faq#broadcasting-to-users says."""

LARGEST_DOWNLOAD = 20 * 1024 * 1024
UPLOAD_TIMEOUT = 120.0
POLL_SECONDS = 25

_TOKEN = re.compile(r"(?P<bot>[0-9]{1,20}):[A-Za-z0-9_-]{1,150}")
"""Nothing that could lead elsewhere: a token stands in the addresses of all calls."""

_JSON = {"Content-Type": "application/json"}
_TOO_BIG = "The file is over 20 MB: Telegram does not give such files to bots"


class Connection:
    """What all bots of a process share: the sockets to one Bot API server.

    `timeout` is in seconds and for one call; at most `limit` calls are under way at once.
    """

    def __init__(
        self, api_base: str = PUBLIC_API, *, timeout: float = 10.0, limit: int = 100
    ) -> None:
        self.api_base = api_base.rstrip("/")
        self._wire = Wire(timeout=timeout, limit=limit)
        self._aiogram: AiohttpSession | None = None

    async def post(self, url: str, body: bytes, token: str) -> Any:
        """Post JSON and give the answer's `result`. Raises a ChannelError, whose words are shown:
        what they repeat of the `token` is left out."""
        status, headers, answer = await self._wire.send("POST", url, body, _JSON, token=token)
        return _result(status, answer, headers)

    async def upload(self, url: str, form: aiohttp.FormData, token: str) -> Any:
        """The same for files, which may take longer."""
        status, headers, answer = await self._wire.call(
            "POST", url, seconds=UPLOAD_TIMEOUT, data=form, token=token
        )
        return _result(status, answer, headers)

    async def download(self, url: str) -> bytes:
        """What a file has in it."""
        status, _, content = await self._wire.call(
            "GET", url, seconds=UPLOAD_TIMEOUT, most=LARGEST_DOWNLOAD
        )
        if status != 200:
            raise ChannelDown(f"{status} for a file")
        return content

    async def aiogram(self) -> "AiohttpSession":
        """The session that aiogram's bots share; the first call imports aiogram, off the loop."""
        if self._aiogram is None:
            loaded = await asyncio.to_thread(_load_aiogram, self.api_base, self._wire.timeout)
            self._aiogram = self._aiogram or loaded
        return self._aiogram

    async def close(self) -> None:
        """Close the sockets. A call after it opens them again."""
        await self._wire.close()
        if self._aiogram is not None:
            await self._aiogram.close()


def _result(status: int, answer: bytes, headers: Mapping[str, str]) -> Any:
    wait = headers.get("Retry-After") if status != 200 else None
    return result_of(status, answer, retry_after=wait)


def _field(result: Any, name: str) -> Any:
    return result.get(name) if isinstance(result, dict) else None


def _load_aiogram(api_base: str, timeout: float) -> "AiohttpSession":
    from aiogram.client.session.aiohttp import AiohttpSession  # heavy: two seconds
    from aiogram.client.telegram import TelegramAPIServer

    # Every bot that polls holds a connection all the time, so their number has no limit here.
    return AiohttpSession(api=TelegramAPIServer.from_base(api_base), timeout=timeout, limit=0)


class Client:
    """One bot's calls. Every method raises a ChannelError where Telegram does not do as asked."""

    def __init__(self, token: str, connection: Connection) -> None:
        found = _TOKEN.fullmatch(token)
        if found is None:
            raise ChannelUnauthorised(WRONG_TOKEN)
        self.bot_id = found["bot"]
        self._token = token
        self._connection = connection
        self._calls = f"{connection.api_base}/bot{token}/"
        self._files = f"{connection.api_base}/file/bot{token}/"

    # ------------------------------------------------------------ by our own session

    async def call(self, method: str, parameters: Mapping[str, Any]) -> Any:
        """Any method without files."""
        try:
            data = orjson.dumps(parameters)
        except TypeError as error:
            # One message that nobody could send is no outage of the channel.
            raise Rejected(f"{method} cannot be written as JSON: {error}") from error
        return await self._connection.post(self._calls + method, data, self._token)

    async def upload(
        self,
        method: str,
        parameters: Mapping[str, Any],
        *,
        files: Mapping[str, tuple[str, bytes]],
    ) -> Any:
        """A method with files (name and content), each of which goes as a parameter of its own."""
        # Names of files are read as they stand: none of them is to be quoted as in an address.
        form = aiohttp.FormData(quote_fields=False)
        for key, value in parameters.items():
            form.add_field(key, value if isinstance(value, str) else orjson.dumps(value).decode())
        for field, (name, content) in files.items():
            # Large bytes aiohttp would send in one go, with everybody else waiting.
            form.add_field(field, BytesIO(content), filename=name)
        return await self._connection.upload(self._calls + method, form, self._token)

    async def username(self) -> str:
        """Who the token belongs to."""
        try:
            found = await self.call("getMe", {})
        except ChannelUnauthorised as error:
            raise ChannelUnauthorised(f"Bot {self.bot_id}: {error}") from error
        return str(_field(found, "username") or "")

    async def set_webhook(self, url: str, *, secret: str, allowed_updates: list[str]) -> None:
        wanted = {"url": url, "secret_token": secret, "allowed_updates": allowed_updates}
        await self.call("setWebhook", wanted)

    async def delete_webhook(self) -> None:
        """Updates that wait stay: polling gets them."""
        await self.call("deleteWebhook", {})

    async def download(self, file_id: str) -> File:
        """A file, up to Telegram's own limit of 20 MB. Its name is the one Telegram keeps it by."""
        try:
            found = await self.call("getFile", {"file_id": file_id})
        except Rejected as rejected:
            raise Rejected(_TOO_BIG) if "too big" in str(rejected) else rejected from None
        path, size = _field(found, "file_path"), _field(found, "file_size")
        if not isinstance(path, str) or not path:
            raise Rejected(_TOO_BIG)
        if isinstance(size, int) and size > LARGEST_DOWNLOAD:
            raise Rejected(_TOO_BIG)
        content = await self._connection.download(f"{self._files}{quote(path)}")
        name = path.rpartition("/")[2]
        return File(content=content, name=name, mime=guess_type(name)[0] or "")

    # ------------------------------------------------------------ by aiogram

    async def updates(self, offset: int, *, allowed_updates: list[str]) -> list[Any]:
        """Wait up to 25 s for updates from `offset` on, as raw JSON.

        aiogram's own GetUpdates would refuse a whole batch for one update it cannot type, and
        would be given the same batch for ever.
        """
        from adapters.messengers.telegram.raw_updates import RawUpdates  # imports aiogram

        bot = await self._bot()
        method = RawUpdates(offset=offset, timeout=POLL_SECONDS, allowed_updates=allowed_updates)
        with translated(self._token):
            return await bot(method, request_timeout=POLL_SECONDS + 10)

    async def _bot(self) -> "Bot":
        session = await self._connection.aiogram()
        from aiogram import Bot  # heavy: loaded by the line above
        from aiogram.utils.token import TokenValidationError

        try:
            return Bot(self._token, session=session)
        except TokenValidationError as error:
            raise ChannelUnauthorised(WRONG_TOKEN) from error

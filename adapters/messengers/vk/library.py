"""vkbottle over our own wire: uploads of files, which take three calls each.

Its own HTTP clients and repeated sends are left out, and errors are those of our table before
vkbottle sees an answer. Importing this module imports vkbottle, which takes long.
"""

import io
from collections.abc import Awaitable, Mapping
from typing import Any, Protocol

import aiohttp
import orjson
from vkbottle import API, DocMessagesUploader, PhotoMessageUploader, VoiceMessageUploader
from vkbottle.http import ABCHTTPClient

from adapters.lines import Answered
from adapters.messengers.vk.errors import result_of
from adapters.rate import Rate
from adapters.wire import Wire
from bots.errors import ChannelDown, Rejected

UPLOAD_TIMEOUT = 120.0
"""Seconds for one call: a document may have 200 MB."""


class Server(Protocol):
    """Where the API is."""

    api_base: str
    wire: Wire


class Library:
    """Uploads of one community."""

    def __init__(self, token: str, server: Server, rate: Rate) -> None:
        base = f"{server.api_base}/"
        self._api = API(token, http_client=_OverWire(server.wire, base, rate, token))
        self._api.API_URL = base

    async def upload_photo(self, content: bytes, *, name: str, peer: int) -> str:
        """Gives what it is attached by. Raises Rejected for what VK does not take as a picture."""
        uploader = PhotoMessageUploader(self._api, attachment_name=name)
        return await _saved(uploader.upload(content, peer_id=peer))

    async def upload_document(self, content: bytes, *, name: str, peer: int) -> str:
        uploader = DocMessagesUploader(self._api)
        return await _saved(uploader.upload(content, peer_id=peer, title=name))

    async def upload_voice(self, content: bytes, *, name: str, peer: int) -> str:
        """OGG with Opus becomes a voice message."""
        uploader = VoiceMessageUploader(self._api)
        return await _saved(uploader.upload(content, peer_id=peer, title=name))


async def _saved(uploading: Awaitable[str]) -> str:
    """vkbottle looks into answers without looking whether it is there."""
    try:
        return await uploading
    except (KeyError, IndexError, TypeError) as error:
        raise ChannelDown("VK does not say what a file is saved as", sent=False) from error


class _OverWire(ABCHTTPClient):
    """What vkbottle asks of an HTTP client. The token goes in the form, not in the address."""

    def __init__(self, wire: Wire, api: str, rate: Rate, token: str) -> None:
        self._wire = wire
        self._token = token
        self._api = api
        self._rate = rate

    async def request_raw(
        self, url: str, method: str = "GET", data: dict[str, Any] | None = None, **kwargs: Any
    ) -> Answered:
        if url.startswith(self._api):
            await self._rate.turn()
        form = _form({**(kwargs.get("params") or {}), **(data or {})})
        answered = await self._wire.call(
            method, url, data=form, seconds=UPLOAD_TIMEOUT, token=self._token
        )
        if url.startswith(self._api):
            result_of(answered.status, answered.body)
        else:
            _check_uploaded(answered)
        return answered

    async def request_content(
        self, url: str, method: str = "GET", data: dict[str, Any] | None = None, **kwargs: Any
    ) -> bytes:
        return (await self.request_raw(url, method, data, **kwargs)).body

    async def request_text(
        self, url: str, method: str = "GET", data: dict[str, Any] | None = None, **kwargs: Any
    ) -> str:
        return (await self.request_content(url, method, data, **kwargs)).decode()

    async def request_json(
        self, url: str, method: str = "GET", data: dict[str, Any] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        answer: dict[str, Any] = orjson.loads(await self.request_content(url, method, data))
        return answer

    async def close(self) -> None:
        """The wire is its owner's to close."""


def _form(values: Mapping[str, Any]) -> aiohttp.FormData:
    # Names of files are read as they stand: none of them is to be quoted as in an address.
    form = aiohttp.FormData(quote_fields=False)
    for key, value in values.items():
        if isinstance(value, io.BytesIO):
            form.add_field(key, value.getvalue(), filename=str(value.name))
        else:
            form.add_field(key, str(value))
    return form


def _check_uploaded(answered: Answered) -> None:
    """An upload server says no with 200, and takes what is no picture with an empty list."""
    try:
        answer = orjson.loads(answered.body)
    except orjson.JSONDecodeError:
        answer = None
    if not isinstance(answer, dict) or answered.status >= 500:
        raise ChannelDown(f"The upload server answered {answered.status} and no JSON", sent=False)
    if "error" in answer:
        raise Rejected(f"VK does not take the file: {str(answer['error'])[:200]}")
    if answer.get("photo") in ("[]", "") or not ({"photo", "file"} & answer.keys()):
        raise Rejected("VK does not take the file as a picture")

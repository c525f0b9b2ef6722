"""The calls of the Cloud API: messages over a session of ours, files by pywa.

A message costs a fraction of what it would by pywa, and every turn sends one.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from adapters.messengers.whatsapp.errors import (
    WRONG_NUMBER,
    Missing,
    result_of,
    translated,
)
from adapters.newest import Newest
from adapters.wire import Wire
from bots.errors import ChannelBusy, ChannelDown, ChannelUnauthorised, NotFound, Rejected

if TYPE_CHECKING:
    import httpx
    from pywa_async.client import WhatsApp

PUBLIC_API = "https://graph.facebook.com/v23.0"
LARGEST_DOWNLOAD = 100 * 1024 * 1024
FILE_TIMEOUT = 120.0

_FILE_HOSTS = (".fbcdn.net", ".fbsbx.com")
"""Where Meta keeps files; the token goes nowhere else."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a message: its id, and under which number WhatsApp knows the person."""

    id: str
    phone: str = ""


class Connection:
    """What all numbers of a process share: the sockets to one API server.

    `timeout` is in seconds and for one call; at most `limit` calls are under way at once.
    """

    def __init__(
        self, api_base: str = PUBLIC_API, *, timeout: float = 10.0, limit: int = 100
    ) -> None:
        self.api_base = api_base.rstrip("/")
        self.wire = Wire(timeout=timeout, limit=limit)
        self._transport: httpx.AsyncHTTPTransport | None = None

    async def transport(self) -> "httpx.AsyncHTTPTransport":
        """The sockets of pywa's clients; the first call imports it, off the loop."""
        if self._transport is None:
            made = await asyncio.to_thread(_load)
            self._transport = self._transport or made
        return self._transport

    async def close(self) -> None:
        """Close the sockets. A call after it opens them again."""
        await self.wire.close()
        if self._transport is not None:
            await self._transport.aclose()
            self._transport = None


class Client:
    """One number's calls. Every method raises a ChannelError where WhatsApp does not do as asked."""

    def __init__(self, phone_id: str, token: str, connection: Connection) -> None:
        self.phone_id = phone_id
        self._token = token
        self._connection = connection
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._messages = f"{connection.api_base}/{phone_id}/messages"
        self._told_to_wait: Newest[str, int] = Newest(1000)
        self._pywa: tuple[httpx.AsyncHTTPTransport, WhatsApp] | None = None

    # ------------------------------------------------------------ by our own session

    async def message(self, to: str, body: Mapping[str, Any]) -> Taken:
        """Send a message to a person's number or business-scoped id."""
        try:
            data = orjson.dumps({**_around(to), **body})
        except TypeError as error:
            # One message that nobody could send is no outage of the channel.
            raise Rejected(f"a message cannot be written as JSON: {error}") from error
        tries = self._told_to_wait.get(to) or 0
        try:
            answer = await self._post(data, tries=tries)
        except ChannelBusy:
            self._told_to_wait.put(to, tries + 1)
            raise
        self._told_to_wait.drop(to)
        id = _first(answer, "messages").get("id")
        phone = _first(answer, "contacts").get("wa_id")
        return Taken(
            id if isinstance(id, str) else "",
            phone if isinstance(phone, str) and phone.isdecimal() else "",
        )

    async def mark_read(self, message_id: str, *, typing: bool = False) -> None:
        """Show that a message was read, and that an answer is being written.

        https://developers.facebook.com/docs/whatsapp/cloud-api/typing-indicators
        """
        body = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
        shown = {"typing_indicator": {"type": "text"}} if typing else {}
        await self._post(orjson.dumps({**body, **shown}))

    async def about(self) -> Mapping[str, Any]:
        """The number as people write it, the name customers see, how much it may send."""
        url = f"{self._connection.api_base}/{self.phone_id}"
        status, headers, body = await self._connection.wire.call(
            "GET",
            url,
            params={"fields": "display_phone_number,verified_name,throughput"},
            headers=self._headers,
        )
        return self._result(status, headers, body)

    # ------------------------------------------------------------ files, by pywa

    async def upload(self, name: str, content: bytes, mime: str) -> str:
        """Keep a file at WhatsApp; the id it has there for 30 days."""
        client = await self._client()
        with translated():
            answer = await client.api.upload_media(
                phone_id=self.phone_id, media=content, mime_type=mime, filename=name
            )
        id = answer.get("id")
        if not isinstance(id, str):
            raise ChannelDown("WhatsApp gave no id for an uploaded file")
        return id

    async def download(self, media_id: str) -> tuple[bytes, str]:
        """A file's content and media type. Raises NotFound for none, Rejected over 100 MB."""
        client = await self._client()
        try:
            with translated():
                found = await client.api.get_media_url(media_id=media_id)
        except Missing as error:
            raise NotFound("file", media_id) from error
        url, mime, size = found.get("url"), found.get("mime_type"), found.get("file_size")
        if not isinstance(url, str) or not self.trusts(url):
            raise Rejected("the file lies at an address that is not Meta's")
        if isinstance(size, int) and size > LARGEST_DOWNLOAD:
            raise Rejected("the file is over 100 MB")
        status, headers, body = await self._connection.wire.call(
            "GET",
            url,
            seconds=FILE_TIMEOUT,
            most=LARGEST_DOWNLOAD,
            headers={"Authorization": self._headers["Authorization"]},
        )
        if status == 404:
            raise NotFound("file", media_id)
        if status != 200:
            self._result(status, headers, body)
            raise ChannelDown(f"{status} in place of a file")
        return body, mime if isinstance(mime, str) else headers.get("Content-Type", "")

    async def close(self) -> None:
        """Let go of what pywa holds; a call after it makes it again."""
        self._pywa = None

    # ------------------------------------------------------------ inside

    async def _post(self, data: bytes, *, tries: int = 0) -> Mapping[str, Any]:
        status, headers, body = await self._connection.wire.send(
            "POST", self._messages, data, self._headers
        )
        return self._result(status, headers, body, tries=tries)

    def _result(
        self, status: int, headers: Mapping[str, str], body: bytes, *, tries: int = 0
    ) -> Mapping[str, Any]:
        try:
            answer: Mapping[str, Any] = result_of(
                status, body, retry_after=headers.get("Retry-After"), tries=tries
            )
        except Missing as error:
            # The only id in these addresses is the number's.
            raise ChannelUnauthorised(f"Number {self.phone_id}: {WRONG_NUMBER}") from error
        return answer

    def trusts(self, url: str) -> bool:
        """Whether a file's address may be told our token."""
        base, given = urlsplit(self._connection.api_base), urlsplit(url)
        if (given.scheme, given.netloc) == (base.scheme, base.netloc):
            return True
        host = given.hostname or ""
        public = base.hostname == urlsplit(PUBLIC_API).hostname
        ours = any(host.endswith(known) for known in _FILE_HOSTS)
        return public and ours and given.scheme == "https"

    async def _client(self) -> "WhatsApp":
        transport = await self._connection.transport()
        if self._pywa is None or self._pywa[0] is not transport:
            made = _pywa(self.phone_id, self._token, self._connection.api_base, transport)
            self._pywa = (transport, made)
        return self._pywa[1]


def _around(to: str) -> dict[str, str]:
    """Whom a message is for: a number is written to as `to`, a business-scoped id as `recipient`.

    https://developers.facebook.com/docs/whatsapp/business-scoped-user-ids
    """
    key = "recipient" if to[:2].isalpha() else "to"
    return {"messaging_product": "whatsapp", "recipient_type": "individual", key: to}


def _first(answer: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The first object of a list in an answer; an empty one where there is none."""
    listed = answer.get(key)
    return listed[0] if isinstance(listed, list) and listed and type(listed[0]) is dict else {}


def _load() -> "httpx.AsyncHTTPTransport":
    import httpx  # a third of a second with pywa, which only files need
    import pywa_async  # noqa: F401

    return httpx.AsyncHTTPTransport()


def _pywa(
    phone_id: str, token: str, api_base: str, transport: "httpx.AsyncHTTPTransport"
) -> "WhatsApp":
    """pywa's client. Its sockets are shared: a session of its own is dear to make.

    It sets the address of the public API on the session it is given, and knows no other way.
    """
    import httpx
    from pywa_async.client import WhatsApp

    session = httpx.AsyncClient(transport=transport, timeout=FILE_TIMEOUT, trust_env=False)
    client = WhatsApp(phone_id=phone_id, token=token, session=session)
    session.base_url = httpx.URL(api_base)
    return client

"""The web page as a channel: it reads its messages from history, so nothing is posted to it."""

import asyncio
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from adapters.messengers.web.files import keep_file, kept_file
from adapters.messengers.web.frames import PLATFORM
from adapters.messengers.web.hub import Hub
from bots.errors import NotFound, Rejected
from bots.model.message import Address, Reply
from bots.model.turn import Outgoing
from bots.ports import Channel, File, Received, Webhook


class WebChannel(Channel):
    """A Channel whose messages are pushed by the hub and read again at every reconnect."""

    name = PLATFORM
    platform = PLATFORM
    keeps = True
    our_ids = True

    def __init__(
        self, hub: Hub, files: Path, *, new_secret: Callable[[], str] = secrets.token_urlsafe
    ) -> None:
        """`files` is the folder of what visitors send, and of what operators send them."""
        self._hub = hub
        self._folder = files
        self._new_secret = new_secret

    async def receive(self, webhook: Webhook) -> Received:
        raise NotFound("webhook of the platform", self.platform)

    def render(self, address: Address, reply: Reply) -> list[dict[str, Any]]:
        return []

    async def send(self, row: Outgoing) -> str:
        """There is nothing to send: what is in the history is what the page shows."""
        return ""

    async def keep(self, file: File) -> str:
        name = self._new_secret()
        ref = await asyncio.to_thread(keep_file, self._folder, file.content, name)
        if ref is None:
            raise Rejected(f"{file.name}: the page shows no files of this kind")
        return ref

    async def fetch(self, ref: str) -> File:
        path = kept_file(self._folder, ref)
        if path is None:
            raise NotFound("file", ref)
        return File(content=await asyncio.to_thread(path.read_bytes))

    async def typing(self, address: Address) -> None:
        self._hub.typing(address)

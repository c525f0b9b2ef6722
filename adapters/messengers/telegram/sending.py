"""Makes the calls of the outbox: files and albums, chats that moved, the nearest form of what is refused."""

from collections.abc import Mapping
from typing import Any

import structlog

from adapters.messengers.telegram.albums import send_album
from adapters.messengers.telegram.client import Client
from adapters.messengers.telegram.errors import ChatMoved
from adapters.messengers.telegram.files import BotFiles
from adapters.messengers.telegram.nearer import nearer
from adapters.messengers.telegram.prices import STARS
from bots.errors import ChannelBusy, ChannelDown, Rejected
from bots.ports import Shelf, Sleep

MOST_TRIES = 4
"""Forms that one call may take one after the other."""

log = structlog.get_logger()


class Sender:
    """One bot's. `provider` is the token of whoever takes money for it."""

    def __init__(
        self,
        client: Client,
        files: BotFiles,
        *,
        shelf: Shelf,
        workspace: int,
        provider: str,
        sleep: Sleep,
    ) -> None:
        self._client = client
        self._files = files
        self._moves = _Moves(shelf, workspace, f"telegram chats of {client.bot_id}")
        self._provider = provider
        self._sleep = sleep

    async def send(self, payload: Mapping[str, Any], *, tries: int = MOST_TRIES) -> Any:
        """Telegram's result; of several calls the first's. Raises a ChannelError."""
        try:
            return await self._make(dict(payload))
        except Rejected as rejected:
            others = nearer(payload, str(rejected)) if tries > 1 else []
            if not others:
                raise
            refused = rejected
            log.warning("Telegram refuses a message, sending it otherwise", why=str(rejected))
        results: list[Any] = []
        for other in others:
            try:
                results.append(await self._part(other, tries - 1, first=not results))
            except Rejected as rejected:
                refused = rejected
        if not results:
            raise refused
        return results[0]

    async def _part(self, payload: Mapping[str, Any], tries: int, *, first: bool) -> Any:
        """One of several calls. After the first the row is not tried again, or all would come twice."""
        if first:
            return await self.send(payload, tries=tries)
        try:
            try:
                return await self.send(payload, tries=tries)
            except ChannelBusy as busy:
                await self._sleep(busy.retry_after)
                return await self.send(payload, tries=tries)
        except (ChannelBusy, ChannelDown) as error:
            log.error("A part of a message was not sent", why=str(error))
            return None

    async def learn_move(self, old: int, new: int) -> None:
        """A group has another id from now on."""
        await self._moves.learn(old, new)

    async def _make(self, parameters: dict[str, Any]) -> Any:
        method = parameters.pop("method")
        upload = parameters.pop("upload", None)
        uploads = parameters.pop("uploads", ())
        parameters.pop("instead", None)
        if method == "sendInvoice" and parameters["currency"] != STARS:
            # It is a secret, so it stands in no row of the outbox.
            parameters["provider_token"] = self._provider
        chat_id = parameters["chat_id"]
        if type(chat_id) is int and chat_id < 0:
            parameters["chat_id"] = await self._moves.now(chat_id)
        try:
            return await self._call(method, parameters, upload, uploads)
        except ChatMoved as moved:
            await self._moves.learn(parameters["chat_id"], moved.chat_id)
            parameters["chat_id"] = moved.chat_id
            return await self._call(method, parameters, upload, uploads)

    async def _call(
        self, method: str, parameters: dict[str, Any], upload: Any, uploads: Any
    ) -> Any:
        if uploads:
            return await send_album(self._client, self._files, parameters, uploads)
        if upload is None:
            return await self._client.call(method, parameters)
        return await self._files.send(method, parameters, field=upload["field"], ref=upload["file"])


class _Moves:
    """Groups that became supergroups, whose ids are others; kept on the shelf, read once."""

    def __init__(self, shelf: Shelf, workspace: int, name: str) -> None:
        self._shelf = shelf
        self._workspace = workspace
        self._name = name
        self._known: dict[str, Any] | None = None

    async def now(self, chat_id: int) -> int:
        if self._known is None:
            self._known = await self._shelf.all(self._workspace, self._name)
        moved = self._known.get(str(chat_id), chat_id)
        return moved if isinstance(moved, int) else chat_id

    async def learn(self, old: Any, new: int) -> None:
        await self._shelf.put(self._workspace, self._name, str(old), new)
        self._known = None

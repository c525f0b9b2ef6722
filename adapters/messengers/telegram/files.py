"""Files of the bot folder on their way to Telegram: uploaded once, sent by their file id after."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from adapters.bot_media import BotMedia, LocalFile
from adapters.messengers.telegram.client import Client
from bots.elsewhere import Elsewhere, nothing_elsewhere
from bots.errors import Rejected
from bots.ports import Shelf

LARGEST_UPLOAD = {"photo": 10 * 1024 * 1024, "": 50 * 1024 * 1024}
"""https://core.telegram.org/bots/api#sending-files"""

_STALE = ("wrong file", "file reference", "file_id", "file is temporarily unavailable")


class BotFiles(BotMedia):
    """Sends files of one bot's folder. A file id belongs to one bot and one kind."""

    def __init__(
        self,
        client: Client,
        *,
        shelf: Shelf,
        workspace: int,
        folder: Callable[[], Path | None],
        elsewhere: Elsewhere = nothing_elsewhere,
    ) -> None:
        super().__init__(
            owner=f"telegram files of {client.bot_id}",
            shelf=shelf,
            workspace=workspace,
            folder=folder,
            largest=LARGEST_UPLOAD,
            elsewhere=elsewhere,
        )
        self._client = client

    async def send(self, method: str, parameters: dict[str, Any], *, field: str, ref: str) -> Any:
        """Make the call with the file `ref`; a file id that Telegram forgot is renewed."""
        file = await self.find(ref, field)
        known = await self.known(field, file)
        if known is not None:
            try:
                return await self._client.call(method, {**parameters, field: known})
            except Rejected as rejected:
                if not forgotten(rejected):
                    raise
        async with self.uploading(f"{field}:{file.digest}"):
            # Whoever was before us may have uploaded it.
            now = await self.known(field, file)
            if now is None or now == known:
                return await self._upload(method, parameters, field, file)
        return await self._client.call(method, {**parameters, field: now})

    async def learn(self, field: str, file: LocalFile, sent: Any) -> None:
        """Keep the id of a file that was just uploaded, if the message sent tells it."""
        file_id = _file_id(sent, field)
        if file_id is not None:
            await self.remember(field, file, file_id)

    async def _upload(
        self, method: str, parameters: dict[str, Any], field: str, file: LocalFile
    ) -> Any:
        files = {field: (file.name, await file.content())}
        result = await self._client.upload(method, parameters, files=files)
        await self.learn(field, file, result)
        return result


def forgotten(rejected: Rejected) -> bool:
    """Whether a call was refused because Telegram no longer knows a file by its id."""
    return any(part in str(rejected).lower() for part in _STALE)


def _file_id(result: Any, field: str) -> str | None:
    """The id of what was just sent: of a photo the largest size, else the file itself."""
    sent = result.get(field) if isinstance(result, dict) else None
    if isinstance(sent, list):
        sent = sent[-1] if sent else None
    file_id = sent.get("file_id") if isinstance(sent, dict) else None
    return file_id if isinstance(file_id, str) else None

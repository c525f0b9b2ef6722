"""What Telegram keeps of our bot: its commands and where its updates go; told anew only when changed."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.messengers.telegram.client import Client
from adapters.messengers.telegram.parse import ALLOWED_UPDATES
from bots.errors import ChannelUnauthorised
from bots.ports import Shelf

_PRIVATE = {"scope": {"type": "all_private_chats"}}
_COMMANDS = "commands"
_WEBHOOK = "webhook"


class Profile:
    """One bot's. What was told last is on the shelf, as Telegram shows its secret to nobody."""

    def __init__(self, client: Client, *, shelf: Shelf, workspace: int, secret: str) -> None:
        self._client = client
        self._shelf = shelf
        self._workspace = workspace
        self._secret = secret
        self._name = f"telegram profile of {client.bot_id}"

    async def announce(self, commands: Sequence[tuple[str, str]]) -> None:
        """What customers see behind the button «Menu», in private chats."""
        listed = [{"command": name, "description": meaning} for name, meaning in commands]
        if await self._shelf.get(self._workspace, self._name, _COMMANDS) == listed:
            return
        if listed:
            await self._client.call("setMyCommands", {"commands": listed, **_PRIVATE})
        else:
            await self._client.call("deleteMyCommands", _PRIVATE)
        await self._shelf.put(self._workspace, self._name, _COMMANDS, listed)

    async def webhook(self) -> Mapping[str, Any]:
        """How it stands: https://core.telegram.org/bots/api#webhookinfo"""
        told = await self._client.call("getWebhookInfo", {})
        return told if isinstance(told, dict) else {}

    async def is_set(self, url: str, webhook: Mapping[str, Any]) -> bool:
        """Whether Telegram calls `url`, with our secret, for all that we want to hear of."""
        allowed = webhook.get("allowed_updates")
        wanted = isinstance(allowed, list) and set(map(str, allowed)) == set(ALLOWED_UPDATES)
        if webhook.get("url") != url or not wanted:
            return False
        return bool(await self._shelf.get(self._workspace, self._name, _WEBHOOK) == self._mark(url))

    async def set_webhook(self, url: str) -> None:
        """Have updates posted to `url`."""
        if not self._secret:
            raise ChannelUnauthorised(
                "A webhook needs a secret that only Telegram knows: set"
                " EASYFLOW_TELEGRAM__WEBHOOK_SECRET"
            )
        await self._client.set_webhook(
            url, secret=self._secret, allowed_updates=list(ALLOWED_UPDATES)
        )
        await self._shelf.put(self._workspace, self._name, _WEBHOOK, self._mark(url))

    def _mark(self, url: str) -> str:
        """Changes with whatever Telegram was told; the secret cannot be read from it."""
        return hashlib.sha256(f"{url}\n{self._secret}".encode()).hexdigest()[:32]

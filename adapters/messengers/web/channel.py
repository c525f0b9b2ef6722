"""The web page as a channel: it reads its messages from history, so nothing is posted to it."""

from typing import Any

from adapters.messengers.web.frames import PLATFORM
from adapters.messengers.web.hub import Hub
from bots.errors import NotFound
from bots.model.message import Address, Reply
from bots.model.turn import Outgoing
from bots.ports import Channel, Received, Webhook


class WebChannel(Channel):
    """A Channel whose messages are pushed by the hub and read again at every reconnect."""

    name = PLATFORM
    platform = PLATFORM

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def receive(self, webhook: Webhook) -> Received:
        raise NotFound("webhook of the platform", self.platform)

    def render(self, address: Address, reply: Reply) -> list[dict[str, Any]]:
        return []

    async def send(self, row: Outgoing) -> str:
        """There is nothing to send: what is in the history is what the page shows."""
        return ""

    async def typing(self, address: Address) -> None:
        self._hub.typing(address)

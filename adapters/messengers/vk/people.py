"""Names of people: asked for once each, beside everything else, and kept."""

from collections.abc import Mapping
from typing import Any

import structlog

from adapters.messengers.vk.client import Client
from adapters.messengers.vk.fields import string
from adapters.messengers.vk.memory import Newest
from bots.errors import ChannelError
from bots.ports import Shelf

_NOBODY: Mapping[str, Any] = {}

log = structlog.get_logger()


class People:
    """What VK says of those who wrote. It tells no name with a message, so the first has none yet."""

    def __init__(self, client: Client, *, shelf: Shelf, workspace: int) -> None:
        self._client = client
        self._shelf = shelf
        self._workspace = workspace
        self._owner = f"vk people of {client.group}"
        self._known: Newest[str, Mapping[str, Any]] = Newest()
        self._asked: set[str] = set()

    def profile(self, user_id: str) -> Mapping[str, Any]:
        """Name and user name, as far as they are known by now."""
        return self._known.get(user_id) or _NOBODY

    def unknown(self, user_id: str) -> bool:
        """Whether somebody would have to be asked for."""
        return user_id not in self._known and user_id not in self._asked

    async def learn(self, user_id: str) -> None:
        """Look somebody up on the shelf, else ask VK; never raises a ChannelError."""
        if not self.unknown(user_id):
            return
        self._asked.add(user_id)
        try:
            kept = await self._shelf.get(self._workspace, self._owner, user_id)
            if not isinstance(kept, dict):
                kept = await self._ask(user_id)
                await self._shelf.put(self._workspace, self._owner, user_id, kept)
            self._known.put(user_id, kept)
        except ChannelError as error:
            log.debug("A person's name was not told", why=str(error))
        finally:
            self._asked.discard(user_id)

    async def _ask(self, user_id: str) -> dict[str, str]:
        """https://dev.vk.com/ru/method/users.get"""
        found = await self._client.call("users.get", {"user_ids": user_id, "fields": "screen_name"})
        person = found[0] if isinstance(found, list) and found else {}
        person = person if isinstance(person, dict) else {}
        names = (string(person.get("first_name")), string(person.get("last_name")))
        profile = {
            "name": " ".join(filter(None, names)),
            "username": string(person.get("screen_name")),
        }
        return {key: value for key, value in profile.items() if value}

"""Names of people: asked for once each, beside everything else, and kept."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from adapters.foreign_json import string
from adapters.messengers.vk.client import Client
from adapters.newest import Newest
from bots.errors import ChannelError
from bots.ports import Shelf

MOST_AT_ONCE = 100
"""People asked for with one call; VK takes a thousand."""

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
        self._waiting: list[str] = []
        self._asking = asyncio.Lock()

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
            if isinstance(kept, dict):
                self._known.put(user_id, kept)
                return
            self._waiting.append(user_id)
            async with self._asking:
                # Whoever asked before us may have asked for all who waited.
                if user_id in self._waiting:
                    await self._ask(self._taken())
        except ChannelError as error:
            log.debug("A person's name was not told", why=str(error))
        finally:
            self._asked.discard(user_id)

    def _taken(self) -> list[str]:
        batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
        return batch

    async def _ask(self, user_ids: Sequence[str]) -> None:
        """https://dev.vk.com/ru/method/users.get"""
        found = await self._client.call(
            "users.get", {"user_ids": ",".join(user_ids), "fields": "screen_name"}
        )
        people = {
            str(one.get("id")): one
            for one in (found if isinstance(found, list) else ())
            if isinstance(one, dict)
        }
        for user_id in user_ids:
            profile = _profile(people.get(user_id, {}))
            self._known.put(user_id, profile)
            await self._shelf.put(self._workspace, self._owner, user_id, profile)


def _profile(person: Mapping[str, Any]) -> dict[str, str]:
    names = (string(person.get("first_name")), string(person.get("last_name")))
    profile = {
        "name": " ".join(filter(None, names)),
        "username": string(person.get("screen_name")),
    }
    return {key: value for key, value in profile.items() if value}

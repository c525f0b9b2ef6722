"""The calls of VK's API: the frequent ones by our own wire, uploads by vkbottle.

Importing vkbottle takes a second and a half, so that waits until a channel starts.
"""

import asyncio
import logging
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from yarl import URL

from adapters.messengers.vk.errors import Captcha, result_of
from adapters.rate import Rate
from adapters.wire import Server
from bots.errors import ChannelDown

if TYPE_CHECKING:
    from adapters.messengers.vk.library import Library

PUBLIC_API = "https://api.vk.com/method"
VERSION = "5.199"
PER_SECOND = 20
"""Calls of one community: https://dev.vk.com/ru/api/api-requests#Ограничения%20и%20рекомендации"""

POLL_SECONDS = 25

_EMPTY = URL("/")
"""Its query is written by yarl's C code, in a fifth of the time that the standard library takes."""

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}

log = structlog.get_logger()


class Connection(Server):
    """What all accounts of a process share."""

    own = PUBLIC_API
    poll_seconds = POLL_SECONDS


class Client:
    """One community's calls. Every method raises a ChannelError where VK does not do as asked."""

    def __init__(self, token: str, group: str, connection: Connection, *, rate: Rate) -> None:
        self.group = group
        self.connection = connection
        self.rate = rate
        self._token = token
        self._calls = f"{connection.api_base}/"
        self._library: Library | None = None
        self._captcha = False

    async def call(self, method: str, parameters: Mapping[str, Any]) -> Any:
        """Any method, its parameters as texts and numbers."""
        await self.rate.turn()
        form = _EMPTY.with_query({**parameters, "access_token": self._token, "v": VERSION})
        status, _, body = await self.connection.wire.send(
            "POST",
            self._calls + method,
            form.raw_query_string.encode(),
            _FORM,
            token=self._token,
        )
        try:
            result = result_of(status, body)
        except Captcha:
            if not self._captcha:
                self._captcha = True
                log.warning(
                    "VK wants a captcha solved, which only waiting helps against: the community"
                    " writes too much of the same",
                    channel=f"vk:{self.group}",
                )
            raise
        self._captcha = False
        return result

    async def poll(self, server: str, *, key: str, ts: str) -> dict[str, Any]:
        """Wait up to 25 s for events at a server of the long poll."""
        asked = {"act": "a_check", "key": key, "ts": ts, "wait": str(POLL_SECONDS)}
        status, _, body = await self.connection.polls.call("GET", server, params=asked)
        answer = json_object(body)
        if answer is None:
            raise ChannelDown(f"{status} with a body that is not the long poll's")
        return answer

    async def library(self) -> "Library":
        """vkbottle, for uploads; the first call imports it, off the loop."""
        if self._library is None:
            loaded = await asyncio.to_thread(_load)
            self._library = self._library or loaded(self._token, self.connection, self.rate)
        return self._library


def json_object(body: bytes) -> dict[str, Any] | None:
    """An object in JSON, None for anything else."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return answer if isinstance(answer, dict) else None


def _load() -> "type[Library]":
    """vkbottle takes over how warnings are shown and logs in colours of its own: neither stays."""
    shown = warnings.showwarning
    from adapters.messengers.vk.library import Library  # heavy: imports vkbottle

    warnings.showwarning = shown
    logger = logging.getLogger("vkbottle")
    logger.handlers.clear()
    logger.setLevel(logging.WARNING)
    return Library

"""The community's Callback API, set up by the bot itself where its token may do that.

https://dev.vk.com/ru/api/callback/getting-started
"""

import asyncio
from hmac import compare_digest
from typing import Any, NamedTuple, Protocol

import structlog

from adapters.foreign_json import listed, string, whole
from adapters.listening import Hearing
from adapters.messengers.vk.client import VERSION, Client
from adapters.messengers.vk.errors import NoRight
from adapters.messengers.vk.parse import EVENTS, POSTED_ONLY
from bots.errors import (
    ChannelBusy,
    ChannelDown,
    ChannelError,
    ChannelUnauthorised,
    Rejected,
    Unavailable,
    Unreachable,
)
from bots.ports import Clock, Sleep

TITLE = "Easy Flow"
"""How the server is called among the community's; VK takes 14 characters."""

LOOK_AGAIN = 600.0
SOON = 5.0
"""Seconds between two looks: at what is well, and at what VK has not asked for yet."""
LONGEST_PAUSE = 60.0
SAME_FOR = 5.0
"""Seconds a confirmation string is taken to be the same: anybody can make us ask for it."""

log = structlog.get_logger()


class Called(Hearing, Protocol):
    """The community whose events VK posts; `called` once it has posted one with our secret."""

    called: bool


class Confirmation:
    """The string by which VK knows that an address is ours; `given` is answered where VK tells none.

    It changes with every server that is added, so it is asked for whenever VK asks us.
    """

    def __init__(self, client: Client, *, given: str, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._known = given
        self._asked_at = 0.0
        self._asking = asyncio.Lock()

    async def string(self, *, signed: bool = False) -> str:
        """Raises Unavailable where nobody knows it. Whoever has `signed` is told the newest one."""
        async with self._asking:
            if signed or abs(self._now() - self._asked_at) > SAME_FOR:
                await self._ask()
        if not self._known:
            raise Unavailable("The confirmation string is not known")
        return self._known

    async def _ask(self) -> None:
        """Once in a while even where VK does not tell: its calls are for customers."""
        try:
            group = {"group_id": self._client.group}
            told = await self._client.call("groups.getCallbackConfirmationCode", group)
            self._known = string(told.get("code")) if isinstance(told, dict) else ""
        except ChannelError as error:
            log.warning(
                "VK does not tell the confirmation string: write it into `confirmation`",
                channel=f"vk:{self._client.group}",
                why=str(error),
            )
        finally:
            self._asked_at = self._now()

    def _now(self) -> float:
        return self._clock().timestamp()


class Server(NamedTuple):
    """A server of the community as VK has it."""

    id: int
    secret: str
    status: str


async def keep_server(
    client: Client, url: str, *, secret: str, channel: Called, sleep: Sleep
) -> None:
    """Have VK call `url`, and look now and then whether it still does; until cancelled.

    Raises ChannelUnauthorised where the token itself is refused.
    """
    told = ""
    wait = 1.0
    while True:
        try:
            status = await set_server(client, url, secret=secret)
            trouble = "" if status != "failed" else _unconfirmed(url)
            wait = LOOK_AGAIN if status == "ok" else min(max(wait, SOON) * 2, LOOK_AGAIN)
        except (Rejected, Unreachable) as error:
            trouble, wait = _by_hand(url, error, done=channel.called), LOOK_AGAIN
        except NoRight as error:
            trouble, wait = _by_hand(url, error.said, done=channel.called), LOOK_AGAIN
        except ChannelBusy as busy:
            trouble, wait = told, busy.retry_after
        except ChannelUnauthorised:
            raise
        except ChannelError as error:
            trouble = f"The Callback API cannot be set up just now, trying again: {error}"
            wait = min(max(wait, 1.0) * 2, LONGEST_PAUSE)
        if trouble and trouble != told:
            log.warning(trouble, channel=channel.name)
        elif told and not trouble:
            log.info("VK calls us", channel=channel.name)
        told, channel.trouble = trouble, trouble or None
        await sleep(wait)


async def set_server(client: Client, url: str, *, secret: str) -> str:
    """Make our server one of the community's, with our secret and events; gives its status.

    While VK asks for the confirmation string it is `wait`, `failed` where it got another answer.
    """
    group = {"group_id": client.group}
    servers = await client.call("groups.getCallbackServers", group)
    there = _ours(servers, url) or _left(servers)
    server = {**group, "url": url, "title": TITLE, "secret_key": secret}
    if there is None:
        added = await client.call("groups.addCallbackServer", server)
        number = whole(added.get("server_id")) if isinstance(added, dict) else 0
        if not number:
            raise ChannelDown("VK does not say which server was added")
        there = Server(number, secret, "wait")
    elif not compare_digest(there.secret.encode(), secret.encode()) or there.status in (
        "failed",
        "unconfigured",
    ):
        await client.call("groups.editCallbackServer", {**server, "server_id": there.id})
        there = there._replace(status="wait")
    await client.call(
        "groups.setCallbackSettings",
        {
            **group,
            "server_id": there.id,
            "api_version": VERSION,
            **dict.fromkeys(EVENTS + POSTED_ONLY, 1),
        },
    )
    if there.status == "ok":
        return there.status
    # Whoever was asked while we set it up has answered by now.
    seen = _ours(await client.call("groups.getCallbackServers", group), url)
    return seen.status if seen is not None else there.status


def _ours(answer: Any, url: str) -> Server | None:
    for one in listed(answer, "items"):
        if isinstance(one, dict) and one.get("url") == url:
            return Server(
                whole(one.get("id")), string(one.get("secret_key")), string(one.get("status"))
            )
    return None


def _left(answer: Any) -> Server | None:
    """A server of ours at an address where nobody answers any more: ten are all there can be."""
    for one in listed(answer, "items"):
        if isinstance(one, dict) and (one.get("title"), one.get("status")) == (TITLE, "failed"):
            return Server(whole(one.get("id")), "", "failed")
    return None


def _by_hand(url: str, said: object, *, done: bool) -> str:
    """What is to be done; nothing once VK calls us, whoever has seen to it."""
    if done:
        return ""
    return (
        "The token may not set the Callback API up. Give it the right «Управление сообществом», or do"
        " it by hand («Управление», «Дополнительно», «Работа с API», «Callback API»): the address"
        f" {url}, the secret key of this channel, version {VERSION}, and the events of messages."
        f" VK says: {said}"
    )


def _unconfirmed(url: str) -> str:
    return (
        f"VK asked {url} for the confirmation string and got another answer: see that the address is"
        " reached from outside"
    )

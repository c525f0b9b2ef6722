"""The Callback API, set up by the bot itself, and what is told where it cannot be."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.messengers.vk.callback import keep_server, set_server
from adapters.messengers.vk.channel import VkChannel
from adapters.messengers.vk.client import Client
from adapters.messengers.vk.parse import EVENTS, POSTED_ONLY
from bots.errors import ChannelUnauthorised
from tests.adapters.stands import Moments
from tests.servers.vk import SECRET, Vk

URL = "http://127.0.0.1:9/api/v1/messaging/webhook/vk"


class Enough(Exception):
    """Ends a loop that goes on for ever."""


class Looks:
    """Waits that pass at once, so many of them."""

    def __init__(self, most: int) -> None:
        self.waits: list[float] = []
        self._most = most

    async def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)
        if len(self.waits) >= self._most:
            raise Enough


class Heard:
    name = "vk:222111"
    trouble: str | None = None
    called: bool = False


def server(vk: Vk) -> dict[str, Any]:
    (only,) = vk.state()["servers"]
    return dict(only)


async def test_a_server_is_added_with_our_secret_and_events(client: Client, vk: Vk) -> None:
    await set_server(client, URL, secret=SECRET)
    made = server(vk)
    assert (made["url"], made["secret_key"], made["title"]) == (URL, SECRET, "Easy Flow")
    assert made["kinds"] == sorted(EVENTS + POSTED_ONLY)
    assert vk.violations() == []


async def test_a_server_that_is_well_stays_as_it_is(client: Client, vk: Vk) -> None:
    vk.set_callback(URL, SECRET, kinds=["message_new"])
    assert await set_server(client, URL, secret=SECRET) == "ok"
    assert vk.calls("groups.addCallbackServer") == vk.calls("groups.editCallbackServer") == []
    assert server(vk)["kinds"] == sorted(EVENTS + POSTED_ONLY)


async def test_a_server_with_another_secret_gets_ours(client: Client, vk: Vk) -> None:
    vk.set_callback(URL, "old")
    await set_server(client, URL, secret=SECRET)
    assert server(vk)["secret_key"] == SECRET
    assert len(vk.calls("groups.editCallbackServer")) == 1


async def test_servers_of_others_are_left_alone(client: Client, vk: Vk) -> None:
    vk.set_callback("http://127.0.0.1:9/other", "theirs")
    await set_server(client, URL, secret=SECRET)
    assert [one["url"] for one in vk.state()["servers"]] == ["http://127.0.0.1:9/other", URL]
    assert vk.state()["servers"][0]["secret_key"] == "theirs"


async def test_an_address_that_was_left_is_changed_for_the_new_one(client: Client, vk: Vk) -> None:
    await set_server(client, URL, secret=SECRET)
    # Nobody listens there.
    assert await vk.confirmed(server(vk)["id"]) == "failed"
    await set_server(client, f"{URL}?new", secret=SECRET)
    assert server(vk)["url"] == f"{URL}?new"


NO_SUCH_RIGHT = (
    "Access denied: no access to call this method. It cannot be called with current scopes."
)


@pytest.mark.parametrize(("code", "words"), [(15, ""), (15, NO_SUCH_RIGHT), (7, ""), (2000, "")])
async def test_what_has_to_be_done_by_hand_is_told_once(
    client: Client, vk: Vk, code: int, words: str
) -> None:
    vk.script(method="groups.addCallbackServer", code=code, description=words, times=None)
    heard, looks = Heard(), Looks(3)
    with capture_logs() as logs, pytest.raises(Enough):
        await keep_server(client, URL, secret=SECRET, channel=heard, sleep=looks)
    (told,) = [entry["event"] for entry in logs]
    assert URL in told
    assert "Callback API" in told
    assert "Сообщения сообщества" not in told
    assert SECRET not in told
    assert heard.trouble == told


async def test_what_was_done_by_hand_is_no_trouble(client: Client, vk: Vk) -> None:
    vk.script(method="groups.getCallbackServers", code=15, description=NO_SUCH_RIGHT, times=None)
    heard = Heard()
    heard.called = True
    with capture_logs() as logs, pytest.raises(Enough):
        await keep_server(client, URL, secret=SECRET, channel=heard, sleep=Looks(2))
    assert (heard.trouble, logs) == (None, [])


async def test_a_refused_token_ends_it(client: Client, vk: Vk) -> None:
    vk.group(revoked=True)
    with pytest.raises(ChannelUnauthorised):
        await keep_server(client, URL, secret=SECRET, channel=Heard(), sleep=Looks(2))


async def test_an_outage_is_waited_out(client: Client, vk: Vk) -> None:
    vk.set_callback(URL, SECRET)
    vk.script(method="groups.getCallbackServers", status=502, body="<html>", times=2)
    heard, looks = Heard(), Looks(3)
    with capture_logs() as logs, pytest.raises(Enough):
        await keep_server(client, URL, secret=SECRET, channel=heard, sleep=looks)
    assert [entry["log_level"] for entry in logs] == ["warning", "info"]
    assert looks.waits == [2.0, 4.0, 600.0]
    assert heard.trouble is None


async def test_a_server_that_was_taken_away_comes_back(client: Client, vk: Vk) -> None:
    await set_server(client, URL, secret=SECRET)
    assert vk.call("groups.deleteCallbackServer", group_id=222111, server_id=server(vk)["id"])
    await set_server(client, URL, secret=SECRET)
    assert server(vk)["url"] == URL


async def test_a_channel_without_a_secret_takes_no_webhooks(
    channel: VkChannel, moments: Moments
) -> None:
    channel._secret = b""
    with pytest.raises(ChannelUnauthorised, match="EASYFLOW_VK__SECRET"):
        await asyncio.wait_for(channel.listen(None, URL), 60)  # type: ignore[arg-type]

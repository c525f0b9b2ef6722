"""One process in three messengers at once: each talks, and one that goes away takes no other along."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers import vk as vk_server
from tests.servers import whatsapp as whatsapp_server
from tests.servers.easyflow import ROOT, EasyFlow
from tests.servers.telegram import TOKEN, FakeTelegram, message
from tests.servers.vk import GROUP, Vk
from tests.servers.whatsapp import PHONE_ID, VERIFY_TOKEN, Person, WhatsApp

COUNTER = ROOT / "tests" / "faults" / "bots"
VK, WHATSAPP = f"vk:{GROUP}", f"whatsapp:{PHONE_ID}"
ANNA = 501
CONNECTIONS = 100
"""Calls of one messenger that are under way at once."""


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram.start() as telegram:
        yield telegram


@pytest.fixture
def vk() -> Iterator[Vk]:
    with Vk.start() as vk:
        yield vk


@pytest.fixture
def whatsapp() -> Iterator[WhatsApp]:
    with WhatsApp.start() as whatsapp:
        yield whatsapp


def server_at(telegram: FakeTelegram, vk: Vk, whatsapp: WhatsApp, folder: Path) -> EasyFlow:
    server = EasyFlow(
        folder / "data",
        bots=COUNTER,
        telegram__token=TOKEN,
        telegram__api_base=telegram.base,
        vk__token=vk_server.TOKEN,
        vk__group=str(GROUP),
        vk__api_base=f"{vk.base}/method",
        whatsapp__token=whatsapp_server.TOKEN,
        whatsapp__phone_id=PHONE_ID,
        whatsapp__app_secret=whatsapp_server.SECRET,
        whatsapp__verify_token=VERIFY_TOKEN,
        whatsapp__api_base=f"{whatsapp.base}/v23.0",
    )
    server.set(public_url=server.base)
    return server


async def until(what: Callable[[], Any], *, within: float = 60.0) -> None:
    deadline = asyncio.get_running_loop().time() + within
    while not what():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.1)


def channels(server: EasyFlow) -> dict[str, str]:
    ready = server.call("GET", "/readyz")[1]
    return {name: one["status"] for name, one in ready["channels"].items()}


async def test_each_talks_and_one_that_goes_away_takes_no_other_along(
    telegram: FakeTelegram, vk: Vk, whatsapp: WhatsApp, tmp_path: Path
) -> None:
    server = server_at(telegram, vk, whatsapp, tmp_path)
    anna = Person(wa_id="79990000501", name="Анна")
    with server:
        await until(lambda: set(channels(server).values()) == {"up"})
        assert channels(server).keys() == {"telegram:111111", VK, WHATSAPP}
        platforms = server.call("GET", "/api/v1/messaging/platforms")[1]["platforms"]
        active = [one["name"] for one in platforms if one["status"] == "active"]
        assert active == ["telegram", "whatsapp", "vk", "web"]
        whatsapp.set_webhook(f"{server.base}/api/v1/messaging/webhook/whatsapp")

        telegram.update(message(ANNA, "/start"))
        whatsapp.hears(anna, "/start")
        vk.says(ANNA, "/start")
        await telegram.expect(1)
        await vk.expect(1)
        await whatsapp.expect(1)

        vk.stop()
        body = {"platform": "vk", "chat_id": str(ANNA), "text": "hello"}
        status, answer = await server.asked("POST", "/api/v1/messaging/send", body)
        assert (status, answer["delivery_status"]) == (200, "queued")
        await until(lambda: channels(server)[VK] == "down")
        telegram.update(message(ANNA, "a"))
        await telegram.expect(2)
        assert channels(server)["telegram:111111"] == channels(server)[WHATSAPP] == "up"
        assert server.call("GET", "/readyz")[0] == 200
        platforms = server.call("GET", "/api/v1/messaging/platforms")[1]["platforms"]
        active = [one["name"] for one in platforms if one["status"] == "active"]
        assert active == ["telegram", "whatsapp", "web"]
    for secret in (vk_server.TOKEN, whatsapp_server.TOKEN, whatsapp_server.SECRET, VERIFY_TOKEN):
        assert secret not in server.log


async def test_one_that_never_answers_keeps_no_other_waiting(
    telegram: FakeTelegram, vk: Vk, whatsapp: WhatsApp, tmp_path: Path
) -> None:
    server = server_at(telegram, vk, whatsapp, tmp_path)
    anna = Person(wa_id="79990000501", name="Анна")
    with server:
        await until(lambda: set(channels(server).values()) == {"up"})
        whatsapp.set_webhook(f"{server.base}/api/v1/messaging/webhook/whatsapp")
        vk.script(times=None, action="hang")
        for number in range(CONNECTIONS + 20):
            vk.says(1000 + number, "/start")
        await vk.settled()
        telegram.update(message(ANNA, "/start"))
        whatsapp.hears(anna, "/start")
        await telegram.expect(1)
        await whatsapp.expect(1)
        assert {call.status for call in vk.calls()[-CONNECTIONS:]} == {0}
        assert server.call("GET", "/readyz")[0] == 200

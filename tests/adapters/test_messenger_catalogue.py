"""Messengers are found by their folders and opened alike."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from adapters.messenger_catalogue import Opener, messengers
from bots.errors import ChannelUnauthorised
from bots.model.channel import ChannelRecord
from bots.ports import Shelf
from flows.messengers import MESSENGERS
from tests.bots.clockwork import Clockwork


def opener(hidden: list[str], **api_bases: str) -> Opener:
    return Opener(
        messengers=messengers(),
        api_bases=api_bases,
        shelf=cast(Shelf, None),
        clock=Clockwork().now,
        new_id=lambda: "0" * 32,
        sleep=asyncio.sleep,
        folder=lambda bot: Path(bot),
        language=lambda bot: "ru",
        hide=lambda secrets: hidden.extend(secrets),
    )


def record(platform: str, credentials: Mapping[str, str] | None) -> ChannelRecord:
    return ChannelRecord(
        workspace=1, bot="shop", platform=platform, origin="command", credentials=credentials
    )


def test_every_folder_that_calls_itself_a_messenger_is_one() -> None:
    found = messengers()
    assert next(iter(found)) == "telegram"
    assert "web" not in found
    assert all(one.name == name for name, one in found.items())


@pytest.mark.parametrize("known", MESSENGERS, ids=lambda one: one.name)
def test_bot_yaml_and_the_messenger_name_the_same_credentials(known: Any) -> None:
    messenger = messengers().get(known.name)
    if messenger is None:
        pytest.skip(f"{known.title} has no folder")
    needed = [one.name for one in messenger.credentials if one.required]
    others = [one.name for one in messenger.credentials if not one.required]
    assert sorted(known.keys[: known.needs]) == sorted(needed)
    assert sorted(known.keys[known.needs :]) == sorted(others)


@pytest.mark.parametrize(
    ("name", "title", "capabilities"),
    [
        ("telegram", "Telegram", ["text", "inline_keyboard", "media", "files", "voice"]),
        ("whatsapp", "WhatsApp Business", ["text", "media", "templates", "interactive_buttons"]),
    ],
)
def test_clients_read_of_a_messenger_what_the_contract_prints(
    name: str, title: str, capabilities: list[str]
) -> None:
    messenger = messengers()[name]
    assert (messenger.title, list(messenger.capabilities)) == (title, capabilities)
    assert messenger.webhook


def test_a_channel_is_opened_under_its_accounts_name() -> None:
    hidden: list[str] = []
    channel = opener(hidden)(record("telegram", {"token": "123456:secret"}))
    assert (channel.name, channel.platform, channel.bot) == ("telegram:123456", "telegram", "shop")
    assert hidden == ["123456:secret"]


@pytest.mark.parametrize(
    ("platform", "credentials", "words"),
    [
        ("pigeon", {"token": "1:a"}, "no messenger 'pigeon'; there are: telegram"),
        ("telegram", {}, "Telegram needs token: The token that @BotFather gave"),
        ("telegram", None, "Telegram needs token"),
        ("telegram", {"token": "no token"}, "does not accept the bot's token"),
    ],
)
def test_what_cannot_be_opened_says_what_to_do(
    platform: str, credentials: Mapping[str, str] | None, words: str
) -> None:
    with pytest.raises(ChannelUnauthorised, match=words):
        opener([])(record(platform, credentials))

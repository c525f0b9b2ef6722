"""What Telegram keeps of a bot: set when it differs, looked after, and trouble told once."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.messengers.telegram.channel import TelegramChannel
from adapters.messengers.telegram.client import Client
from adapters.messengers.telegram.profile import Profile
from adapters.messengers.telegram.webhook import keep_webhook
from bots.errors import ChannelUnauthorised
from tests.adapters.stands import MemoryShelf
from tests.servers.telegram import FakeTelegram

URL = "https://bot.example.com/hook"


class Enough(Exception):
    """Ends a watch that would last for ever."""


class Bot:
    """Whose webhook it is; lets so many looks pass."""

    name = "telegram:111111"

    def __init__(self, looks: int) -> None:
        self.trouble: str | None = None
        self.pauses: list[float] = []
        self.troubles: list[str | None] = []
        self._looks = looks

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.troubles.append(self.trouble)
        if len(self.pauses) == self._looks:
            raise Enough


@pytest.fixture(autouse=True)
async def _no_webhook(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    await channel.delete_webhook()
    telegram.reset()


@pytest.fixture
def profile(client: Client, shelf: MemoryShelf) -> Profile:
    return Profile(client, shelf=shelf, workspace=1, secret="a-secret")


async def watched(profile: Profile, looks: int) -> Bot:
    bot = Bot(looks)
    with pytest.raises(Enough):
        await keep_webhook(bot, profile, URL, pause=bot.pause)
    return bot


def told(telegram: FakeTelegram, **info: Any) -> None:
    """What Telegram tells at the next look."""
    result: Mapping[str, Any] = {"url": URL, "pending_update_count": 0, **info}
    telegram.script(
        method="getWebhookInfo", status=200, body=json.dumps({"ok": True, "result": result})
    )


async def test_a_webhook_is_set_with_its_secret_and_what_we_serve(
    profile: Profile, telegram: FakeTelegram
) -> None:
    bot = await watched(profile, 3)
    (call,) = telegram.calls("setWebhook")
    assert call.parameters["url"] == URL
    assert call.parameters["secret_token"] == "a-secret"
    assert {"callback_query", "message_reaction", "pre_checkout_query"} < set(
        call.parameters["allowed_updates"]
    )
    assert bot.pauses == [600.0, 600.0, 600.0]
    assert bot.troubles == [None] * 3


async def test_after_a_restart_it_is_left_as_it_is_unless_the_secret_changed(
    profile: Profile, client: Client, shelf: MemoryShelf, telegram: FakeTelegram
) -> None:
    await watched(profile, 1)
    await watched(Profile(client, shelf=shelf, workspace=1, secret="a-secret"), 1)
    assert len(telegram.calls("setWebhook")) == 1
    await watched(Profile(client, shelf=shelf, workspace=1, secret="another"), 1)
    assert [call.parameters["secret_token"] for call in telegram.calls("setWebhook")] == [
        "a-secret",
        "another",
    ]
    assert "another" not in repr(shelf.things)


async def test_another_server_on_our_bot_is_told_in_plain_words(
    profile: Profile, telegram: FakeTelegram
) -> None:
    await watched(profile, 1)
    told(telegram)
    told(telegram, url="https://other.example.com/")
    with capture_logs() as logs:
        await watched(profile, 2)
    assert [log["event"] for log in logs if log["log_level"] == "warning"] == [
        "Another server takes this bot's updates: stop it, or give it a bot of its own"
    ]
    assert telegram.state()["webhook"]["url"] == URL


async def test_an_address_from_before_is_no_alarm(profile: Profile, telegram: FakeTelegram) -> None:
    telegram.set_webhook("https://old.example.com/", "s")
    with capture_logs() as logs:
        await watched(profile, 1)
    assert [log["log_level"] for log in logs] == ["info"]


async def test_errors_are_told_once_until_they_are_over(
    profile: Profile, telegram: FakeTelegram
) -> None:
    why = "Connection refused"
    told(telegram, last_error_date=100, last_error_message=why)
    told(telegram, last_error_date=100, last_error_message=why)
    told(telegram, last_error_date=700, last_error_message=why, pending_update_count=3)
    told(telegram, last_error_date=1300, last_error_message=why, pending_update_count=9)
    told(telegram, last_error_date=1300, last_error_message=why, pending_update_count=9)
    told(telegram, last_error_date=1300, last_error_message=why)
    with capture_logs() as logs:
        bot = await watched(profile, 6)
    assert [log["event"] for log in logs] == [
        "Telegram does not get through to us",
        "Telegram gets through to us again",
    ]
    assert [trouble is None for trouble in bot.troubles] == [
        *(True, True, False, False, False, True)
    ]
    assert why in str(bot.troubles[2])


async def test_updates_that_pile_up_are_trouble(profile: Profile, telegram: FakeTelegram) -> None:
    for waiting in (0, 5, 90, 101, 2):
        told(telegram, pending_update_count=waiting)
    bot = await watched(profile, 5)
    assert [trouble is None for trouble in bot.troubles] == [True, True, True, False, True]
    assert bot.pauses == [600.0, 600.0, 600.0, 60.0, 600.0]


async def test_an_error_that_is_over_is_told_and_no_trouble(
    profile: Profile, telegram: FakeTelegram
) -> None:
    told(telegram)
    told(telegram, last_error_date=700, last_error_message="Connection refused")
    with capture_logs() as logs:
        bot = await watched(profile, 2)
    assert [log["log_level"] for log in logs] == ["warning"]
    assert bot.troubles == [None, None]


async def test_a_silent_telegram_is_asked_again_soon_and_told_once(
    profile: Profile, telegram: FakeTelegram
) -> None:
    telegram.script(method="getWebhookInfo", times=3, status=502, body="<html>")
    with capture_logs() as logs:
        bot = await watched(profile, 4)
    assert bot.pauses == [2.0, 4.0, 8.0, 600.0]
    assert [log["log_level"] for log in logs] == ["warning"]
    assert bot.troubles[-1] is None


async def test_a_webhook_without_a_secret_is_not_set(client: Client, shelf: MemoryShelf) -> None:
    bare = Profile(client, shelf=shelf, workspace=1, secret="")
    with pytest.raises(ChannelUnauthorised, match="WEBHOOK_SECRET"):
        await keep_webhook(Bot(1), bare, URL)


# ---------------------------------------------------------------- commands


async def test_commands_are_told_when_they_change(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    commands = [("menu", "Меню"), ("help", "Помощь")]
    await channel.announce(commands)
    await channel.announce(commands)
    await channel.announce([])
    await channel.announce([])
    made = telegram.calls()
    assert [call.method for call in made] == ["setMyCommands", "deleteMyCommands"]
    assert made[0].parameters["commands"][0] == {"command": "menu", "description": "Меню"}
    assert {call.parameters["scope"]["type"] for call in made} == {"all_private_chats"}
    assert telegram.violations() == []

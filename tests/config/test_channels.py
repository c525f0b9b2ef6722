"""Bots that name their own channels: tokens come from the environment, and no token serves twice."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from config.channels import with_channels
from config.environment import SettingsError, load_settings
from config.settings import Settings

OWN = {"telegram": {"token": "${SHOP_TOKEN}"}}


def served(
    bots: Mapping[str, Mapping[str, Mapping[str, str]]],
    environ: Mapping[str, str],
    env_file: Path | None = None,
    **given: str,
) -> Settings:
    settings = load_settings({f"EASYFLOW_{name}": value for name, value in given.items()})
    return with_channels(settings, bots, environ, env_file)


def tokens(settings: Settings) -> list[tuple[str, str]]:
    return [(one.bot, one.token.get_secret_value()) for one in settings.telegram_bots]


def test_a_bots_own_token_comes_from_the_environment() -> None:
    settings = served({"shop": OWN, "salon": {}}, {"SHOP_TOKEN": "1:a"})
    assert tokens(settings) == [("shop", "1:a")]
    assert "1:a" in settings.secret_values


def test_a_file_of_variables_is_read_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SHOP_TOKEN=1:a\n", encoding="utf-8")
    assert tokens(served({"shop": OWN}, {}, tmp_path / ".env")) == [("shop", "1:a")]


def test_a_bot_that_names_its_channel_is_served_there_alone() -> None:
    settings = served(
        {"shop": OWN, "salon": {}},
        {"SHOP_TOKEN": "1:a"},
        TELEGRAM__TOKEN="9:z",
        TELEGRAM__BOTS='[{"bot": "salon", "token": "2:b"}, {"bot": "shop", "token": "3:c"}]',
    )
    assert tokens(settings) == [("salon", "2:b"), ("shop", "1:a")]


def test_bots_that_name_no_channels_are_served_as_the_settings_say() -> None:
    settings = served({"shop": {}, "salon": {}}, {}, TELEGRAM__TOKEN="9:z")
    assert tokens(settings) == [("", "9:z")]


def test_a_variable_that_is_not_set_is_named_with_its_bot() -> None:
    with pytest.raises(SettingsError) as error:
        served(
            {"shop": OWN, "salon": {"telegram": {"token": "${B}", "webhook_secret": "${C}"}}}, {}
        )
    assert error.value.lines == [
        f"{bot}/bot.yaml: channels.telegram.{key} takes the variable {name}, which is not set:"
        " set it in the environment or in .env"
        for bot, key, name in (
            ("shop", "token", "SHOP_TOKEN"),
            ("salon", "token", "B"),
            ("salon", "webhook_secret", "C"),
        )
    ]


def test_a_webhook_secret_that_telegram_would_not_take_is_told() -> None:
    bots = {"shop": {"telegram": {"token": "${T}", "webhook_secret": "${S}"}}}
    with pytest.raises(SettingsError) as error:
        served(bots, {"T": "1:a", "S": "с пробелом"})
    (line,) = error.value.lines
    assert line.startswith("shop/bot.yaml: channels.telegram.webhook_secret: use 1 to 256")
    assert "пробелом" not in line


def test_telegram_is_not_promised_where_it_would_not_call() -> None:
    with pytest.raises(SettingsError, match="EASYFLOW_PUBLIC_URL: Telegram calls only https"):
        served({"shop": OWN}, {"SHOP_TOKEN": "1:a"}, PUBLIC_URL="http://bot.example.com")

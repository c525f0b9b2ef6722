"""Channels as owners write them down: who answers where, with what, and what cannot be opened."""

import re
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from adapters.messengers.vk.channel import MESSENGER as VK
from bots.messengers import Account, Credential, Messenger
from bots.ports import MessengerChannel
from bots.services.declared import Declared
from config.channels import declared, takes_money
from config.environment import load_settings

OWN = {"telegram": {"token": "${SHOP_TOKEN}"}}


def never(account: Account) -> MessengerChannel:
    raise AssertionError("nothing is opened here")


def messenger(name: str, *credentials: Credential) -> Messenger:
    return Messenger(
        name=name,
        title=name.title(),
        capabilities=(),
        credentials=credentials,
        api_base=f"https://api.{name}.org",
        open=never,
    )


TOKEN = Credential(name="token", meaning="What @BotFather gave")
SECRET = Credential(
    name="webhook_secret",
    meaning="What signs",
    required=False,
    made=True,
    pattern="[A-Za-z0-9_-]{1,256}",
    form="1 to 256 letters, digits, _ and -",
)
MESSENGERS = {
    "telegram": messenger("telegram", TOKEN, SECRET),
    "vk": messenger("vk", TOKEN, Credential(name="group", meaning="Its number", secret=False)),
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def read(
    data: Path,
    bots: Mapping[str, Mapping[str, Mapping[str, str]]],
    environ: Mapping[str, str],
    env_file: Path | None = None,
    **given: str,
) -> Declared:
    written = {f"EASYFLOW_{name}": value for name, value in given.items()}
    settings = load_settings(written | {"EASYFLOW_DATA_DIR": str(data)})
    return declared(settings, bots, MESSENGERS, workspace=1, environ=environ, env_file=env_file)


def tokens(found: Declared) -> Sequence[tuple[str, str, str, str]]:
    assert found.complaints == []
    return [
        (one.platform, one.bot, one.origin, (one.credentials or {})["token"])
        for one in found.records
    ]


def test_a_bots_own_token_comes_from_the_environment(data: Path) -> None:
    found = read(data, {"shop": OWN, "salon": {}}, {"SHOP_TOKEN": "1:a"})
    assert tokens(found) == [("telegram", "shop", "folder", "1:a")]


@pytest.mark.parametrize("name", ["EASYFLOW_KEYS", "easyflow_admin__api_key"])
def test_a_bot_gets_no_setting_of_the_servers_own(data: Path, name: str) -> None:
    shop = {"telegram": {"token": "${SHOP_TOKEN}", "webhook_secret": f"${{{name}}}"}}
    found = read(data, {"shop": shop}, {"SHOP_TOKEN": "1:a", name: "a-secret-of-the-server"})
    assert found.records == []
    (complaint,) = found.complaints
    assert complaint == (
        f"shop/bot.yaml: channels.telegram.webhook_secret takes the variable {name}, which is a"
        " setting of the server's own: keep the value in a variable of another name"
    )
    assert found.undecided == {("shop", "telegram")}


def test_what_vk_is_told_of_to_strangers_is_nothing_that_looks_like_a_secret() -> None:
    confirmation = VK.credentials[-1]
    assert (confirmation.name, confirmation.secret) == ("confirmation", False)
    assert re.fullmatch(confirmation.pattern, "1a2b3c4d")
    for secret in (secrets.token_urlsafe(32), "correct horse", "123456789:AAabcdefghij"):
        assert not re.fullmatch(confirmation.pattern, secret)


@pytest.mark.parametrize("written", [" 1:A\n", '"1:A"', "'1:A'", ' "1:A" '])
def test_blanks_and_quotes_around_a_token_are_none_of_it(data: Path, written: str) -> None:
    for found in (
        read(data, {"shop": {}}, {}, TELEGRAM__TOKEN=written),
        read(data, {"shop": OWN}, {"SHOP_TOKEN": written}),
    ):
        (only,) = found.records
        assert only.credentials is not None
        assert only.credentials["token"] == "1:A"


def test_a_file_of_variables_is_read_too(data: Path, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SHOP_TOKEN=1:a\n", encoding="utf-8")
    found = read(data, {"shop": OWN}, {}, tmp_path / ".env")
    assert tokens(found) == [("telegram", "shop", "folder", "1:a")]


def test_a_bot_that_names_its_channels_is_served_there_alone(data: Path) -> None:
    found = read(
        data,
        {"shop": OWN, "salon": {}},
        {"SHOP_TOKEN": "1:a"},
        TELEGRAM__TOKEN="9:z",
        TELEGRAM__BOTS='[{"bot": "salon", "token": "2:b"}, {"bot": "shop", "token": "3:c"}]',
        VK__TOKEN="v",
        VK__GROUP="7",
    )
    assert tokens(found) == [
        ("telegram", "salon", "settings", "2:b"),
        ("telegram", "shop", "folder", "1:a"),
    ]


def test_bots_that_name_no_channels_are_served_as_the_settings_say(data: Path) -> None:
    found = read(
        data,
        {"shop": {}, "salon": {}},
        {},
        TELEGRAM__TOKEN="9:z",
        VK__TOKEN="v",
        VK__GROUP="7",
        VK__BOT="salon",
    )
    assert tokens(found) == [
        ("telegram", "shop", "settings", "9:z"),
        ("vk", "salon", "settings", "v"),
    ]


def test_what_a_messenger_signs_with_is_made_once_and_no_two_accounts_share_it(data: Path) -> None:
    several = '[{"bot": "shop", "token": "2:b"}, {"bot": "shop", "token": "3:c"}]'

    def secrets() -> list[str]:
        found = read(data, {"shop": {}}, {}, TELEGRAM__TOKEN="1:a", TELEGRAM__BOTS=several)
        return [(one.credentials or {})["webhook_secret"] for one in found.records]

    assert len(set(secrets())) == 3
    assert secrets() == secrets()
    assert {path.name for path in data.iterdir()} == {
        "telegram-shop.secret",
        "telegram-shop-2.secret",
        "telegram-shop-3.secret",
    }


def test_a_variable_that_is_not_set_is_named_with_its_bot(data: Path) -> None:
    found = read(
        data,
        {"shop": OWN, "salon": {"telegram": {"token": "${B}", "webhook_secret": "${C}"}}},
        {},
    )
    assert found.complaints == [
        f"{bot}/bot.yaml: channels.telegram.{key} takes the variable {name}, which is not set:"
        " set it in the environment or in .env"
        for bot, key, name in (
            ("shop", "token", "SHOP_TOKEN"),
            ("salon", "token", "B"),
            ("salon", "webhook_secret", "C"),
        )
    ]
    assert found.undecided == {("shop", "telegram"), ("salon", "telegram")}


def test_one_bad_channel_does_not_keep_the_others_away(data: Path) -> None:
    found = read(data, {"shop": OWN, "salon": OWN | {"vk": {"token": "${T}"}}}, {"T": "t"})
    assert [line.split(" ")[1] for line in found.complaints] == [
        "channels.telegram.token",
        "channels.telegram.token",
        "channels.vk.group",
    ]


def test_a_webhook_secret_that_telegram_would_not_take_is_told(data: Path) -> None:
    bots = {"shop": {"telegram": {"token": "${T}", "webhook_secret": "${S}"}}}
    found = read(data, bots, {"T": "1:a", "S": "с пробелом"})
    assert found.complaints == [
        "shop/bot.yaml: channels.telegram.webhook_secret: use 1 to 256 letters, digits, _ and -"
    ]


def test_a_messenger_is_not_promised_where_it_would_not_call(data: Path) -> None:
    environ = {"SHOP_TOKEN": "1:a"}
    found = read(data, {"shop": OWN}, environ, PUBLIC_URL="http://bot.example.com")
    assert found.complaints == [
        "EASYFLOW_PUBLIC_URL: Telegram calls only https:// addresses: give such a one"
    ]


def test_a_messenger_of_ones_own_may_call_any_address(data: Path) -> None:
    found = read(
        data,
        {"shop": {}},
        {},
        TELEGRAM__TOKEN="1:a",
        PUBLIC_URL="http://127.0.0.1:8000",
        TELEGRAM__API_BASE="http://127.0.0.1:9000",
    )
    assert found.complaints == []


def test_a_bot_that_is_not_there_is_named(data: Path) -> None:
    found = read(data, {"shop": {}}, {}, TELEGRAM__TOKEN="1:a", TELEGRAM__BOT="shpo")
    (line,) = found.complaints
    assert line.startswith("A channel of Telegram is to be answered by «shpo», but there is no")


@pytest.mark.parametrize(
    ("bot_yaml", "settings_say", "paid"),
    [
        ("bot: Касса\n", False, False),
        ("bot: Касса\n", True, True),
        ('channels:\n  telegram: {token: "${T}", payments: "${P}"}\n', False, True),
        ("# nobody makes payments here\nbot: Касса\n", False, False),
    ],
)
def test_whether_customers_can_pay_inside_a_messenger(
    bot_yaml: str, settings_say: bool, paid: bool
) -> None:
    given = {
        "EASYFLOW_TELEGRAM__TOKEN": "1:A",
        "EASYFLOW_TELEGRAM__PAYMENTS": "2:B",
    }
    settings = load_settings(given if settings_say else {})
    assert takes_money(settings, bot_yaml) is paid

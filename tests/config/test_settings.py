"""Settings: read from the environment, .env and files; what is wrong is named with its cure."""

from pathlib import Path

import pytest

from config.environment import SettingsError, idle_settings, load_settings, unknown_settings
from config.setting_names import secrets
from config.settings import Settings


def settings(**given: str) -> Settings:
    return load_settings({f"EASYFLOW_{name}": value for name, value in given.items()})


def complaints(**given: str) -> list[str]:
    with pytest.raises(SettingsError) as error:
        settings(**given)
    return error.value.lines


def test_nothing_needs_to_be_set() -> None:
    plain = settings()
    assert (plain.http.host, plain.http.port) == ("127.0.0.1", 8000)
    assert plain.database_path == Path("data/easyflow.db")
    assert plain.bots_dir == Path("config/bots")
    assert all(part.accounts == [] for part in plain.messengers.values())


def test_nested_settings_are_written_with_two_underscores() -> None:
    assert settings(HTTP__PORT="9000", LOG__LEVEL="DEBUG").http.port == 9000


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert settings(HTTP__PORT="", PUBLIC_URL="").public_url is None


def test_a_bank_is_played_by_itself_only_where_no_stranger_comes() -> None:
    assert settings().plays_bank
    assert not settings(PUBLIC_URL="https://bot.example").plays_bank
    assert not settings(HTTP__HOST="0.0.0.0").plays_bank
    assert settings(HTTP__HOST="0.0.0.0", PAY__SANDBOX="yes").plays_bank
    assert not settings(PAY__SANDBOX="no").plays_bank


def test_bots_reload_while_there_is_no_public_address() -> None:
    assert settings().reloads
    assert not settings(PUBLIC_URL="https://bot.example.com").reloads
    assert settings(PUBLIC_URL="https://bot.example.com", RELOAD="yes").reloads
    assert not settings(RELOAD="no").reloads


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite+aiosqlite:///var/easyflow.db", "var/easyflow.db"),
        ("sqlite:////srv/easyflow.db", "/srv/easyflow.db"),
    ],
)
def test_the_database_is_a_file_of_sqlite(url: str, path: str) -> None:
    assert settings(DATABASE_URL=url).database_path == Path(path)


def test_a_single_token_and_a_list_are_accounts_together() -> None:
    several = '[{"bot": "salon", "token": "2:b", "webhook_secret": "s"}]'
    telegram = settings(
        TELEGRAM__TOKEN="1:a", TELEGRAM__BOT="shop", TELEGRAM__BOTS=several
    ).messengers["telegram"]
    assert telegram.accounts == [
        ("shop", {"token": "1:a"}),
        ("salon", {"token": "2:b", "webhook_secret": "s"}),
    ]


def test_an_account_may_need_more_than_a_token() -> None:
    given = {"WHATSAPP__TOKEN": "t", "WHATSAPP__PHONE_ID": "1", "WHATSAPP__APP_SECRET": "s"}
    assert complaints(**given) == [
        "EASYFLOW_WHATSAPP: There is a token, but VERIFY_TOKEN is missing"
    ]
    whole = settings(**given, WHATSAPP__VERIFY_TOKEN="v").whatsapp
    assert whole.accounts == [
        ("", {"token": "t", "phone_id": "1", "app_secret": "s", "verify_token": "v"})
    ]


def test_numbers_in_a_list_of_accounts_are_texts() -> None:
    vk = settings(VK__BOTS='[{"bot": "shop", "token": "t", "group": 7}]').vk
    assert vk.accounts == [("shop", {"token": "t", "group": "7"})]


def test_a_key_of_an_account_that_nobody_knows_is_a_complaint() -> None:
    lines = complaints(VK__BOTS='[{"bot": "shop", "token": "hunter2", "group": "7", "gruop": "7"}]')
    assert lines == ["EASYFLOW_VK__BOTS: Nobody knows what gruop is in the list"]


def test_keys_that_seal_are_long_and_masked() -> None:
    assert "at least 32" in complaints(KEYS="short")[0]
    first, second = "a" * 32, "b" * 32
    assert {first, second} <= set(settings(KEYS=f"{first}, {second}").secret_values)


def test_the_bot_that_answers_where_none_is_named() -> None:
    assert settings(DEFAULT_BOT="salon").bot_among(["salon", "shop"]) == "salon"
    assert settings().bot_among(["salon", "shop"]) == "shop"
    assert settings().bot_among(["кофе", "salon"]) == "salon"
    with pytest.raises(ValueError, match="there is no bot 'shpo' in config/bots; there are: shop"):
        settings(DEFAULT_BOT="shpo").bot_among(["shop"])


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("1:from-a-file\n")
    telegram = settings(TELEGRAM__TOKEN_FILE=str(tmp_path / "token")).telegram
    assert telegram.token is not None
    assert telegram.token.get_secret_value() == "1:from-a-file"


def test_a_secret_given_twice_or_in_no_file_is_a_complaint(tmp_path: Path) -> None:
    assert "keep one" in complaints(TELEGRAM__TOKEN="1:a", TELEGRAM__TOKEN_FILE="x")[0]
    missing = complaints(TELEGRAM__TOKEN_FILE=str(tmp_path / "no"))
    assert missing[0].startswith("EASYFLOW_TELEGRAM__TOKEN_FILE: cannot read")


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("EASYFLOW_HTTP__PORT=9001\nEASYFLOW_HTTP__HOST=0.0.0.0\n")
    http = load_settings({"EASYFLOW_HTTP__PORT": "9002"}, tmp_path / ".env").http
    assert (http.host, http.port) == ("0.0.0.0", 9002)


def test_a_missing_env_file_is_no_matter(tmp_path: Path) -> None:
    assert load_settings({}, tmp_path / ".env").http.port == 8000


@pytest.mark.parametrize(
    ("name", "value", "cure"),
    [
        ("HTTP__PORT", "abc", "found 'abc'. Write a whole number"),
        ("HTTP__PORT", "70000", "found '70000'. Write a number of at most 65535"),
        ("DESK__PER_MINUTE", "0", "found '0'. Write a number of at least 1"),
        ("RELOAD", "maybe", "found 'maybe'. Write yes or no"),
        ("PUBLIC_URL", "my bot", "Write a web address such as https://bot.example.com"),
        ("LOG__LEVEL", "loud", "Write one of: 'debug', 'info', 'warning' or 'error'"),
        ("ADMIN__EMAIL", "me", "Write an e-mail address"),
        ("TELEGRAM__API_BASE", "ftp://x", "Write a web address"),
        ("HTTP__ALLOWED_ORIGINS", "https://x", 'Write JSON, such as ["https://…"]'),
        ("TELEGRAM__BOTS", "shop", 'Write JSON, such as [{"bot": "shop", "token": "…"}]'),
    ],
)
def test_a_wrong_setting_is_named_with_its_cure(name: str, value: str, cure: str) -> None:
    lines = complaints(**{name: value})
    assert len(lines) == 1
    assert lines[0].startswith(f"EASYFLOW_{name}: ")
    assert cure in lines[0]


def test_a_list_that_is_no_json_is_named_among_its_neighbours() -> None:
    (line,) = complaints(TELEGRAM__API_BASE="https://a.b", TELEGRAM__BOTS="[{", VK__BOTS="[]")
    assert line.startswith('EASYFLOW_TELEGRAM__BOTS: Write JSON, such as [{"bot": "shop"')


def test_what_does_nothing_without_a_token_is_a_warning() -> None:
    given = settings(VK__GROUP="1", VK__TOKEN="", WHATSAPP__BOT="shop", TELEGRAM__TOKEN="1:A")
    assert idle_settings(given) == [
        "EASYFLOW_WHATSAPP__TOKEN is empty or missing, so EASYFLOW_WHATSAPP__BOT does nothing",
        "EASYFLOW_VK__TOKEN is empty or missing, so EASYFLOW_VK__GROUP does nothing",
    ]
    assert idle_settings(settings(VK__API_BASE="https://a.b", TELEGRAM__PAYMENTS="1")) == []


def test_every_wrong_setting_is_named_at_once() -> None:
    assert len(complaints(HTTP__PORT="x", RELOAD="x", LOG__FORMAT="x")) == 3


def test_the_value_of_a_secret_is_never_repeated() -> None:
    lines = complaints(
        ADMIN__PASSWORD="hunter2",
        ADMIN__API_KEY="hunter2",
        TELEGRAM__WEBHOOK_SECRET="hunter2 !",
        TELEGRAM__BOTS='[{"token": "hunter2"}]',
        DATABASE_URL="mysql://me:hunter2@db/x",
        REDIS_URL="memcached://:hunter2@cache",
    )
    assert len(lines) == 5
    assert "hunter2" not in "\n".join(lines)
    assert "hunter2" not in repr(settings(ADMIN__PASSWORD="hunter2-long"))


def test_databases_are_sqlite_or_postgres() -> None:
    assert "postgresql+asyncpg://" in complaints(DATABASE_URL="mysql://db/x")[0]
    assert "postgresql+asyncpg://" in complaints(DATABASE_URL="postgresql://db")[0]
    assert "redis://" in complaints(REDIS_URL="memcached://cache")[0]
    for url in ("postgresql+asyncpg://me:a#b@db/shop", "postgresql+asyncpg://me:x@db:port/shop"):
        assert "%23 for #" in complaints(DATABASE_URL=url)[0]
    assert "redis://" in complaints(REDIS_URL="redis://cache:port/0")[0]


def test_an_unknown_setting_is_a_warning_with_the_nearest_name() -> None:
    given = {"EASYFLOW_TELEGRAM__TOKN": "x", "EASYFLOW_XYZZY": "x", "EASYFLOW_RELOAD": "no"}
    assert unknown_settings(given) == [
        "There is no setting EASYFLOW_TELEGRAM__TOKN: did you mean EASYFLOW_TELEGRAM__TOKEN?",
        "There is no setting EASYFLOW_XYZZY, it does nothing",
    ]


def test_every_setting_has_a_meaning_and_every_token_is_a_secret() -> None:
    assert {
        "EASYFLOW_TELEGRAM__TOKEN",
        "EASYFLOW_TELEGRAM__BOTS",
        "EASYFLOW_ADMIN__PASSWORD",
        "EASYFLOW_ADMIN__API_KEY",
    } <= secrets()

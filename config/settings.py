"""Every setting with its type, its default and one line of meaning; read from EASYFLOW_* variables."""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self, get_origin
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "EASYFLOW_"
LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))
NESTING = "__"
EXAMPLE_BOT = "shop"
TELEGRAM_API = "https://api.telegram.org"
_SQLITE = ("sqlite://", "sqlite+aiosqlite://")
_SECRET: dict[str, JsonValue] = {"secret": True}
_SECRET_OF_TELEGRAM = re.compile(r"[A-Za-z0-9_-]{1,256}")


def _telegram_secret(secret: SecretStr | None) -> SecretStr | None:
    if secret is not None and not _SECRET_OF_TELEGRAM.fullmatch(secret.get_secret_value()):
        raise ValueError("use 1 to 256 letters, digits, _ and -")
    return secret


TelegramSecret = Annotated[SecretStr | None, AfterValidator(_telegram_secret)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class HttpSettings(_Part):
    """Where the server listens."""

    host: str = Field(default="127.0.0.1", description="Address to listen on; 0.0.0.0 for all")
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one"
    )
    allowed_origins: tuple[str, ...] = Field(
        default=(), description="Other sites whose pages may open the web chat, as a JSON list"
    )


class AdminSettings(_Part):
    """The owner's account, made at the first start; what is not given is made up and shown once."""

    email: str | None = Field(
        default=None, description="E-mail of the owner, made at the first start"
    )
    password: SecretStr | None = Field(
        default=None,
        min_length=8,
        max_length=128,
        description="Password of the owner, 8 to 128 characters",
    )
    api_key: SecretStr | None = Field(
        default=None, min_length=20, description="API key of the owner, at least 20 characters"
    )

    @field_validator("email")
    @classmethod
    def _looks_like_an_address(cls, email: str | None) -> str | None:
        if email is not None and email.count("@") != 1:
            raise ValueError("write an e-mail address such as owner@example.com")
        return email


class TelegramBotSettings(_Part):
    """One Telegram bot among several in a process."""

    bot: str = Field(description="The bot folder that answers there")
    token: SecretStr = Field(description="Token given by @BotFather")
    webhook_secret: TelegramSecret = Field(default=None, description="As below, of this bot")


class TelegramSettings(_Part):
    """Bots in Telegram."""

    token: SecretStr | None = Field(
        default=None, description="Token of one bot, given by @BotFather"
    )
    bot: str | None = Field(
        default=None, description="Bot folder that the token serves; the default bot if not given"
    )
    webhook_secret: TelegramSecret = Field(
        default=None,
        description="What Telegram signs webhooks with; made and kept in the data folder if absent",
    )
    bots: tuple[TelegramBotSettings, ...] = Field(
        default=(),
        description='Several bots: JSON list of {"bot", "token", "webhook_secret"}',
        json_schema_extra=_SECRET,
    )
    api_base: str = Field(
        default=TELEGRAM_API, description="Bot API server; change it for one of your own"
    )

    @field_validator("api_base")
    @classmethod
    def _is_a_web_address(cls, api_base: str) -> str:
        return _web_address(api_base)


class PaySettings(_Part):
    """How customers pay."""

    sandbox: bool | None = Field(
        default=None,
        description="Pages on which pressing a button is paying, to try flows with `pay.*`; on while"
        " there is no public URL and only this machine is listened to",
    )


class LogSettings(_Part):
    """How the server logs."""

    format: Literal["auto", "pretty", "json"] = Field(
        default="auto", description="auto is pretty in a terminal and JSON elsewhere"
    )
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least important messages that are still shown"
    )

    @field_validator("format", "level", mode="before")
    @classmethod
    def _in_lower_case(cls, word: Any) -> Any:
        return word.lower() if isinstance(word, str) else word


class Settings(BaseSettings):
    """What EASYFLOW_* variables and the file .env say; nesting is written with two underscores."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=NESTING, frozen=True, extra="ignore"
    )

    data_dir: Path = Field(
        default=Path("data"), description="Folder of the database and customers' files"
    )
    bots_dir: Path = Field(
        default=Path("config/bots"), description="Folder with one folder per bot"
    )
    default_bot: str | None = Field(
        default=None,
        description="Bot that answers where none is named; `shop` or else the first if not given",
    )
    reload: bool | None = Field(
        default=None,
        description="Publish a bot when its files change; on while there is no public URL",
    )
    public_url: str | None = Field(
        default=None,
        description="Address others reach the server at; with it Telegram calls a webhook",
    )
    database_url: str | None = Field(
        default=None,
        description="Database; SQLite in the data folder if not given",
        json_schema_extra=_SECRET,
    )
    redis_url: str | None = Field(
        default=None,
        description="Not used yet: it comes in a later version",
        json_schema_extra=_SECRET,
    )
    allow_actions: bool = Field(
        default=False,
        description="Run the Python of bots' `actions.py`; whoever writes it can do all that we can",
    )
    allow_hosts: str | None = Field(
        default=None,
        description="Private networks and servers that `http.*` may call although they are not public"
        " or not https: `10.0.0.0/8, shop.local:8080`",
    )
    secrets: dict[str, SecretStr] = Field(
        default={},
        description="Values of the names under `secrets` in bot.yaml, one variable for each",
    )
    http: HttpSettings = HttpSettings()
    admin: AdminSettings = AdminSettings()
    telegram: TelegramSettings = TelegramSettings()
    pay: PaySettings = PaySettings()
    log: LogSettings = LogSettings()

    @field_validator("secrets")
    @classmethod
    def _by_folded_name(cls, secrets: dict[str, SecretStr]) -> dict[str, SecretStr]:
        return {name.casefold(): value for name, value in secrets.items()}

    @field_validator("public_url")
    @classmethod
    def _is_a_web_address(cls, public_url: str | None) -> str | None:
        return None if public_url is None else _web_address(public_url)

    @field_validator("database_url")
    @classmethod
    def _is_sqlite(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(_SQLITE):
            raise ValueError(
                "this version keeps its data in SQLite and other databases come in a later one: "
                "remove the setting, or write sqlite+aiosqlite:///path/to/easyflow.db"
            )
        return url

    @field_validator("redis_url")
    @classmethod
    def _comes_later(cls, url: str | None) -> str | None:
        if url is not None:
            raise ValueError("this version needs no Redis, it comes in a later one: remove it")
        return url

    @model_validator(mode="after")
    def _webhooks_can_come(self) -> Self:
        if self.telegram_bots and self.no_webhooks:
            raise ValueError(f"PUBLIC_URL: {self.no_webhooks}")
        return self

    @property
    def no_webhooks(self) -> str | None:
        """Why Telegram would not call us, or None where it would."""
        insecure = self.public_url is not None and self.public_url.startswith("http:")
        if insecure and self.telegram.api_base == TELEGRAM_API:
            return "Telegram calls only https:// addresses: give such a one"
        return None

    @property
    def secret_values(self) -> list[str]:
        """What must not be seen anywhere, a log least of all."""
        given = [self.admin.password, self.admin.api_key, self.telegram.webhook_secret]
        given += self.secrets.values()
        for bot in self.telegram_bots:
            given += [bot.token, bot.webhook_secret]
        return [secret.get_secret_value() for secret in given if secret is not None]

    def secret(self, name: str) -> str | None:
        """The value of a bot's secret."""
        value = self.secrets.get(name.casefold())
        return None if value is None else value.get_secret_value()

    @property
    def database_path(self) -> Path:
        """The file SQLite keeps everything in."""
        if self.database_url is None:
            return self.data_dir / "easyflow.db"
        path = self.database_url.split("://", 1)[1]
        return Path(path.removeprefix("/") or "easyflow.db")

    def bot_among(self, bots: Collection[str]) -> str:
        """The bot that answers where none is named. Raises ValueError if there is none such."""
        if self.default_bot is not None:
            if self.default_bot not in bots:
                raise ValueError(
                    f"{PREFIX}DEFAULT_BOT: there is no bot {self.default_bot!r} in {self.bots_dir};"
                    f" there are: {', '.join(sorted(bots))}"
                )
            return self.default_bot
        return EXAMPLE_BOT if EXAMPLE_BOT in bots else min(bots)

    @property
    def plays_bank(self) -> bool:
        """Whether invoices are paid by pressing a button: by itself only where no stranger comes."""
        if self.pay.sandbox is not None:
            return self.pay.sandbox
        return self.public_url is None and self.http.host in LOOPBACK

    @property
    def reloads(self) -> bool:
        """Whether a bot is published when its files change."""
        return self.public_url is None if self.reload is None else self.reload

    @property
    def telegram_bots(self) -> tuple[TelegramBotSettings, ...]:
        """All Telegram bots; the one of the single token has an empty `bot` where none is named."""
        telegram = self.telegram
        if telegram.token is None:
            return telegram.bots
        single = TelegramBotSettings(
            bot=telegram.bot or self.default_bot or "",
            token=telegram.token,
            webhook_secret=telegram.webhook_secret,
        )
        return (single, *telegram.bots)


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise ValueError("write a web address such as https://bot.example.com")
    return text.rstrip("/")


class Setting(NamedTuple):
    """One setting as the documentation shows it."""

    name: str
    type: str
    default: str
    meaning: str
    secret: bool


def all_settings(model: type[BaseModel] = Settings, prefix: str = PREFIX) -> list[Setting]:
    """Every setting by the name of its variable, groups opened."""
    found: list[Setting] = []
    for name, field in model.model_fields.items():
        full = prefix + name.upper()
        annotation: Any = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            found += all_settings(annotation, full + NESTING)
        elif get_origin(annotation) is dict:
            named = f"{full}{NESTING}<NAME>"
            found.append(Setting(named, "secret", "", field.description or "", secret=True))
        else:
            type_ = _type(annotation)
            secret = type_ == "secret" or field.json_schema_extra is _SECRET
            meaning = field.description or ""
            found.append(Setting(full, type_, _default(field.default), meaning, secret))
    return found


def table() -> str:
    """The settings as a Markdown table for the documentation."""
    rows = [
        f"| `{one.name}` | {one.type} | {one.default} | {one.meaning} |" for one in all_settings()
    ]
    return "\n".join(["| setting | type | default | meaning |", "|---|---|---|---|", *rows])


def secrets() -> set[str]:
    """The settings whose values are secrets; each may be read from a file, `<NAME>_FILE`."""
    return {one.name for one in all_settings() if one.secret}


def _type(annotation: Any) -> str:
    words: Mapping[str, str] = {"str": "text", "int": "number", "bool": "yes/no", "Path": "path"}
    written = str(annotation)
    if "SecretStr" in written:
        return "secret"
    if "tuple" in written:
        return "JSON list"
    if "Literal" in written:
        return " ".join(f"`{one}`" for one in annotation.__args__)
    return next((words[name] for name in words if name.lower() in written.lower()), "text")


def _default(value: Any) -> str:
    return "" if value is None or value == () else f"`{value}`"

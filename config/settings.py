"""Every setting with its type, its default and one line of meaning; read from EASYFLOW_* variables."""

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from pydantic import (
    Field,
    SecretStr,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.setting_parts import (
    SECRET,
    AdminSettings,
    AlertSettings,
    BillingSettings,
    DeskSettings,
    HttpSettings,
    LogSettings,
    MaxSettings,
    MessengerSettings,
    MetricsSettings,
    OtelSettings,
    PaySettings,
    PlansSettings,
    TelegramSettings,
    VkSettings,
    WhatsAppSettings,
    YookassaSettings,
    web_address,
)

PREFIX = "EASYFLOW_"
LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))
NESTING = "__"
EXAMPLE_BOT = "shop"
_SQLITE = ("sqlite://", "sqlite+aiosqlite://")
_POSTGRES = ("postgresql+asyncpg://", "postgresql://")


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
        description="Address others reach the server at; with it messengers call webhooks",
    )
    database_url: str | None = Field(
        default=None,
        description="Database; SQLite in the data folder if not given,"
        " postgresql+asyncpg://user:password@host/database for many processes",
        json_schema_extra=SECRET,
    )
    redis_url: str | None = Field(
        default=None,
        description="Redis, for processes that share a PostgreSQL: they wake one another by it",
        json_schema_extra=SECRET,
    )
    forget_after: Annotated[int, Field(ge=1)] | None = Field(
        default=None,
        description="Days after which a customer who was silent is forgotten with all that was said;"
        " never if not given",
    )
    keys: SecretStr | None = Field(
        default=None,
        description="Keys of what is sealed in the database, with commas between them: the first"
        " seals, all open; one is made and kept in the data folder if absent",
    )
    registration: Literal["open", "invite", "closed"] | None = Field(
        default=None,
        description="Who may register over HTTP and so open a workspace: everybody, whoever has an"
        " invitation (`python run.py users invite`), or nobody; open while there is no public URL, else"
        " invite",
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
    clamd: str | None = Field(
        default=None,
        description="Virus scanner that sees each upload: ClamAV's daemon as `host:3310` or the path of"
        " its socket; while it does not answer nothing is taken in",
    )
    secrets: dict[str, SecretStr] = Field(
        default={},
        description="Values of the names under `secrets` in bot.yaml, one variable for each",
    )
    http: HttpSettings = HttpSettings()
    admin: AdminSettings = AdminSettings()
    telegram: TelegramSettings = TelegramSettings()
    whatsapp: WhatsAppSettings = WhatsAppSettings()
    vk: VkSettings = VkSettings()
    max: MaxSettings = MaxSettings()
    pay: PaySettings = PaySettings()
    desk: DeskSettings = DeskSettings()
    alerts: AlertSettings = AlertSettings()
    billing: BillingSettings = BillingSettings()
    plans: PlansSettings = PlansSettings()
    yookassa: YookassaSettings = YookassaSettings()
    metrics: MetricsSettings = MetricsSettings()
    otel: OtelSettings = OtelSettings()
    log: LogSettings = LogSettings()

    @field_validator("secrets")
    @classmethod
    def _by_folded_name(cls, secrets: dict[str, SecretStr]) -> dict[str, SecretStr]:
        return {name.casefold(): value for name, value in secrets.items()}

    @field_validator("public_url")
    @classmethod
    def _is_a_web_address(cls, public_url: str | None) -> str | None:
        return None if public_url is None else web_address(public_url)

    @field_validator("clamd")
    @classmethod
    def _is_a_socket(cls, clamd: str | None) -> str | None:
        port = (clamd or "").rpartition(":")[2]
        if clamd and "/" not in clamd and not (port.isdecimal() and 0 < int(port) < 65_536):
            raise ValueError("write host:3310 or the path of clamd's socket")
        return clamd or None

    @field_validator("database_url")
    @classmethod
    def _is_known(cls, url: str | None) -> str | None:
        if url is None or url.startswith(_SQLITE):
            return url
        if not url.startswith(_POSTGRES) or not _names_a_place(url):
            raise ValueError(
                "write postgresql+asyncpg://user:password@host:5432/database"
                " (in a password %40 for @, %2F for /, %23 for #),"
                " or sqlite+aiosqlite:///path/to/easyflow.db; without it all is in the data folder"
            )
        return url

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, url: str | None) -> str | None:
        known = url and url.startswith(("redis://", "rediss://", "unix://"))
        if url and not (known and _has_a_port(url)):
            raise ValueError("write redis://host:6379/0, or rediss:// for one over TLS")
        return url or None

    @property
    def messengers(self) -> dict[str, MessengerSettings]:
        """What is said of each messenger, by its name."""
        parts = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: part for name, part in parts.items() if isinstance(part, MessengerSettings)}

    @property
    def api_bases(self) -> dict[str, str]:
        """Where each messenger is called."""
        return {name: part.api_base for name, part in self.messengers.items()}

    @field_validator("keys")
    @classmethod
    def _are_long(cls, keys: SecretStr | None) -> SecretStr | None:
        if keys is not None and not all(len(key) >= 32 for key in split_keys(keys)):
            raise ValueError("each key needs at least 32 characters: openssl rand -base64 32")
        return keys

    @property
    def hosts(self) -> list[str]:
        """The names that others call this server by; any while there is no public URL."""
        if self.public_url is None:
            return []
        return [urlsplit(self.public_url).hostname or "", *self.http.allowed_hosts]

    @property
    def secret_values(self) -> list[str]:
        """What must not be seen anywhere, a log least of all."""
        given = [self.admin.password, self.admin.api_key, self.yookassa.secret]
        given += [self.alerts.secret, self.alerts.smtp_password]
        given += self.secrets.values()
        for part in self.messengers.values():
            given += [getattr(part, name) for name in part.credentials()]
            given += [value for one in part.bots for key, value in one.items() if key != "bot"]
        known = [one.get_secret_value() for one in given if isinstance(one, SecretStr)]
        for url in (self.database_url, self.redis_url):
            if url and (password := urlsplit(url).password):
                known += [password, unquote(password)]
        return [*known, *self.otel.header_values.values(), *split_keys(self.keys)]

    def secret(self, name: str) -> str | None:
        """The value of a bot's secret."""
        value = self.secrets.get(name.casefold())
        return None if value is None else value.get_secret_value()

    @property
    def database(self) -> Path | str:
        """Where everything is kept: the file of SQLite, or the URL of PostgreSQL."""
        if self.database_url is not None and self.database_url.startswith(_POSTGRES):
            return self.database_url
        return self.database_path

    @property
    def database_path(self) -> Path:
        """The file SQLite keeps everything in."""
        if self.database_url is None:
            return self.data_dir / "easyflow.db"
        path = self.database_url.split("://", 1)[1]
        if self.database_url.startswith(_POSTGRES):
            # Whoever asks for a file tells its name: without the password.
            path = path.rpartition("@")[2]
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
    def registers(self) -> Literal["open", "invite", "closed"]:
        """Who may register: by itself only where no stranger comes everybody."""
        return self.registration or ("open" if self.public_url is None else "invite")

    @property
    def plays_bank(self) -> bool:
        """Whether invoices are paid by pressing a button: by itself only where no stranger comes."""
        if self.pay.sandbox is not None:
            return self.pay.sandbox
        return self.public_url is None and self.http.host in LOOPBACK

    @property
    def plays_top_ups(self) -> bool:
        """Whether what workspaces put in is play money: by itself only while nobody else reaches us."""
        if self.yookassa.shop_id is not None:
            return False
        return self.public_url is None if self.pay.sandbox is None else self.pay.sandbox

    @property
    def reloads(self) -> bool:
        """Whether a bot is published when its files change."""
        return self.public_url is None if self.reload is None else self.reload


def split_keys(keys: SecretStr | None) -> list[str]:
    """The keys of a list with commas."""
    written = keys.get_secret_value() if keys is not None else ""
    return [one.strip() for one in written.split(",") if one.strip()]


def _has_a_port(url: str) -> bool:
    """Whether the port is a number, where there is one: a password with an @ or a # in it hides it."""
    try:
        return (urlsplit(url).port or 1) > 0
    except ValueError:
        return False


def _names_a_place(url: str) -> bool:
    """Whether a URL of PostgreSQL says which database, and at which host."""
    return _has_a_port(url) and bool(urlsplit(url).path.strip("/"))

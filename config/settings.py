"""Every setting with its type, its default and one line of meaning; read from EASYFLOW_* variables."""

from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self, get_args, get_origin
from urllib.parse import unquote, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from flows.messengers import MESSENGERS

PREFIX = "EASYFLOW_"
LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))
NESTING = "__"
EXAMPLE_BOT = "shop"
_SQLITE = ("sqlite://", "sqlite+aiosqlite://")
_POSTGRES = ("postgresql+asyncpg://", "postgresql://")
_SECRET: dict[str, JsonValue] = {"secret": True}


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise ValueError("write a web address such as https://bot.example.com")
    return text.rstrip("/")


WebAddress = Annotated[str, AfterValidator(_web_address)]


def _roubles(written: Any) -> Decimal:
    try:
        sum_ = Decimal(str(written))
    except InvalidOperation:
        raise ValueError("write a sum in roubles such as 5.00") from None
    if not sum_.is_finite() or not 0 <= sum_ <= 1_000_000 or sum_ != round(sum_, 2):
        raise ValueError("write a sum from 0 to 1000000 roubles, with two decimals at most")
    return round(sum_, 2)


Roubles = Annotated[Decimal, BeforeValidator(_roubles)]


def _amount_of_things(number: int) -> int:
    if number < 0:
        raise ValueError("write how much it may be, 0 for no limit")
    return number


Most = Annotated[int, AfterValidator(_amount_of_things)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class HttpSettings(_Part):
    """Where the server listens."""

    host: str = Field(default="127.0.0.1", description="Address to listen on; 0.0.0.0 for all")
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one"
    )
    allowed_origins: tuple[str, ...] = Field(
        default=(),
        description="Other sites whose pages may open the web chat and call the API, as a JSON list"
        ' such as `["https://shop.example"]`',
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=(),
        description="Names that this server is called by beside its public URL's, as a JSON list",
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=("127.0.0.1", "::1"),
        description="Addresses and networks of proxies whose `X-Forwarded-For` and `-Proto` are believed,"
        " as a JSON list",
    )

    @field_validator("allowed_origins")
    @classmethod
    def _are_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for one in origins:
            parts = urlsplit(one)
            if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
                raise ValueError(
                    f"write sites such as https://shop.example, each by name; found {one}"
                )
            if "*" in one:
                raise ValueError(f"each site is named: {one} would be all of them")
        return origins

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for one in proxies:
            try:
                ip_network(one)
            except ValueError as error:
                raise ValueError(f"write networks such as 10.0.0.0/8; found {one}") from error
        return proxies


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


class MessengerSettings(_Part):
    """Accounts at one messenger: one by the fields of its own credentials, more by `bots`.

    A messenger's own class adds a field for each credential, named as in `flows.messengers`.
    """

    api_base: WebAddress = ""
    bot: str | None = Field(
        default=None, description="Bot folder that answers there; the default bot if not given"
    )
    bots: tuple[dict[str, SecretStr], ...] = Field(
        default=(),
        description="Several accounts: a JSON list, each with its `bot` and the keys above",
        json_schema_extra=_SECRET,
    )

    @field_validator("bots", mode="before")
    @classmethod
    def _numbers_are_texts(cls, bots: Any) -> Any:
        if not isinstance(bots, list | tuple):
            return bots
        return [
            {key: str(value) if type(value) is int else value for key, value in one.items()}
            if isinstance(one, dict)
            else one
            for one in bots
        ]

    @field_validator("bots")
    @classmethod
    def _have_what_they_need(
        cls, bots: tuple[dict[str, SecretStr], ...]
    ) -> tuple[dict[str, SecretStr], ...]:
        for account in bots:
            for key in ("bot", *cls.needed()):
                if not account.get(key):
                    raise ValueError(f'each of the list needs its "{key}"')
            unknown = account.keys() - {"bot", *cls.credentials()}
            if unknown:
                raise ValueError(f"nobody knows what {', '.join(sorted(unknown))} is in the list")
        return bots

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        missing = [key.upper() for key in self.needed() if not getattr(self, key)]
        if self.own and missing:
            raise ValueError(f"there is a token, but {', '.join(missing)} is missing")
        return self

    @classmethod
    def credentials(cls) -> list[str]:
        """The names of what an account is opened with."""
        others = MessengerSettings.model_fields
        return [name for name in cls.model_fields if name not in others]

    @classmethod
    def needed(cls) -> tuple[str, ...]:
        """Those without which none is opened."""
        name = cls.__name__.removesuffix("Settings").lower()
        return next((one.keys[: one.needs] for one in MESSENGERS if one.name == name), ())

    @property
    def own(self) -> dict[str, str]:
        """The credentials of the one account; empty where no token is given."""
        if not getattr(self, self.needed()[0]):
            return {}
        return {
            name: value.get_secret_value() if isinstance(value, SecretStr) else value
            for name in self.credentials()
            if (value := getattr(self, name))
        }

    @property
    def accounts(self) -> list[tuple[str, dict[str, str]]]:
        """Each account's bot ("" for the default one) with its credentials."""
        several = []
        for account in self.bots:
            values = {key: value.get_secret_value() for key, value in account.items()}
            several.append((values.pop("bot"), values))
        return [*([(self.bot or "", self.own)] if self.own else ()), *several]


class TelegramSettings(MessengerSettings):
    """Bots in Telegram."""

    token: SecretStr | None = Field(
        default=None, description="Token of one bot, given by @BotFather"
    )
    webhook_secret: SecretStr | None = Field(
        default=None,
        description="What Telegram signs webhooks with; made and kept in the data folder if absent",
    )
    payments: SecretStr | None = Field(
        default=None, description="The payment provider's token, given by @BotFather"
    )
    api_base: WebAddress = Field(
        default="https://api.telegram.org",
        description="Bot API server; change it for one of your own",
    )


class WhatsAppSettings(MessengerSettings):
    """Numbers of WhatsApp."""

    token: SecretStr | None = Field(
        default=None, description="Access token of one number's app, given by Meta"
    )
    phone_id: str | None = Field(default=None, description="The Phone number ID, not the number")
    app_secret: SecretStr | None = Field(
        default=None, description="The app's secret, by which Meta signs its calls"
    )
    verify_token: SecretStr | None = Field(
        default=None, description="The word that verifies the webhook, yours to make up"
    )
    api_base: WebAddress = Field(
        default="https://graph.facebook.com/v23.0", description="Graph API with its version"
    )


class VkSettings(MessengerSettings):
    """Communities of VK."""

    token: SecretStr | None = Field(default=None, description="Access token of one community")
    group: str | None = Field(default=None, description="The community's number")
    secret: SecretStr | None = Field(
        default=None,
        description="The secret of its Callback API; made and kept in the data folder if absent",
    )
    confirmation: str | None = Field(
        default=None, description="What the server answers to VK's question; found out if absent"
    )
    api_base: WebAddress = Field(
        default="https://api.vk.com/method", description="Where VK's methods are called"
    )


class MaxSettings(MessengerSettings):
    """Bots in MAX."""

    token: SecretStr | None = Field(
        default=None, description="Token of one bot, from business.max.ru"
    )
    nick: str | None = Field(
        default=None, description="The bot's name in its address max.ru/<nick>"
    )
    webhook_secret: SecretStr | None = Field(
        default=None,
        description="What MAX signs webhooks with; made and kept in the data folder if absent",
    )
    api_base: WebAddress = Field(
        default="https://platform-api2.max.ru", description="Where MAX's methods are called"
    )


class PaySettings(_Part):
    """How customers pay."""

    sandbox: bool | None = Field(
        default=None,
        description="Pages on which pressing a button is paying, to try flows with `pay.*`; on while"
        " there is no public URL and only this machine is listened to. Top-ups of balances are paid by"
        " themselves then; that is on while there is neither a public URL nor YooKassa",
    )


class DeskSettings(_Part):
    """The groups in which operators answer."""

    keep_topics: Annotated[int, Field(ge=1)] | None = Field(
        default=None,
        description="Days after which closed topics are deleted from operators' groups (what was said"
        " stays in the database); never if not given",
    )
    per_minute: int = Field(
        default=18,
        ge=1,
        le=18,
        description="Things a bot does in one group in a minute; fewer where other programs use the same"
        " bot there. Telegram takes about 20",
    )


class AlertSettings(_Part):
    """Whom to tell that an operators' group is in trouble or a promise of service was not kept."""

    webhook: WebAddress | None = Field(
        default=None, description="Where alerts are posted, as signed JSON; nowhere if not given"
    )
    secret: SecretStr | None = Field(
        default=None, description="What the webhook's calls are signed with (HMAC-SHA256)"
    )
    email: str | None = Field(
        default=None, description="To whom alerts are mailed; nobody if not given"
    )
    smtp_host: str | None = Field(default=None, description="The server that sends the mail on")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port")
    smtp_user: str = Field(default="", description="Whom we log in as there; no login if empty")
    smtp_password: SecretStr | None = Field(default=None, description="The password of that login")
    smtp_from: str = Field(default="", description="The sender; SMTP_USER if not given")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the way there is kept private: starttls, tls or none"
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.webhook is not None and (self.secret is None or not self.secret.get_secret_value()):
            raise ValueError("WEBHOOK needs SECRET: its calls are signed with it")
        if self.email is not None and not self.smtp_host:
            raise ValueError("EMAIL needs SMTP_HOST: the server that sends the mail on")
        sender = self.smtp_from or self.smtp_user
        if self.email is not None and "@" not in sender:
            raise ValueError("EMAIL needs SMTP_FROM: the address it is sent from")
        for address in (self.email or "", sender):
            if not address.isascii() or any(sign in address for sign in "\r\n,"):
                raise ValueError("EMAIL and SMTP_FROM are one address each")
        return self


class BillingSettings(_Part):
    """Money of workspaces."""

    welcome_bonus: Roubles = Field(
        default=Decimal("500.00"), description="Roubles that each workspace begins with"
    )


class YookassaSettings(_Part):
    """The shop at YooKassa where workspaces put money on their balance."""

    shop_id: str | None = Field(default=None, description="The shop's number at YooKassa")
    secret: SecretStr | None = Field(default=None, description="The shop's secret key")
    api_base: WebAddress = Field(
        default="https://api.yookassa.ru/v3", description="Where YooKassa's API is called"
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.shop_id is None) != (self.secret is None):
            raise ValueError("YooKassa needs both, SHOP_ID and SECRET: give the other one too")
        secret = self.secret.get_secret_value() if self.secret else ""
        if not f"{self.shop_id}{secret}".isascii() or ":" in (self.shop_id or ""):
            raise ValueError("SHOP_ID and SECRET are plain letters and digits: copy them anew")
        return self


class PlanSettings(_Part):
    """What workspaces of one plan pay and may."""

    price: Roubles = Field(
        default=Decimal("5.00"), description="Roubles for a message that an assistant answers"
    )
    messages: Most = Field(
        default=1000, description="Messages that assistants answer in a month; 0 for no limit"
    )
    assistants: Most = Field(
        default=5, description="Assistants that are made over the API; 0 for no limit"
    )
    storage_mb: Most = Field(
        default=100, description="Megabytes of documents that are kept; 0 for no limit"
    )


class PlansSettings(_Part):
    """The plans; a workspace begins with the first."""

    trial: PlanSettings = PlanSettings()
    free: PlanSettings = PlanSettings()
    pro: PlanSettings = PlanSettings(
        price=Decimal("3.00"), messages=50_000, assistants=50, storage_mb=5_000
    )
    enterprise: PlanSettings = PlanSettings(
        price=Decimal("1.00"), messages=0, assistants=0, storage_mb=100_000
    )


class MetricsSettings(_Part):
    """Where programs that watch processes ask, beside the server's own port."""

    host: str = Field(
        default="127.0.0.1", description="Address at which that port listens; 0.0.0.0 for all"
    )
    port: Annotated[int, Field(ge=0, le=65535)] | None = Field(
        default=None,
        description="A port for `/metrics`, `/livez` and `/readyz` alone; the server's own port tells no"
        " metrics then. A worker listens nowhere without it",
    )


class OtelSettings(_Part):
    """Where spans of turns are sent, for programs such as Jaeger or Tempo."""

    endpoint: WebAddress | None = Field(
        default=None,
        description="Collector that takes OpenTelemetry spans over HTTP, such as"
        " `http://127.0.0.1:4318`; `OTEL_EXPORTER_OTLP_ENDPOINT` is taken too. Nothing is traced if not"
        " given",
    )
    headers: SecretStr | None = Field(
        default=None,
        description="Headers it wants, such as `authorization=Bearer …`, with commas between them",
    )
    share: float = Field(
        default=1.0, ge=0, le=1, description="Share of messages that are traced, from 0 to 1"
    )
    service: str = Field(default="easy-flow", description="What the spans' service is called")

    @field_validator("headers")
    @classmethod
    def _are_pairs(cls, headers: SecretStr | None) -> SecretStr | None:
        written = headers.get_secret_value() if headers is not None else ""
        if not all("=" in pair for pair in filter(str.strip, written.split(","))):
            raise ValueError("write name=value, with commas between them")
        return headers

    @property
    def header_values(self) -> dict[str, str]:
        """Each header by its name."""
        written = self.headers.get_secret_value() if self.headers is not None else ""
        pairs = (pair.partition("=") for pair in written.split(",") if pair.strip())
        return {name.strip().lower(): value.strip() for name, _, value in pairs}


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
        description="Address others reach the server at; with it messengers call webhooks",
    )
    database_url: str | None = Field(
        default=None,
        description="Database; SQLite in the data folder if not given,"
        " postgresql+asyncpg://user:password@host/database for many processes",
        json_schema_extra=_SECRET,
    )
    redis_url: str | None = Field(
        default=None,
        description="Redis, for processes that share a PostgreSQL: they wake one another by it",
        json_schema_extra=_SECRET,
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
        return None if public_url is None else _web_address(public_url)

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


class Setting(NamedTuple):
    """One setting as the documentation shows it."""

    name: str
    type: str
    default: str
    meaning: str
    secret: bool


def all_settings(
    model: type[BaseModel] = Settings, prefix: str = PREFIX, given: BaseModel | None = None
) -> list[Setting]:
    """Every setting by the name of its variable, groups opened; defaults are those `given`, if any."""
    found: list[Setting] = []
    inherited = [name for base in model.__bases__ for name in getattr(base, "model_fields", ())]
    for name in sorted(model.model_fields, key=lambda one: one in inherited):
        field = model.model_fields[name]
        full = prefix + name.upper()
        annotation: Any = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            group = getattr(given, name) if given is not None else field.default
            found += all_settings(annotation, full + NESTING, group)
        elif get_origin(annotation) is dict:
            named = f"{full}{NESTING}<NAME>"
            found.append(Setting(named, "secret", "", field.description or "", secret=True))
        else:
            type_ = _type(annotation)
            secret = type_ == "secret" or field.json_schema_extra is _SECRET
            meaning = field.description or ""
            default = field.default if given is None else getattr(given, name)
            found.append(Setting(full, type_, _default(default), meaning, secret))
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


def _has_a_port(url: str) -> bool:
    """Whether the port is a number, where there is one: a password with an @ or a # in it hides it."""
    try:
        return (urlsplit(url).port or 1) > 0
    except ValueError:
        return False


def _names_a_place(url: str) -> bool:
    """Whether a URL of PostgreSQL says which database, and at which host."""
    return _has_a_port(url) and bool(urlsplit(url).path.strip("/"))


def _type(annotation: Any) -> str:
    words: Mapping[str, str] = {
        "str": "text",
        "int": "number",
        "float": "number",
        "bool": "yes/no",
        "Path": "path",
        "Decimal": "roubles",
    }
    written = str(annotation)
    if "tuple" in written:
        return "JSON list"
    if "SecretStr" in written:
        return "secret"
    if "Literal" in written:
        chosen = next(
            (one for one in get_args(annotation) if get_origin(one) is Literal), annotation
        )
        return " ".join(f"`{one}`" for one in get_args(chosen))
    return next((words[name] for name in words if name.lower() in written.lower()), "text")


def _default(value: Any) -> str:
    return "" if value is None or value == () else f"`{value}`"

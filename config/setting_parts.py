"""The groups of settings: those of each messenger, of HTTP, of money, of whoever watches."""

from decimal import Decimal, InvalidOperation
from ipaddress import ip_network
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

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

from flows.messengers import MESSENGERS

SECRET: dict[str, JsonValue] = {"secret": True}
"""What marks a setting as a secret that is no SecretStr by its type."""


def web_address(text: str) -> str:
    """An address without its last slash. Raises ValueError."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise ValueError("write a web address such as https://bot.example.com")
    return text.rstrip("/")


WebAddress = Annotated[str, AfterValidator(web_address)]


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
        json_schema_extra=SECRET,
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

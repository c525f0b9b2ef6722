"""The administrative chapter of the ReplyX contract: all users, keys of models, the system's health."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from adapters.http.dialect import attempt, route_class, surface
from adapters.http.paging import Offset, at_most
from adapters.http.policy import lets, people
from adapters.http.replyx import admin_examples as examples
from adapters.http.replyx.errors import DIALECT, documented
from adapters.http.replyx.money import Roubles
from adapters.http.replyx.names import Moment
from bots.model.ai_token import AiToken, NewAiToken
from bots.model.census import Person
from bots.services.system import Figures

MOST = 200
LARGEST_LIMIT = 1_000_000_000

router = APIRouter(
    prefix="/api/admin",
    tags=["Administration"],
    route_class=route_class(DIALECT),
    dependencies=lets(people(admin=True)),
    responses=documented(401, 403, 429),
)


class UserRow(BaseModel):
    """Somebody who signs in; money, assistants and dialogs are those of their workspace."""

    id: int
    email: str
    first_name: str
    last_name: str
    is_admin: bool
    balance: Roubles
    total_spent: Roubles
    assistants_count: int
    dialogs_count: int
    created_at: Moment
    last_login_at: Moment | None

    @classmethod
    def of(cls, person: Person) -> "UserRow":
        return cls(
            id=person.id,
            email=person.email,
            first_name=person.first_name,
            last_name=person.last_name,
            is_admin=person.is_admin,
            balance=person.balance or 0,
            total_spent=person.spent,
            assistants_count=person.assistants,
            dialogs_count=person.conversations,
            created_at=person.created_at,
            last_login_at=person.last_login_at,
        )


class UserRows(BaseModel):
    """A page of users; `total` counts all that were asked for."""

    model_config = ConfigDict(json_schema_extra={"example": examples.USERS})

    users: list[UserRow]
    total: int


Model = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^\S+$")]
Limit = Annotated[int, Field(ge=1, le=LARGEST_LIMIT)]


class AiTokenRequest(BaseModel):
    """A key of a models' provider; the lowest priority is taken first."""

    model_config = ConfigDict(
        strict=True,
        json_schema_extra={
            "example": {
                "name": "Backup GPT-3.5",
                "token": "sk-proj-...",
                "model_access": ["gpt-3.5-turbo"],
                "daily_limit": 500,
                "monthly_limit": 15000,
                "priority": 2,
                "notes": "Резервный токен",
            }
        },
    )

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    token: Annotated[str, StringConstraints(min_length=8, max_length=4096)]
    model_access: Annotated[list[Model], Field(min_length=1, max_length=50)]
    daily_limit: Limit
    monthly_limit: Limit
    priority: Annotated[int, Field(ge=1, le=1000)] = 1
    is_active: bool = True
    notes: Annotated[str, StringConstraints(max_length=2000)] = ""

    @field_validator("token")
    @classmethod
    def _could_be_a_key(cls, token: str) -> str:
        if not token.isascii() or not token.isprintable() or " " in token:
            raise PydanticCustomError("key", "Нужен ключ, как его выдал провайдер, без пробелов")
        return token

    def asked(self) -> NewAiToken:
        return NewAiToken(
            name=self.name,
            token=self.token,
            models=tuple(self.model_access),
            daily_limit=self.daily_limit,
            monthly_limit=self.monthly_limit,
            priority=self.priority,
            active=self.is_active,
            notes=self.notes,
        )


class AiTokenRow(BaseModel):
    """A key as it is shown; days and months are those of UTC."""

    model_config = ConfigDict(json_schema_extra={"example": examples.AI_TOKEN})

    id: int
    name: str
    token: str
    model_access: list[str]
    daily_limit: int
    monthly_limit: int
    daily_usage: int
    monthly_usage: int
    priority: int
    is_active: bool
    created_at: Moment

    @classmethod
    def of(cls, token: AiToken) -> "AiTokenRow":
        return cls(
            id=token.id,
            name=token.name,
            token=token.mask,
            model_access=list(token.models),
            daily_limit=token.daily_limit,
            monthly_limit=token.monthly_limit,
            daily_usage=token.daily_usage,
            monthly_usage=token.monthly_usage,
            priority=token.priority,
            is_active=token.active,
            created_at=token.created_at,
        )


class DatabaseHealth(BaseModel):
    """`pool_size` counts the connections that are kept, the one that writes among them."""

    connected: bool
    pool_size: int
    active_connections: int


class RedisHealth(BaseModel):
    """No Redis is needed, and none is connected to."""

    connected: bool
    memory_usage: str | None


class BotsHealth(BaseModel):
    """Bots that answer, processes of ours, and how long the server is up."""

    active_bots: int
    total_processes: int
    uptime: str


class DiskUsage(BaseModel):
    """What uploads and logs fill, and what is left on the disk of the data."""

    uploads: str
    logs: str
    available: str


class HealthResponse(BaseModel):
    """`degraded` where /readyz would say that the server is not ready."""

    model_config = ConfigDict(json_schema_extra={"example": examples.HEALTH})

    status: Literal["healthy", "degraded"]
    database: DatabaseHealth
    redis: RedisHealth
    bot_manager: BotsHealth
    disk_usage: DiskUsage

    @classmethod
    def of(cls, figures: Figures) -> "HealthResponse":
        return cls(
            status="degraded" if figures.troubles else "healthy",
            database=DatabaseHealth(
                connected="database" not in figures.troubles,
                pool_size=figures.connections.most,
                active_connections=figures.connections.active,
            ),
            redis=RedisHealth(connected=False, memory_usage=None),
            bot_manager=BotsHealth(
                active_bots=figures.bots,
                total_processes=figures.processes,
                uptime=span(figures.uptime),
            ),
            disk_usage=DiskUsage(
                uploads=size(figures.disk.uploads),
                logs=size(figures.disk.logs),
                available=size(figures.disk.available),
            ),
        )


@router.get("/users", summary="List all who sign in", responses=documented(422))
async def users(
    request: Request,
    limit: Annotated[int, at_most(MOST)] = 50,
    offset: Offset = 0,
    search: Annotated[str, Query(max_length=200)] = "",
) -> UserRows:
    """Everybody who signs in, over all workspaces."""
    census = surface(request).services.census
    found, total = await census.people(search, limit=limit, offset=offset)
    return UserRows(users=[UserRow.of(one) for one in found], total=total)


@router.get("/ai-tokens", summary="List keys of models")
async def ai_tokens(request: Request) -> list[AiTokenRow]:
    """Every key; those first that are taken first."""
    return [AiTokenRow.of(one) for one in await surface(request).services.ai_tokens.all()]


@router.post(
    "/ai-tokens",
    summary="Keep a key of models",
    status_code=201,
    responses=documented(400, 413, 422, 503),
)
async def add_ai_token(request: Request, body: AiTokenRequest) -> AiTokenRow:
    """Keep a key; it is never shown whole again."""
    asked = replace(body.asked(), once=attempt(request))
    return AiTokenRow.of(await surface(request).services.ai_tokens.add(asked))


@router.get("/system/health", summary="Read how the server fares", responses=documented(503))
async def system_health(request: Request) -> HealthResponse:
    """How the server fares."""
    return HealthResponse.of(await surface(request).services.system.figures())


def span(time: timedelta) -> str:
    """`5d 12h 30m`."""
    minutes = max(0, int(time.total_seconds())) // 60
    return f"{minutes // 1440}d {minutes // 60 % 24}h {minutes % 60}m"


def size(bytes: int) -> str:
    """`2.1GB`, `450MB`, `0B`: thousands of thousands, one decimal at most."""
    value, units = float(bytes), ["B", "KB", "MB", "GB", "TB"]
    while round(value, 1) >= 1000 and len(units) > 1:
        value, units = value / 1000, units[1:]
    return f"{value:.1f}".removesuffix(".0") + units[0]

"""The chapter Integration of the Easy Flow contract."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from adapters.http.auth import Known
from adapters.http.dialect import attempt, route_class, spend, surface
from adapters.http.easyflow import examples
from adapters.http.easyflow.errors import DIALECT, LIMITED, documented
from adapters.http.easyflow.names import Id, Moment, PathId
from adapters.http.idempotency import DOCUMENTED as ONCE
from adapters.http.limits import per_minute
from adapters.http.policy import lets, people
from bots.model.account import Caller
from bots.model.marketplace import Connection, Interval, MarketplaceKind, SyncStatus

LIMIT = per_minute("easyflow integration", 50)
_WEB = ("https://", "http://")

router = APIRouter(
    prefix="/api/v1/integration",
    tags=["Integration"],
    route_class=route_class(DIALECT),
    dependencies=lets(people()),
    responses={200: {"headers": LIMITED}, **documented(401, 429)},
)
MAY_CHANGE = lets(people("admin", whole=True))


class Marketplace(BaseModel):
    """`status` is `active` where syncing works; at a `connectable` one connections are only kept."""

    id: str
    name: str
    type: str
    region: str
    capabilities: list[str]
    required_credentials: list[str]
    status: Literal["active", "connectable"]

    @classmethod
    def of(cls, kind: MarketplaceKind, works: bool) -> "Marketplace":
        return cls(
            id=kind.id,
            name=kind.name,
            type=kind.kind,
            region="russia",
            capabilities=list(kind.capabilities),
            required_credentials=list(kind.needs),
            status="active" if works else "connectable",
        )


class MarketplacesResponse(BaseModel):
    """Every marketplace there is."""

    model_config = ConfigDict(json_schema_extra={"example": examples.MARKETPLACES_RESPONSE})

    platforms: list[Marketplace]


Credential = Annotated[str, StringConstraints(max_length=4096)]


class ConnectSettings(BaseModel):
    """What is fetched and how often; what stands here beside is kept as it is."""

    model_config = ConfigDict(strict=True, extra="ignore")

    sync_orders: bool = True
    sync_interval: Interval = "hourly"
    webhook_url: Annotated[str, StringConstraints(max_length=2000)] | None = None

    @field_validator("webhook_url")
    @classmethod
    def _is_a_web_address(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(_WEB):
            raise ValueError("must be a web address such as https://example.com/hook")
        return url

    def kept(self) -> dict[str, Any]:
        return self.model_dump(exclude={"sync_interval"}, exclude_none=True)


class ConnectRequest(BaseModel):
    """An account at a marketplace; which credentials it needs is told by `platforms`."""

    model_config = ConfigDict(strict=True, json_schema_extra={"example": examples.CONNECT_REQUEST})

    user_id: Id
    platform: Id
    credentials: Annotated[dict[str, Credential], Field(max_length=20)]
    settings: ConnectSettings = ConnectSettings()


class ConnectResponse(BaseModel):
    """`next_sync` is null where nothing is fetched by itself."""

    model_config = ConfigDict(json_schema_extra={"example": examples.CONNECT_RESPONSE})

    success: Literal[True]
    connection_id: str
    platform: str
    status: Literal["connected"]
    connected_at: Moment
    next_sync: Moment | None

    @classmethod
    def of(cls, connection: Connection) -> "ConnectResponse":
        return cls(
            success=True,
            connection_id=_shown(connection),
            platform=connection.platform,
            status="connected",
            connected_at=connection.connected_at,
            next_sync=connection.next_sync_at,
        )


class Connected(BaseModel):
    """`locked` says that no key at hand opens its credentials; counts are of all syncs together."""

    connection_id: str
    platform: str
    status: Literal["connected", "locked"]
    connected_at: Moment
    last_sync: Moment | None
    sync_status: SyncStatus
    orders_synced: int
    products_synced: int

    @classmethod
    def of(cls, connection: Connection) -> "Connected":
        return cls(
            connection_id=_shown(connection),
            platform=connection.platform,
            status="locked" if connection.credentials is None else "connected",
            connected_at=connection.connected_at,
            last_sync=connection.last_sync_at,
            sync_status=connection.sync_status,
            orders_synced=connection.orders,
            products_synced=connection.products,
        )


class ConnectedResponse(BaseModel):
    """A user's connections, the oldest first."""

    model_config = ConfigDict(json_schema_extra={"example": examples.CONNECTED_RESPONSE})

    connections: list[Connected]


class SyncResponse(BaseModel):
    """What all syncs have brought so far."""

    model_config = ConfigDict(json_schema_extra={"example": examples.SYNC_RESPONSE})

    success: Literal[True]
    connection_id: str
    platform: str
    sync_status: SyncStatus
    orders_synced: int
    products_synced: int
    synced_at: Moment | None

    @classmethod
    def of(cls, connection: Connection) -> "SyncResponse":
        return cls(
            success=True,
            connection_id=_shown(connection),
            platform=connection.platform,
            sync_status=connection.sync_status,
            orders_synced=connection.orders,
            products_synced=connection.products,
            synced_at=connection.last_sync_at,
        )


class DisconnectResponse(BaseModel):
    """The connection is gone, its credentials with it."""

    model_config = ConfigDict(json_schema_extra={"example": examples.DISCONNECT_RESPONSE})

    success: Literal[True]
    connection_id: str
    platform: str
    status: Literal["disconnected"]


Whose = Annotated[
    str | None,
    Query(max_length=256, description="Whose connection, where several users have one there"),
]


@router.get("/platforms", summary="Marketplaces there are")
async def platforms(request: Request, caller: Known) -> MarketplacesResponse:
    """And which credentials each needs."""
    await _spend(request, caller)
    found = surface(request).services.marketplaces.all()
    return MarketplacesResponse(platforms=[Marketplace.of(*one) for one in found])


@router.post(
    "/connect",
    dependencies=[ONCE, *MAY_CHANGE],
    summary="Connect an account at a marketplace",
    responses=documented(400, 403, 409, 413, 422, 503),
)
async def connect(body: ConnectRequest, request: Request, caller: Known) -> ConnectResponse:
    """Connecting a user again puts the new credentials in place of the old ones."""
    await _spend(request, caller)
    connection = await surface(request).services.marketplaces.connect(
        caller,
        user_id=body.user_id,
        platform=body.platform,
        credentials=body.credentials,
        interval=body.settings.sync_interval,
        settings=body.settings.kept(),
        once=attempt(request),
    )
    return ConnectResponse.of(connection)


@router.get("/connected", summary="A user's connections", responses=documented(422))
async def connected(
    request: Request,
    caller: Known,
    user_id: Annotated[str, Query(min_length=1, max_length=256)],
) -> ConnectedResponse:
    """None for a user nobody has heard of."""
    await _spend(request, caller)
    found = await surface(request).services.marketplaces.of_user(caller, user_id)
    return ConnectedResponse(connections=[Connected.of(one) for one in found])


@router.post(
    "/sync/{platform_id}",
    dependencies=[ONCE, *MAY_CHANGE],
    summary="Fetch what is new at a marketplace",
    responses=documented(403, 404, 409, 422, 501, 503),
)
async def sync(
    platform_id: PathId, request: Request, caller: Known, user_id: Whose = None
) -> SyncResponse:
    """`platform_id` is a marketplace's id, or a connection's. 501 where syncing is not there yet."""
    await _spend(request, caller)
    service = surface(request).services.marketplaces
    return SyncResponse.of(await service.sync(caller, platform_id, user_id))


@router.delete(
    "/disconnect/{platform_id}",
    dependencies=MAY_CHANGE,
    summary="Forget an account at a marketplace",
    responses=documented(403, 404, 409, 422, 503),
)
async def disconnect(
    platform_id: PathId, request: Request, caller: Known, user_id: Whose = None
) -> DisconnectResponse:
    """`platform_id` is a marketplace's id, or a connection's."""
    await _spend(request, caller)
    gone = await surface(request).services.marketplaces.disconnect(caller, platform_id, user_id)
    return DisconnectResponse(
        success=True, connection_id=_shown(gone), platform=gone.platform, status="disconnected"
    )


async def _spend(request: Request, caller: Caller) -> None:
    await spend(request, LIMIT, "user", caller.account_id, caller.key_id)


def _shown(connection: Connection) -> str:
    return f"conn_{connection.id}"

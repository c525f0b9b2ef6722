"""The HTTP surface over the machinery: pages, routes, limits, and the server that speaks it."""

from functools import partial
from pathlib import Path

import uvicorn
from starlette.routing import BaseRoute
from starlette.types import ASGIApp
from uvicorn import Server

from adapters.http.app import build_app
from adapters.http.flows.access import Access, comes_from_here
from adapters.http.flows.routes import flow_routes
from adapters.http.gate import Doors
from adapters.http.idempotency import Together
from adapters.http.limits import Limits
from adapters.http.metrics import Metrics
from adapters.http.sockets import Sockets
from adapters.http.straight import StraightConnection
from adapters.messengers.web.cards import Cards
from adapters.messengers.web.hub import Hub
from adapters.messengers.web.routes import web_routes
from adapters.payments.notifications import Notifications
from adapters.payments.pages import SandboxPages
from adapters.payments.yookassa import YooKassa
from bots.services.channels import Channels
from bots.services.funnel import Funnel
from bots.services.recording import Recorder
from composition.assistants import known
from composition.bots import company_of
from composition.desk import desk_state
from composition.here import HTTP_SHUTDOWN, VERSION, now
from composition.house import House
from composition.services import services_of
from composition.sharing import redis_name
from config.settings import Settings


def server_of(settings: Settings, app: ASGIApp) -> Server:
    """What speaks HTTP for the application."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=StraightConnection,
            log_config=None,
            access_log=False,
            server_header=False,
            forwarded_allow_ips=list(settings.http.trusted_proxies),
            timeout_keep_alive=75,
            timeout_graceful_shutdown=HTTP_SHUTDOWN,
            ws_max_size=1 << 17,
        )
    )


def http_app(
    settings: Settings,
    house: House,
    hub: Hub,
    metrics: Metrics,
    channels: Channels,
) -> ASGIApp:
    """The HTTP surface over the machinery."""
    stores, inbox, assistants = house.stores, house.inbox, known(house.assistants)
    # Anybody may read the metrics: of accounts and groups of others they tell how many there are.
    own_up = partial(channels.up, house.workspace)
    metrics.watch_each("easyflow_channels", "Channels of all by status", "status", channels.fares)
    metrics.watch_each("easyflow_channel_up", "Whether a channel works", "channel", own_up)
    metrics.watch_desk(partial(desk_state, house))
    sockets = Sockets(origins=settings.http.allowed_origins)
    metrics.watch("easyflow_sockets", "Sockets that follow chats", lambda: sockets.open)

    cards = Cards(
        assistants=assistants,
        published=house.published,
        folders=house.folders,
        first=settings.bot_among,
    )

    def media_folder(bot: str) -> Path | None:
        folder = house.folders.get(bot)
        return folder.path / "media" if folder else None

    return build_app(
        services_of(settings, house, channels),
        inbox=inbox,
        channels=channels.at,
        shelf=stores.shelf,
        clock=now,
        new_id=house.new_id,
        version=VERSION,
        metrics=metrics,
        metrics_here=settings.metrics.port is None,
        limits=limits_of(settings),
        together=together_of(house),
        sockets=sockets,
        secure=bool(settings.public_url and settings.public_url.startswith("https:")),
        doors=Doors(hosts=settings.hosts, origins=settings.http.allowed_origins),
        extra_routes=[
            *pay_pages(settings, house),
            *web_routes(
                inbox=inbox,
                conversations=stores.conversations,
                hub=hub,
                bots=cards.shown,
                find_bot=cards.of,
                any_of=assistants.welcomes,
                media_folder=media_folder,
                files_folder=settings.data_dir / "files",
                clock=now,
                new_id=house.new_id,
                workspace_of=house.published.workspace_of,
                allowed_origins=settings.http.allowed_origins,
                recorder=recorder_of(settings, house),
                owner_here=comes_from_here,
                typed=house.following.typing,
            ),
            *flow_routes(
                access=Access(
                    house.accounts,
                    workspace=house.workspace,
                    trusts_here=settings.public_url is None,
                ),
                published=house.published,
                funnel=Funnel(stores.tallies, house.published, now),
            ),
        ],
    )


def limits_of(settings: Settings) -> Limits:
    """Who counts calls: one of all processes, where they are several and have Redis."""
    if settings.redis_url is None or isinstance(settings.database, Path):
        return Limits(now)
    return Limits(now, redis_url=settings.redis_url, name=redis_name(settings.database))


def together_of(house: House) -> Together | None:
    """What keeps one request of a key under way over all processes; None where there is one process."""
    sharing = house.sharing
    if sharing is None:
        return None

    def alive() -> set[str]:
        return {one.id for one in sharing.processes}

    return Together(house.slots.holder, alive, house.stores.shelf)


def recorder_of(settings: Settings, house: House) -> Recorder | None:
    """What makes tests of conversations of the page, for an owner who tries a bot here."""
    if house.tape is None:
        return None
    return Recorder(
        house.stores.conversations,
        house.tape,
        bots=house.published.current,
        company=lambda bot: company_of(settings, house.folders[bot]),
        clock=now,
    )


def pay_pages(settings: Settings, house: House) -> list[BaseRoute]:
    """The pages of the banks that only play one, where they may, and what YooKassa calls."""
    routes: list[BaseRoute] = []
    if isinstance(house.till, YooKassa):
        routes = Notifications(house.top_ups).routes()
    elif house.till is not None:
        routes = house.till.routes()
    if not settings.plays_bank:
        return routes
    return (
        routes
        + SandboxPages(
            house.stores.shelf,
            house.payments,
            workspace=house.workspace,
            language=lambda bot: house.published.current(bot).language,
        ).routes()
    )

"""The machinery with its channels, from its first part to its end; what serving and working share."""

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from adapters.http.metrics import Metrics
from adapters.http.metrics_listener import serve_metrics
from adapters.messengers.web.channel import WebChannel
from adapters.messengers.web.hub import Hub
from adapters.terminal.leaving import stop
from bots.errors import Unavailable
from bots.model.process import WEB
from bots.ports import Listener
from bots.services.channels import Channels
from bots.tape import Tape
from composition.alerts import alerts_of
from composition.assistants import assistants_at_hand
from composition.bots import load_all
from composition.building import build
from composition.channels import arrive, connect
from composition.desk import desk_of
from composition.here import HTTP_SHUTDOWN, SHUTDOWN
from composition.house import House
from composition.listening import port_of_metrics
from composition.live import stop_if_stranded
from composition.publishing import republish
from composition.settings import log_as
from composition.sharing import share_typing
from composition.tracing import spans_of
from composition.watching import health_of, watch_house
from composition.webhooks import couriers_of
from config.settings import Settings
from storage.database import check_folder
from storage.opening import live_files, starting

if TYPE_CHECKING:
    from adapters.tracing.spans import Spans

SWITCH_INTERVAL = 0.001
"""Seconds after which the loop lets the writer's thread go on: each statement waits for it, and with
Python's own 5 ms a commit of a dozen statements stood still for as much as sixty."""

CUT_OFF = "The database failed in the middle of the start ({why}): mend that and start again, nothing is lost"


@asynccontextmanager
async def at_work(
    settings: Settings, hub: Hub, role: str, *, base: str = ""
) -> AsyncIterator[tuple[House, Channels]]:
    """The machinery with its channels, put together; at the end it is taken down in order."""
    watched = port_of_metrics(settings)
    metrics, spans = Metrics(), spans_of(settings, role)
    listeners: list[Listener] = [hub, metrics]
    try:
        # Of files, documents and the key: wherever the database is.
        check_folder(settings.data_dir)
        async with starting(settings.database):
            house, channels = await put_together(
                settings, hub, role, base=base, metrics=metrics, listeners=listeners, spans=spans
            )
    except OSError as error:
        stop(error.strerror or str(error))
    except Unavailable as error:
        stop(CUT_OFF.format(why=error.why))
    watch_house(settings, metrics, house, role)
    metrics.watch_sends(lambda workspace: ("web", *channels.states(workspace)))
    try:
        async with serve_metrics(watched, metrics, health_of(house, channels)):
            yield house, channels
    finally:
        await house.close(SHUTDOWN - HTTP_SHUTDOWN - 1)
        await channels.close()
        if spans is not None:
            await spans.close()


async def put_together(
    settings: Settings,
    hub: Hub,
    role: str,
    *,
    base: str,
    metrics: Metrics,
    listeners: list[Listener],
    spans: "Spans | None",
) -> tuple[House, Channels]:
    """The machinery with its channels, nothing of which runs yet. Raises OSError with a sentence."""
    # Where files are published as they are saved, those of the folder are the ones that answer.
    live = {} if settings.reloads else live_files(settings.database)
    if live:
        await stop_if_stranded(settings)
    house = await build(
        settings,
        load_all(settings, live=live),
        meter=metrics,
        channels={"web": WebChannel(hub, settings.data_dir / "files")},
        listeners=listeners,
        tape=Tape() if settings.public_url is None and role == WEB else None,
        base=base or settings.public_url or "",
        role=role,
        spans=spans,
    )
    house.metrics = metrics
    share_typing(house, hub)
    house.desk = desk_of(house, settings)
    listeners.append(house.desk)
    channels = connect(settings, house, log_as(settings))
    house.told = channels.told
    house.assistants = await assistants_at_hand(settings, house, channels, hub)
    return house, channels


async def begin(settings: Settings, house: House, channels: Channels) -> None:
    """Go on with what came before us: only then may anything new come in."""
    desk = house.desk
    assert desk is not None
    await arrive(house, channels)
    if not house.slots.alone:
        await desk.look()
        house.supervisor.keep("groups", desk.follow)
    house.chores.first(partial(desk.start, house.workspace), desk.close)
    house.chores.around(channels.listen, channels.hush)
    if (alerts := alerts_of(house, settings)) is not None:
        house.chores.add({"alerts": alerts.follow})
    house.chores.add({"webhooks": couriers_of(house, settings).follow})
    if settings.reloads:
        # The other processes take up what one of them publishes.
        house.chores.add({"reload": partial(republish, settings, house)})
    await house.start()
    channels.start()
    # What is here now stays: the collector need not look at it again, nor at every turn.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    sys.setswitchinterval(SWITCH_INTERVAL)

"""`python run.py`: everything at once, or HTTP beside those who work."""

import signal
import sys

from adapters.messengers.web.hub import Hub
from adapters.terminal.welcome import welcome
from bots.model.process import WEB
from composition.http import http_app, server_of
from composition.listening import address_of, open_port
from composition.running import at_work, begin
from config.settings import Settings


async def serve(settings: Settings) -> None:
    """Everything at once on SQLite; HTTP beside those who work on PostgreSQL; until SIGTERM or Ctrl-C."""
    listening = open_port(settings.http.host, settings.http.port)
    port = listening.getsockname()[1]
    hub = Hub()
    async with at_work(settings, hub, WEB, base=address_of(settings, port)) as (house, channels):
        server = server_of(settings, http_app(settings, house, hub, house.metrics, channels))
        # uvicorn raises the signal again when it has stopped: our own end is still to come.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: setattr(server, "should_exit", True))
        await begin(settings, house, channels)
        welcome(address_of(settings, port), house.founded, sys.stdout)
        await server.serve(sockets=[listening])

"""A port of its own for /livez, /readyz and /metrics: for workers, which serve nothing else, and for
servers whose own port is everybody's."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from socket import socket

import uvicorn
from starlette.applications import Starlette

from adapters.http.connection import BoundedConnection
from adapters.http.health import health_routes
from adapters.http.metrics import Metrics
from bots.services.health import Health

GRACE = 1
"""Seconds for who is just reading when we stop."""


@asynccontextmanager
async def serve_metrics(
    listening: socket | None, metrics: Metrics, health: Health
) -> AsyncIterator[None]:
    """Answer at a socket of `adapters.http.listening` until the block is left; nowhere without one."""
    if listening is None:
        yield
        return
    server = _Beside(
        uvicorn.Config(
            Starlette(routes=health_routes(health, metrics)),
            http=BoundedConnection,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)


class _Beside(uvicorn.Server):
    """The signals are for the program itself."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

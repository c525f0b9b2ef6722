"""The ports that the program listens at, and where browsers find it."""

import socket

from adapters.http.listening import listening_socket
from adapters.terminal.leaving import stop
from config.settings import Settings


def open_port(host: str, port: int, setting: str = "EASYFLOW_HTTP__PORT") -> socket.socket:
    """The listening socket; one sentence if it cannot be had."""
    try:
        return listening_socket(host, port)
    except OSError as error:
        stop(
            f"Cannot listen on {host}:{port}: {error.strerror}."
            f" Stop what uses it, or set {setting} to another port."
        )


def port_of_metrics(settings: Settings) -> socket.socket | None:
    """The port of its own for who watches, where there is one."""
    host, port = settings.metrics.host, settings.metrics.port
    return None if port is None else open_port(host, port, "EASYFLOW_METRICS__PORT")


def address_of(settings: Settings, port: int) -> str:
    """Where browsers find us."""
    shown = settings.http.host if settings.http.host not in ("0.0.0.0", "::") else "localhost"
    return settings.public_url or f"http://{shown}:{port}"

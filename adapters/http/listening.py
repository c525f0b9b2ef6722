"""The socket that requests come in by."""

import socket

GONE_AFTER = 10_000
"""Milliseconds after which a reader that takes nothing is gone."""


def listening_socket(host: str, port: int) -> socket.socket:
    """Raises OSError, its `strerror` the bare reason."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        # Python says the address once more, in parentheses.
        reason = (error.strerror or str(error)).split(" (")[0]
        raise OSError(error.errno, reason) from error
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        # The connections inherit it.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GONE_AFTER)
    return listening

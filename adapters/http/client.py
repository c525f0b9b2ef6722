"""Where a request comes from, for limits that count by address."""

from starlette.requests import HTTPConnection


def client_address(connection: HTTPConnection) -> str:
    """The address of whoever connected; "" where nobody knows."""
    return connection.client.host if connection.client is not None else ""

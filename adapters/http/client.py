"""Where a request comes from, for limits that count by address."""

from ipaddress import IPv6Address, ip_address

from starlette.requests import HTTPConnection


def client_address(connection: HTTPConnection) -> str:
    """The address of whoever connected; "" where nobody knows.

    Behind a proxy it is the client's only if the proxy is one of `EASYFLOW_HTTP__TRUSTED_PROXIES`:
    the server itself reads `X-Forwarded-For` of those and of nobody else.
    """
    return connection.client.host if connection.client is not None else ""


def client_place(connection: HTTPConnection) -> str:
    """The address as limits count it: of IPv6 the /64, for every one of those has 2⁶⁴ addresses."""
    given = client_address(connection)
    try:
        address = ip_address(given)
    except ValueError:
        return given
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Address(int(address) >> 64 << 64))


def place_outside(connection: HTTPConnection) -> str | None:
    """The same; None for one of our own network, which may be a proxy's, and so everybody's."""
    try:
        place = ip_address(client_place(connection))
    except ValueError:
        return None
    return str(place) if place.is_global else None

"""Which addresses calls may go to: public ones, and those that a setting allows."""

import ipaddress
import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from bots.errors import AddressRefused

Address = IPv4Address | IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# What Python calls global and is not, or is a way round: relays and translators lead to addresses
# inside them, and Azure answers machines of its own from a public address.
_NEVER: tuple[Network, ...] = tuple(
    map(
        ipaddress.ip_network,
        ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "::/96", "::ffff:0:0/96")
        + ("64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fec0::/10", "ff00::/8"),
    )
)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Where calls may go although the rule says no: networks, and servers by name."""

    networks: tuple[Network, ...] = ()
    servers: frozenset[tuple[str, int | None]] = frozenset()

    @classmethod
    def read(cls, written: str) -> "Allowed":
        """`10.0.0.0/8, shop.local:8080`. Raises ValueError with the part that is neither."""
        networks: list[Network] = []
        servers: set[tuple[str, int | None]] = set()
        for part in filter(None, (one.strip().casefold() for one in written.split(","))):
            try:
                networks.append(ipaddress.ip_network(part))
                continue
            except ValueError:
                name, _, port = part.rpartition(":") if ":" in part else (part, "", "")
            if not re.fullmatch(r"[\w.-]+", name) or not (port.isdecimal() or not port):
                raise ValueError(part)
            servers.add((name, int(port) if port else None))
        return cls(tuple(networks), frozenset(servers))

    def server(self, host: str, port: int) -> bool:
        return (host, port) in self.servers or (host, None) in self.servers

    def holds(self, address: Address) -> bool:
        return any(address.version == one.version and address in one for one in self.networks)


def forbidden(address: Address) -> bool:
    """Whether an address may lead anywhere but to a public server."""
    return (
        not address.is_global
        or address.is_multicast
        or address.is_reserved
        or any(address.version == one.version and address in one for one in _NEVER)
    )


def literal(host: str) -> bool:
    """Whether a host is an address. Raises AddressRefused for one in disguise, such as 0x7f.1."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
        return True
    except ValueError:
        pass
    try:
        socket.inet_aton(host.rstrip("."))
    except (OSError, UnicodeError):
        return False
    raise AddressRefused("write an address with four plain numbers")

"""Marketplaces that a workspace sells at: which there are, and its accounts at them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

SyncStatus = Literal["never", "success", "failed"]
Interval = Literal["manual", "hourly", "daily"]

INTERVALS: Mapping[Interval, timedelta | None] = {
    "manual": None,
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
}


class MarketplaceKind(NamedTuple):
    """A marketplace; `needs` are the names of the credentials without which nothing is asked there."""

    id: str
    name: str
    kind: str
    capabilities: tuple[str, ...]
    needs: tuple[str, ...]


MARKETPLACES = (
    MarketplaceKind(
        "wildberries",
        "Wildberries",
        "ecommerce",
        ("orders", "products", "analytics"),
        ("api_key", "supplier_id"),
    ),
    MarketplaceKind(
        "ozon",
        "Ozon",
        "ecommerce",
        ("orders", "products", "inventory"),
        ("client_id", "api_key"),
    ),
    MarketplaceKind(
        "avito",
        "Avito",
        "classifieds",
        ("chats", "items"),
        ("client_id", "client_secret"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """An account at a marketplace, of one of a client's own users.

    `credentials` is None where no key at hand opens them. `orders` and `products` count what all
    syncs have brought.
    """

    id: str
    workspace: int
    user_id: str
    platform: str
    credentials: Mapping[str, str] | None
    connected_at: datetime
    interval: Interval = "manual"
    settings: Mapping[str, object] = field(default_factory=dict)
    sync_status: SyncStatus = "never"
    error: str = ""
    orders: int = 0
    products: int = 0
    last_sync_at: datetime | None = None
    next_sync_at: datetime | None = None


class Synced(NamedTuple):
    """What one sync brought."""

    orders: int
    products: int

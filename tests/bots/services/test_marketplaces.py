"""What a marketplace that we talk to brings is counted, and what goes wrong there is kept."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from bots.errors import Conflict, NotFound, NotThereYet, RemoteFailed, Unavailable
from bots.model.account import Caller
from bots.model.marketplace import Connection, Interval, Synced
from bots.services.marketplaces import Marketplaces
from tests.adapters.http.fakes import FakeConnections

NOW = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
OWNER = Caller(workspace=1, account_id=1, key_id=None)
STRANGER = Caller(workspace=2, account_id=2, key_id=None)


class Ozon:
    """Brings two orders each time, or nothing at all."""

    def __init__(self) -> None:
        self.down = False
        self.asked: list[Connection] = []

    async def sync(self, connection: Connection) -> Synced:
        self.asked.append(connection)
        if self.down:
            raise RemoteFailed("Ozon answers 500")
        return Synced(orders=2, products=1)


class Shop:
    """The service over one marketplace that works."""

    def __init__(self) -> None:
        self.ozon = Ozon()
        self.store = FakeConnections()
        numbers = count(1)
        self.service = Marketplaces(
            self.store, {"ozon": self.ozon}, clock=lambda: NOW, new_id=lambda: f"{next(numbers):x}"
        )

    async def connect(self, user: str = "u", interval: Interval = "hourly") -> Connection:
        return await self.service.connect(
            OWNER,
            user_id=user,
            platform="ozon",
            credentials={"client_id": "1", "api_key": " k "},
            interval=interval,
            settings={},
        )


@pytest.fixture
def shop() -> Shop:
    return Shop()


async def test_a_sync_brings_orders_and_says_when_the_next_is(shop: Shop) -> None:
    made = await shop.connect()
    assert made.next_sync_at == NOW + timedelta(hours=1)
    await shop.service.sync(OWNER, "ozon", None)
    done = await shop.service.sync(OWNER, f"conn_{made.id}", "u")
    assert (done.sync_status, done.orders, done.products) == ("success", 4, 2)
    assert done.last_sync_at == NOW
    assert shop.ozon.asked[0].credentials == {"client_id": "1", "api_key": "k"}


async def test_a_failed_sync_is_kept_and_told(shop: Shop) -> None:
    await shop.connect()
    shop.ozon.down = True
    with pytest.raises(Unavailable):
        await shop.service.sync(OWNER, "ozon", None)
    (kept,) = await shop.service.of_user(OWNER, "u")
    assert (kept.sync_status, kept.error) == ("failed", "Ozon answers 500")


async def test_by_hand_nothing_is_promised(shop: Shop) -> None:
    assert (await shop.connect(interval="manual")).next_sync_at is None


async def test_a_foreign_connection_is_not_found(shop: Shop) -> None:
    made = await shop.connect()
    for name in ("ozon", made.id, f"conn_{made.id}"):
        with pytest.raises(NotFound):
            await shop.service.sync(STRANGER, name, None)
        with pytest.raises(NotFound):
            await shop.service.disconnect(STRANGER, name, None)
    assert await shop.service.of_user(STRANGER, "u") == []


async def test_of_several_users_one_has_to_be_named(shop: Shop) -> None:
    await shop.connect("a")
    await shop.connect("b")
    with pytest.raises(Conflict, match="user_id"):
        await shop.service.sync(OWNER, "ozon", None)
    assert (await shop.service.sync(OWNER, "ozon", "b")).user_id == "b"


async def test_a_marketplace_that_is_not_there_yet_is_no_failure(shop: Shop) -> None:
    await shop.service.connect(
        OWNER,
        user_id="u",
        platform="avito",
        credentials={"client_id": "1", "client_secret": "s"},
        interval="daily",
        settings={},
    )
    with pytest.raises(NotThereYet, match="Avito"):
        await shop.service.sync(OWNER, "avito", None)
    (kept,) = await shop.service.of_user(OWNER, "u")
    assert kept.sync_status == "never"

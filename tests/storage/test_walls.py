"""Row-level security: where a query forgets its workspace, PostgreSQL does not."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from bots.errors import NotFound
from bots.model.account import NewAccount
from bots.model.channel import ChannelRecord, ChannelState
from bots.model.dialog import Sought
from bots.services.forgetting import Forgetting
from bots.tenancy import answer_for, answered_for
from storage.every_table import METADATA
from storage.postgres.schema import migrate
from storage.postgres.url import connecting
from storage.postgres.walls import IS_IDLE
from storage.vault import KeyRing
from tests.servers.postgres import Server
from tests.storage.conftest import HandClock, House
from tests.storage.samples import ANNA, answer, message, opened

OTHERS = ANNA._replace(workspace=2)


@pytest.fixture
async def url(postgres_server: Server) -> AsyncIterator[str]:
    url = await postgres_server.of_role()
    await migrate(url)
    yield url
    await postgres_server.drop(url)


@pytest.fixture
async def house(url: str, clock: HandClock) -> AsyncIterator[House]:
    house = House(url, clock)
    await house.open()
    for address in (ANNA, OTHERS):
        await house.stores.journal.accept([message("1", address)])
        await house.stores.shelf.put(address.workspace, "shelf", "key", "kept")
    yield house
    await house.close()


async def seen(house: House, table: str = "inbox") -> list[int]:
    """Of whose rows a query gets that forgot to ask for its own."""
    async with house.stores.base.reader.connect() as reader:
        found = await reader.exec_driver_sql(f"SELECT DISTINCT workspace FROM {table} ORDER BY 1")
    return [row[0] for row in found]


async def test_a_request_sees_its_own_workspace_whatever_is_asked(house: House) -> None:
    assert await seen(house) == [1, 2]
    for workspace in (1, 2, 3):
        answer_for(workspace)
        assert await seen(house) == [workspace][: workspace < 3]
        assert await seen(house, "shelf") == [workspace][: workspace < 3]
    found = await house.stores.base.reading.do(
        lambda db: db.execute("SELECT count(*) FROM inbox").fetchall()
    )
    assert found == [(0,)]


async def test_a_request_writes_into_its_own_workspace_alone(house: House) -> None:
    answer_for(1)
    await house.stores.shelf.put(1, "shelf", "other", "mine")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await house.stores.shelf.put(2, "shelf", "other", "not mine")
    await house.run("UPDATE shelf SET value = '0' WHERE key = ?", "key")
    await house.run("DELETE FROM inbox WHERE seq > ?", 0)
    rows = await asyncio.create_task(house.run("SELECT workspace, key, value FROM shelf"))
    assert sorted(rows) == [(1, "key", "0"), (1, "other", '"mine"'), (2, "key", '"kept"')]
    assert await asyncio.create_task(house.run("SELECT workspace FROM inbox")) == [(2,)]


async def test_requests_of_several_workspaces_share_a_commit(house: House) -> None:
    async def put(workspace: int) -> None:
        answer_for(workspace)
        await house.stores.shelf.put(workspace, "shelf", "mine", workspace)

    await asyncio.gather(*(put(1 + number % 2) for number in range(20)))
    assert await house.stores.shelf.get(2, "shelf", "mine") == 2


async def test_what_a_request_begins_and_leaves_is_of_the_machinery(house: House) -> None:
    answer_for(1)
    assert answered_for() == 1
    assert await asyncio.create_task(seen(house)) == [1, 2]


async def test_the_machinery_asks_over_all_in_the_middle_of_a_request(house: House) -> None:
    await house.stores.accounts.found(email="a@example.com", password_hash="x", now=house._clock())
    answer_for(7)
    assert await house.stores.accounts.by_email("a@example.com") is not None
    assert await house.stores.accounts.all(1) == []


async def test_whoever_says_nothing_sees_nothing(house: House, url: str) -> None:
    given = connecting(url)
    del given["server_settings"]
    stranger = await asyncpg.connect(**given)
    try:
        assert await stranger.fetch("SELECT * FROM inbox") == []
        assert not await stranger.fetchval(IS_IDLE)
    finally:
        await stranger.close()


async def test_every_table_with_workspaces_has_a_wall(house: House) -> None:
    walled = {
        row[0]
        for row in await house.run(
            "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid"
            " WHERE relrowsecurity AND relforcerowsecurity"
        )
    }
    tables = {name for name, table in METADATA.tables.items() if "workspace" in table.columns}
    assert walled == tables | {"workspaces"}


async def test_turns_are_counted_behind_a_wall_too(house: House) -> None:
    answer_for(1)
    chat = await answer(house.stores.journal, await opened(house.stores.journal))
    found = await house.stores.dialogs.listed(1, Sought(), limit=10, offset=0)
    assert [one.id for one in found.chats] == [chat.id]
    assert found.total == 1


async def test_who_is_erased_or_noted_by_a_request_is_so_whole(house: House) -> None:
    for address in (ANNA, OTHERS):
        await answer(house.stores.journal, await opened(house.stores.journal, address))
    answer_for(1)
    # What stays of the newest chat is nobody's, and so behind no wall of ours.
    erased = await house.stores.persons.erase(2, "telegram", OTHERS.chat_id)
    assert erased.rows["conversations"] == 1
    later = house._clock() + timedelta(days=1)
    assert await house.stores.persons.silent(later, limit=9) == [(1, "telegram", ANNA.chat_id)]
    channels = house.stores.channels(KeyRing(lambda: ["a key of the tests, long enough"]))
    record = ChannelRecord(
        workspace=2, name="x:1", bot="shop", platform="x", origin="api", credentials={}
    )
    await channels.put(record, now=later)
    await channels.note(2, {"x:1": ChannelState(status="down", since=later)})
    assert (await channels.states(None))["x:1"].status == "down"


async def test_whoever_was_silent_for_long_is_forgotten_in_every_workspace(house: House) -> None:
    for address in (ANNA, OTHERS):
        await answer(house.stores.journal, await opened(house.stores.journal, address))
    house._clock.move(days=31)
    dropped: list[str] = []
    forgetting = Forgetting(
        house.stores.persons,
        after=timedelta(days=30),
        drop=dropped.append,
        clock=house._clock,
        sleep=lambda _: asyncio.sleep(0),
    )
    # As a chore it is behind no wall; behind one it forgets no fewer.
    answer_for(1)
    assert await forgetting.run() == 2
    for table in ("conversations", "messages", "customers"):
        left = f"SELECT count(*) FROM {table} WHERE workspace IN (1, 2)"
        assert await asyncio.create_task(house.run(left)) == [(0,)]


async def test_what_every_workspace_uses_is_seen_from_one_and_changed_in_its_own_alone(
    house: House,
) -> None:
    people = [
        await house.stores.accounts.register(
            NewAccount(email=f"{name}@example.com", password_hash="x", created_at=house._clock())
        )
        for name in ("anna", "boris")
    ]
    for count, one in enumerate(people, 1):
        for chat in range(count):
            address = ANNA._replace(workspace=one.workspace, chat_id=str(chat))
            await opened(house.stores.journal, address)
    answer_for(people[0].workspace)
    seen, total = await house.stores.census.people("", limit=10, offset=0)
    assert total == 2
    assert [(one.email, one.conversations) for one in seen] == [
        ("anna@example.com", 1),
        ("boris@example.com", 2),
    ]
    accounts, change = house.stores.accounts, {"first_name": "Anna"}
    mine, theirs = ((one.workspace, one.id) for one in people)
    changed = await accounts.change(*mine, change, now=house._clock(), ends=True)
    assert changed.first_name == "Anna"
    with pytest.raises(NotFound):
        await accounts.change(*theirs, change, now=house._clock())

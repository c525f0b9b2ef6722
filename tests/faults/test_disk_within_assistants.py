"""The disk takes nothing more in the middle of making or changing an assistant: nothing of it stays."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bots.errors import Unavailable
from bots.model.account import Account, Caller, NewAccount
from bots.model.assistant import Assistant
from bots.model.channel import ChannelRecord
from bots.model.version import Live
from bots.publishing import Published
from bots.services.assistants import Assistants, Wanted
from flows.model import Bot
from storage.sqlite import open_sqlite
from storage.stores import Stores
from storage.vault import KeyRing
from storage.writer import ThreadWriter
from tests.adapters.http.fake_time import Time, ids

NAME = "telegram:1"


class Disk:
    """The database, and when it stops taking anything."""

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self.breaks_at = ""

    async def reaches(self, what: str) -> None:
        if what == self.breaks_at:
            self._becomes("ON")

    def recovers(self) -> None:
        self.breaks_at = ""
        self._becomes("OFF")

    async def rows(self, query: str) -> list[Any]:
        def work(db: Any, items: Any) -> list[Any]:
            return [db.execute(query).fetchall() for _ in items]

        return cast(list[Any], await self.stores.base.writer.do(work, None))

    def _becomes(self, state: str) -> None:
        # Not in the writer's thread: it could not even begin a transaction to switch back.
        writer = cast(ThreadWriter, self.stores.base.writer)
        writer._connection.execute(f"PRAGMA query_only = {state}")


class Versions:
    """Implements `publish` of `bots.ports.Versions`."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    async def publish(self, *which: Any, **how: Any) -> Live:
        await self._disk.reaches("publishing")
        return await self._disk.stores.versions.publish(*which, **how)

    async def take(self, *which: Any) -> None:
        await self._disk.stores.versions.take(*which)


class Seats:
    """Accounts in Telegram without a Telegram: each is kept in the database."""

    def __init__(self, disk: Disk, clock: Time) -> None:
        self.username = "my_bot"
        self._disk = disk
        self.clock = clock
        ring = ["a key of the tests that is long enough"]
        self._channels = disk.stores.channels(KeyRing(lambda: ring))

    @asynccontextmanager
    async def met(self, token: str, *_: Any, **__: Any) -> AsyncIterator["Seats | None"]:
        yield self if token else None

    async def keep(self, one: Assistant) -> str:
        record = ChannelRecord(
            workspace=one.workspace,
            name=NAME,
            bot=one.bot,
            platform="telegram",
            origin="api",
            credentials={"token": "1:x"},
        )
        await self._channels.put(record, now=self.clock())
        await self._disk.reaches("writing")
        return NAME

    async def news(self, _: Assistant, token: str | None) -> str | None:
        return token

    async def look(self) -> None:
        return

    def open_of(self, _: Assistant) -> None:
        return

    async def move(self, *_: Assistant) -> None:
        return

    async def left(self, _: None) -> None:
        return


def _bot(name: str, files: Mapping[str, str]) -> Bot:
    return cast(Bot, SimpleNamespace(folder=name, version="1", title="", language="ru"))


class House:
    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.clock = Time()
        self.account: Account
        self.start()

    def start(self) -> None:
        """As after a restart: nothing is remembered but what is on disk."""

        async def most(workspace: int) -> int | None:
            return None

        versions = cast(Any, Versions(self.disk))
        self.assistants = Assistants(
            self.disk.stores.assistants,
            published=Published(versions=versions, workspace=1, compile=_bot, clock=self.clock),
            accounts=cast(Any, Seats(self.disk, self.clock)),
            files=lambda one: {"bot.yaml": one.name},
            compile=_bot,
            keys=cast(Any, None),
            most=most,
            ended=lambda bot: None,
            clock=self.clock,
        )

    async def found(self) -> Caller:
        new = NewAccount(email="a@b.c", password_hash="-", created_at=self.clock())
        self.account = await self.disk.stores.accounts.register(new)
        return Caller(workspace=self.account.workspace, account_id=self.account.id, key_id=None)

    async def kept(self) -> list[Any]:
        rows = await self.disk.rows("SELECT name FROM assistants WHERE deleted_at IS NULL")
        return rows + await self.disk.rows("SELECT name FROM channels")


@pytest.fixture
async def house(database: Path) -> AsyncIterator[House]:
    stores = await open_sqlite(database, new_id=ids(), clock=Time())
    yield House(Disk(stores))
    await stores.close()


@pytest.mark.parametrize("place", ["publishing", "writing"])
@pytest.mark.parametrize("restarted", [True, False])
async def test_of_one_that_was_not_made_nothing_stays(
    house: House, place: str, restarted: bool
) -> None:
    caller = await house.found()
    wanted = Wanted(name="Anna", token="1:x")
    house.disk.breaks_at = place
    with pytest.raises(Unavailable):
        await house.assistants.create(caller, wanted)
    assert house.assistants.of(caller) == []
    house.disk.recovers()
    if restarted:
        house.start()
        await house.assistants.load()
        assert house.assistants.of(caller) == []
        assert await house.kept() == []
    made = await house.assistants.create(caller, wanted)
    assert house.assistants.of(caller) == [made]
    assert await house.kept() == [("Anna",), (NAME,)]


async def test_a_workspace_whose_first_one_was_not_made_is_given_it_later(house: House) -> None:
    caller = await house.found()
    house.disk.breaks_at = "publishing"
    with pytest.raises(Unavailable):
        await house.assistants.ensure_first(house.account)
    house.disk.recovers()
    await house.assistants.ensure_first(house.account)
    await house.assistants.ensure_first(house.account)
    (made,) = house.assistants.of(caller)
    house.clock.pass_(seconds=1)
    await house.assistants.remove(caller, made.id)
    await house.assistants.ensure_first(house.account)
    assert house.assistants.of(caller) == []


async def test_a_request_makes_one_also_over_a_restart(house: House) -> None:
    caller = await house.found()
    wanted = Wanted(name="Anna", token="1:x")
    house.disk.breaks_at = "publishing"
    with pytest.raises(Unavailable):
        await house.assistants.create(caller, wanted, once="a request")
    house.disk.recovers()
    made = await house.assistants.create(caller, wanted, once="a request")
    house.start()
    await house.assistants.load()
    assert await house.assistants.create(caller, wanted, once="a request") == made
    assert house.assistants.of(caller) == [made]


async def test_a_change_that_cannot_be_written_leaves_no_account_behind(house: House) -> None:
    caller = await house.found()
    made = await house.assistants.create(caller, Wanted(name="Anna"))
    house.disk.breaks_at = "writing"
    with pytest.raises(Unavailable):
        await house.assistants.change(caller, made.id, Wanted(name="Bea", token="1:x"))
    house.disk.recovers()
    assert house.assistants.of(caller) == [made]
    after = await house.assistants.change(caller, made.id, Wanted(name="Vera"))
    assert after == replace(made, name="Vera", updated_at=after.updated_at)
    assert await house.kept() == [("Vera",)]

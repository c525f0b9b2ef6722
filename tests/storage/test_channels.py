"""Channels as rows: sealed at rest, changed in place, opened only by the right keys."""

from dataclasses import replace
from pathlib import Path

import pytest

from bots.model.channel import ChannelRecord, ChannelState
from storage.channels import SqlChannels
from storage.stores import Stores
from storage.vault import KeyRing
from tests.storage.conftest import ON_SQLITE, HandClock, House

OLD, NEW = "old-key-" * 5, "new-key-" * 5
TOKEN = "123456:CANARY-of-a-token"
SHOP = ChannelRecord(
    workspace=1,
    bot="shop",
    platform="telegram",
    origin="command",
    name="telegram:123456",
    credentials={"token": TOKEN},
    settings={"greets": True},
)


@pytest.fixture
def keys() -> list[str]:
    return [OLD]


@pytest.fixture
def channels(stores: Stores, keys: list[str]) -> SqlChannels:
    return stores.channels(KeyRing(lambda: keys))


def bytes_of(path: Path) -> bytes:
    """The file with its log beside it."""
    return b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))


async def test_what_is_put_is_found(channels: SqlChannels, clock: HandClock) -> None:
    await channels.put(SHOP, now=clock())
    await channels.put(replace(SHOP, name="telegram:7", bot="salon"), now=clock.move(seconds=1))
    first, second = await channels.records(1)
    assert first.means(SHOP)
    assert (first.name, second.name) == ("telegram:123456", "telegram:7")
    assert await channels.records(2) == []


async def test_no_credential_stands_in_the_database(
    channels: SqlChannels, clock: HandClock, house: House
) -> None:
    await channels.put(SHOP, now=clock())
    kept = await house.everything()
    assert "telegram:123456" in kept
    assert "CANARY" not in kept


@ON_SQLITE
async def test_no_credential_stands_in_the_file(
    channels: SqlChannels, clock: HandClock, house: House
) -> None:
    await channels.put(SHOP, now=clock())
    assert b"CANARY" not in bytes_of(house.path)


async def test_putting_again_changes_it_in_place(channels: SqlChannels, clock: HandClock) -> None:
    await channels.put(SHOP, now=clock())
    await channels.put(replace(SHOP, name="telegram:7"), now=clock.move(seconds=1))
    changed = replace(SHOP, bot="salon", credentials={"token": "123456:another"})
    await channels.put(changed, now=clock.move(seconds=1))
    first, _ = await channels.records(1)
    assert first.means(changed)
    assert first.updated_at == clock()


async def test_removing_takes_one_away(channels: SqlChannels, clock: HandClock) -> None:
    await channels.put(SHOP, now=clock())
    assert not await channels.remove(2, SHOP.name)
    assert await channels.remove(1, SHOP.name)
    assert not await channels.remove(1, SHOP.name)
    assert await channels.records(1) == []


async def test_how_a_channel_fares_is_noted(channels: SqlChannels, clock: HandClock) -> None:
    await channels.put(SHOP, now=clock())
    assert (await channels.states(1))[SHOP.name].status == "connecting"
    state = ChannelState(status="down", since=clock.move(hours=1), why="502", title="@shop")
    await channels.note(1, {SHOP.name: state, "telegram:gone": state})
    assert await channels.states(1) == {SHOP.name: state}
    assert await channels.states(None) == {SHOP.name: state}
    assert await channels.states(2) == {}


async def test_without_its_key_a_channel_is_locked_and_the_others_are_not(
    channels: SqlChannels, stores: Stores, clock: HandClock
) -> None:
    await channels.put(SHOP, now=clock())
    later = stores.channels(KeyRing(lambda: [NEW]))
    await later.put(replace(SHOP, name="telegram:7"), now=clock.move(seconds=1))
    assert [one.credentials for one in await later.records(1)] == [None, SHOP.credentials]


async def test_a_row_moved_to_another_name_or_workspace_does_not_open(
    channels: SqlChannels, clock: HandClock, house: House
) -> None:
    await channels.put(SHOP, now=clock())
    assert (await channels.records(1))[0].credentials == SHOP.credentials
    await house.run("UPDATE channels SET name = 'telegram:666', workspace = 2")
    (moved,) = await channels.records(2)
    assert (moved.name, moved.credentials) == ("telegram:666", None)


async def test_sealing_again_needs_the_old_key_once(
    channels: SqlChannels, house: House, keys: list[str], clock: HandClock
) -> None:
    await channels.put(SHOP, now=clock())
    await channels.put(replace(SHOP, name="vk:1", origin="settings", credentials={}), now=clock())
    before = await house.everything()
    keys[:] = [NEW, OLD]
    assert await house.stores.seals(KeyRing(lambda: keys)).again() == (1, [])
    assert await house.everything() != before
    keys[:] = [NEW]
    fresh = house.stores.channels(KeyRing(lambda: keys))
    assert [one.credentials for one in await fresh.records(1)] == [SHOP.credentials, {}]


async def test_what_no_key_opens_is_named_when_sealing_again(
    channels: SqlChannels, stores: Stores, clock: HandClock
) -> None:
    await channels.put(SHOP, now=clock())
    assert await stores.seals(KeyRing(lambda: [NEW])).again() == (0, [SHOP.name])

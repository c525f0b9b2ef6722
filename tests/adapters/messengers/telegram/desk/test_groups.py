"""Which group a chat is shown in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.messengers.telegram.desk.groups import Groups
from bots.model.desk import DeskGroup
from flows.model import Queue
from storage.sqlite import open_sqlite
from storage.stores import Stores
from tests.adapters.messengers.telegram.desk.test_guard import chat

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def group(number: int, **more: object) -> DeskGroup:
    made = DeskGroup(
        workspace=1,
        channel="telegram:1",
        chat_id=f"-100{number}",
        title=f"Группа {number}",
        created_at=NOW + timedelta(minutes=number),
    )
    return replace(made, **more)  # type: ignore[arg-type]


async def kept(stores: Stores, groups: Sequence[DeskGroup], queue: Queue | None = None) -> Groups:
    for one in groups:
        await stores.desks.put_group(one)
    found = Groups(stores.desks, 1, lambda bot: {"support": queue or Queue()})
    await found.load()
    return found


@pytest.fixture
async def stores(database: Path):  # type: ignore[no-untyped-def]
    opened = await open_sqlite(database, new_id=lambda: "id", clock=lambda: NOW)
    yield opened
    await opened.close()


def order(groups: Groups) -> list[str]:
    return [one.chat_id for one in groups.of(chat("requested", None))]


async def test_the_group_of_its_queue_goes_before_that_of_its_bot_and_of_everybody(
    stores: Stores,
) -> None:
    groups = await kept(
        stores,
        [
            group(1),
            group(2, bot="shop"),
            group(3, bot="shop", queues=("support",)),
            group(4, queues=("support",)),
            group(5, bot="shop", queues=("sales",)),
            group(6, bot="salon"),
        ],
    )
    assert order(groups) == ["-1003", "-1004", "-1002", "-1001", "-1005", "-1006"]


async def test_the_group_that_the_queue_names_goes_first(stores: Stores) -> None:
    many = [group(1, bot="shop", queues=("support",)), group(2), group(3)]
    assert order(await kept(stores, many, Queue(group="-1003")))[0] == "-1003"
    assert order(await kept(stores, many, Queue(group="Группа 2")))[0] == "-1002"


async def test_a_group_that_is_down_is_the_last_resort(stores: Stores) -> None:
    groups = await kept(stores, [group(1, bot="shop", down=True), group(2)])
    assert order(groups) == ["-1002", "-1001"]


async def test_a_group_gets_another_id_once(stores: Stores) -> None:
    groups = await kept(stores, [group(1, bot="shop")])
    (old,) = groups.all
    moved = await groups.moved(old, "-1009")
    again = await groups.moved(old, "-1009")
    assert (moved.chat_id, again) == ("-1009", moved)
    assert not groups.is_desk("telegram:1", "-1001")
    assert [one.chat_id for one in await stores.desks.groups(1)] == ["-1009"]

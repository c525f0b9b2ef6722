"""Counters go with their turn, and tell where chats stand."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from alembic import command

from bots.errors import ClaimLost
from bots.model.tally import Tally
from flows.standing import NOWHERE, Stand
from storage.stores import Stores
from tests.storage.alembic_moves import alembic
from tests.storage.conftest import House
from tests.storage.samples import ANNA, BORIS, answer, opened

ASKED = Tally("возврат", "номер", "номер text", "asked")
LEFT = ASKED._replace(what="left")
NUMBER = Stand("возврат", "номер", "номер text")
MENU = Stand("меню", "выбор")


async def test_what_turns_count_is_summed_by_day(stores: Stores) -> None:
    anna = await opened(stores.journal)
    anna = await answer(stores.journal, anna, tallies={ASKED: 1}, day="2026-03-07")
    await answer(stores.journal, anna, tallies={ASKED: 2, LEFT: 1}, day="2026-03-08")
    assert await stores.tallies.sums(1, "shop", None) == {ASKED: 3, LEFT: 1}
    assert await stores.tallies.sums(1, "shop", "2026-03-08") == {ASKED: 2, LEFT: 1}
    assert await stores.tallies.sums(1, "shop", "2026-03-09") == {}


async def test_counters_are_of_one_workspace_and_one_bot(stores: Stores) -> None:
    for address in (ANNA, ANNA._replace(workspace=2), ANNA._replace(bot="salon")):
        chat = await opened(stores.journal, address)
        await answer(
            stores.journal, chat, messages=[], tallies={ASKED: 1}, day="2026-03-08", waits=[NUMBER]
        )
    assert await stores.tallies.sums(1, "shop", None) == {ASKED: 1}
    assert await stores.tallies.standing(1, "shop") == [([NUMBER], 1)]


async def test_a_turn_that_is_not_written_counts_nothing(house: House) -> None:
    journal = house.stores.journal
    anna = await opened(journal)
    await house.steal(ANNA)
    with pytest.raises(ClaimLost):
        await answer(journal, anna, tallies={ASKED: 1}, day="2026-03-08", waits=[NUMBER])
    assert await house.stores.tallies.sums(1, "shop", None) == {}
    assert await house.stores.tallies.standing(1, "shop") == []


async def test_chats_are_counted_where_they_stand_now(stores: Stores) -> None:
    anna, boris = await opened(stores.journal), await opened(stores.journal, BORIS)
    anna = await answer(stores.journal, anna, messages=[], waits=[NUMBER, MENU])
    await answer(stores.journal, boris, messages=[], waits=[NUMBER, MENU])
    assert await stores.tallies.standing(1, "shop") == [([NUMBER, MENU], 2)]
    anna = await answer(stores.journal, anna, messages=[], waits=[NOWHERE, MENU])
    assert len(await stores.tallies.standing(1, "shop")) == 2
    await answer(stores.journal, anna, messages=[], waits=[])
    assert await stores.tallies.standing(1, "shop") == [([NUMBER, MENU], 1)]


def test_an_upgrade_says_where_chats_stand_and_can_be_undone(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    alembic(path, command.upgrade, "v0001")
    wait = (
        '"wait": {"id": "w1", "kind": "ask", "entry": 1, "signature": ["номер", "номер", "text"]}'
    )
    position = (
        '{"counter": 3, "stack": [{"flow": "меню", "step": "выбор"},'
        ' {"flow": "возврат", "step": "номер", ' + wait + "}]}"
    )
    with sqlite3.connect(path) as connection:
        for chat, kept in enumerate([position, "{}"]):
            connection.execute(
                "INSERT INTO conversations (uuid, workspace, bot, channel, chat_id, platform,"
                " user_id, customer_id, owner, status, unreachable, keyboard, claim, epoch, seq,"
                " position, context, created_at, updated_at) VALUES"
                " (?, 1, 'shop', 'web', ?, 'web', 'u', 1, 'bot', 'active', 0, 0, 0, 0, 0, ?,"
                " '{}', 0, 0)",
                (str(chat), str(chat), kept),
            )
    connection.close()
    alembic(path, command.upgrade, "v0002")
    assert _waits(path) == [('[["возврат","номер","номер text"],["меню","выбор",""]]',), (None,)]
    alembic(path, command.downgrade, "v0001")
    with sqlite3.connect(path) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(conversations)")]
    connection.close()
    assert "waits" not in columns
    assert "position" in columns


def _waits(path: Path) -> list[Any]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT waits FROM conversations ORDER BY id").fetchall()
    finally:
        connection.close()

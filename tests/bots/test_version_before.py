"""Chats that people had, or waited for, before hand-offs were kept: they go on as any other."""

import asyncio
import sqlite3
from pathlib import Path

from alembic import command

from storage.migrate import HEAD
from tests.bots.people import PeopleRig
from tests.bots.rig import address_of
from tests.storage.alembic_moves import alembic

BEFORE = "v0005"


def go_back_and_forth(path: Path) -> None:
    """As if this version had only now come: nothing is left of what it alone kept."""
    alembic(path, command.downgrade, BEFORE)
    with sqlite3.connect(path) as db:
        db.execute(
            "UPDATE conversations SET owner = 'operator', status = 'escalated', epoch = epoch + 1"
            " WHERE chat_id = 'clara'"
        )
    db.close()
    alembic(path, command.upgrade, HEAD)


async def test_a_database_of_the_version_before_goes_on(database: Path) -> None:
    people = PeopleRig(database)
    await people.open()
    await people.asks("anna")
    await people.hears("boris", "/start", "one")
    # Somebody answered her in the messenger, in the way of before: the flow was told nothing.
    await people.hears("clara", "/start")
    await people.close()
    await asyncio.to_thread(go_back_and_forth, database)
    await people.open()
    await people.hires("Olya")
    try:
        opened = await people.stores.episodes.open(1)
        assert {(chat.user_id, one.state, one.native) for chat, one in opened} == {
            ("anna", "requested", ""),
            ("clara", "active", "telegram"),
        }
        assert len(people.board.all()) == 2
        await people.takes("Olya", "anna")
        await people.says("Olya", "anna", "hello")
        await people.releases("Olya", "anna")
        assert "back from Olya" in people.messenger.texts("anna")
        await people.hears("clara", "hm")
        await people.takes("Olya", "clara")
        await people.closes("Olya", "clara")
        await people.hears("clara", "two")
        assert people.messenger.texts("clara")[-2:] == ["bot: two", "What?"]
        await people.hears("boris", "two")
        assert people.messenger.texts("boris")[-2:] == ["bot: two", "What?"]
        conversation = await people.conversation(address_of("anna").chat_id)
        kept = await people.stores.episodes.of_chat(conversation.id, limit=9)
        assert [(one.number, one.state) for one in kept] == [(1, "released")]
    finally:
        await people.crash()

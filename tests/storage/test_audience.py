"""Everybody a bot talks with, a portion at a time."""

from dataclasses import replace

from bots.model.conversation import Conversation, Opening
from bots.model.message import Address
from bots.model.turn import TurnRecord
from flows.turn import CHATLESS
from storage.stores import Stores


async def opened(
    stores: Stores, chat: str, *, bot: str = "shop", platform: str = "telegram", **changed: object
) -> Conversation:
    address = Address(1, bot, platform, chat)
    conversation = await stores.journal.claim(address, Opening(platform=platform, user_id=chat))
    conversation = replace(conversation, **changed)  # type: ignore[arg-type]
    await stores.journal.commit(TurnRecord(conversation=conversation, user_changed=True))
    return conversation


async def test_chats_come_in_portions_by_rising_id_with_what_is_known_of_them(
    stores: Stores,
) -> None:
    for chat in ("a", "b", "c"):
        await opened(stores, chat, user={"name": chat}, context={"from": "ads"})
    first = await stores.audience.chats(1, "shop", after=0, limit=2)
    rest = await stores.audience.chats(1, "shop", after=first[-1].id, limit=2)
    assert [one.address.chat_id for one in (*first, *rest)] == ["a", "b", "c"]
    assert (first[0].user, first[0].context) == ({"name": "a"}, {"from": "ads"})
    assert await stores.audience.chats(1, "shop", after=rest[-1].id, limit=2) == []


async def test_who_cannot_be_written_to_has_a_person_or_is_another_bots_is_left_out(
    stores: Stores,
) -> None:
    await opened(stores, "blocked", unreachable=True)
    await opened(stores, "queued", owner="queue", epoch=1)
    await opened(stores, "served", owner="operator", epoch=1)
    await opened(stores, "elsewhere", bot="salon")
    await opened(stores, "shop", platform=CHATLESS)
    await opened(stores, "free")
    found = await stores.audience.chats(1, "shop", after=0, limit=10)
    assert [one.address.chat_id for one in found] == ["free"]
    assert await stores.audience.chats(2, "shop", after=0, limit=10) == []

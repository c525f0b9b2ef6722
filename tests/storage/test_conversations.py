"""Reading conversations and history, never across workspaces."""

from datetime import timedelta

import pytest

from bots.errors import NotFound
from bots.model.answer import Came
from bots.model.conversation import Opening
from bots.model.message import Address, Button, Keyboard
from storage.stores import Stores
from tests.storage.conftest import HandClock
from tests.storage.samples import (
    ANNA,
    BORIS,
    NOON,
    OPENING,
    answer,
    heard,
    intent,
    message,
    opened,
    said,
)

API = Opening(platform="telegram", user_id="501")


async def test_a_chat_is_found_by_platform_and_id(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    found = stores.conversations.by_chat
    assert await found(1, "telegram", "501") == conversation
    assert await found(1, "telegram", "501", "501") == conversation
    for workspace, platform, chat_id, user_id in [
        (2, "telegram", "501", None),
        (1, "vk", "501", None),
        (1, "telegram", "999", None),
        (1, "telegram", "501", "somebody else"),
    ]:
        with pytest.raises(NotFound):
            await found(workspace, platform, chat_id, user_id)


async def test_of_a_chat_with_several_bots_the_last_used_conversation_is_meant(
    stores: Stores, clock: HandClock
) -> None:
    shop = await stores.journal.claim(ANNA, OPENING)
    salon = await stores.journal.claim(ANNA._replace(bot="salon"), OPENING)
    await answer(stores.journal, salon, changes={"updated_at": clock.now + timedelta(hours=1)})
    await answer(
        stores.journal,
        shop,
        messages=[heard(1, "x")],
        changes={"updated_at": clock.now + timedelta(hours=2)},
    )
    assert (await stores.conversations.by_chat(1, "telegram", "501")).id == shop.id


async def test_a_session_is_found_by_the_clients_own_id(stores: Stores) -> None:
    session = await stores.journal.claim(Address(1, "shop", "api", "session_456"), API)
    assert await stores.conversations.by_session(1, "session_456") == session
    with pytest.raises(NotFound):
        await stores.conversations.by_session(2, "session_456")


async def test_a_messengers_conversation_is_a_session_by_its_uuid(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    session = f"session_{conversation.uuid}"
    assert await stores.conversations.by_session(1, session) == conversation
    for workspace, wrong in [(2, session), (1, conversation.uuid), (1, "session_"), (1, "501")]:
        with pytest.raises(NotFound):
            await stores.conversations.by_session(workspace, wrong)


async def test_a_users_conversations_come_newest_first_with_their_counts(stores: Stores) -> None:
    first = await stores.journal.claim(ANNA, OPENING)
    second = await stores.journal.claim(ANNA._replace(channel="api", chat_id="s"), OPENING)
    await stores.journal.claim(BORIS, Opening(platform="telegram", user_id="502"))
    second = await answer(
        stores.journal, second, changes={"updated_at": NOON + timedelta(minutes=1)}
    )
    assert await stores.conversations.of_user(1, "501") == [(second, 2), (first, 0)]
    assert await stores.conversations.of_user(2, "501") == []


async def test_history_is_read_in_pages(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    records = [said(number) if number % 2 else heard(number) for number in range(1, 8)]
    await answer(stores.journal, conversation, messages=records)
    history = stores.conversations.history
    assert await history(conversation.id, limit=3, offset=0) == (records[:3], 7)
    assert await history(conversation.id, limit=3, offset=6) == (records[6:], 7)
    assert await history(conversation.id, limit=3, offset=7) == ([], 7)
    assert await history(conversation.id + 1, limit=3, offset=0) == ([], 0)


async def test_the_tail_is_the_last_messages_oldest_first(stores: Stores) -> None:
    conversation = await opened(stores.journal)
    records = [said(number) for number in range(1, 6)]
    await answer(stores.journal, conversation, messages=records)
    assert await stores.conversations.tail(ANNA, limit=2) == records[3:]
    assert await stores.conversations.tail(ANNA._replace(workspace=2), limit=2) == []


async def test_a_message_is_found_in_its_workspace_alone(stores: Stores) -> None:
    await answer(stores.journal, await opened(stores.journal))
    found = await stores.conversations.message(1, "said-2")
    assert found is not None
    assert (found[0].address, found[1]) == (ANNA, said(2))
    assert await stores.conversations.message(2, "said-2") is None


async def test_what_came_of_a_message_is_read_again(stores: Stores) -> None:
    address = ANNA._replace(channel="api")
    came = stores.conversations.came_of
    assert await came(address, "1", "m-501-1") == Came(waits=False)
    (arrival,) = await stores.journal.accept([message("1", address)])
    assert await came(address, "1", "m-501-1") == Came(waits=True)
    await stores.journal.postpone(arrival.seq, until=NOON, error="no")
    assert await came(address, "1", "m-501-1") == Came(waits=True, fails=True)
    conversation = await stores.journal.claim(address, OPENING)
    keyboard = Keyboard(rows=((Button(text="Да"), Button(text="Нет")),))
    messages = [
        said(1),
        heard(2, "m-501-1", intent="order", confidence=0.5),
        said(3, keyboard=keyboard),
        said(4),
    ]
    conversation = await answer(
        stores.journal, conversation, messages=messages, arrivals=[arrival.seq]
    )
    first = (await came(address, "1", "m-501-1")).answer
    assert first is not None
    assert first.said == messages[2:]
    assert first.settled
    assert (first.understood.intent, first.understood.confidence) == ("order", 0.5)
    assert [button.text for button in first.suggested] == ["Да", "Нет"]
    # What is said to a later message is no answer to this one.
    await answer(stores.journal, conversation, messages=[heard(5), said(6)])
    again = (await came(address, "1", "m-501-1")).answer
    assert again is not None
    assert again.said == messages[2:]
    # Neither another body's message is told, nor to another workspace.
    assert (await came(address, "1", "m-other")).answer is None
    assert (await came(address._replace(workspace=2), "1", "m-501-1")).answer is None


async def test_an_answer_is_unsettled_while_an_action_of_the_chat_is_under_way(
    stores: Stores,
) -> None:
    conversation = await opened(stores.journal)
    await answer(stores.journal, conversation, intents=[intent(conversation, "1")])
    came = await stores.conversations.came_of(ANNA, "1", "heard-1")
    assert came.answer is not None
    assert not came.answer.settled

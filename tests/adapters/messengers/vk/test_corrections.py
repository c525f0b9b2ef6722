"""What was said to a customer of VK, said otherwise or taken back."""

import pytest

from adapters.messengers.vk.channel import VkChannel
from bots.errors import Rejected
from bots.model.message import Entity, Reply
from tests.adapters.messengers.vk.conftest import ADDRESS, row
from tests.servers.vk import Vk


@pytest.fixture
def allowed(vk: Vk) -> Vk:
    vk.allow(5)
    return vk


async def said(channel: VkChannel, text: str) -> str:
    (call,) = channel.render(ADDRESS, Reply(message_id="m", text=text))
    return await channel.send(row(call, "m:0"))


async def test_new_words_stand_in_the_same_message(channel: VkChannel, allowed: Vk) -> None:
    id = await said(channel, "Будет завтра")
    bold = (Entity(kind="bold", start=6, length=11),)
    reply = Reply(
        message_id="n",
        text="Будет послезавтра",
        entities=bold,
        replaces=id,
        corrected="Исправление: Будет послезавтра",
    )
    (call,) = channel.render(ADDRESS, reply)
    await channel.send(row(call, "n:0"))
    (edit,) = allowed.calls("messages.edit")
    assert edit.text == "Будет послезавтра"
    assert len(allowed.calls("messages.send")) == 1
    assert allowed.violations() == []


async def test_what_is_too_old_to_be_changed_is_said_anew(channel: VkChannel, allowed: Vk) -> None:
    reply = Reply(message_id="n", text="Так", replaces="777", corrected="Исправление: Так")
    (call,) = channel.render(ADDRESS, reply)
    await channel.send(row(call, "n:0"))
    assert [one.text for one in allowed.calls("messages.send")] == ["Исправление: Так"]


async def test_words_under_files_are_said_anew(channel: VkChannel) -> None:
    reply = Reply(
        message_id="n", text="Так", replaces="7", corrected="Исправление: Так", message_type="image"
    )
    (call,) = channel.render(ADDRESS, reply)
    assert (call["method"], call["message"]) == ("messages.send", "Исправление: Так")


async def test_a_message_is_taken_back(channel: VkChannel, allowed: Vk) -> None:
    id = await said(channel, "Не туда")
    (call,) = channel.taken_back(ADDRESS, [id])
    await channel.send(row(call, "m:back0"))
    (deleted,) = allowed.calls("messages.delete")
    assert (deleted.parameters["message_ids"], deleted.parameters["delete_for_all"]) == (id, "1")
    assert allowed.violations() == []


async def test_a_message_that_cannot_be_taken_back_says_so(channel: VkChannel, allowed: Vk) -> None:
    id = await said(channel, "Не туда")
    allowed.clock(forward=25 * 3600)
    (call,) = channel.taken_back(ADDRESS, [id])
    with pytest.raises(Rejected):
        await channel.send(row(call, "m:back0"))

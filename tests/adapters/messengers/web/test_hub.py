"""Seats get what is said in their conversation: in order, once, and only if they keep up."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from adapters.messengers.web.channel import WebChannel
from adapters.messengers.web.hub import Hub, Seat
from bots.errors import NotFound
from bots.model.conversation import Conversation
from bots.model.message import Address, Reply
from bots.model.turn import MessageRecord

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ADDRESS = Address(1, "shop", "web", "visitor")


def conversation(address: Address = ADDRESS) -> Conversation:
    return Conversation(
        id=1,
        uuid="u",
        address=address,
        platform="web",
        user_id=address.chat_id,
        customer_id=1,
        created_at=NOW,
        updated_at=NOW,
    )


def record(seq: int) -> MessageRecord:
    return MessageRecord(
        message_id=f"m{seq}",
        seq=seq,
        direction="outbound",
        author="bot",
        created_at=NOW,
        text=f"text {seq}",
    )


def seated(hub: Hub, address: Address = ADDRESS) -> Seat:
    seat = hub.join(address)
    assert seat is not None
    return seat


async def heard(seat: Seat, count: int) -> list[object]:
    frames = []
    for _ in range(count):
        text = await asyncio.wait_for(seat.next(), 60)
        assert text is not None
        frame = orjson.loads(text)
        frames.append(frame["message"]["seq"] if frame["type"] == "said" else frame["type"])
    return frames


async def test_what_is_said_while_the_history_is_read_comes_after_it_and_once() -> None:
    hub = Hub()
    seat = seated(hub)
    hub.told(conversation(), [record(4), record(5), record(6)], [])
    seat.welcome('{"type": "welcome"}', seen=5)
    hub.told(conversation(), [record(6), record(7)], [])
    assert await heard(seat, 3) == ["welcome", 6, 7]


async def test_every_tab_of_a_conversation_hears_it_and_no_other_conversation_does() -> None:
    hub = Hub()
    first, second = seated(hub), seated(hub)
    other = seated(hub, ADDRESS._replace(bot="salon"))
    for seat in (first, second, other):
        seat.welcome('{"type": "welcome"}', seen=0)
    hub.told(conversation(), [record(1)], [])
    hub.typing(ADDRESS._replace(bot="salon"))
    assert await heard(first, 2) == ["welcome", 1]
    assert await heard(second, 2) == ["welcome", 1]
    assert await heard(other, 2) == ["welcome", "typing"]


async def test_a_reader_that_falls_behind_is_given_up_and_costs_no_more_memory() -> None:
    hub = Hub(room=3)
    seat = seated(hub)
    seat.welcome('{"type": "welcome"}', seen=0)
    hub.told(conversation(), [record(seq) for seq in range(1, 1000)], [])
    assert seat.lagging
    assert await asyncio.wait_for(seat.next(), 60) is None


async def test_a_conversation_has_so_many_tabs_and_no_more() -> None:
    hub = Hub(tabs=2)
    seats = [seated(hub), seated(hub)]
    assert hub.join(ADDRESS) is None
    for seat in seats:
        hub.leave(ADDRESS, seat)
    assert not hub.present(ADDRESS)
    assert hub.join(ADDRESS) is not None


async def test_the_channel_sends_nothing_and_shows_typing(tmp_path: Path) -> None:
    hub = Hub()
    seat = seated(hub)
    seat.welcome('{"type": "welcome"}', seen=0)
    channel = WebChannel(hub, tmp_path)
    assert channel.render(ADDRESS, Reply(message_id="m", text="hello")) == []
    await channel.typing(ADDRESS)
    assert await heard(seat, 2) == ["welcome", "typing"]


async def test_the_channel_gives_out_what_visitors_sent_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    name = "0123456789abcdef.png"
    (tmp_path / "files" / name).write_bytes(b"png")
    (tmp_path / "secret.png").write_bytes(b"secret")
    channel = WebChannel(Hub(), tmp_path / "files")
    assert (await channel.fetch(f"/web/files/{name}")).content == b"png"
    for ref in ("/web/files/../secret.png", name, "/web/files/fedcba9876543210.png", ""):
        with pytest.raises(NotFound):
            await channel.fetch(ref)

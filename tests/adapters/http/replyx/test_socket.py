"""The socket of a dialog: what it tells, from which number on, and whom it lets in."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.http.sockets import SocketLimits, Sockets
from bots.errors import NoMoney, Unavailable
from bots.model.operator import Operator
from tests.adapters.http.fake_time import NOON, SHOP_KEY
from tests.adapters.http.replyx.following import Rig, eventually, now, served
from tests.contracts.likeness import assert_like

pytestmark = pytest.mark.usefixtures("database")


def texts(events: list[dict[str, Any]]) -> list[str]:
    return [event["message"]["text"] for event in events]


# ---------------------------------------------------------------- events


NEW_MESSAGE = {
    "type": "new_message",
    "dialog_id": 1,
    "message": {
        "id": 15,
        "sender": "assistant",
        "text": "Ответ ассистента",
        "created_at": "2025-09-01T12:00:00Z",
    },
    "seq": 1001,
    "timestamp": "2025-09-01T12:00:00Z",
}
HANDOFF_REQUESTED = {
    "type": "handoff_requested",
    "dialog_id": 1,
    "reason": "keyword",
    "queue_position": 2,
    "seq": 1002,
    "timestamp": "2025-09-01T12:01:00Z",
}
HANDOFF_STARTED = {
    "type": "handoff_started",
    "dialog_id": 1,
    "manager": {"id": 5, "name": "Анна", "avatar": None},
    "seq": 1003,
    "timestamp": "2025-09-01T12:02:00Z",
}
OPERATOR_TYPING = {
    "type": "operator_typing",
    "dialog_id": 1,
    "operator_name": "Анна",
    "timestamp": "2025-09-01T12:03:00Z",
}


async def test_a_dialog_is_told_as_it_goes_on(rig: Rig) -> None:
    anna = await rig.stores.operators.put(Operator(id=0, workspace=1, name="Анна"), now=NOON)
    chat = await rig.dialog()
    reader, other = await rig.reader(chat.id), await rig.reader(chat.id)
    chat = await rig.turn(chat, "Привет", "Здравствуйте")
    chat = await rig.request(chat)
    chat = await rig.take(chat, anna.id)
    chat = await rig.release(chat)
    events = await reader.events(5)
    assert [event["seq"] for event in events] == [1, 2, 3, 4, 5]
    user, assistant, requested, started, over = events
    assert (user["message"]["sender"], user["message"]["text"]) == ("user", "Привет")
    assert_like(NEW_MESSAGE, assistant)
    assert assistant["message"]["id"] == 2
    assert_like(HANDOFF_REQUESTED, requested)
    assert (requested["reason"], requested["queue_position"]) == ("keyword", 1)
    assert_like(HANDOFF_STARTED, started)
    assert started["manager"] == {"id": anna.id, "name": "Анна", "avatar": None}
    assert (over["type"], over["reason"]) == ("handoff_released", "released")
    assert await other.events(5) == events


async def test_who_types_is_told_to_the_others_without_a_number(rig: Rig) -> None:
    chat = await rig.dialog()
    reader = await rig.reader(chat.id)
    rig.following.typing(chat.address, "Анна")
    assert_like(OPERATOR_TYPING, await reader.receive())
    rig.following.typing(chat.address)
    heard = await reader.receive()
    assert heard.pop("timestamp").endswith("Z")
    assert heard == {"type": "user_typing", "dialog_id": chat.id}


async def test_another_dialog_is_not_told_of(rig: Rig) -> None:
    one, other = await rig.dialog("501"), await rig.dialog("502")
    reader = await rig.reader(one.id)
    await rig.turn(other, "тайна")
    await rig.turn(one, "моё")
    assert texts([await reader.receive()]) == ["моё"]


# ---------------------------------------------------------------- from a number on


async def test_who_comes_back_is_told_what_they_missed_and_then_what_is_new(rig: Rig) -> None:
    chat = await rig.turn(await rig.dialog(), *"abcdef")
    back = await rig.reader(chat.id, "?after=4")
    connected = await back.receive()
    assert (connected["type"], connected["seq"], connected["reset"]) == ("connected", 4, None)
    await rig.turn(chat, "g")
    events = await back.events(3)
    assert texts(events) == ["e", "f", "g"]
    assert [event["seq"] for event in events] == [5, 6, 7]


async def test_who_asks_for_no_number_is_told_from_now_on(rig: Rig) -> None:
    chat = await rig.turn(await rig.dialog(), *"abc")
    reader = await rig.reader(chat.id)
    await rig.turn(chat, "d")
    event = await reader.receive()
    assert (event["seq"], event["message"]["text"]) == (4, "d")


@pytest.mark.parametrize(("after", "reset"), [(7, "unknown"), (10**12, "unknown")])
async def test_a_number_that_never_was_begins_anew_and_says_so(
    rig: Rig, after: int, reset: str
) -> None:
    chat = await rig.turn(await rig.dialog(), *"abcdef")
    reader = await rig.reader(chat.id, f"?after={after}")
    connected = await reader.receive()
    assert (connected["seq"], connected["reset"]) == (6, reset)
    await rig.turn(chat, "g")
    assert (await reader.receive())["seq"] == 7


async def test_a_gap_too_wide_begins_anew_and_says_so(rig: Rig) -> None:
    chat = await rig.turn(await rig.dialog(), *(str(n) for n in range(1100)))
    reader = await rig.reader(chat.id, "?after=99")
    connected = await reader.receive()
    assert (connected["seq"], connected["reset"]) == (1100, "too_old")
    reader = await rig.reader(chat.id, "?after=100")
    assert (await reader.receive())["reset"] is None
    assert [event["seq"] for event in await reader.events(1000)] == list(range(101, 1101))


async def test_at_the_seam_nothing_is_left_out_or_told_twice(rig: Rig) -> None:
    chat = await rig.dialog()

    async def talk() -> None:
        nonlocal chat
        for number in range(60):
            chat = await rig.turn(chat, str(number), "ответ")

    talking = asyncio.create_task(talk())
    seen: list[int] = []
    after = 0
    while after < 120:
        reader = await rig.reader(chat.id, f"?after={after}")
        assert (await reader.receive())["seq"] == after
        for event in await reader.events(min(7, 120 - after)):
            seen.append(event["seq"])
        after = seen[-1]
        reader.wire.transport.abort()
    await talking
    assert seen == list(range(1, 121))


# ---------------------------------------------------------------- who is let in


async def test_who_may_not_is_refused_before_it_opens(rig: Rig) -> None:
    chat, foreign = await rig.dialog(), await rig.dialog("9", workspace=2)
    nobody = {"Authorization": ""}
    assert await rig.refused(chat.id, headers=nobody) == (401, "UNAUTHORIZED")
    assert await rig.refused(chat.id, "?token=nonsense") == (401, "UNAUTHORIZED")
    assert await rig.refused(chat.id, f"?token={SHOP_KEY}") == (401, "UNAUTHORIZED")
    assert await rig.refused(foreign.id) == (404, "NOT_FOUND")
    for id in ("999", "0", "x", "1e3", "٣", "9" * 40, "1%00"):
        assert await rig.refused(id) == (404, "NOT_FOUND"), id
    for after in ("-1", "x", "", "1.5", "9" * 30):
        assert await rig.refused(chat.id, f"?after={after}") == (422, "VALIDATION_ERROR"), after
    assert rig.following.followers == 0


async def test_a_refusal_says_what_to_send_and_what_is_not_there(rig: Rig) -> None:
    chat, foreign = await rig.dialog(), await rig.dialog("9", workspace=2)
    _, error = await rig.refusal(chat.id, headers={"Authorization": ""})
    assert "?token=" in error["details"]["reason"]
    _, error = await rig.refusal(foreign.id)
    assert error["details"] == {"reason": f"dialog {foreign.id} not found"}
    _, error = await rig.refusal(chat.id, origin="https://evil.example")
    assert "EASYFLOW_HTTP__ALLOWED_ORIGINS" in error["details"]["reason"]


async def test_a_key_of_another_bot_finds_no_dialog(rig: Rig) -> None:
    chat = await rig.dialog()
    key = {"Authorization": f"Bearer {SHOP_KEY}"}
    await rig.reader(chat.id, headers=key)
    await rig.stores.base.writer.do(_rename, chat.id)
    assert await rig.refused(chat.id, headers=key) == (404, "NOT_FOUND")


def _rename(db: Any, items: Any) -> list[None]:
    for id in items:
        db.execute("UPDATE conversations SET bot = 'salon' WHERE id = ?", (id,))
    return [None for _ in items]


async def test_pages_of_other_sites_may_not_open_it(tmp_path: Path) -> None:
    async with served(tmp_path, Sockets(origins=["https://desk.example"])) as rig:
        chat, host = await rig.dialog(), f"127.0.0.1:{rig.port}"
        for origin in ("https://evil.example", "null", f"http://{host}.evil.example"):
            refusal = await rig.refused(chat.id, origin=origin)
            assert refusal == (403, "INSUFFICIENT_PERMISSIONS")
        for origin in (f"http://{host}", "https://desk.example"):
            await rig.reader(chat.id, origin=origin)


async def test_one_person_opens_only_so_many(tmp_path: Path) -> None:
    async with served(tmp_path, Sockets(limits=SocketLimits(of_one=2))) as rig:
        chat = await rig.dialog()
        first = await rig.reader(chat.id)
        await rig.reader(chat.id)
        assert await rig.refused(chat.id) == (429, "RATE_LIMIT_EXCEEDED")
        await first.wire.close()
        await eventually(lambda: rig.sockets.open == 1)
        await rig.reader(chat.id)


async def test_one_place_opens_only_so_many_whoever_it_says_to_be(tmp_path: Path) -> None:
    async with served(tmp_path, Sockets(limits=SocketLimits(of_place=1))) as rig:
        chat = await rig.dialog()
        there = {"X-Forwarded-For": "2606:4700::1"}
        first = await rig.reader(chat.id, headers=there)
        neighbour = {"X-Forwarded-For": "2606:4700::2"}
        assert await rig.refused(chat.id, headers=neighbour) == (429, "RATE_LIMIT_EXCEEDED")
        await rig.reader(chat.id, headers={"X-Forwarded-For": "2606:4700:1::1"})
        await rig.reader(chat.id)
        await rig.reader(chat.id)  # our own network is not counted
        await first.wire.close()
        await eventually(lambda: rig.sockets.open == 3)
        await rig.reader(chat.id, headers=neighbour)


async def test_who_may_no_longer_is_closed(tmp_path: Path) -> None:
    async with served(tmp_path, Sockets(limits=SocketLimits(recheck=0.05))) as rig:
        chat = await rig.dialog()
        reader = await rig.reader(chat.id)
        await rig.house.services.accounts.keys.revoke(1, 1)
        assert await reader.closed() == 4401


async def test_a_dialog_that_is_gone_is_closed(tmp_path: Path) -> None:
    limits = SocketLimits(recheck=0.05, revalidate=0.1)
    async with served(tmp_path, Sockets(limits=limits)) as rig:
        chat = await rig.dialog()
        reader = await rig.reader(chat.id, headers={"Authorization": f"Bearer {SHOP_KEY}"})
        await rig.stores.base.writer.do(_rename, chat.id)
        assert await reader.closed() == 4404


async def test_a_dialog_that_was_erased_and_begins_anew_is_closed(rig: Rig) -> None:
    chat = await rig.turn(await rig.dialog(), "забудьте меня")
    reader = await rig.reader(chat.id)
    rig.following.told(replace(chat, uuid="0" * 32), [], [])
    assert await reader.closed() == 4404


# ---------------------------------------------------------------- what clients send


@pytest.mark.parametrize(
    ("frame", "field"),
    [
        ("not json", "frame"),
        ("[1]", "frame"),
        ("[" * 10_000, "frame"),
        (b"\x00\x01", "frame"),
        ("{}", "type"),
        ('{"type": "dance"}', "type"),
        ('{"type": {"a": 1}}', "type"),
        ('{"type": "send_message"}', "text"),
        ('{"type": "send_message", "text": "  "}', "text"),
        ('{"type": "send_message", "text": 5}', "text"),
        ('{"type": "send_message", "text": "' + "я" * 20_001 + '"}', "text"),
        ('{"type": "send_message", "text": "x", "as": "owner"}', "as"),
        ('{"type": "send_message", "text": "x\\u0000"}', "text"),
        ('{"type": "send_message", "text": "x", "operator_id": true}', "operator_id"),
        (
            '{"type": "send_message", "text": "x", "operator_id": 99999999999999999999}',
            "operator_id",
        ),
    ],
)
async def test_a_frame_that_says_nothing_gets_an_error_and_may_go_on(
    rig: Rig, frame: str | bytes, field: str
) -> None:
    chat = await rig.dialog()
    reader = await rig.reader(chat.id)
    await reader.wire.send(frame)
    told = await reader.receive()
    assert (told["type"], told["dialog_id"]) == ("error", chat.id)
    assert told["error"]["code"] == "VALIDATION_ERROR"
    assert told["error"]["details"]["field"] == field
    await rig.turn(chat, "дальше")
    assert texts([await reader.receive()]) == ["дальше"]


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (NoMoney("The balance does not pay for this message"), "INSUFFICIENT_BALANCE"),
        (Unavailable("The disk is full"), "SERVICE_UNAVAILABLE"),
        (RuntimeError("a mistake of ours"), "INTERNAL_ERROR"),
    ],
)
async def test_what_goes_wrong_with_a_message_is_told_and_it_goes_on(
    rig: Rig, trouble: Exception, code: str
) -> None:
    chat = await rig.dialog(channel="api")
    reader = await rig.reader(chat.id)
    rig.house.inbox.refuses = trouble
    await reader.send({"type": "send_message", "text": "Привет!"})
    assert (await reader.receive())["error"]["code"] == code
    rig.house.inbox.refuses = None
    await reader.send({"type": "send_message", "text": "Привет!"})
    await rig.turn(chat, "дальше")
    assert texts([await reader.receive()]) == ["дальше"]
    assert [message.text for message, _ in rig.house.inbox.asked] == ["Привет!"]


async def test_nobody_speaks_for_the_customer_of_a_messenger(rig: Rig) -> None:
    reader = await rig.reader((await rig.dialog()).id)
    await reader.send({"type": "send_message", "text": "за него", "as": "user"})
    assert (await reader.receive())["error"]["code"] == "INSUFFICIENT_PERMISSIONS"
    assert rig.house.inbox.asked == []


async def test_an_error_names_the_frame_it_is_about(rig: Rig) -> None:
    reader = await rig.reader((await rig.dialog()).id)
    await reader.send({"type": "dance", "id": "f-1"})
    assert (await reader.receive())["id"] == "f-1"


async def test_both_sides_ping(tmp_path: Path) -> None:
    limits = SocketLimits(ping=0.05, recheck=0.05, idle=2.0)
    async with served(tmp_path, Sockets(limits=limits)) as rig:
        chat = await rig.dialog()
        reader = await rig.reader(chat.id)
        await reader.wire.send("__ping__")
        assert {await reader.wire.recv() for _ in range(3)} == {"__ping__", "__pong__"}
        began = now()
        while (now() - began).total_seconds() < 0.5:
            assert await reader.wire.recv() == "__ping__"
            await reader.wire.send("__pong__")
        await rig.turn(chat, "ещё здесь")
        assert texts([await reader.receive()]) == ["ещё здесь"]


async def test_who_answers_no_ping_is_closed(tmp_path: Path) -> None:
    async with served(tmp_path, Sockets(limits=SocketLimits(idle=0.1))) as rig:
        reader = await rig.reader((await rig.dialog()).id)
        assert await reader.closed() == 4408


async def test_more_than_fifty_messages_a_minute_are_refused_and_then_it_is_closed(
    rig: Rig,
) -> None:
    reader = await rig.reader((await rig.dialog()).id)
    for _ in range(61):
        await reader.send({"type": "dance"})
    codes = [(await reader.receive())["error"]["code"] for _ in range(60)]
    assert codes == ["VALIDATION_ERROR"] * 50 + ["RATE_LIMIT_EXCEEDED"] * 10
    assert await reader.closed() == 4429


async def test_a_flood_of_anything_is_closed(tmp_path: Path) -> None:
    async with served(tmp_path, Sockets(limits=SocketLimits(frames=20))) as rig:
        reader = await rig.reader((await rig.dialog()).id)
        for _ in range(30):
            await reader.wire.send("__pong__")
        assert await reader.closed() == 4429


@pytest.mark.parametrize("size", [66_000, 10_000_000])
async def test_a_frame_too_big_is_closed(rig: Rig, size: int) -> None:
    reader = await rig.reader((await rig.dialog()).id, compression=None)
    sending = asyncio.create_task(reader.wire.send("x" * size))
    assert await reader.closed() == 1009
    await asyncio.gather(sending, return_exceptions=True)


# ---------------------------------------------------------------- who does not read


async def test_who_does_not_read_is_closed_and_nobody_waits_for_them(tmp_path: Path) -> None:
    limits = SocketLimits(send=0.3, idle=3600.0)
    async with served(tmp_path, Sockets(limits=limits)) as rig:
        one = await rig.dialog()
        deaf = await rig.reader(one.id, max_queue=1, compression=None)
        lively = await rig.reader(one.id)
        for number in range(100):
            one = await rig.turn(one, str(number), "x" * 150_000)
            assert [event["seq"] for event in await lively.events(2)] == [one.seq - 1, one.seq]
            if rig.following.followers == 1:
                break
        await eventually(lambda: rig.following.followers == 1)
        deaf.wire.transport.abort()
        again = await rig.reader(one.id, f"?after={one.seq - 1}")
        assert [event["seq"] for event in (await again.events(2))] == [one.seq - 1, one.seq]

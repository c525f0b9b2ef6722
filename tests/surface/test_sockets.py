"""Dialogs followed over sockets of the real server: hand-offs, resuming, words both ways."""

import asyncio
import socket
import struct
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from config.logs import Mask
from tests.servers.easyflow import KEY, EasyFlow
from tests.surface.following import address, dialog_of, following, say
from tests.surface.people import Person, login, register

_sessions = count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EasyFlow]:
    folder = tmp_path_factory.mktemp("easyflow")
    with EasyFlow(folder / "data", default_bot="shop", log__level="debug") as running:
        yield running


@pytest.fixture(scope="module")
def boss(server: EasyFlow) -> Person:
    return login(server, "owner@example.com", "correct horse battery")


@pytest.fixture
def session() -> str:
    return f"session-{next(_sessions)}"


async def in_thread(person: Person, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    return await asyncio.to_thread(person.call, method, path, body)


async def test_a_hand_off_over_http_is_told_and_words_go_both_ways(
    boss: Person, session: str
) -> None:
    dialog = dialog_of(boss, session)
    path = f"/api/dialogs/{dialog}"
    async with following(boss, dialog) as follower:
        await in_thread(boss, "POST", f"{path}/handoff/request", {"reason": "keyword"})
        requested = await follower.receive()
        assert (requested["type"], requested["reason"]) == ("handoff_requested", "keyword")
        await follower.send(type="send_message", text="рано", id="m-1")
        refused = await follower.until("error")
        assert (refused["error"]["code"], refused["id"]) == ("CONFLICT", "m-1")

        await in_thread(boss, "POST", f"{path}/handoff/take", {})
        started = await follower.until("handoff_started")
        name = started["manager"]["name"]
        await follower.send(type="send_message", text="Здравствуйте, это человек")
        said = await follower.says("Здравствуйте, это человек")
        assert (said["message"]["sender"], said["message"]["operator_name"]) == ("operator", name)
        await asyncio.to_thread(say, boss, session, "Наконец-то")
        assert (await follower.says("Наконец-то"))["message"]["sender"] == "user"

        await in_thread(boss, "POST", f"{path}/handoff/release", {})
        await follower.until("handoff_released")
        numbers = [event["seq"] for event in follower.seen]
        assert numbers == list(range(requested["seq"], requested["seq"] + len(numbers)))
    messages = boss.get(f"{path}/messages")["messages"]
    assert said["message"] in messages


async def test_a_lead_tries_the_assistant_as_its_user(boss: Person, session: str) -> None:
    dialog = dialog_of(boss, session)
    async with following(boss, dialog) as follower:
        await follower.send(type="send_message", text="Привет!")
        asked, answered = await follower.receive(), await follower.receive()
    assert (asked["message"]["sender"], asked["message"]["text"]) == ("user", "Привет!")
    assert answered["message"]["sender"] == "assistant"


async def test_a_visitors_dialog_is_the_visitors_to_speak_in(
    server: EasyFlow, boss: Person
) -> None:
    page = f"ws://127.0.0.1:{server.port}/ws/chat"
    async with connect(page, proxy=None) as visitor:

        async def heard(kind: str) -> dict[str, Any]:
            while True:
                frame: dict[str, Any] = orjson.loads(await asyncio.wait_for(visitor.recv(), 60))
                if frame["type"] == kind:
                    return frame

        await visitor.send('{"type": "hello", "bot": "shop"}')
        await heard("welcome")
        await visitor.send('{"type": "message", "id": "a", "text": "оператор"}')
        await heard("said")
        (dialog,) = boss.get("/api/dialogs?platform=website")["dialogs"]
        async with (
            following(boss, dialog["id"]) as follower,
            following(boss, dialog["id"]) as other,
        ):
            await follower.send(type="send_message", text="за него", **{"as": "user"})
            assert (await follower.until("error"))["error"]["code"] == "INSUFFICIENT_PERMISSIONS"
            path = f"/api/dialogs/{dialog['id']}/handoff/take"
            status, _ = await in_thread(boss, "POST", path, {})
            assert status == 200
            started = await follower.until("handoff_started")
            await visitor.send('{"type": "typing"}')
            assert (await follower.until("user_typing"))["dialog_id"] == dialog["id"]
            await follower.send(type="typing")
            await heard("typing")
            typing = await other.until("operator_typing")
            assert typing["operator_name"] == started["manager"]["name"]
            await follower.send(type="send_message", text="Уже смотрю")
            while (await heard("said"))["message"]["text"] != "Уже смотрю":
                pass
            assert "operator_typing" not in [event["type"] for event in follower.seen]


async def test_others_find_no_dialog_and_keys_do_not_belong_into_addresses(
    server: EasyFlow, boss: Person, session: str
) -> None:
    dialog = dialog_of(boss, session)
    stranger = await asyncio.to_thread(register, server)
    owner = Person(server=server, credential=KEY)
    codes = {}
    for who, number in ((stranger, dialog), (stranger, 999_999), (owner, dialog)):
        with pytest.raises(InvalidStatus) as refusal:
            async with following(who, number):
                pass
        response = refusal.value.response
        told = orjson.loads(response.body or b"")["error"]
        codes[who.credential, number] = response.status_code, told["code"], told["message"]
    assert codes[stranger.credential, dialog] == codes[stranger.credential, 999_999]
    assert codes[stranger.credential, dialog][:2] == (404, "NOT_FOUND")
    assert codes[KEY, dialog][:2] == (401, "UNAUTHORIZED")
    assert "ASGI callable" not in server.log


async def test_whoever_signs_out_is_closed(server: EasyFlow, boss: Person, session: str) -> None:
    dialog = dialog_of(boss, session)
    again = login(server, "owner@example.com", "correct horse battery")
    async with following(again, dialog) as follower, following(boss, dialog) as stays:
        await in_thread(again, "POST", "/api/auth/logout")
        assert await follower.closed() == 4401
        await asyncio.to_thread(say, boss, session, "ещё")
        await stays.says("ещё")


async def test_no_token_is_found_in_the_log(server: EasyFlow, boss: Person, session: str) -> None:
    dialog = dialog_of(boss, session)
    async with following(boss, dialog):
        pass
    with pytest.raises(InvalidStatus):
        async with connect(address(boss, dialog) + "x", proxy=None):
            pass
    assert "Socket gone" in server.log
    line = f'127.0.0.1 - "WebSocket {address(boss, dialog)}" [accepted]'
    assert boss.credential not in Mask([]).text(line)
    for part in boss.credential.split("."):
        assert part not in server.log
    assert KEY not in server.log


async def test_who_is_gone_before_the_socket_opens_is_no_trouble(
    server: EasyFlow, boss: Person, session: str
) -> None:
    dialog = dialog_of(boss, session)
    for number in range(30):
        path = address(boss, dialog if number % 2 else 999_999).partition(str(server.port))[2]
        with socket.create_connection(("127.0.0.1", server.port)) as gone:
            # Closing sends a reset, as somebody's lost connection does.
            gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            gone.sendall(
                f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
            )
    async with following(boss, dialog) as follower:
        await asyncio.to_thread(say, boss, session, "я здесь")
        await follower.says("я здесь")
    assert "Exception in ASGI" not in server.log
    assert "ASGI callable" not in server.log


async def test_numbers_go_on_over_a_kill_and_a_restart_says_so(tmp_path: Path) -> None:
    with EasyFlow(tmp_path / "data", default_bot="shop") as server:
        boss = login(server, "owner@example.com", "correct horse battery")
        dialog = dialog_of(boss, "one")
        async with following(boss, dialog, after=0) as follower:
            await in_thread(boss, "POST", f"/api/dialogs/{dialog}/handoff/request", {"reason": "x"})
            requested = await follower.until("handoff_requested")
            assert requested["queue_position"] == 1
            before = [*follower.seen[:-1], {**requested, "queue_position": 0}]
            server.kill()
        await asyncio.to_thread(server.start)
        await in_thread(boss, "POST", f"/api/dialogs/{dialog}/handoff/take", {})
        async with following(boss, dialog, after=0) as follower:
            started = await follower.until("handoff_started")
            assert follower.seen[: len(before)] == before
            assert [event["seq"] for event in follower.seen] == list(range(1, started["seq"] + 1))
        async with following(boss, dialog, after=started["seq"]) as follower:
            assert (await follower.receive())["reset"] is None
            stopping = asyncio.create_task(asyncio.to_thread(server.stop))
            assert await follower.closed() == 1012
            await stopping

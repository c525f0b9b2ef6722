"""Every JSON example of the chapter WebSocket API, against the running server."""

import asyncio
from typing import Any

from tests.contracts.likeness import assert_like
from tests.servers.easyflow import EasyFlow
from tests.surface.following import dialog_of, following
from tests.surface.people import login

Json = dict[str, Any]

NEW_MESSAGE: Json = {
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
HANDOFF_REQUESTED: Json = {
    "type": "handoff_requested",
    "dialog_id": 1,
    "reason": "keyword",
    "queue_position": 2,
    "seq": 1002,
    "timestamp": "2025-09-01T12:01:00Z",
}
HANDOFF_STARTED: Json = {
    "type": "handoff_started",
    "dialog_id": 1,
    "manager": {"id": 5, "name": "Анна", "avatar": None},
    "seq": 1003,
    "timestamp": "2025-09-01T12:02:00Z",
}
OPERATOR_TYPING: Json = {
    "type": "operator_typing",
    "dialog_id": 1,
    "operator_name": "Анна",
    "timestamp": "2025-09-01T12:03:00Z",
}
SEND_MESSAGE: Json = {"type": "send_message", "text": "Сообщение от пользователя"}


async def test_the_examples_are_told_and_taken(server: EasyFlow) -> None:
    boss = await asyncio.to_thread(login, server, "owner@example.com", "correct horse battery")
    dialog = await asyncio.to_thread(dialog_of, boss, "the-socket-of-the-contract")
    async with following(boss, dialog) as one, following(boss, dialog) as other:
        await one.send(**SEND_MESSAGE)
        asked, answered = await one.receive(), await one.receive()
        assert_like(NEW_MESSAGE, asked)
        assert_like(NEW_MESSAGE, answered)
        assert asked["message"]["text"] == SEND_MESSAGE["text"]
        assert (asked["message"]["sender"], answered["message"]["sender"]) == ("user", "assistant")

        path = f"/api/dialogs/{dialog}/handoff"
        body = {"reason": "keyword", "last_user_text": "Хочу поговорить с оператором"}
        await asyncio.to_thread(boss.call, "POST", f"{path}/request", body)
        requested = await one.until("handoff_requested")
        assert_like(HANDOFF_REQUESTED, requested)
        assert requested["reason"] == "keyword"
        await asyncio.to_thread(boss.call, "POST", f"{path}/take", {})
        assert_like(HANDOFF_STARTED, await one.until("handoff_started"))
        await other.until("handoff_started")
        await one.send(type="typing")
        assert_like(OPERATOR_TYPING, await other.receive())
        numbers = [event["seq"] for event in one.seen]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))

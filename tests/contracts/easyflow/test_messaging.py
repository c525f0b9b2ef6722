"""Every JSON example of the chapter Messaging that is served now, against the running server."""

import asyncio
from typing import Any

import httpx

from tests.contracts.likeness import assert_like
from tests.servers.easyflow import SECRET
from tests.servers.telegram import FakeTelegram

Json = dict[str, Any]

SEND_REQUEST: Json = {
    "platform": "telegram",
    "chat_id": "123456789",
    "text": "Ваш заказ готов к получению!",
    "message_type": "text",
    "inline_keyboard": {
        "buttons": [
            [{"text": "📦 Отследить заказ", "callback_data": "track_order_12345"}],
            [
                {"text": "🔄 Изменить адрес", "callback_data": "change_address_12345"},
                {"text": "❌ Отменить заказ", "callback_data": "cancel_order_12345"},
            ],
        ]
    },
    "priority": 5,
}

UPDATE: Json = {
    "update_id": 123456,
    "message": {
        "message_id": 1234,
        "from": {
            "id": 123456789,
            "is_bot": False,
            "first_name": "Иван",
            "last_name": "Петров",
            "username": "ivan_petrov",
        },
        "chat": {
            "id": 123456789,
            "first_name": "Иван",
            "last_name": "Петров",
            "username": "ivan_petrov",
            "type": "private",
        },
        "date": 1704794400,
        "text": "Привет! Где мой заказ?",
    },
}

SIGNED = {"X-Telegram-Bot-Api-Secret-Token": SECRET}


def with_chat(id: int, update_id: int, text: str) -> Json:
    """The printed update from another chat."""
    message = UPDATE["message"]
    people = {"from": {**message["from"], "id": id}, "chat": {**message["chat"], "id": id}}
    return {"update_id": update_id, "message": {**message, **people, "text": text}}


async def test_a_message_goes_out_as_printed(
    client: httpx.AsyncClient, telegram: FakeTelegram
) -> None:
    response = await client.post("/messaging/send", json={**SEND_REQUEST, "chat_id": "5001"})
    assert response.status_code == 200, response.text
    assert_like(
        {
            "success": True,
            "message_id": "msg_internal_789",
            "platform_message_id": "1234",
            "delivery_status": "sent",
            "sent_at": "2024-01-10T10:15:00Z",
        },
        response.json(),
    )
    assert response.json()["success"] is True
    assert response.json()["delivery_status"] == "sent"
    assert response.headers["x-ratelimit-limit"] == "30"
    (call,) = telegram.calls("sendMessage", chat_id=5001)
    assert response.json()["platform_message_id"] == str(call.message_id)
    assert call.text == "Ваш заказ готов к получению!"
    rows = call.parameters["reply_markup"]["inline_keyboard"]
    assert [[button["text"] for button in row] for row in rows] == [
        ["📦 Отследить заказ"],
        ["🔄 Изменить адрес", "❌ Отменить заказ"],
    ]
    assert call.button("📦 Отследить заказ") == "track_order_12345"


async def test_a_customer_who_blocked_the_bot_makes_a_failed_delivery(
    client: httpx.AsyncClient, telegram: FakeTelegram
) -> None:
    telegram.script(
        method="sendMessage",
        chat_id=5002,
        status=403,
        description="Forbidden: bot was blocked by the user",
    )
    answer = (await client.post("/messaging/send", json={**SEND_REQUEST, "chat_id": "5002"})).json()
    assert (answer["success"], answer["delivery_status"]) == (False, "failed")
    assert answer["error"]


async def test_the_printed_update_is_answered_in_telegram_and_once(
    client: httpx.AsyncClient, telegram: FakeTelegram
) -> None:
    for _ in range(3):
        response = await client.post("/messaging/webhook/telegram", json=UPDATE, headers=SIGNED)
        assert response.status_code == 200
    (call,) = await telegram.expect(1, chat_id=123456789)
    assert "номер заказа" in call.text
    await asyncio.sleep(0.2)
    assert len(telegram.calls("sendMessage", chat_id=123456789)) == 1


async def test_an_update_without_the_secret_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.post("/messaging/webhook/telegram", json=UPDATE)
    assert response.status_code == 401
    assert response.json()["error"]["type"] == "unauthorized"


async def test_a_context_looks_as_printed(
    client: httpx.AsyncClient, telegram: FakeTelegram
) -> None:
    update = with_chat(5003, 223456, "Где мой заказ?")
    await client.post("/messaging/webhook/telegram", json=update, headers=SIGNED)
    await telegram.expect(1, chat_id=5003)
    context = {"last_order_id": "12345", "user_name": "Иван Петров", "preferred_language": "ru"}
    path = "/messaging/context/telegram/5003/5003"
    written = await client.put(path, json={"context": context})
    read = await client.get(path)
    assert written.json() == read.json()
    assert_like(
        {
            "session_id": "session_789",
            "platform": "telegram",
            "chat_id": "123456789",
            "user_id": "123456789",
            "current_state": "waiting_for_order_info",
            "context": context,
            "created_at": "2024-01-10T09:00:00Z",
            "updated_at": "2024-01-10T10:15:00Z",
        },
        read.json(),
    )
    assert read.json()["context"] == context
    assert (read.json()["chat_id"], read.json()["current_state"]) == ("5003", "number")
    history = (await client.get(f"/conversation/history/{read.json()['session_id']}")).json()
    assert [message["role"] for message in history["messages"]] == ["user", "assistant"]


async def test_a_chat_nobody_wrote_in_has_no_context(client: httpx.AsyncClient) -> None:
    response = await client.get("/messaging/context/telegram/5999/5999")
    assert response.status_code == 404


async def test_platforms_look_as_printed(client: httpx.AsyncClient) -> None:
    platforms = (await client.get("/messaging/platforms")).json()["platforms"]
    assert platforms[0] == {
        "name": "telegram",
        "display_name": "Telegram",
        "capabilities": ["text", "inline_keyboard", "media", "files", "voice"],
        "webhook_supported": True,
        "status": "active",
    }
    assert_like(platforms[:1], platforms)

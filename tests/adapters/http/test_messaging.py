"""The chapter Messaging over a fake inbox and outbox."""

import pytest

from bots.model.answer import Delivery
from tests.adapters.http.fake_time import SHOP_KEY
from tests.adapters.http.fakes import House

SEND = "/api/v1/messaging/send"
CONTEXT = "/api/v1/messaging/context"
KEY = {"Idempotency-Key": "the same"}
MESSAGE = {"platform": "telegram", "chat_id": "123456789", "text": "Заказ готов!"}


async def test_a_message_is_sent_with_its_buttons(house: House) -> None:
    body = {
        **MESSAGE,
        "inline_keyboard": {
            "buttons": [
                [{"text": "Отследить", "callback_data": "track_order_12345"}],
                [{"text": "Сайт", "url": "https://shop.example"}],
            ]
        },
    }
    response = await house.client.post(SEND, json=body)
    assert response.status_code == 200
    answer = response.json()
    assert answer.pop("message_id").startswith("msg_")
    assert answer == {
        "success": True,
        "platform_message_id": "1234",
        "delivery_status": "sent",
        "sent_at": "2024-01-10T10:15:00Z",
    }
    (address,) = house.store.all
    assert (address.channel, address.bot, address.chat_id) == ("telegram:shop", "shop", "123456789")
    (record,) = house.store.messages[1]
    assert record.keyboard is not None
    assert [button.payload for row in record.keyboard.rows for button in row] == [
        "track_order_12345",
        "",
    ]


async def test_a_failed_delivery_says_why(house: House) -> None:
    house.outbox.delivered = Delivery(status="failed", error="the customer blocked the bot")
    answer = (await house.client.post(SEND, json=MESSAGE)).json()
    assert (answer["success"], answer["delivery_status"]) == (False, "failed")
    assert answer["error"] == "the customer blocked the bot"
    assert "sent_at" not in answer


async def test_a_message_still_on_its_way_is_queued(house: House) -> None:
    house.outbox.delivered = Delivery(status="queued")
    answer = (await house.client.post(SEND, json=MESSAGE)).json()
    assert (answer["success"], answer["delivery_status"]) == (True, "queued")
    assert "platform_message_id" not in answer


async def test_what_was_said_before_a_crash_is_not_said_again(house: House) -> None:
    first = await house.client.post(SEND, json=MESSAGE, headers=KEY)
    await house.forget_answers()
    again = await house.client.post(SEND, json=MESSAGE, headers=KEY)
    assert again.json() == first.json()
    assert [record.text for record in house.store.messages[1]] == [MESSAGE["text"]]
    await house.forget_answers()
    await house.client.post(SEND, json={**MESSAGE, "text": "Другой"}, headers=KEY)
    assert len(house.store.messages[1]) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": None}, "text"),
        ({"text": "  "}, "text"),
        ({"inline_keyboard": {"buttons": [[{"text": "Что?"}]]}}, "inline_keyboard.buttons.0.0"),
        (
            {"inline_keyboard": {"buttons": [[{"text": "Что?", "callback_data": "я" * 33}]]}},
            "inline_keyboard.buttons.0.0.callback_data",
        ),
        (
            {"inline_keyboard": {"buttons": [[{"text": "Что?", "url": "javascript:alert(1)"}]]}},
            "inline_keyboard.buttons.0.0.url",
        ),
        (
            {"inline_keyboard": {"buttons": [[{"text": "Что?", "url": " https://a.example"}]]}},
            "inline_keyboard.buttons.0.0.url",
        ),
        (
            {"inline_keyboard": {"buttons": [[{"text": "Что?", "url": "https://a\nb.example"}]]}},
            "inline_keyboard.buttons.0.0.url",
        ),
        ({"attachments": [{"type": "image", "url": "file:///etc/passwd"}]}, "attachments.0.url"),
        ({"message_type": "carrier pigeon"}, "message_type"),
        ({"chat_id": 123456789}, "chat_id"),
        ({"priority": 10**30}, "priority"),
    ],
)
async def test_what_cannot_be_sent_is_named_by_its_field(
    house: House, change: dict[str, object], field: str
) -> None:
    response = await house.client.post(SEND, json={**MESSAGE, **change})
    assert response.status_code == 422
    assert [each["field"] for each in response.json()["error"]["details"]] == [field]


async def test_only_a_platform_with_a_bot_takes_messages_to_new_chats(house: House) -> None:
    response = await house.client.post(SEND, json={**MESSAGE, "platform": "web"})
    assert response.status_code == 404
    response = await house.client.post(SEND, json={**MESSAGE, "platform": "icq"})
    assert response.status_code == 404


async def test_a_context_is_merged_and_read_back(house: House) -> None:
    path = f"{CONTEXT}/telegram/123456789/123456789"
    assert (await house.client.get(path)).status_code == 404
    await house.client.put(path, json={"context": {"last_order_id": "1", "user_name": "Иван"}})
    written = await house.client.put(path, json={"context": {"last_order_id": "12345"}})
    read = await house.client.get(path)
    assert read.json() == written.json()
    assert read.json()["context"] == {"last_order_id": "12345", "user_name": "Иван"}
    assert read.json()["current_state"] == "idle"
    assert read.json()["session_id"].startswith("session_")


async def test_a_key_of_one_bot_reads_its_own_chats_context(house: House) -> None:
    path = f"{CONTEXT}/api/s/u"
    body = {"message": "?", "user_id": "u", "session_id": "s", "context": {"bot": "salon"}}
    await house.client.post("/api/v1/conversation/chat", json=body)
    assert (await house.client.get(path)).status_code == 200
    shop = {"Authorization": f"Bearer {SHOP_KEY}"}
    assert (await house.client.get(path, headers=shop)).status_code == 404


async def test_platforms_tell_whether_a_bot_is_connected(house: House) -> None:
    response = await house.client.get("/api/v1/messaging/platforms")
    platforms = {each["name"]: each for each in response.json()["platforms"]}
    assert platforms["telegram"] == {
        "name": "telegram",
        "display_name": "Telegram",
        "capabilities": ["text", "inline_keyboard", "media", "files", "voice"],
        "webhook_supported": True,
        "status": "active",
    }
    assert platforms["pigeon"]["status"] == "inactive"


async def test_a_context_does_not_grow_without_end(house: House) -> None:
    path = f"{CONTEXT}/telegram/123/456"
    answers = [
        await house.client.put(path, json={"context": {f"field{place}": "x" * 60_000}})
        for place in range(6)
    ]
    assert [answer.status_code for answer in answers] == [200] * 4 + [422] * 2
    assert answers[-1].json()["error"]["details"][0]["field"] == "context"
    assert (await house.client.put(path, json={"context": {"field0": ""}})).status_code == 200
    body = {"message": "?", "user_id": "u", "session_id": "s"}
    asked = [
        await house.client.post(
            "/api/v1/conversation/chat", json=body | {"context": {f"f{place}": "x" * 60_000}}
        )
        for place in range(3)
    ]
    assert {answer.status_code for answer in asked} == {200}

"""The chapter Conversation over a fake inbox."""

from dataclasses import replace

from bots.errors import TakenBefore
from bots.model.answer import Answer, Came
from bots.model.conversation import Conversation
from bots.model.message import Button, Card, UnifiedMessage
from flows.turn import Understood
from tests.adapters.http.fake_chats import said
from tests.adapters.http.fake_time import SHOP_KEY
from tests.adapters.http.fakes import House

CHAT = "/api/v1/conversation/chat"


async def test_a_chat_answers_what_the_bot_said_understood_and_offers(house: House) -> None:
    def answer(message: UnifiedMessage, conversation: Conversation) -> Answer:
        return Answer(
            conversation=replace(conversation, step="order_inquiry"),
            said=[said("Заказ в пути."), said(""), said("Что-нибудь ещё?")],
            understood=Understood(
                intent="order_status", entities={"order_id": "12345"}, confidence=0.95
            ),
            suggested=[
                Button(text="Отследить", name="track_order", data={"order_id": "12345"}),
                Button(text="Сайт", url="https://shop.example/12345"),
            ],
        )

    house.inbox.answer = answer
    response = await house.client.post(
        CHAT,
        json={"message": "Где мой заказ?", "user_id": "user_123", "session_id": "session_456"},
    )
    assert response.status_code == 200
    assert response.json() == {
        "message": "Заказ в пути.\n\nЧто-нибудь ещё?",
        "session_id": "session_456",
        "intent": "order_status",
        "entities": {"order_id": "12345"},
        "confidence": 0.95,
        "requires_human": False,
        "current_state": "order_inquiry",
        "suggested_actions": [
            {"type": "track_order", "text": "Отследить", "data": {"order_id": "12345"}},
            {"type": "button", "text": "Сайт", "data": {"url": "https://shop.example/12345"}},
        ],
    }


async def test_a_message_taken_before_a_crash_is_told_its_answer(house: House) -> None:
    body = {"message": "Привет", "user_id": "u", "session_id": "s"}
    key = {"Idempotency-Key": "the same"}
    first = await house.client.post(CHAT, json=body, headers=key)
    message, _ = house.inbox.asked[0]
    await house.forget_answers()
    house.inbox.refuses = TakenBefore()
    answer = Answer(conversation=house.store.all[message.address], said=[said("Привет")])
    house.store.came[message.external_id, message.message_id] = Came(waits=False, answer=answer)
    again = await house.client.post(CHAT, json=body, headers=key)
    assert again.status_code == 200
    assert again.json()["message"] == "Привет"
    assert first.json()["session_id"] == again.json()["session_id"]


async def test_another_body_under_a_key_is_refused_after_a_crash_too(house: House) -> None:
    house.inbox.refuses = TakenBefore()
    response = await house.client.post(
        CHAT, json={"message": "Пока", "user_id": "u"}, headers={"Idempotency-Key": "the same"}
    )
    assert response.status_code == 422
    assert response.json()["error"]["details"][0]["field"] == "Idempotency-Key"


async def test_cards_are_told_in_words(house: House) -> None:
    def answer(message: UnifiedMessage, conversation: Conversation) -> Answer:
        cards = (Card(title="Пионы", text="11 штук"), Card(title="Маки"))
        return Answer(conversation=conversation, said=[replace(said("Выбирайте"), cards=cards)])

    house.inbox.answer = answer
    response = await house.client.post(CHAT, json={"message": "Цветы", "user_id": "u"})
    assert response.json()["message"] == "Выбирайте\n\nПионы\n11 штук\n\nМаки"


async def test_a_chat_without_a_session_gets_one(house: House) -> None:
    first = await house.client.post(CHAT, json={"message": "Привет", "user_id": "u"})
    session = first.json()["session_id"]
    assert session.startswith("session_")
    await house.client.post(CHAT, json={"message": "Снова", "user_id": "u", "session_id": session})
    assert len({message.address for message, _ in house.inbox.asked}) == 1


async def test_the_context_goes_along_without_the_bots_name(house: House) -> None:
    body = {
        "message": "Привет",
        "user_id": "u",
        "platform": "web",
        "context": {"bot": "salon", "user_name": "Иван"},
    }
    await house.client.post(CHAT, json=body)
    message, context = house.inbox.asked[0]
    assert context == {"user_name": "Иван"}
    assert message.address.bot == "salon"
    assert message.platform == "web"
    assert message.profile == {"name": "Иван"}


async def test_a_key_of_one_bot_always_talks_to_it(house: House) -> None:
    body = {"message": "Привет", "user_id": "u", "context": {"bot": "salon"}}
    await house.client.post(CHAT, json=body, headers={"Authorization": f"Bearer {SHOP_KEY}"})
    assert house.inbox.asked[0][0].address.bot == "shop"


async def test_a_key_of_one_bot_sees_nothing_of_another(house: House) -> None:
    body = {"message": "Привет", "user_id": "u", "session_id": "s", "context": {"bot": "salon"}}
    await house.client.post(CHAT, json=body)
    shop = {"Authorization": f"Bearer {SHOP_KEY}"}
    assert (await house.client.post(CHAT, json=body, headers=shop)).status_code == 403
    history = await house.client.get("/api/v1/conversation/history/s", headers=shop)
    assert history.status_code == 404
    sessions = await house.client.get("/api/v1/conversation/sessions/u", headers=shop)
    assert sessions.json() == {"sessions": []}


async def test_a_session_does_not_change_its_bot(house: House) -> None:
    body = {"message": "Привет", "user_id": "u", "session_id": "s"}
    await house.client.post(CHAT, json=body)
    response = await house.client.post(CHAT, json={**body, "context": {"bot": "salon"}})
    assert response.status_code == 409


async def test_an_unknown_bot_is_named_with_its_field(house: House) -> None:
    body = {"message": "Привет", "user_id": "u", "context": {"bot": "nobody"}}
    response = await house.client.post(CHAT, json=body)
    assert response.status_code == 422
    assert response.json()["error"]["details"] == [
        {"field": "context.bot", "error": "There is no bot nobody"}
    ]


async def test_a_users_sessions_are_listed_with_their_counts(house: House) -> None:
    await house.client.post(CHAT, json={"message": "Привет", "user_id": "u", "session_id": "s"})
    response = await house.client.get("/api/v1/conversation/sessions/u")
    assert response.json() == {
        "sessions": [
            {
                "session_id": "s",
                "platform": "api",
                "created_at": "2024-01-10T10:15:00Z",
                "updated_at": "2024-01-10T10:15:00Z",
                "messages_count": 2,
                "status": "active",
            }
        ]
    }


async def test_history_tells_operators_from_the_bot(house: House) -> None:
    await house.client.post(CHAT, json={"message": "hi", "user_id": "u", "session_id": "s"})
    (chat,) = [one for one in house.store.all.values() if one.address.chat_id == "s"]
    house.store.note(chat, "I am Olga", "operator")
    page = (await house.client.get("/api/v1/conversation/history/s")).json()
    assert [(each["role"], each["content"]) for each in page["messages"]][1:] == [
        ("assistant", "Вы сказали: hi"),
        ("operator", "I am Olga"),
    ]


async def test_history_is_given_in_pages(house: House) -> None:
    for number in range(3):
        body = {"message": f"{number}", "user_id": "u", "session_id": "s"}
        await house.client.post(CHAT, json=body)
    response = await house.client.get(
        "/api/v1/conversation/history/s", params={"limit": 2, "offset": 2}
    )
    page = response.json()
    assert [(each["role"], each["content"]) for each in page["messages"]] == [
        ("user", "1"),
        ("assistant", "Вы сказали: 1"),
    ]
    assert (page["total"], page["has_more"]) == (6, True)
    assert set(page["messages"][0]) == {
        "message_id",
        "session_id",
        "user_id",
        "content",
        "role",
        "timestamp",
        "platform",
    }


async def test_history_of_an_unknown_session_is_not_found(house: House) -> None:
    response = await house.client.get("/api/v1/conversation/history/nothing")
    assert response.status_code == 404
    assert response.json()["error"]["type"] == "not_found"


async def test_after_an_escalation_a_person_is_required(house: House) -> None:
    body = {"message": "Привет", "user_id": "u", "session_id": "s"}
    await house.client.post(CHAT, json=body)
    response = await house.client.post(
        "/api/v1/conversation/escalate",
        json={"session_id": "s", "reason": "complex_issue", "priority": "high"},
    )
    assert response.status_code == 200
    assert response.json()["status"] == "escalated"
    assert response.json()["escalated_at"] == "2024-01-10T10:15:00Z"
    house.inbox.answer = lambda message, conversation: Answer(conversation=conversation)
    silent = await house.client.post(CHAT, json=body)
    assert silent.json()["requires_human"] is True
    assert silent.json()["message"] == ""

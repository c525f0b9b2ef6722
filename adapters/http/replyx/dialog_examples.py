"""The examples that the ReplyX document prints of its chapter Dialogs, for the OpenAPI page."""

from typing import Any

Json = dict[str, Any]

_WHO: Json = {
    "telegram_chat_id": "123456789",
    "telegram_username": "user123",
    "first_name": "John",
    "last_name": "Doe",
    "status": "active",
    "handoff_status": "none",
}

DIALOGS_RESPONSE: Json = {
    "dialogs": [
        {
            "id": 1,
            "assistant_id": 1,
            "platform": "telegram",
            **_WHO,
            "is_taken_over": False,
            "last_message": "Привет!",
            "last_message_time": "2025-09-01T12:00:00Z",
            "created_at": "2025-09-01T10:00:00Z",
        }
    ],
    "total": 25,
    "has_more": False,
}

DIALOG_RESPONSE: Json = {
    "id": 1,
    "assistant_id": 1,
    "assistant_name": "Техподдержка",
    "platform": "telegram",
    **_WHO,
    "handoff_reason": None,
    "handoff_requested_at": None,
    "is_taken_over": False,
    "taken_over_by": None,
    "created_at": "2025-09-01T10:00:00Z",
}

MESSAGES_RESPONSE: Json = {
    "messages": [
        {
            "id": 1,
            "sender": "user",
            "text": "Привет!",
            "created_at": "2025-09-01T10:00:00Z",
        },
        {
            "id": 2,
            "sender": "assistant",
            "text": "Привет! Как дела?",
            "created_at": "2025-09-01T10:01:00Z",
        },
        {
            "id": 3,
            "sender": "operator",
            "text": "Оператор Анна подключилась к диалогу",
            "operator_name": "Анна",
            "created_at": "2025-09-01T10:05:00Z",
        },
    ]
}

SAY_REQUEST: Json = {"text": "Сообщение от оператора", "operator_name": "Анна"}

HANDOFF_REQUEST: Json = {
    "reason": "keyword",
    "last_user_text": "Хочу поговорить с оператором",
}

TAKE_REQUEST: Json = {"operator_name": "Анна", "operator_id": 5}

SAY_RESPONSE: Json = {**MESSAGES_RESPONSE["messages"][2], "delivery_status": "queued"}

REQUESTED_RESPONSE: Json = {
    **DIALOG_RESPONSE,
    "handoff_status": "requested",
    "handoff_reason": "keyword",
    "handoff_requested_at": "2025-09-01T12:01:00Z",
    "queue_position": 2,
}

TAKEN_RESPONSE: Json = {
    **DIALOG_RESPONSE,
    "handoff_status": "active",
    "handoff_reason": "keyword",
    "handoff_requested_at": "2025-09-01T12:01:00Z",
    "is_taken_over": True,
    "taken_over_by": "Анна",
    "manager": {"id": 5, "name": "Анна"},
}

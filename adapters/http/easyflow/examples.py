"""The contract's own examples, as the OpenAPI document shows them."""

from typing import Any

Json = dict[str, Any]

CHAT_REQUEST: Json = {
    "message": "Где мой заказ №12345?",
    "user_id": "user_123",
    "session_id": "session_456",
    "platform": "web",
    "context": {"user_name": "Иван Петров", "order_history": ["12345", "12344"]},
}

CHAT_RESPONSE: Json = {
    "message": ("Ваш заказ №12345 находится в пути. Ожидаемая дата доставки: 15 января 2024."),
    "session_id": "session_456",
    "intent": "order_status",
    "entities": {"order_id": "12345", "status": "in_transit"},
    "confidence": 0.95,
    "requires_human": False,
    "current_state": "order_inquiry",
    "suggested_actions": [
        {"type": "track_order", "text": "Отследить заказ", "data": {"order_id": "12345"}}
    ],
}

SESSIONS_RESPONSE: Json = {
    "sessions": [
        {
            "session_id": "session_456",
            "platform": "web",
            "created_at": "2024-01-10T10:00:00Z",
            "updated_at": "2024-01-10T10:30:00Z",
            "messages_count": 15,
            "status": "active",
        }
    ]
}

UNIFIED_MESSAGE: Json = {
    "message_id": "msg_124",
    "platform": "whatsapp",
    "platform_message_id": "wamid.HBgLNzk5OTEyMzQ1NjcVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA",
    "user_id": "79991234567",
    "chat_id": "79991234567",
    "text": "Ваш заказ находится в пути...",
    "message_type": "text",
    "direction": "outbound",
    "inline_keyboard": {
        "buttons": [[{"text": "Отследить заказ", "callback_data": "track_order_12345"}]]
    },
    "timestamp": "2024-01-10T10:15:05Z",
    "metadata": {"author": "bot", "delivery": {"status": "read"}},
}

HISTORY_RESPONSE: Json = {
    "messages": [
        {
            "message_id": "msg_123",
            "session_id": "session_456",
            "user_id": "user_123",
            "content": "Где мой заказ №12345?",
            "role": "user",
            "timestamp": "2024-01-10T10:15:00Z",
            "platform": "web",
        },
        {
            "message_id": "msg_124",
            "session_id": "session_456",
            "user_id": "user_123",
            "content": "Ваш заказ находится в пути...",
            "role": "assistant",
            "timestamp": "2024-01-10T10:15:05Z",
            "platform": "web",
            "intent": "order_status",
            "confidence": 0.95,
        },
    ],
    "total": 25,
    "has_more": True,
}

ESCALATE_REQUEST: Json = {
    "session_id": "session_456",
    "reason": "complex_issue",
    "priority": "high",
    "context": {"issue_type": "payment_problem", "user_tier": "premium"},
}

ESCALATE_RESPONSE: Json = {
    "success": True,
    "session_id": "session_456",
    "status": "escalated",
    "escalated_at": "2024-01-10T10:20:00Z",
    "message": "The conversation waits for a person; the bot is silent until then",
}

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

SEND_RESPONSE: Json = {
    "success": True,
    "message_id": "msg_internal_789",
    "platform_message_id": "1234",
    "delivery_status": "sent",
    "sent_at": "2024-01-10T10:15:00Z",
}

TELEGRAM_UPDATE: Json = {
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

CONTEXT_RESPONSE: Json = {
    "session_id": "session_789",
    "platform": "telegram",
    "chat_id": "123456789",
    "user_id": "123456789",
    "current_state": "waiting_for_order_info",
    "context": {
        "last_order_id": "12345",
        "user_name": "Иван Петров",
        "preferred_language": "ru",
    },
    "created_at": "2024-01-10T09:00:00Z",
    "updated_at": "2024-01-10T10:15:00Z",
}

PLATFORMS_RESPONSE: Json = {
    "platforms": [
        {
            "name": "telegram",
            "display_name": "Telegram",
            "capabilities": ["text", "inline_keyboard", "media", "files", "voice"],
            "webhook_supported": True,
            "status": "active",
        },
    ]
}

METRICS_RESPONSE: Json = {
    "period": {"start": "2024-01-01T00:00:00Z", "end": "2024-01-10T23:59:59Z"},
    "conversations": {
        "total": 1523,
        "successful": 1401,
        "escalated": 122,
        "satisfaction_rate": 0.92,
    },
    "messages": {
        "total": 15430,
        "inbound": 7832,
        "outbound": 7598,
        "avg_response_time": 1.2,
    },
    "platforms": {
        "telegram": {"messages": 8932, "users": 445},
        "whatsapp": {"messages": 4521, "users": 234},
        "web": {"messages": 1977, "users": 128},
    },
}

MARKETPLACES_RESPONSE: Json = {
    "platforms": [
        {
            "id": "wildberries",
            "name": "Wildberries",
            "type": "ecommerce",
            "region": "russia",
            "capabilities": ["orders", "products", "analytics"],
            "required_credentials": ["api_key", "supplier_id"],
            "status": "active",
        },
        {
            "id": "ozon",
            "name": "Ozon",
            "type": "ecommerce",
            "region": "russia",
            "capabilities": ["orders", "products", "inventory"],
            "required_credentials": ["client_id", "api_key"],
            "status": "active",
        },
    ]
}

CONNECT_REQUEST: Json = {
    "user_id": "user_123",
    "platform": "wildberries",
    "credentials": {"api_key": "your-wildberries-api-key", "supplier_id": "12345"},
    "settings": {
        "sync_orders": True,
        "sync_interval": "hourly",
        "webhook_url": "https://your-domain.com/webhooks/wildberries",
    },
}

CONNECT_RESPONSE: Json = {
    "success": True,
    "connection_id": "conn_456",
    "platform": "wildberries",
    "status": "connected",
    "connected_at": "2024-01-10T10:15:00Z",
    "next_sync": "2024-01-10T11:15:00Z",
}

CONNECTED_RESPONSE: Json = {
    "connections": [
        {
            "connection_id": "conn_456",
            "platform": "wildberries",
            "status": "connected",
            "connected_at": "2024-01-10T10:15:00Z",
            "last_sync": "2024-01-10T10:15:00Z",
            "sync_status": "success",
            "orders_synced": 1523,
            "products_synced": 89,
        }
    ]
}

SYNC_RESPONSE: Json = {
    "success": True,
    "connection_id": "conn_456",
    "platform": "wildberries",
    "sync_status": "success",
    "orders_synced": 1523,
    "products_synced": 89,
    "synced_at": "2024-01-10T10:15:00Z",
}

DISCONNECT_RESPONSE: Json = {
    "success": True,
    "connection_id": "conn_456",
    "platform": "wildberries",
    "status": "disconnected",
}

"""The examples that the ReplyX document prints of its administrative chapter, for the OpenAPI page."""

from typing import Any

Json = dict[str, Any]

USERS: Json = {
    "users": [
        {
            "id": 1,
            "email": "user@example.com",
            "first_name": "John",
            "last_name": "Doe",
            "is_admin": False,
            "balance": 1000.0,
            "total_spent": 250.0,
            "assistants_count": 3,
            "dialogs_count": 15,
            "created_at": "2025-08-01T10:00:00Z",
            "last_login_at": "2025-09-01T08:00:00Z",
        }
    ],
    "total": 150,
}

AI_TOKEN: Json = {
    "id": 1,
    "name": "Primary GPT-4",
    "token": "sk-...",
    "model_access": ["gpt-4", "gpt-3.5-turbo"],
    "daily_limit": 1000,
    "monthly_limit": 30000,
    "daily_usage": 145,
    "monthly_usage": 4250,
    "priority": 1,
    "is_active": True,
    "created_at": "2025-08-01T10:00:00Z",
}

HEALTH: Json = {
    "status": "healthy",
    "database": {"connected": True, "pool_size": 20, "active_connections": 5},
    "redis": {"connected": True, "memory_usage": "15.2MB"},
    "bot_manager": {"active_bots": 25, "total_processes": 8, "uptime": "5d 12h 30m"},
    "disk_usage": {"uploads": "2.1GB", "logs": "450MB", "available": "45.2GB"},
}

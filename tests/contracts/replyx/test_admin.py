"""Each example of the administrative chapter, and who is kept out of it, against a running server."""

import sqlite3
from datetime import timedelta
from typing import Any

import pytest

from adapters.http.replyx.admin import HealthResponse, size
from bots.services.system import Connections, Disk, Figures
from tests.contracts.likeness import assert_like
from tests.servers.easyflow import EasyFlow

USERS = {
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
TOKENS = [
    {
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
]
NEW_TOKEN = {
    "name": "Backup GPT-3.5",
    "token": "sk-proj-...",
    "model_access": ["gpt-3.5-turbo"],
    "daily_limit": 500,
    "monthly_limit": 15000,
    "priority": 2,
    "notes": "Резервный токен",
}
HEALTH = {
    "status": "healthy",
    "database": {"connected": True, "pool_size": 20, "active_connections": 5},
    "redis": {"connected": False, "memory_usage": None},
    "bot_manager": {"active_bots": 25, "total_processes": 8, "uptime": "5d 12h 30m"},
    "disk_usage": {"uploads": "2.1GB", "logs": "450MB", "available": "45.2GB"},
}
SECRET = "sk-live-CANARY-0123456789-tail"
JOHN = {"email": "john@example.com", "password": "password123"}


@pytest.fixture(scope="module")
def john(alone: EasyFlow) -> str:
    """The token of somebody who owns a workspace of their own, and nothing else."""
    named = {**JOHN, "first_name": "John", "last_name": "Doe"}
    status, _ = alone.call("POST", "/api/auth/register", named, key=None)
    assert status == 201
    status, entered = alone.call("POST", "/api/auth/login", JOHN, key=None)
    assert status == 200
    return str(entered["access_token"])


def people(alone: EasyFlow, query: str = "") -> Any:
    status, answer = alone.call("GET", f"/api/admin/users{query}")
    assert status == 200, answer
    return answer


def test_users_of_all_workspaces_are_listed(alone: EasyFlow, john: str) -> None:
    chat = {"message": "привет", "user_id": "u1", "platform": "web"}
    assert alone.call("POST", "/api/v1/conversation/chat", chat)[0] == 200
    answer = people(alone)
    assert answer["total"] == len(answer["users"]) == 2
    owner, other = answer["users"]
    assert_like(USERS, {"users": [other], "total": 2})
    assert (owner["is_admin"], other["is_admin"]) == (True, False)
    assert owner["dialogs_count"] == 1
    assert (other["first_name"], other["last_name"], other["dialogs_count"]) == ("John", "Doe", 0)
    assert (other["balance"], other["total_spent"]) == (500, 0)
    assert "password" not in str(answer)


def test_users_are_searched_and_paged(alone: EasyFlow, john: str) -> None:
    for query in ("?search=JOHN@", "?search=n%20do", "?offset=1&limit=1"):
        assert [one["email"] for one in people(alone, query)["users"]] == [JOHN["email"]], query
    assert people(alone, "?search=%25")["total"] == 0, "a percent sign is only itself"
    assert people(alone, "?limit=1")["total"] == 2
    for query in ("?limit=0", "?limit=201", "?offset=-1", "?limit=x"):
        assert alone.call("GET", f"/api/admin/users{query}")[0] == 422


def test_only_the_administrator_of_the_server_gets_in(alone: EasyFlow, john: str) -> None:
    for method, path in (
        ("GET", "/api/admin/users"),
        ("GET", "/api/admin/ai-tokens"),
        ("POST", "/api/admin/ai-tokens"),
        ("GET", "/api/admin/system/health"),
    ):
        status, answer = alone.call(method, path, NEW_TOKEN, key=john)
        assert (status, answer["error"]["code"]) == (403, "INSUFFICIENT_PERMISSIONS")
        assert alone.call(method, path, NEW_TOKEN, key=None)[0] == 401


def test_a_token_is_kept_sealed_and_shown_masked(alone: EasyFlow) -> None:
    status, made = alone.call("POST", "/api/admin/ai-tokens", NEW_TOKEN)
    assert status == 201
    assert_like(TOKENS[0], made)
    assert made["token"] == "sk-..."
    first = {**NEW_TOKEN, "token": SECRET, "priority": 1, "model_access": ["gpt-4", "gpt-4"]}
    status, made = alone.call("POST", "/api/admin/ai-tokens", first)
    assert (status, made["token"], made["model_access"]) == (201, "sk-...tail", ["gpt-4"])
    status, listed = alone.call("GET", "/api/admin/ai-tokens")
    assert status == 200
    assert_like(TOKENS, listed)
    assert [one["priority"] for one in listed] == [1, 2]
    with sqlite3.connect(alone.data / "easyflow.db") as db:
        kept = str(db.execute("SELECT * FROM ai_tokens").fetchall())
    db.close()
    assert SECRET not in kept + alone.log
    written = b"".join(one.read_bytes() for one in alone.data.glob("easyflow.db*"))
    assert b"CANARY" not in written


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", None),
        ("token", "short"),
        ("token", "sk-with a space in it"),
        ("token", "sk-ключ-по-русски"),
        ("model_access", []),
        ("model_access", [""]),
        ("model_access", "gpt-4"),
        ("daily_limit", 0),
        ("daily_limit", 1.5),
        ("monthly_limit", -1),
        ("monthly_limit", 10**12),
        ("priority", 0),
        ("is_active", "yes"),
        ("notes", "x" * 2001),
    ],
)
def test_a_token_that_cannot_be_is_told(alone: EasyFlow, field: str, value: Any) -> None:
    status, answer = alone.call("POST", "/api/admin/ai-tokens", {**NEW_TOKEN, field: value})
    assert (status, answer["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert answer["error"]["details"]["field"].split(".")[0] == field


def test_health_has_true_figures(alone: EasyFlow) -> None:
    status, answer = alone.call("GET", "/api/admin/system/health")
    assert status == 200
    assert_like(HEALTH, answer)
    assert answer["status"] == "healthy"
    bots = sum(one["assistants_count"] for one in people(alone)["users"])
    assert answer["bot_manager"]["active_bots"] == bots >= 2
    assert answer["bot_manager"]["uptime"].startswith("0d 0h ")
    assert answer["database"]["connected"]
    assert 0 <= answer["database"]["active_connections"] <= answer["database"]["pool_size"]
    assert answer["disk_usage"]["logs"] == "0B"


@pytest.mark.parametrize(
    ("bytes", "shown"),
    [
        (0, "0B"),
        (999, "999B"),
        (1000, "1KB"),
        (450_000_000, "450MB"),
        (999_999_999, "1GB"),
        (2_100_000_000, "2.1GB"),
        (5 * 10**15, "5000TB"),
    ],
)
def test_sizes_are_written_as_people_write_them(bytes: int, shown: str) -> None:
    assert size(bytes) == shown


def test_trouble_is_told_as_degraded() -> None:
    figures = Figures(
        troubles={"database": "does not answer"},
        connections=Connections(most=5, active=2),
        bots=25,
        processes=8,
        uptime=timedelta(days=5, hours=12, minutes=30, seconds=59),
        disk=Disk(uploads=2_100_000_000, logs=450_000_000, available=45_200_000_000),
    )
    assert HealthResponse.of(figures).model_dump() == {
        "status": "degraded",
        "database": {"connected": False, "pool_size": 5, "active_connections": 2},
        "redis": {"connected": False, "memory_usage": None},
        "bot_manager": {"active_bots": 25, "total_processes": 8, "uptime": "5d 12h 30m"},
        "disk_usage": {"uploads": "2.1GB", "logs": "450MB", "available": "45.2GB"},
    }

"""Every JSON example of the chapter Integration, against the running server."""

import sqlite3
from typing import Any

import httpx

from tests.contracts.likeness import assert_like
from tests.servers.easyflow import EasyFlow

Json = dict[str, Any]

REQUEST: Json = {
    "user_id": "user_123",
    "platform": "wildberries",
    "credentials": {"api_key": "your-wildberries-api-key", "supplier_id": "12345"},
    "settings": {
        "sync_orders": True,
        "sync_interval": "hourly",
        "webhook_url": "https://your-domain.com/webhooks/wildberries",
    },
}


async def connect(client: httpx.AsyncClient, **others: Any) -> Json:
    response = await client.post("/integration/connect", json={**REQUEST, **others})
    assert response.status_code == 200, response.text
    return dict(response.json())


async def test_marketplaces_are_as_printed(client: httpx.AsyncClient) -> None:
    response = await client.get("/integration/platforms")
    wildberries, ozon, *_ = response.json()["platforms"]
    # Nothing is fetched from them yet, and the status says so.
    assert wildberries == {
        "id": "wildberries",
        "name": "Wildberries",
        "type": "ecommerce",
        "region": "russia",
        "capabilities": ["orders", "products", "analytics"],
        "required_credentials": ["api_key", "supplier_id"],
        "status": "connectable",
    }
    assert ozon["required_credentials"] == ["client_id", "api_key"]
    assert response.headers["x-ratelimit-limit"] == "50"


async def test_an_account_is_connected_and_found_again(client: httpx.AsyncClient) -> None:
    made = await connect(client)
    assert_like(
        {
            "success": True,
            "connection_id": "conn_456",
            "platform": "wildberries",
            "status": "connected",
            "connected_at": "2024-01-10T10:15:00Z",
            "next_sync": None,
        },
        made,
    )
    found = (await client.get("/integration/connected", params={"user_id": "user_123"})).json()
    assert_like(
        {
            "connections": [
                {
                    "connection_id": "conn_456",
                    "platform": "wildberries",
                    "status": "connected",
                    "connected_at": "2024-01-10T10:15:00Z",
                    "last_sync": None,
                    "sync_status": "success",
                    "orders_synced": 1523,
                    "products_synced": 89,
                }
            ]
        },
        found,
    )
    assert found["connections"][0]["connection_id"] == made["connection_id"]
    assert found["connections"][0]["sync_status"] == "never"


async def test_connecting_again_takes_the_new_credentials_under_the_same_id(
    client: httpx.AsyncClient,
) -> None:
    first = await connect(client, user_id="again")
    second = await connect(
        client, user_id="again", credentials={"api_key": "another", "supplier_id": "1"}
    )
    assert second["connection_id"] == first["connection_id"]
    found = (await client.get("/integration/connected", params={"user_id": "again"})).json()
    assert len(found["connections"]) == 1


async def test_credentials_lie_sealed(client: httpx.AsyncClient, server: EasyFlow) -> None:
    secret = "wb-secret-that-nobody-reads"
    await connect(
        client,
        user_id="sealed",
        credentials={"api_key": secret, "supplier_id": "1", "role": "owner"},
    )
    with sqlite3.connect(server.data / "easyflow.db") as database:
        rows = database.execute("SELECT * FROM connections WHERE user_id = 'sealed'").fetchall()
    assert len(rows) == 1
    assert secret not in str(rows)


async def test_a_missing_credential_is_named(client: httpx.AsyncClient) -> None:
    for credentials, missing in (
        ({"api_key": "x"}, "credentials.supplier_id"),
        ({"api_key": "  ", "supplier_id": "1"}, "credentials.api_key"),
        ({}, "credentials.api_key"),
    ):
        response = await client.post(
            "/integration/connect", json={**REQUEST, "credentials": credentials}
        )
        assert response.status_code == 422
        assert response.json()["error"]["details"] == [
            {"field": missing, "error": "This field is required for Wildberries"}
        ]


async def test_what_nobody_knows_is_told_of(client: httpx.AsyncClient) -> None:
    unknown = await client.post("/integration/connect", json={**REQUEST, "platform": "amazon"})
    assert unknown.status_code == 422
    assert "wildberries, ozon, avito" in unknown.json()["error"]["details"][0]["error"]
    bad = {**REQUEST, "settings": {"webhook_url": "javascript:alert(1)"}}
    assert (await client.post("/integration/connect", json=bad)).status_code == 422
    whose = await client.get("/integration/connected")
    assert whose.json()["error"]["details"] == [
        {"field": "user_id", "error": "This field is required"}
    ]


async def test_syncing_says_that_it_is_not_there_yet(client: httpx.AsyncClient) -> None:
    await connect(
        client, user_id="syncing", platform="ozon", credentials={"client_id": "1", "api_key": "k"}
    )
    response = await client.post("/integration/sync/ozon")
    assert response.status_code == 501
    assert response.json()["error"]["type"] == "not_implemented"
    assert "Ozon" in response.json()["error"]["message"]
    assert (await client.post("/integration/sync/avito")).status_code == 404


async def test_an_account_is_let_go_of_once(client: httpx.AsyncClient) -> None:
    made = await connect(client, user_id="leaving")
    several = await client.delete("/integration/disconnect/wildberries")
    assert several.status_code == 409
    gone = await client.delete("/integration/disconnect/wildberries", params={"user_id": "leaving"})
    assert gone.json() == {
        "success": True,
        "connection_id": made["connection_id"],
        "platform": "wildberries",
        "status": "disconnected",
    }
    again = await client.delete(f"/integration/disconnect/{made['connection_id']}")
    assert again.status_code == 404

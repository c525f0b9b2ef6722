"""The JSON example of the chapter Analytics, against the running server and what was said there."""

from typing import Any

import httpx
import pytest

from tests.contracts.likeness import assert_like

PRINTED: dict[str, Any] = {
    "period": {"start": "2024-01-01T00:00:00Z", "end": "2024-01-10T23:59:59Z"},
    "conversations": {
        "total": 1523,
        "successful": 1401,
        "escalated": 122,
        "satisfaction_rate": None,
    },
    "messages": {"total": 15430, "inbound": 7832, "outbound": 7598, "avg_response_time": 1.2},
    "platforms": {"api": {"messages": 8932, "users": 445}},
}


async def say(client: httpx.AsyncClient, user: str, session: str, text: str) -> None:
    response = await client.post(
        "/conversation/chat", json={"message": text, "user_id": user, "session_id": session}
    )
    assert response.status_code == 200, response.text


async def test_figures_are_of_what_happened(client: httpx.AsyncClient) -> None:
    for session in ("metrics-1", "metrics-2"):
        await say(client, "metrics-user", session, "Где мой заказ?")
        await say(client, "metrics-user", session, "12345")
    await client.post("/conversation/escalate", json={"session_id": "metrics-2"})
    response = await client.get("/analytics/metrics", params={"user_id": "metrics-user"})
    assert response.headers["x-ratelimit-limit"] == "20"
    found = response.json()
    assert_like(PRINTED, found)
    assert found["conversations"] == {
        "total": 2,
        "successful": 1,
        "escalated": 1,
        "satisfaction_rate": None,
    }
    messages = found["messages"]
    assert messages["inbound"] == 4
    assert messages["outbound"] >= 4
    assert messages["total"] == messages["inbound"] + messages["outbound"]
    assert 0 <= messages["avg_response_time"] < 60
    assert found["platforms"] == {"api": {"messages": messages["total"], "users": 1}}


async def test_of_other_days_there_is_nothing(client: httpx.AsyncClient) -> None:
    params = {"start_date": "2024-01-01", "end_date": "2024-01-10"}
    found = (await client.get("/analytics/metrics", params=params)).json()
    # Days of Yekaterinburg, where the first bot lives.
    assert found["period"] == {"start": "2023-12-31T19:00:00Z", "end": "2024-01-10T18:59:59Z"}
    assert found["conversations"]["total"] == found["messages"]["total"] == 0
    assert found["messages"]["avg_response_time"] is None
    assert found["platforms"] == {}


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"start_date": "yesterday"}, "start_date"),
        ({"end_date": "2024-13-01"}, "end_date"),
        ({"start_date": "2024-02-01", "end_date": "2024-01-01"}, "end_date"),
        ({"end_date": "9999-12-31"}, "end_date"),
        ({"start_date": "0001-01-01T00:00:00+14:00"}, "start_date"),
        ({"user_id": ""}, "user_id"),
    ],
)
async def test_dates_that_are_none_are_told_of(
    client: httpx.AsyncClient, params: dict[str, str], field: str
) -> None:
    response = await client.get("/analytics/metrics", params=params)
    assert response.status_code == 422, response.text
    assert response.json()["error"]["details"][0]["field"] == field

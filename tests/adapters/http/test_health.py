"""Alive, ready, measured, documented."""

import asyncio
import re
from datetime import timedelta

import pytest

from adapters.http.docs_pages import REDOC, SWAGGER, VENDOR
from adapters.http.handoff_metrics import open_by_state
from bots.model import handling, handoff
from bots.model.channel import ChannelState
from bots.model.conversation import Opening
from bots.model.desk_state import DeskState, GroupState
from bots.model.episode import Asked
from bots.model.message import Address
from bots.model.turn import Event
from bots.services.health import Health, not_behind
from tests.adapters.http.fake_time import NOON
from tests.adapters.http.fakes import House


async def test_alive_needs_no_key(house: House) -> None:
    response = await house.client.get("/livez", headers={"Authorization": ""})
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_ready_is_red_while_anything_does_not_answer(house: House) -> None:
    assert (await house.client.get("/readyz")).status_code == 200

    async def failing() -> str | None:
        raise RuntimeError("no such file")

    house.checks["database"] = failing
    response = await house.client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {
        "status": "unready",
        "troubles": {"database": "fails"},
        "channels": {},
        "desk": {
            "unseen": 0,
            "elsewhere": {"groups": 0, "troubled": 0},
            "groups": {},
        },
    }


async def test_a_channel_that_is_down_is_shown_and_makes_nobody_unready(house: House) -> None:
    state = ChannelState(status="down", since=NOON, why="502 with a page of a proxy")
    house.services.health.channels = lambda: {"telegram:1": state}
    response = await house.client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["channels"] == {
        "telegram:1": {
            "status": "down",
            "since": "2024-01-10T10:15:00Z",
            "why": "502 with a page of a proxy",
        }
    }


async def test_a_desk_in_trouble_is_shown_and_makes_nobody_unready(house: House) -> None:
    group = GroupState(
        trouble="may not make topics", waiting=3, behind=timedelta(seconds=41), saturated=True
    )
    state = DeskState(
        groups={"telegram:1/-100": group}, unseen=2, elsewhere=4, troubled_elsewhere=1
    )
    house.services.health.desk = lambda: state
    house.metrics.watch_desk(lambda: state)
    response = await house.client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["desk"] == {
        "unseen": 2,
        "elsewhere": {"groups": 4, "troubled": 1},
        "groups": {
            "telegram:1/-100": {
                "trouble": "may not make topics",
                "saturated": True,
                "waiting": 3,
                "behind": 41.0,
            }
        },
    }
    text = (await house.client.get("/metrics")).text
    for line in (
        "easyflow_handoffs_unseen 2.0",
        "easyflow_desk_groups_elsewhere 4.0",
        "easyflow_desk_troubled_elsewhere 1.0",
        'easyflow_desk_waiting{group="telegram:1/-100"} 3.0',
        'easyflow_desk_behind_seconds{group="telegram:1/-100"} 41.0',
        'easyflow_desk_up{group="telegram:1/-100"} 0.0',
    ):
        assert line in text


async def test_waits_for_people_are_measured_by_queue(house: House) -> None:
    chat = house.store.opened(Address(1, "shop", "web", "1"), Opening(platform="web", user_id="1"))
    chat, requested = handoff.requested(chat, Asked(queue="sales"), id="e1", now=NOON)
    house.metrics.told(chat, [], [requested])
    now = NOON + timedelta(seconds=42)
    chat, taken = handoff.taken(chat, by=1, id="", now=now)
    house.metrics.told(chat, [], [taken])
    chat, forced = handoff.taken(chat, by=2, id="", now=now + timedelta(minutes=5), force=True)
    house.metrics.told(chat, [], [forced])
    chat, answered = handling.answered(chat, by=2, now=now + timedelta(minutes=6))
    house.metrics.told(chat, [], answered)
    opened = [chat.episode] if chat.episode else []
    counted = open_by_state(lambda: opened)
    assert counted() == {"requested": 0.0, "active": 1.0, "snoozed": 0.0}
    text = (await house.client.get("/metrics")).text
    labels = 'bot="shop",queue="sales"'
    for line in (
        f'easyflow_handoff_events_total{{{labels},what="requested"}} 1.0',
        f'easyflow_handoff_events_total{{{labels},what="accepted"}} 2.0',
        f"easyflow_handoff_wait_seconds_sum{{{labels}}} 42.0",
        f"easyflow_handoff_wait_seconds_count{{{labels}}} 1.0",
        f"easyflow_handoff_first_response_seconds_sum{{{labels}}} 402.0",
    ):
        assert line in text


async def test_metrics_name_each_of_several_things(house: House) -> None:
    house.metrics.watch_each("channels_up", "Whether", "channel", lambda: {"a:1": 1, "b:2": 0})
    text = (await house.client.get("/metrics")).text
    assert 'channels_up{channel="a:1"} 1.0' in text
    assert 'channels_up{channel="b:2"} 0.0' in text


async def test_a_check_is_not_waited_for_for_ever() -> None:
    async def hanging() -> str | None:
        await asyncio.Event().wait()
        return None

    health = Health({"database": hanging}, patience=0.01)
    assert await health.troubles() == {"database": "does not answer"}


async def test_ready_is_red_while_the_inbox_is_behind(house: House) -> None:
    house.checks["inbox"] = not_behind(lambda: NOON, house.clock)
    house.clock.pass_(seconds=30)
    assert (await house.client.get("/readyz")).status_code == 200
    house.clock.pass_(seconds=1)
    assert (await house.client.get("/readyz")).status_code == 503


async def test_metrics_count_what_the_runtime_tells(house: House) -> None:
    house.metrics.accepted(3, 1)
    house.metrics.waited("shop", 0.3)
    house.metrics.turned("shop", "answer", 0.002)
    house.metrics.turned("assistant.4", "", 0.002)
    house.metrics.acted("http.get", "done", 0.2)
    house.metrics.fired(7)
    house.metrics.delivered(Address(1, "shop", "telegram:1", "501"), "sent", took=0.06, waited=4)
    house.metrics.delivered(Address(1, "shop", "telegram:1", "501"), "retried", "busy", took=0.01)
    house.metrics.delivered(Address(2, "assistant.4", "telegram:2", "501"), "sent")
    house.metrics.failed("turn")
    happened = [Event(name=name, created_at=NOON) for name in ("asked", "asked", "left", "goal")]
    chat = house.store.opened(Address(1, "shop", "web", "1"), Opening(platform="web", user_id="1"))
    house.metrics.told(chat, [], happened)
    house.metrics.watch("easyflow_outbox_queued", "Messages on their way out", lambda: 5)
    await house.client.get("/api/v1/conversation/sessions/u")
    text = (await house.client.get("/metrics")).text
    for line in (
        'easyflow_inbox_messages_total{outcome="accepted"} 3.0',
        'easyflow_inbox_messages_total{outcome="duplicate"} 1.0',
        'easyflow_lane_wait_seconds_bucket{bot="shop",le="0.25"} 0.0',
        'easyflow_lane_wait_seconds_bucket{bot="shop",le="0.5"} 1.0',
        'easyflow_turns_total{bot="shop",rung="answer"} 1.0',
        'easyflow_turns_total{bot="assistant",rung="none"} 1.0',
        'easyflow_turn_seconds_count{bot="shop"} 1.0',
        'easyflow_outbox_deliveries_total{channel="telegram:1",outcome="sent",why=""} 1.0',
        'easyflow_outbox_deliveries_total{channel="telegram:1",outcome="retried",why="busy"} 1.0',
        'easyflow_outbox_deliveries_total{channel="telegram",outcome="sent",why=""} 1.0',
        'easyflow_send_seconds_count{platform="telegram"} 2.0',
        'easyflow_outbox_wait_seconds_sum{platform="telegram"} 4.0',
        'easyflow_actions_total{action="http.get",outcome="done"} 1.0',
        'easyflow_action_seconds_bucket{action="http.get",le="0.25"} 1.0',
        'easyflow_timer_late_seconds_bucket{le="5.0"} 0.0',
        'easyflow_timer_late_seconds_bucket{le="+Inf"} 1.0',
        'easyflow_failures_total{what="turn"} 1.0',
        'easyflow_dialogs_total{what="asked"} 2.0',
        'easyflow_dialogs_total{what="left"} 1.0',
        'easyflow_dialogs_total{what="silent"} 0.0',
        "easyflow_outbox_queued 5.0",
        'route="/api/v1/conversation/sessions/{user_id}",status="200"} 1.0',
    ):
        assert line in text


@pytest.mark.parametrize("page", [SWAGGER, REDOC])
async def test_documentation_loads_nothing_from_elsewhere(house: House, page: str) -> None:
    assert "//" not in re.sub(r"<!--.*?-->", "", page)
    for path in re.findall(r'(?:src|href)="(/[^"]+)"', page):
        response = await house.client.get(path)
        assert response.status_code == 200, path


def test_vendored_files_know_no_foreign_image_or_script() -> None:
    redoc = (VENDOR / "redoc" / "redoc.standalone.js").read_text()
    assert "cdn.redoc.ly" not in redoc


STRANGERS = ("POST /api/auth/login", "POST /api/auth/register")
"""Calls that are for whoever has no credential yet."""


async def test_the_openapi_document_shows_every_call_with_examples_and_errors(
    house: House,
) -> None:
    document = (await house.client.get("/openapi.json")).json()
    operations = {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert set(operations) >= {
        "POST /api/v1/conversation/chat",
        "GET /api/v1/conversation/sessions/{user_id}",
        "GET /api/v1/conversation/history/{session_id}",
        "POST /api/v1/conversation/escalate",
        "POST /api/v1/messaging/send",
        "GET /api/v1/messaging/context/{platform}/{chat_id}/{user_id}",
        "PUT /api/v1/messaging/context/{platform}/{chat_id}/{user_id}",
        "GET /api/v1/messaging/platforms",
        "GET /api/v1/messaging/messages/{message_id}",
        "GET /api/v1/messaging/files/{message_id}/{number}",
        "POST /api/v1/messaging/webhook/{platform}",
        "GET /api/v1/messaging/webhook/{platform}",
        "POST /hooks/events",
    }
    for name, operation in operations.items():
        assert operation["summary"], name
        assert {"401", "403"} & set(operation["responses"]), name
        if "webhook" not in name and name not in STRANGERS:
            assert operation.get("security", [])[:2] in ([], [{"Bearer": []}, {"ApiKey": []}]), name
    schemas = document["components"]["schemas"]
    assert "HTTPValidationError" not in schemas
    for schema in (
        "ChatRequest",
        "ChatResponse",
        "SendRequest",
        "SendResponse",
        "UnifiedMessage",
        "ErrorResponse",
    ):
        # Where two dialects have a schema of a name, each is called by its module too.
        same = [one for name, one in schemas.items() if name.split("__")[-1] == schema]
        assert same, schema
        assert all(one["example"] for one in same), schema

"""Endpoints of workspaces: secrets are sealed, progress never goes back, and nothing of the erased stays."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bots.errors import Conflict, Locked, NotFound
from bots.model.webhook import Aside, Attempt, Endpoint, Health, Progress, Telling
from storage.stores import Stores
from storage.vault import KeyRing
from storage.webhook_deliveries import FORGOTTEN, SqlWebhookDeliveries
from storage.webhooks import KEPT, SqlWebhooks
from tests.storage.conftest import HandClock, House
from tests.storage.samples import ANNA, NOON, answer, opened

VAULT = KeyRing(lambda: ["the key of these tests " * 2])
OTHERS = KeyRing(lambda: ["another key of these tests " * 2])


@pytest.fixture(autouse=True)
async def workspaces(house: House) -> None:
    await house.run("INSERT INTO workspaces (id, name, created_at) VALUES (1, 'home', 0)")
    await house.run("INSERT INTO workspaces (id, name, created_at) VALUES (2, 'other', 0)")


@pytest.fixture
def kept(stores: Stores) -> SqlWebhooks:
    return stores.webhooks(VAULT)


@pytest.fixture
def telling(stores: Stores) -> SqlWebhookDeliveries:
    return stores.webhook_deliveries(VAULT)


def endpoint(**fields: Any) -> Endpoint:
    given: dict[str, Any] = {
        "id": "e1",
        "workspace": 1,
        "url": "https://crm.example.com/hook",
        "events": ("message.received", "chat.closed"),
        "secrets": ("a secret of tests",),
        "cursor": 5,
        "created_at": NOON,
    }
    return Endpoint(**(given | fields))


def call(number: int, **fields: Any) -> Attempt:
    given: dict[str, Any] = {
        "event": "message.received",
        "id": f"evt_{number}",
        "status": 200,
        "error": "",
        "took": 12,
        "at": NOON,
    }
    return Attempt(**(given | fields))


def progress(cursor: int, **fields: Any) -> Progress:
    given: dict[str, Any] = {
        "cursor": cursor,
        "tries": 0,
        "failing_since": None,
        "retry_at": None,
        "taken_at": NOON,
        "error": "",
    }
    return Progress(**(given | fields))


def aside(conversation: int, id: str = "evt_1", **fields: Any) -> Aside:
    told = Telling(
        id=id,
        name="message.received",
        cursor=7,
        conversation=conversation,
        at=NOON,
        seq=1,
        data={"words": "of the customer"},
    )
    given: dict[str, Any] = {"tries": 5, "first_at": NOON, "due_at": NOON, "error": "400"}
    return Aside(telling=told, **(given | fields))


async def test_an_endpoint_comes_back_as_it_was_kept(kept: SqlWebhooks) -> None:
    await kept.add(endpoint(), most=3)
    assert await kept.all(1) == [endpoint()]
    assert await kept.one(1, "e1") == endpoint()
    assert await kept.all(2) == []
    with pytest.raises(NotFound):
        await kept.one(2, "e1")


async def test_a_workspace_has_only_so_many(kept: SqlWebhooks) -> None:
    await kept.add(endpoint(), most=2)
    await kept.add(endpoint(id="e2"), most=2)
    with pytest.raises(Conflict):
        await kept.add(endpoint(id="e3"), most=2)
    await kept.add(endpoint(id="e4", workspace=2), most=2)


async def test_secrets_are_sealed_and_never_lost_to_a_wrong_key(
    kept: SqlWebhooks, house: House, stores: Stores
) -> None:
    await kept.add(endpoint(), most=3)
    ((sealed,),) = await house.run("SELECT secrets FROM webhook_endpoints")
    assert "a secret" not in sealed
    others = stores.webhooks(OTHERS)
    locked = await others.one(1, "e1")
    assert locked.secrets == ()
    with pytest.raises(Locked):
        await others.change(replace(locked, name="new"))
    assert (await kept.one(1, "e1")).secrets == ("a secret of tests",)


async def test_of_two_who_change_one_at_once_the_second_hears_of_it(kept: SqlWebhooks) -> None:
    await kept.add(endpoint(), most=3)
    seen = await kept.one(1, "e1")
    await kept.change(replace(seen, name="first"))
    with pytest.raises(Conflict):
        await kept.change(replace(seen, name="second"))
    assert (await kept.one(1, "e1")).name == "first"
    with pytest.raises(NotFound):
        await kept.change(replace(seen, workspace=2))


async def test_a_cursor_only_goes_on(kept: SqlWebhooks, telling: SqlWebhookDeliveries) -> None:
    await kept.add(endpoint(), most=3)
    mine = await kept.one(1, "e1")
    await telling.note(mine, progress(9), [])
    await telling.note(mine, progress(7), [])
    assert (await kept.one(1, "e1")).cursor == 9
    await kept.change(replace(mine, cursor=8), skip=True)
    assert (await kept.one(1, "e1")).cursor == 9
    await kept.change(replace(await kept.one(1, "e1"), cursor=20), skip=True)
    assert (await kept.one(1, "e1")).cursor == 20


async def test_how_it_fares_is_not_noted_over_what_its_owner_said(
    kept: SqlWebhooks, telling: SqlWebhookDeliveries
) -> None:
    await kept.add(endpoint(), most=3)
    before = await kept.one(1, "e1")
    failing = progress(6, tries=4, failing_since=NOON, retry_at=NOON, error="it answered 500")
    await telling.note(before, failing, [])
    assert (await kept.one(1, "e1")).tries == 4
    await kept.change(before, afresh=True)
    await telling.note(before, replace(failing, cursor=7), [])
    after = await kept.one(1, "e1")
    assert (after.tries, after.retry_at, after.error, after.cursor) == (0, None, "", 7)
    await telling.disable(before, "silent")
    assert (await kept.one(1, "e1")).state == "active"
    await telling.disable(after, "silent")
    assert ((await kept.one(1, "e1")).state, (await kept.one(1, "e1")).why) == (
        "disabled",
        "silent",
    )
    assert await telling.active() == []


async def test_each_change_is_noticed_and_progress_is_none(
    kept: SqlWebhooks, telling: SqlWebhookDeliveries
) -> None:
    seen = [await telling.changed()]
    await kept.add(endpoint(), most=3)
    seen.append(await telling.changed())
    await telling.note(endpoint(), progress(6), [call(1)])
    assert await telling.changed() == seen[-1]
    await kept.change(await kept.one(1, "e1"))
    seen.append(await telling.changed())
    await telling.disable(await kept.one(1, "e1"), "gone")
    seen.append(await telling.changed())
    await kept.remove(1, "e1")
    await kept.add(endpoint(id="e2"), most=3)
    seen.append(await telling.changed())
    assert len(set(seen)) == len(seen)


async def test_the_log_keeps_the_last_calls(
    kept: SqlWebhooks, telling: SqlWebhookDeliveries
) -> None:
    await kept.add(endpoint(), most=3)
    await kept.add(endpoint(id="e2"), most=3)
    for start in range(0, KEPT + 100, 50):
        await telling.note(endpoint(), progress(6), [call(start + one) for one in range(50)])
    await kept.noted(endpoint(id="e2"), call(1, status=0, error="no answer in time"))
    found = await kept.log(1, "e1", limit=1000)
    assert [one.id for one in found] == [f"evt_{one}" for one in range(KEPT + 99, 99, -1)]
    assert await kept.log(1, "e2", limit=10) == [call(1, status=0, error="no answer in time")]
    assert await kept.log(2, "e2", limit=10) == []


async def test_what_was_set_aside_waits_is_settled_or_is_given_up(
    kept: SqlWebhooks, telling: SqlWebhookDeliveries, stores: Stores, clock: HandClock
) -> None:
    await kept.add(endpoint(), most=3)
    chat = await answer(stores.journal, await opened(stores.journal))
    for number in (1, 2, 3):
        await telling.set_aside(endpoint(), aside(chat.id, f"evt_{number}"))
    later = aside(chat.id, "evt_1", tries=6, due_at=NOON + timedelta(hours=1))
    await telling.set_aside(endpoint(), later)
    assert [one.telling.id for one in await telling.aside("e1")] == ["evt_2", "evt_3", "evt_1"]
    assert (await telling.aside("e1"))[-1] == later
    await telling.settle("e1", "evt_2")
    await telling.give_up("e1", "evt_3", now=clock())
    assert [one.telling.id for one in await telling.aside("e1")] == ["evt_1"]
    assert await kept.health(1) == {"e1": Health(aside=1, dead=1)}
    assert await kept.health(2) == {}
    assert await kept.again(1, "e1", now=clock()) == 1
    assert [one.telling.id for one in await telling.aside("e1")] == ["evt_3", "evt_1"]
    await telling.give_up("e1", "evt_3", now=clock())
    clock.move(seconds=FORGOTTEN.total_seconds() + 1)
    await telling.give_up("e1", "evt_1", now=clock())
    assert await kept.health(1) == {"e1": Health(aside=0, dead=1)}


async def test_nothing_is_set_aside_for_what_is_gone(
    kept: SqlWebhooks, telling: SqlWebhookDeliveries, stores: Stores, house: House
) -> None:
    await kept.add(endpoint(), most=3)
    chat = await answer(stores.journal, await opened(stores.journal))
    await telling.set_aside(endpoint(), aside(chat.id))
    await telling.note(endpoint(), progress(6), [call(1)])
    assert await kept.remove(1, "e1")
    assert not await kept.remove(1, "e1")
    await telling.set_aside(endpoint(), aside(chat.id))
    await telling.note(endpoint(), progress(6), [call(1)])
    for table in ("webhook_aside", "webhook_log", "webhook_endpoints"):
        assert await house.run(f"SELECT count(*) FROM {table}") == [(0,)]


async def test_of_an_erased_customer_nothing_waits(
    kept: SqlWebhooks, telling: SqlWebhookDeliveries, stores: Stores
) -> None:
    await kept.add(endpoint(), most=3)
    chat = await answer(stores.journal, await opened(stores.journal))
    facts = await telling.facts(1, chat.id, 1, None)
    assert facts is not None
    assert facts.message is not None
    assert (facts.chat.address, facts.message.text) == (ANNA, "Где мой заказ?")
    assert await telling.facts(1, chat.id, 9, None) is None
    assert await telling.facts(2, chat.id, 1, None) is None
    await telling.set_aside(endpoint(), aside(chat.id))
    await stores.persons.erase(1, "telegram", "501")
    assert await telling.aside("e1") == []
    assert await telling.facts(1, chat.id, None, None) is None
    await telling.set_aside(endpoint(), aside(chat.id))
    assert await telling.aside("e1") == []


async def test_workspaces_where_something_happened_are_named(stores: Stores) -> None:
    before = await stores.feed.latest()
    await answer(stores.journal, await opened(stores.journal))
    assert await stores.feed.stirred(before) == {1}
    assert await stores.feed.stirred(await stores.feed.latest()) == set()

"""Operators, and one-time codes that no two people can use."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bots.errors import CodeRefused, Conflict, NotFound
from bots.model.operator import Operator
from storage.stores import Stores
from tests.storage.conftest import HandClock

OLYA = Operator(id=0, workspace=1, name="Оля", role="lead", queues=("sales",), capacity=3)


@pytest.fixture
async def operators(stores: Stores, clock: HandClock) -> Any:
    await stores.accounts.found(email="o@x", password_hash="h", now=clock())
    return stores.operators


async def test_an_operator_is_kept_as_it_was_put(operators: Any, clock: HandClock) -> None:
    olya = await operators.put(OLYA, now=clock())
    assert olya == replace(OLYA, id=olya.id)
    away = replace(olya, telegram="501", username="olya", away_until=clock() + timedelta(hours=1))
    assert await operators.put(away, now=clock()) == away
    assert await operators.by_id(1, olya.id) == away
    assert await operators.by_telegram(1, "501") == away
    assert await operators.all(1) == [away]


async def test_what_is_changed_leaves_what_others_changed(operators: Any, clock: HandClock) -> None:
    olya = await operators.put(OLYA, now=clock())
    away = clock() + timedelta(hours=1)
    await asyncio.gather(
        operators.change(1, olya.id, {"role": "admin"}, now=clock()),
        operators.change(1, olya.id, {"away_until": away}, now=clock()),
        operators.change(1, olya.id, {"telegram": "501", "queues": ()}, now=clock()),
    )
    assert await operators.by_id(1, olya.id) == replace(
        olya, role="admin", away_until=away, telegram="501", queues=()
    )
    with pytest.raises(NotFound):
        await operators.change(2, olya.id, {"role": "viewer"}, now=clock())


async def test_another_workspace_knows_nobody(operators: Any, clock: HandClock) -> None:
    olya = await operators.put(replace(OLYA, telegram="501"), now=clock())
    assert await operators.all(2) == []
    assert await operators.by_telegram(2, "501") is None
    with pytest.raises(NotFound):
        await operators.by_id(2, olya.id)


async def test_nobody_is_two_operators(operators: Any, clock: HandClock) -> None:
    await operators.put(replace(OLYA, telegram="501"), now=clock())
    with pytest.raises(Conflict):
        await operators.put(replace(OLYA, name="Ира", telegram="501"), now=clock())
    # Many may be linked to nobody.
    await operators.put(replace(OLYA, name="Ира"), now=clock())
    await operators.put(replace(OLYA, name="Зоя"), now=clock())


async def test_of_many_at_once_one_uses_a_code(operators: Any, clock: HandClock) -> None:
    later = clock() + timedelta(minutes=15)
    await operators.add_code(1, "d", "desk", {"bot": "shop"}, now=clock(), expires=later)
    tries = (operators.use_code(1, "d", "desk", by=f"g{n}", now=clock()) for n in range(30))
    came = await asyncio.gather(*tries, return_exceptions=True)
    assert [one for one in came if not isinstance(one, CodeRefused)] == [{"bot": "shop"}]


async def test_a_code_is_of_one_workspace_and_one_kind(operators: Any, clock: HandClock) -> None:
    later = clock() + timedelta(minutes=15)
    await operators.add_code(1, "d", "desk", {}, now=clock(), expires=later)
    for workspace, kind in ((2, "desk"), (1, "operator")):
        with pytest.raises(CodeRefused) as refused:
            await operators.use_code(workspace, "d", kind, by="g", now=clock())
        assert refused.value.why == "unknown"


async def test_codes_of_yesterday_are_forgotten(operators: Any, clock: HandClock) -> None:
    later = clock() + timedelta(minutes=15)
    await operators.add_code(1, "d", "desk", {}, now=clock(), expires=later)
    with pytest.raises(CodeRefused) as refused:
        await operators.use_code(1, "d", "desk", by="g", now=clock.move(hours=1))
    assert refused.value.why == "expired"
    clock.move(days=2)
    await operators.add_code(1, "e", "desk", {}, now=clock(), expires=clock())
    with pytest.raises(CodeRefused) as refused:
        await operators.use_code(1, "d", "desk", by="g", now=clock())
    assert refused.value.why == "unknown"

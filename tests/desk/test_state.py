"""How the desk fares, as `/readyz` and `/metrics` tell it."""

import asyncio
from datetime import timedelta
from pathlib import Path

from bots.model.turn import Event
from tests.desk.rig import CHANNEL, GROUP, DeskRig
from tests.servers.telegram import FakeTelegram

NAME = f"{CHANNEL}/{GROUP}"


async def test_a_group_that_is_as_it_should_be_is_told_without_trouble(desk: DeskRig) -> None:
    await desk.operator("Оля")
    await desk.asks("anna")
    await desk.later(60)
    state = desk.desk.state()
    (name,) = state.groups
    assert name == NAME
    group = state.groups[name]
    assert (group.trouble, group.saturated, group.waiting, state.unseen) == ("", False, 0, 0)


async def test_more_than_a_group_takes_is_told_with_how_far_it_is_behind(desk: DeskRig) -> None:
    await desk.operator("Оля")
    for number in range(12):
        desk.customer_writes(f"c{number}", "/start")
    await desk.settle()
    for number in range(12):
        desk.customer_writes(f"c{number}", "оператор")
    await desk.settle()
    behind = []
    for _ in range(24):
        await desk.later(5)
        behind.append(desk.desk.state().groups[NAME])
    worst = max(behind, key=lambda one: one.behind)
    assert worst.saturated
    assert worst.waiting > 0
    assert "wait to be shown" in worst.trouble
    await desk.later(600)
    rests = desk.desk.state().groups[NAME]
    assert (rests.saturated, rests.waiting, rests.trouble) == (False, 0, "")


async def test_who_waits_and_is_shown_to_nobody_is_counted(
    database: Path, telegram_server: FakeTelegram
) -> None:
    async with DeskRig(database, telegram_server, group=None) as rig:
        await rig.asks("anna", "привет")
        await rig.later(130)
        state = rig.desk.state()
        assert (state.unseen, state.groups) == (1, {})


async def test_a_group_that_is_too_slow_goes_on_whatever_language_its_bot_speaks(
    database: Path, telegram_server: FakeTelegram
) -> None:
    async with DeskRig(database, telegram_server, language="uz") as rig:
        for number in range(12):
            rig.customer_writes(f"c{number}", "/start")
        await rig.settle()
        for number in range(12):
            rig.customer_writes(f"c{number}", "оператор")
        await rig.later(300)
        assert rig.desk.state().groups[NAME].waiting == 0
        assert any("Messages are shown here late" in one.text for one in rig.forum.shown(None))


async def test_nothing_begins_anew_once_the_desk_and_its_routing_are_closed(
    desk: DeskRig,
) -> None:
    await desk.operator("Оля")
    await desk.asks("anna")
    await desk.later(30)
    chat = await desk.chat("anna")
    await desk.desk.close()
    await desk.routing.close()
    before = asyncio.all_tasks()
    desk.channel.window = timedelta(days=1)
    requested = Event(name="handoff.requested", created_at=desk.hands.now(), data={})
    desk.desk.told(chat, (), (requested,))
    desk.routing.told(chat, (), (requested,))
    desk.desk.undelivered()
    assert asyncio.all_tasks() == before

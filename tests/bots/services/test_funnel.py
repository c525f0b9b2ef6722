"""What a bot's owner reads of how dialogs go, counted by real turns."""

from dataclasses import asdict

import pytest

from bots.errors import Invalid, NotFound
from bots.services.funnel import Funnel
from tests.bots.rig import WORKSPACE, Rig, bot_files, compiled

ORDER = """
flow: menu
when: [/menu]
steps:
  offer:
    - ask: What now?
      expires: never
      buttons: {Order: {call: order}}
---
flow: order
when: [/order]
steps:
  size:
    - ask: Which size?
      save: size
      as: integer
      timeout: {after: 10m, then: done}
  name:
    - ask: Your name?
      save: name
    - goal: ordered
"""
SIZE, NAME = ("order", "size"), ("order", "name")


async def funnel(rig: Rig, zone: str = "UTC") -> Funnel:
    files = bot_files(ORDER)
    files["bot.yaml"] = files["bot.yaml"].replace("timezone: UTC", f"timezone: {zone}")
    rig.files = {"counter": files}
    await rig.published.publish(compiled("counter", files), files)
    return Funnel(rig.stores.tallies, rig.published, rig.hands.now)


async def test_each_asking_ends_in_one_way_or_waits(rig: Rig) -> None:
    funnel_ = await funnel(rig)
    await rig.hears("anna", "/order", "42", "Anna")
    await rig.hears("boris", "/order", "no idea")
    await rig.passes(700)
    await rig.hears("vera", "/order", "отмена")
    await rig.hears("gleb", "/order")
    figures = await funnel_.figures(WORKSPACE, "counter", "today")
    size = figures.steps[SIZE].questions["size integer"]
    assert asdict(size) == {
        "asked": 4,
        "answered": 1,
        "misfit": 1,
        "silent": 1,
        "left": 1,
        "waiting": 1,
    }
    assert figures.goals == {("order", "ordered"): 1}
    order = figures.tasks["order"]
    assert (order.started, order.done, order.cancelled) == (4, 2, 1)


async def test_a_suspended_question_waits_below(rig: Rig) -> None:
    funnel_ = await funnel(rig)
    await rig.hears("anna", "/menu", "Order")
    await rig.hears("boris", "/menu")
    figures = await funnel_.figures(WORKSPACE, "counter", "today")
    offer = figures.steps["menu", "offer"]
    assert (offer.waiting, offer.below) == (1, 1)
    assert (figures.steps[SIZE].waiting, figures.steps[SIZE].below) == (1, 0)


async def test_a_turn_tried_again_after_a_crash_counts_once(rig: Rig) -> None:
    await rig.hears("anna", "/start", "a")
    await rig.restart()
    await rig.hears("anna", "b")
    figures = await Funnel(rig.stores.tallies, rig.published, rig.hands.now).figures(
        WORKSPACE, "counter", "all"
    )
    asked = figures.steps["count", "next"].questions["word text"]
    assert (asked.asked, asked.answered, asked.waiting) == (3, 2, 1)


async def test_a_day_is_one_of_the_bots_own_zone(rig: Rig) -> None:
    funnel_ = await funnel(rig, "Asia/Yekaterinburg")
    await rig.hears("anna", "/order")
    day_in_london = rig.hands.now().date().isoformat()
    # Five hours before London's, the day there is over.
    await rig.passes((24 - 5 - rig.hands.now().hour) * 3600)
    assert rig.hands.now().date().isoformat() == day_in_london
    today = await funnel_.figures(WORKSPACE, "counter", "today")
    assert today.since is not None
    assert today.since > day_in_london
    assert today.steps == {}
    week = await funnel_.figures(WORKSPACE, "counter", "7d")
    assert week.steps[SIZE].questions["size integer"].asked == 1


async def test_another_workspace_has_figures_of_its_own(rig: Rig) -> None:
    funnel_ = await funnel(rig)
    await rig.hears("anna", "/order")
    figures = await funnel_.figures(WORKSPACE + 1, "counter", "all")
    assert (figures.steps, figures.tasks) == ({}, {})


async def test_an_unknown_period_or_bot_is_refused(rig: Rig) -> None:
    funnel_ = await funnel(rig)
    with pytest.raises(Invalid, match="today, 7d, 30d, all"):
        await funnel_.figures(WORKSPACE, "counter", "yesterday")
    with pytest.raises(NotFound):
        await funnel_.figures(WORKSPACE, "nobody", "today")

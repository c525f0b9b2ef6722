"""A button that was taken is shown as taken; whether the messenger does it never matters."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bots.errors import ChannelBusy, ChannelDown, Rejected, Unreachable
from bots.model.message import Address
from tests.bots.rig import Messenger, Rig, bot_files

FLOWS = """
flow: order
when: [/start]
steps:
  size:
    - ask: "Size?"
      save: size
      buttons: [S, L]
  extras:
    - ask: "Extras?"
      save: extras
      buttons: [cream, nuts]
      as: many
    - say: "{{ size }}"
"""
MENU = """
flow: menu
when: [/menu]
steps:
  top:
    - ask: "What?"
      buttons:
        Hours: [{say: "from nine"}]
    - go: top
"""


class Showing(Messenger):
    """A messenger that can show which button was taken."""

    def pressed(self, address: Address, message_id: str, label: str) -> list[dict[str, Any]]:
        return [{"text": f"[{label}] of {message_id}"}]


@pytest.fixture
async def rig(database: Path) -> AsyncIterator[Rig]:
    one = Rig(database, {"counter": bot_files(FLOWS) | {"flows/menu.yaml": MENU}})
    one.messenger = Showing()
    await one.open()
    try:
        yield one
    finally:
        await one.crash()


async def presses(rig: Rig, label: str, *, of: str = "77", payload: str = "") -> str:
    """Press a button of the last message that has one of this label; gives its payload."""
    if not payload:
        keyboards = [one.keyboard for one in await rig.history("anna") if one.keyboard]
        buttons = [button for row in keyboards[-1].rows for button in row]
        payload = next(button.payload for button in buttons if label in button.text)
    message = rig.message("anna", "", happening="button")
    message = replace(message, text=None, button=payload, platform_message_id=of)
    await rig.inbox.accept([message])
    await rig.quiet()
    return payload


def texts(rig: Rig) -> list[str]:
    return [row.payload["text"] for row in rig.messenger.taken]


async def test_it_is_shown_after_all_that_is_said(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await presses(rig, "S")
    assert texts(rig) == ["Size?", "Extras?", "[S] of 77"]
    assert rig.outbox.queued == 0
    assert await rig.stores.outbox.unsent() == []


async def test_a_stale_press_marks_nothing(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    payload = await presses(rig, "S")
    before = len(texts(rig))
    await presses(rig, "S", payload=payload)
    assert not [text for text in texts(rig)[before:] if text.startswith("[")]


async def test_buttons_that_are_renewed_or_still_act_stay_as_they_are(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await presses(rig, "S")
    await presses(rig, "cream", of="78")
    await rig.hears("anna", "/menu")
    await presses(rig, "Hours", of="79")
    assert [text for text in texts(rig) if text.startswith("[")] == ["[S] of 77"]


@pytest.mark.parametrize(
    "failure",
    [
        Rejected("too old"),
        Unreachable("gone"),
        ChannelBusy(30),
        ChannelDown("no route"),
        TypeError("a bug"),
    ],
)
async def test_a_messenger_that_does_not_show_it_stops_nothing(
    rig: Rig, failure: Exception
) -> None:
    await rig.hears("anna", "/start")

    def fail_next() -> None:
        if rig.messenger.taken[-1].payload["text"] == "Extras?":
            rig.messenger.script["anna"].append(failure)

    rig.messenger.when_taken = fail_next
    await presses(rig, "S")
    rig.messenger.when_taken = lambda: None
    assert texts(rig) == ["Size?", "Extras?"]
    assert rig.meter.deliveries[-1] == "dropped"
    assert not (await rig.conversation("anna")).unreachable
    await rig.hears("anna", "nuts")
    assert len(texts(rig)) > 2
    assert await rig.stores.outbox.unsent() == []

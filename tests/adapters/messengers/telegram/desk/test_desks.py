"""The desks of several workspaces: each hears and is shown what is its own."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from adapters.messengers.telegram.desk.desk import TelegramDesk
from adapters.messengers.telegram.desk.desks import WorkspaceDesks
from bots.errors import LeaseLost
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup
from bots.model.desk_state import DeskState, GroupState
from bots.model.message import Address, UnifiedMessage
from bots.model.turn import Event

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
CHANNELS = {"telegram:1": 1, "telegram:2": 2}


class Desk:
    """A desk of one group, `-100`, which remembers what it was brought."""

    def __init__(self, workspace: int) -> None:
        self.workspace = workspace
        self.life: list[str] = []
        self.taken: list[str] = []
        self.heard: list[str] = []

    async def start(self) -> None:
        # Whoever asks meanwhile must wait for it, and must not make another.
        await asyncio.sleep(0)
        self.life.append("started")

    async def close(self) -> None:
        self.life.append("closed")

    async def tidy(self) -> None:
        self.life.append("tidied")

    async def take(self, message: UnifiedMessage) -> None:
        self.taken.append(message.address.chat_id)

    def told(self, conversation: Conversation, messages: Sequence[Any], events: Any) -> None:
        self.heard.append(conversation.address.chat_id)

    def undelivered(self) -> None:
        self.heard.append("undelivered")

    def is_desk(self, channel: str, chat_id: str) -> bool:
        return chat_id == "-100"

    def state(self) -> DeskState:
        group = GroupState(behind=timedelta(), trouble="" if self.workspace == 1 else "gone")
        return DeskState(groups={f"telegram:{self.workspace}/-100": group}, unseen=1)


class House:
    def __init__(self, *with_groups: int) -> None:
        self.made: list[Desk] = []
        self._with_groups = with_groups
        self.groups: list[DeskGroup] = []
        self.desks = WorkspaceDesks(self._make, CHANNELS.get, self._those_with, self._groups_of)

    def _make(self, workspace: int) -> TelegramDesk:
        self.made.append(Desk(workspace))
        return cast(TelegramDesk, self.made[-1])

    async def _those_with(self) -> Sequence[int]:
        return self._with_groups

    async def _groups_of(self, workspace: int) -> list[DeskGroup]:
        return [one for one in self.groups if one.workspace == workspace]


def message(workspace: int, chat: str) -> UnifiedMessage:
    return UnifiedMessage(
        message_id="1",
        address=Address(workspace, "bot", f"telegram:{workspace}", chat),
        platform="telegram",
        user_id="7",
        external_id="1",
        timestamp=NOON,
    )


def conversation(workspace: int, chat: str) -> Conversation:
    return cast(Conversation, message(workspace, chat))


async def test_a_desk_is_made_for_who_has_groups_and_for_the_owner() -> None:
    house = House(3)
    await house.desks.start(1)
    assert [(desk.workspace, desk.life) for desk in house.made] == [
        (1, ["started"]),
        (3, ["started"]),
    ]
    state = house.desks.state(1)
    assert set(state.groups) == {"telegram:1/-100"}
    assert (state.unseen, state.elsewhere, state.troubled_elsewhere) == (2, 1, 1)
    await house.desks.tidy()
    await house.desks.close()
    assert all(desk.life == ["started", "tidied", "closed"] for desk in house.made)


async def test_each_is_brought_what_is_of_its_workspace() -> None:
    house = House(2)
    await house.desks.start(1)
    first, second = house.made
    await house.desks.take(message(2, "-100"))
    house.desks.told(conversation(1, "501"), [], [])
    house.desks.told(conversation(2, "502"), [], [])
    house.desks.told(conversation(9, "509"), [], [])
    house.desks.undelivered()
    assert (first.taken, first.heard) == ([], ["501", "undelivered"])
    assert (second.taken, second.heard) == (["-100"], ["502", "undelivered"])


async def test_the_first_word_in_a_group_makes_one_desk_however_many_come_at_once() -> None:
    house = House()
    await house.desks.start(1)
    assert not house.desks.is_desk("telegram:2", "-100")
    await asyncio.gather(*(house.desks.take(message(2, str(chat))) for chat in range(5)))
    _, second = house.made
    assert second.life == ["started"]
    assert len(second.taken) == 5
    assert house.desks.is_desk("telegram:2", "-100")
    assert not house.desks.is_desk("telegram:3", "-100")


async def test_a_process_without_the_desks_knows_the_groups_and_hears_nothing() -> None:
    house = House(2)
    house.groups = [
        DeskGroup(
            workspace=2, channel="telegram:2", chat_id="-7", created_at=NOON, trouble="no rights"
        )
    ]
    await house.desks.look()
    assert house.desks.is_desk("telegram:2", "-7")
    assert not house.desks.is_desk("telegram:2", "-8")
    house.desks.told(conversation(2, "502"), [], [])
    assert house.made == []
    assert house.desks.state(2).groups == {"telegram:2/-7": GroupState(trouble="no rights")}


async def test_desks_that_come_back_begin_anew_and_are_there_once() -> None:
    house = House(2)
    await house.desks.start(1)
    await house.desks.close()
    with pytest.raises(LeaseLost):
        await house.desks.take(message(2, "-100"))
    house.desks.told(conversation(2, "502"), [], [])
    await house.desks.start(1)
    await house.desks.take(message(2, "-100"))
    assert [desk.life for desk in house.made] == [["started", "closed"]] * 2 + [["started"]] * 2
    assert [desk.taken for desk in house.made] == [[], [], [], ["-100"]]
    assert house.made[1].heard == []


async def test_what_another_process_could_not_deliver_is_looked_at() -> None:
    house = House(2)
    await house.desks.start(1)
    house.desks.told(conversation(2, "502"), [], [Event(name="message.failed", created_at=NOON)])
    assert house.made[1].heard == ["502", "undelivered"]

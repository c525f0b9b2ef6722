"""Whoever leaves hands their chats back, and only those; over the whole runtime."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bots.board import Board
from bots.model.operator import Operator
from bots.services.attendance import Attendance
from bots.services.conversations import Conversations
from bots.services.handoff import Handoff
from bots.services.operators import Operators
from tests.bots.rig import WORKSPACE, Rig, address_of


class Staff:
    """Operators, what they do, and who looks whether they are here."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.board = Board()
        self.operators = Operators(
            rig.stores.operators,
            workspace=WORKSPACE,
            clock=rig.hands.now,
            random_bytes=lambda number: bytes(range(number)),
        )
        self.handoff = Handoff(
            rig.inbox,
            Conversations(rig.stores.conversations),
            board=self.board,
            queues=lambda bot: {},
            new_id=rig.new_id,
        )
        self.attendance = Attendance(
            rig.stores.operators,
            board=self.board,
            hand_back=self.handoff.hand_back,
            clock=rig.hands.now,
        )

    async def takes(self, who: Operator, chat: str) -> None:
        await self.rig.hears(chat, "/start")
        await self.handoff.take(address_of(chat), who)

    async def looks(self) -> None:
        await self.board.start(
            [WORKSPACE],
            self.rig.stores.episodes,
            self.rig.stores.operators,
            self.rig.hands.now(),
        )
        await self.attendance.look()
        await self.rig.quiet()

    async def owner(self, chat: str) -> tuple[str, int | None]:
        conversation = await self.rig.conversation(chat)
        assert conversation.episode is not None
        return conversation.owner, conversation.episode.assignee


@pytest.fixture
async def staff(rig: Rig) -> Staff:
    await rig.stores.accounts.found(email="o@x", password_hash="h", now=rig.hands.now())
    return Staff(rig)


async def test_whoever_is_removed_hands_back_what_they_have(staff: Staff) -> None:
    olya, ira = await staff.operators.add("Оля"), await staff.operators.add("Ира")
    await staff.takes(olya, "1")
    await staff.takes(ira, "2")
    await staff.looks()
    assert await staff.owner("1") == ("operator", olya.id)
    await staff.operators.remove(olya)
    await staff.looks()
    assert await staff.owner("1") == ("queue", None)
    assert await staff.owner("2") == ("operator", ira.id)


async def test_whoever_goes_away_hands_back_once(staff: Staff) -> None:
    olya = await staff.operators.add("Оля")
    await staff.takes(olya, "1")
    await staff.operators.away(olya, timedelta(minutes=30))
    await staff.looks()
    assert await staff.owner("1") == ("queue", None)
    # Away, and takes one all the same.
    await staff.handoff.take(address_of("1"), olya)
    await staff.looks()
    assert await staff.owner("1") == ("operator", olya.id)
    await staff.operators.back(olya)
    await staff.looks()
    await staff.operators.away(olya)
    await staff.looks()
    assert await staff.owner("1") == ("queue", None)


async def test_who_left_while_no_server_ran_is_noticed_at_the_start(staff: Staff, rig: Rig) -> None:
    olya = await staff.operators.add("Оля")
    await staff.takes(olya, "1")
    await staff.operators.remove(olya)
    await rig.restart()
    again = Staff(rig)
    await again.looks()
    assert await again.owner("1") == ("queue", None)


async def test_the_board_knows_people_by_their_names_of_now(staff: Staff) -> None:
    olya = await staff.operators.add("Оля")
    await staff.looks()
    await staff.operators.change(olya, name="Ольга")
    await staff.looks()
    assert staff.board.people == {olya.id: replace(olya, name="Ольга")}

"""What a repeated message of an API's client is told: the first one's answer, from disk."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from bots.errors import TakenBefore, Unavailable
from bots.model.account import Caller
from bots.model.answer import Answer, Came
from bots.model.conversation import Conversation
from bots.model.message import Address, UnifiedMessage
from bots.services.chat import Chat

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
CALLER = Caller(workspace=1, account_id=None, key_id=1)
CHAT = Conversation(
    id=1,
    uuid="0",
    address=Address(1, "shop", "api", "me"),
    platform="api",
    user_id="me",
    customer_id=1,
    created_at=NOW,
    updated_at=NOW,
)
WAITS = Came(waits=True)
AT_IT = Came(waits=False, answer=Answer(conversation=CHAT, settled=False))
OVER = Came(waits=False, answer=Answer(conversation=CHAT))


class Disk:
    """An inbox that had every message before, and conversations that know more at each look."""

    def __init__(self, *came: Came) -> None:
        self.now = NOW
        self.asked: list[tuple[Address, str, str]] = []
        self._came = list(came)

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    async def ask(
        self,
        message: UnifiedMessage,
        *,
        context: Mapping[str, Any] | None = None,
        patience: float = 25.0,
    ) -> Answer:
        raise TakenBefore

    async def by_session(self, workspace: int, session_id: str) -> Conversation:
        return CHAT

    async def came_of(self, address: Address, external_id: str, message_id: str) -> Came:
        self.asked.append((address, external_id, message_id))
        return self._came.pop(0) if len(self._came) > 1 else self._came[0]

    def answers(self, bot: str, workspace: int) -> bool:
        return True

    async def told(self) -> Answer:
        everything = cast(Any, self)
        chat = Chat(
            everything,
            everything,
            everything,
            default_bot="shop",
            clock=self.clock,
            new_id=lambda: "new",
            sleep=self.sleep,
        )
        return await chat.ask(
            CALLER, text="hi", chat_id="me", user_id="me", external_id="once", message_id="m"
        )


async def test_what_was_answered_is_told_again() -> None:
    disk = Disk(OVER)
    assert await disk.told() == OVER.answer
    assert disk.asked == [(CHAT.address, "once", "m")]


async def test_what_is_still_to_be_answered_is_waited_for() -> None:
    disk = Disk(WAITS, WAITS, AT_IT, OVER)
    assert await disk.told() == OVER.answer
    assert len(disk.asked) == 4


async def test_what_takes_too_long_is_told_as_far_as_it_is() -> None:
    assert await Disk(WAITS, AT_IT).told() == AT_IT.answer


async def test_what_nobody_answers_is_unavailable_in_the_end() -> None:
    disk = Disk(WAITS)
    with pytest.raises(Unavailable):
        await disk.told()
    assert disk.now >= NOW + timedelta(seconds=25)


async def test_a_turn_that_failed_is_told_at_once() -> None:
    disk = Disk(Came(waits=True, fails=True))
    with pytest.raises(Unavailable):
        await disk.told()
    assert disk.now == NOW


async def test_another_message_under_the_same_id_is_not_its_repeat() -> None:
    with pytest.raises(TakenBefore):
        await Disk(Came(waits=False)).told()

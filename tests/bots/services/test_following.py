"""Who follows a conversation holds a number; what they are told is read once for all of them."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from bots.errors import Conflict, NotFound
from bots.model.conversation import Conversation
from bots.model.course import Point
from bots.model.message import Address
from bots.model.operator import Operator
from bots.model.turn import MessageRecord
from bots.services import following as module
from bots.services.following import Follower, Following, Told, Typing

NOON = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)


class Course:
    """A course in memory, which may be unreadable for a while."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self.reads = 0
        self.broken = 0

    def add(self, count: int) -> None:
        for _ in range(count):
            seq = len(self.points) + 1
            record = MessageRecord(
                message_id=str(seq),
                seq=seq,
                direction="inbound",
                author="customer",
                created_at=NOON,
            )
            self.points.append(Point(seq=seq, what=record))

    async def after(self, conversation: int, seq: int, *, limit: int) -> list[Point]:
        self.reads += 1
        if self.broken:
            self.broken -= 1
            raise OSError("the disk is away")
        await asyncio.sleep(0)
        return self.points[seq : seq + limit]

    async def latest(self, conversation: int) -> int:
        return len(self.points)


@pytest.fixture
def course() -> Course:
    return Course()


@pytest.fixture
def following(course: Course) -> Following:
    async def at_once(seconds: float) -> None:
        await asyncio.sleep(0)

    return Following(
        course,
        cast(Any, None),
        cast(Any, None),
        channels={},
        place=lambda id: 0,
        sleep=at_once,
    )


@pytest.fixture
def chat() -> Conversation:
    return Conversation(
        id=7,
        uuid="7" * 32,
        address=Address(1, "shop", "api", "s1"),
        platform="api",
        user_id="u1",
        customer_id=1,
        created_at=NOON,
        updated_at=NOON,
    )


async def seen(follower: Follower, count: int) -> list[int]:
    numbers: list[int] = []
    while len(numbers) < count:
        told: Sequence[Told | Typing] = await asyncio.wait_for(follower.next(), 10)
        numbers += [one.point.seq for one in told if isinstance(one, Told)]
    return numbers


async def test_one_read_serves_all_who_follow(
    course: Course, following: Following, chat: Conversation
) -> None:
    followers = [await following.follow(chat) for _ in range(50)]
    course.add(3)
    following.told(chat, [], [])
    assert [await seen(one, 3) for one in followers] == [[1, 2, 3]] * 50
    assert course.reads == 1


async def test_a_turn_that_nobody_follows_reads_nothing(
    course: Course, following: Following, chat: Conversation
) -> None:
    course.add(3)
    following.told(chat, [], [])
    await asyncio.sleep(0.01)
    follower = await following.follow(chat)
    following.leave(follower)
    following.told(chat, [], [])
    await asyncio.sleep(0.01)
    assert (course.reads, following.followers) == (0, 0)


async def test_who_falls_out_of_what_is_kept_reads_from_disk(
    course: Course, following: Following, chat: Conversation
) -> None:
    quick, slow = await following.follow(chat), await following.follow(chat)
    course.add(700)
    following.told(chat, [], [])
    assert await seen(quick, 700) == list(range(1, 701))
    reads = course.reads
    assert await seen(slow, 700) == list(range(1, 701))
    assert course.reads > reads
    assert not slow.behind


async def test_who_stays_away_too_long_is_behind(
    course: Course, following: Following, chat: Conversation
) -> None:
    follower, other = await following.follow(chat), await following.follow(chat)
    course.add(module.BEHIND + 1)
    following.told(chat, [], [])
    await seen(other, module.BEHIND + 1)
    assert follower.behind


async def test_what_happens_while_somebody_comes_is_told_once(
    course: Course, following: Following, chat: Conversation
) -> None:
    course.add(5)
    coming = asyncio.create_task(following.follow(chat, 2))
    await asyncio.sleep(0)
    course.add(1)
    following.told(chat, [], [])
    follower = await coming
    course.add(1)
    following.told(chat, [], [])
    assert await seen(follower, 5) == [3, 4, 5, 6, 7]


async def test_a_disk_that_is_away_is_asked_again(
    course: Course, following: Following, chat: Conversation
) -> None:
    follower = await following.follow(chat)
    course.broken = 3
    course.add(2)
    following.told(chat, [], [])
    assert await seen(follower, 2) == [1, 2]


async def test_typing_is_told_once_and_not_to_the_one_who_types(
    following: Following, chat: Conversation
) -> None:
    typist, other = await following.follow(chat), await following.follow(chat)
    for _ in range(1000):
        following.typing(chat.address, "Анна", but=typist)
    for number in range(1000):
        following.typing(chat.address, str(number), but=other)
    assert await other.next() == [Typing("Анна")]
    assert len(await typist.next()) == module.TYPISTS


async def test_what_was_erased_is_followed_no_longer(
    course: Course, following: Following, chat: Conversation
) -> None:
    course.add(3)
    follower = await following.follow(chat)
    anew = replace(chat, uuid="8" * 32)
    course.points.clear()
    course.add(1)
    following.told(anew, [], [])
    with pytest.raises(NotFound):
        await asyncio.wait_for(follower.next(), 10)
    following.leave(follower)
    again = await following.follow(anew, 0)
    assert await seen(again, 1) == [1]


async def test_only_who_has_the_chat_is_shown_to_type(
    following: Following, chat: Conversation
) -> None:
    who = Operator(id=5, workspace=1, name="Анна")
    with pytest.raises(Conflict):
        await following.operator_types(chat, who)


async def test_a_conversation_that_cannot_be_opened_leaves_nothing(
    course: Course, following: Following, chat: Conversation
) -> None:
    class Gone(Course):
        async def latest(self, conversation: int) -> int:
            raise NotFound("conversation", conversation)

    broken = Following(Gone(), cast(Any, None), cast(Any, None), channels={}, place=lambda id: 0)
    with pytest.raises(NotFound):
        await broken.follow(chat)
    assert broken.followers == 0

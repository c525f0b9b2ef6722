"""Everything for one group goes in one line, within what Telegram takes, the urgent first."""

import asyncio
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from adapters.messengers.telegram.desk.budget import BURST
from adapters.messengers.telegram.desk.line import Line, Urgency
from adapters.messengers.telegram.desk.refused import GroupDown, Skipped, TopicLost
from bots.errors import ChannelBusy, ChannelDown, Rejected, Unreachable
from tests.bots.clockwork import Clockwork, others_go_on


class Group:
    """A group that takes calls, and refuses those it is told to."""

    def __init__(self, time: Clockwork) -> None:
        self.time = time
        self.taken: list[tuple[datetime, str, dict[str, Any]]] = []
        self.refuses: deque[Exception] = deque()
        self.uploaded: list[str] = []

    async def call(self, method: str, parameters: Mapping[str, Any]) -> Any:
        await asyncio.sleep(0)
        if self.refuses:
            raise self.refuses.popleft()
        self.taken.append((self.time.now(), method, dict(parameters)))
        return {"message_id": len(self.taken)}

    async def upload(
        self, method: str, parameters: Mapping[str, Any], *, files: Mapping[str, tuple[str, bytes]]
    ) -> Any:
        self.uploaded += files
        return await self.call(method, parameters)

    def texts(self) -> list[str]:
        return [parameters.get("text", method) for _, method, parameters in self.taken]


@pytest.fixture
def time() -> Clockwork:
    return Clockwork()


@pytest.fixture
def group(time: Clockwork) -> Group:
    return Group(time)


@pytest.fixture
def line(group: Group, time: Clockwork) -> Line:
    return Line(group, "-100", clock=time.now, sleep=time.sleep)


def said(line: Line, text: str, urgency: Urgency = Urgency.NOW, **more: Any) -> asyncio.Task[Any]:
    return asyncio.create_task(line.call("sendMessage", {"text": text}, urgency, **more))


async def test_a_minute_never_holds_more_than_telegram_takes(line: Line, group: Group) -> None:
    await asyncio.gather(*(said(line, str(number)) for number in range(60)))
    assert group.texts() == [str(number) for number in range(60)]
    times = [at for at, _, _ in group.taken]
    for start in times:
        within = [at for at in times if start <= at < start + timedelta(minutes=1)]
        assert len(within) <= 19
    # And it is not slower than it has to be: 18 a minute, after the first few.
    assert times[-1] - times[0] < timedelta(seconds=60 / 18 * 60)


@pytest.mark.parametrize(("asked", "seconds"), [(6, 10.0), (18, 60 / 18), (600, 60 / 18)])
async def test_fewer_may_be_made_and_never_more(
    group: Group, time: Clockwork, asked: int, seconds: float
) -> None:
    line = Line(group, "-100", clock=time.now, sleep=time.sleep, per_minute=asked)
    await asyncio.gather(*(said(line, str(number)) for number in range(BURST + 2)))
    last, before = group.taken[-1][0], group.taken[-2][0]
    assert (last - before).total_seconds() == pytest.approx(seconds, abs=0.01)


async def test_a_few_calls_after_a_quiet_time_go_at_once(
    line: Line, group: Group, time: Clockwork
) -> None:
    await asyncio.gather(*(said(line, str(number)) for number in range(BURST)))
    assert time.slept == []
    assert line.left == 0.0


async def test_the_urgent_goes_first_and_what_came_first_of_equals(
    line: Line, group: Group, time: Clockwork
) -> None:
    await asyncio.gather(*(said(line, "before") for _ in range(BURST)))
    waiting = [
        said(line, "title", Urgency.COSMETIC),
        said(line, "card", Urgency.LATER),
        said(line, "photo", Urgency.SOON),
        said(line, "first words"),
        said(line, "second words"),
    ]
    await asyncio.gather(*waiting)
    assert group.texts()[BURST:] == ["first words", "second words", "photo", "card", "title"]


async def test_of_two_that_merge_the_later_is_made_for_both(line: Line, group: Group) -> None:
    before = [said(line, "before") for _ in range(BURST)]
    old = said(line, "old title", Urgency.COSMETIC, merge="title:7")
    new = said(line, "new title", Urgency.COSMETIC, merge="title:7")
    await asyncio.gather(*before)
    assert await old == await new
    assert group.texts()[BURST:] == ["new title"]


async def test_what_only_looks_nice_is_left_out_when_there_is_no_room_for_long(
    line: Line, group: Group
) -> None:
    words = [said(line, str(number)) for number in range(40)]
    title = said(line, "title", Urgency.COSMETIC)
    await asyncio.gather(*words)
    with pytest.raises(Skipped):
        await title
    assert "title" not in group.texts()


async def test_telegrams_wait_is_obeyed_exactly_and_nothing_overtakes(
    group: Group, time: Clockwork
) -> None:
    told: list[float] = []
    line = Line(group, "-100", clock=time.now, sleep=time.sleep, blocked=told.append)
    start = time.now()
    group.refuses.append(ChannelBusy(10_072))
    await asyncio.gather(said(line, "first"), said(line, "second"))
    assert group.texts() == ["first", "second"]
    assert group.taken[0][0] == start + timedelta(seconds=10_072)
    assert told == [10_072]


async def test_a_short_wait_alarms_nobody(group: Group, time: Clockwork) -> None:
    told: list[float] = []
    line = Line(group, "-100", clock=time.now, sleep=time.sleep, blocked=told.append)
    group.refuses.append(ChannelBusy(30))
    await said(line, "first")
    assert told == []


async def test_an_outage_holds_the_first_and_keeps_the_order(line: Line, group: Group) -> None:
    group.refuses.extend([ChannelDown("no answer")] * 3)
    first, second = said(line, "first"), said(line, "second")
    await asyncio.gather(first, second)
    assert group.texts() == ["first", "second"]
    assert line.trouble == ""


@pytest.mark.parametrize(
    ("refusal", "meant"),
    [
        (Rejected("400 Bad Request: message thread not found"), TopicLost),
        (Unreachable("403 Forbidden: bot was kicked from the supergroup chat"), GroupDown),
    ],
)
async def test_what_is_refused_for_good_is_told_and_the_next_one_goes(
    line: Line, group: Group, refusal: Exception, meant: type[Exception]
) -> None:
    group.refuses.append(refusal)
    first, second = said(line, "first"), said(line, "second")
    with pytest.raises(meant):
        await first
    await second
    assert group.texts() == ["second"]


async def test_what_changes_nothing_is_done(line: Line, group: Group) -> None:
    group.refuses.append(Rejected("400 Bad Request: TOPIC_NOT_MODIFIED"))
    assert await said(line, "title", Urgency.COSMETIC) is None


async def test_what_is_prepared_is_prepared_when_its_turn_comes_and_once(
    line: Line, group: Group, time: Clockwork
) -> None:
    await asyncio.gather(*(said(line, "before") for _ in range(BURST)))
    made: list[datetime] = []

    async def prepare() -> dict[str, Any]:
        made.append(time.now())
        return {"text": f"prepared {len(made)}"}

    start = time.now()
    group.refuses.append(ChannelBusy(30))
    await line.call("sendMessage", {"message_thread_id": 7}, Urgency.NOW, prepare=prepare)
    assert len(made) == 1
    assert made[0] > start
    assert group.taken[-1][2]["text"] == "prepared 1"
    assert group.taken[-1][2]["message_thread_id"] == 7


async def test_an_album_costs_as_many_as_it_has_parts(
    line: Line, group: Group, time: Clockwork
) -> None:
    media = [{"type": "photo", "media": str(number)} for number in range(10)]
    await line.call("sendMediaGroup", {"media": media}, Urgency.SOON)
    at = time.now()
    await said(line, "after it")
    assert time.now() - at > timedelta(seconds=20)


async def test_a_file_goes_along(line: Line, group: Group) -> None:
    files = {"photo": ("a.jpg", b"...")}
    await line.call("sendPhoto", {"photo": "attach://photo"}, Urgency.SOON, files=files)
    assert group.uploaded == ["photo"]


async def test_people_are_told_when_words_wait_for_long(group: Group, time: Clockwork) -> None:
    told: list[timedelta] = []
    line = Line(group, "-100", clock=time.now, sleep=time.sleep, crowded=told.append)
    await asyncio.gather(*(said(line, str(number)) for number in range(8)))
    assert told == []
    await asyncio.gather(*(said(line, str(number)) for number in range(30)))
    assert told
    assert not line.saturated


async def test_a_stop_tells_whoever_waits(line: Line, time: Clockwork) -> None:
    time.held.clear()
    waiting = [said(line, str(number)) for number in range(BURST + 3)]
    await others_go_on()
    await line.close()
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert [isinstance(end, ChannelDown) for end in ends] == [False] * BURST + [True] * 3
    with pytest.raises(ChannelDown):
        await said(line, "later")


@pytest.mark.parametrize("when", ["while it waits", "between two calls"])
async def test_a_clock_that_is_set_back_makes_nothing_wait_longer(
    group: Group, time: Clockwork, when: str
) -> None:
    """What Telegram told us to wait, and what the last minute took, is measured in time that passed."""
    back = timedelta()
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        nonlocal back
        slept.append(seconds)
        await time.sleep(seconds)
        if when == "while it waits" and not back:
            back = timedelta(hours=5)

    line = Line(group, "-100", clock=lambda: time.now() - back, sleep=sleep)
    group.refuses.append(ChannelBusy(90))
    await asyncio.gather(*(said(line, str(number)) for number in range(19)))
    if when == "between two calls":
        back = timedelta(hours=5)
    await asyncio.gather(*(said(line, str(number)) for number in range(19)))
    assert len(group.texts()) == 38
    assert sum(slept) < 90 + 38 * 60 / 18
    times = [at for at, _, _ in group.taken]
    for start in times:
        assert sum(start <= at < start + timedelta(minutes=1) for at in times) <= 19


async def test_a_new_request_and_customers_words_take_turns(line: Line, group: Group) -> None:
    """After a night without a server hundreds of chats may have something to show."""
    words = [said(line, f"words {number}") for number in range(200)]
    await asyncio.sleep(0)
    for step in ("topic", "card"):
        await said(line, step, request=True)
    texts = group.texts()
    assert texts.index("card") <= BURST + 4
    requests = [said(line, f"request {number}", request=True) for number in range(50)]
    await asyncio.gather(*words, *requests)
    shown = [one for one in group.texts() if one.startswith("words")]
    assert shown == [f"words {number}" for number in range(200)]
    rest = group.texts()[len(texts) :][:40]
    assert sum(one.startswith("words") for one in rest) == 20

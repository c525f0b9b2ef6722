"""G6: customers' systems are told of everything at least once, signed, each apart from all others.

Six of them hear of the same chats: one takes all, one is dead, one slow, one gone, one busy, one leads
elsewhere at first. The secret of the good one is changed midway, and who tells them is killed in between.
What each took is compared with the messages in the tables.
"""

import asyncio
import re
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from random import Random

from tests.faults.rig.figures import Figures
from tests.faults.rig.installation import Installation, Layout, on_both
from tests.faults.rig.sizes import sized
from tests.servers.receiver import Receiver, Told

CHATS = sized(ci=25, long=100, soak=500)
ROUNDS = sized(ci=4, long=25, soak=60)
"""What each chat says; it is answered each time, so that there are twice as many events."""
KILLS = sized(ci=1, long=6, soak=40)
AT_ONCE = sized(ci=8, long=16)
SLOW = sized(ci=0.1, long=0.15)
"""Seconds that the slow one takes for each."""
TAKERS = ("good", "slow", "busy", "moved")
Event = tuple[int, int]
"""A chat and the `seq` of a message."""


@on_both
async def test_endpoints_are_told_everything_apart_from_one_another(
    tmp_path: Path, layout: Layout
) -> None:
    chance = Random(20261126)
    with Receiver.start(slow=SLOW) as receiver:
        house = Installation(tmp_path, {"allow_hosts": receiver.place}, layout=layout)
        with house:
            ids = {path: _add(house, receiver, path) for path in (*TAKERS, "dead", "gone")}
            kills = sorted(chance.randrange(ROUNDS - 1) for _ in range(KILLS))
            rotated: tuple[float, float] | None = None
            down: list[tuple[float, float]] = []
            for number in range(ROUNDS):
                talking = asyncio.create_task(_talk(house, number))
                for _ in range(kills.count(number)):
                    await _until(lambda: bool(receiver.calls("good")))
                    began = time.time()
                    await house.crash(chance, whom=house.chores)
                    down.append((began, time.time()))
                await talking
                if number == ROUNDS // 2:
                    rotated = await _rotate(house, receiver, ids["good"])
            everything = set(house.rows("SELECT conversation_id, seq FROM messages"))
            assert len(everything) >= 2 * CHATS * ROUNDS
            for path in TAKERS:
                await _has_all(receiver, path, everything)
            # The dead one held up nobody; its place was kept.
            assert _taken(receiver.calls("dead")) == set()
            receiver.revive()
            house.web.command("webhooks", "resume", ids["dead"])
            await _has_all(receiver, "dead", everything)
            # The server is done: nothing is told a second time without a reason.
            await _until(lambda: _settled(house))
            states = dict(house.rows("SELECT url, state FROM webhook_endpoints"))
        assert rotated is not None
        figures = Figures("G6", house.layout.name, len(everything), KILLS)
        _judge(receiver, everything, figures, rotated)
        figures.what = _delays(receiver.calls("good"), down)
        figures.tell()
        assert states.pop(f"{receiver.base}/gone") == "disabled"
        assert set(states.values()) == {"active"}
        assert figures.lost == figures.disordered == 0
        # What is told twice is what a kill left unsaid: a window of each endpoint at most.
        assert figures.repeated <= figures.allowed
        # 410 ends it with the calls under way, anew where a kill came before that was written down; and
        # 302 is followed nowhere.
        assert len(receiver.calls("gone")) <= 8 * (1 + KILLS)
        assert receiver.calls("elsewhere") == []


def _add(house: Installation, receiver: Receiver, path: str) -> str:
    names = "message.received,message.sent"
    said = house.web.command("webhooks", "add", f"{receiver.base}/{path}", "--events", names)
    (id,) = re.findall(r"[0-9a-f]{32}", said)
    receiver.knows(path, _secret(said))
    return str(id)


def _secret(said: str) -> str:
    (secret,) = re.findall(r"whsec_\S+", said)
    return str(secret)


async def _rotate(house: Installation, receiver: Receiver, id: str) -> tuple[float, float]:
    """A new secret of the good one; gives when that began, and when the receiver knows it."""
    began = time.time()
    said = await asyncio.to_thread(house.web.command, "webhooks", "rotate", id)
    receiver.knows("good", _secret(said))
    return began, time.time()


async def _talk(house: Installation, number: int) -> None:
    """Every chat says something; a server that dies meanwhile is told again until it has heard it."""
    places = asyncio.Semaphore(AT_ONCE)

    async def say(chat: int) -> None:
        body = {"message": f"m{number}", "user_id": f"u{chat}", "session_id": f"s{chat}"}
        headers = {"Idempotency-Key": f"{chat}-{number}"}
        async with places:
            while True:
                try:
                    status, _ = await house.web.asked(
                        "POST", "/api/v1/conversation/chat", body, headers=headers
                    )
                except OSError:
                    status = 0
                if status == 200:
                    return
                await asyncio.sleep(0.1)

    await asyncio.gather(*map(say, range(CHATS)))


async def _has_all(receiver: Receiver, path: str, everything: set[Event]) -> None:
    await _until(lambda: everything <= _taken(receiver.calls(path)), path)


async def _until(holds: Callable[[], bool], what: str = "", within: float = 600.0) -> None:
    deadline = asyncio.get_running_loop().time() + within
    while not holds():
        assert asyncio.get_running_loop().time() < deadline, f"still not: {what}"
        await asyncio.sleep(0.1)


def _settled(house: Installation) -> bool:
    """Whether every endpoint's cursor is behind all that happened."""
    behind = "webhook_endpoints WHERE state = 'active' AND cursor < (SELECT max(id) FROM events)"
    return house.count(behind) == 0


def _taken(calls: Iterable[Told]) -> set[Event]:
    return {(one.chat, one.seq) for one in calls if one.taken}


def _judge(
    receiver: Receiver, everything: set[Event], figures: Figures, rotated: tuple[float, float]
) -> None:
    """What the endpoints saw: all of it, in order, once but for kills, with signatures that fit."""
    window = 64 + 32
    figures.allowed = KILLS * window * (len(TAKERS) + 1)
    for path in (*TAKERS, "dead"):
        calls = receiver.calls(path)
        taken = [one for one in calls if one.taken]
        figures.lost += len(everything - _taken(calls))
        figures.repeated += len(taken) - len(_taken(calls))
        figures.disordered += _disordered(taken)
        ids: dict[Event, set[str]] = {}
        for one in calls:
            ids.setdefault((one.chat, one.seq), set()).add(one.id)
            assert 0 in one.standard, one
            # Without a time in it there is one signature alone: that of a secret it may not know yet.
            unknown = path == "good" and rotated[0] <= one.at <= rotated[1]
            assert one.plain or unknown, one
        assert all(len(names) == 1 for names in ids.values()), "an event has always the same id"
    after = [one for one in receiver.calls("good") if one.standard == (0, 1)]
    assert after, "after a change of secrets both sign"
    assert all(one.plain == (1,) for one in after)


def _delays(calls: Iterable[Told], down: Sequence[tuple[float, float]]) -> str:
    """How long events took to the good one, but for those over which the server was away."""
    delays = sorted(
        one.at - one.happened
        for one in calls
        if not any(one.happened < ended + 1 and one.at > began for began, ended in down)
    )
    p99 = delays[int(len(delays) * 0.99)]
    return f"to the good one {statistics.median(delays):.2f} s, p99 {p99:.2f} s"


def _disordered(taken: Iterable[Told]) -> int:
    """Events that came for the first time behind a later one of their chat."""
    seen: set[Event] = set()
    last: dict[int, int] = {}
    wrong = 0
    for one in taken:
        if (one.chat, one.seq) in seen:
            continue
        seen.add((one.chat, one.seq))
        wrong += one.seq < last.get(one.chat, 0)
        last[one.chat] = max(last.get(one.chat, 0), one.seq)
    return wrong

"""Many customers write to one group at once, in moved time: how soon operators see it, and in what order.

`python -m benchmarks.desk` measures with it, `test_load.py` holds it to what is promised.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.desk.rig import DeskRig


@dataclass(frozen=True, slots=True)
class Written:
    """What a customer wrote, and when; each is one word that never comes again."""

    customer: str
    word: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`waits` are the seconds from a customer's message to its being seen in the group.

    `lost` were never seen, `disordered` are the customers whose words stand in another order than
    they wrote them, `doubled` are words that stand there more than once. `busiest` is the most events
    in any minute, `refused` how often Telegram said that it was too many.
    """

    chats: int
    waits: Sequence[float]
    lost: Sequence[str]
    doubled: Sequence[str]
    disordered: Sequence[str]
    busiest: int
    refused: int


async def under_load(
    rig: DeskRig, *, chats: int, a_minute: float, minutes: float, seed: int = 5
) -> Outcome:
    """Every chat is with one operator, who took it before the load begins."""
    names = [f"c{number}" for number in range(chats)]
    await rig.operator("Оля")
    who = rig.people["Оля"].who
    assert who is not None
    for name in names:
        await rig.customer(name, "/start", "оператор")
        await rig.later(10)
        await rig.handoff.take((await rig.chat(name)).address, who)
    await rig.later(120)
    before = len(rig.telegram.calls(chat_id=rig.forum.chat_id))
    written = list(_plan(names, rig.hands.time, a_minute, minutes, seed))
    for one in written:
        wait = (one.at - rig.hands.time).total_seconds()
        if wait > 0:
            await rig.passes(wait)
        rig.customer_writes(one.customer, one.word)
        await rig.settle()
    for _ in range(60):
        await rig.later(10)
        if all(_seen_at(rig).get(one.word) for one in written):
            break
    return _outcome(rig, names, written, before)


def _plan(
    names: Sequence[str], start: datetime, a_minute: float, minutes: float, seed: int
) -> Iterator[Written]:
    """People write when they like, on the whole so often."""
    chance = random.Random(seed)
    each = round(a_minute * minutes)
    moments = sorted((chance.uniform(0, minutes * 60), name) for name in names for _ in range(each))
    counts: dict[str, int] = defaultdict(int)
    for moment, name in moments:
        counts[name] += 1
        yield Written(name, f"{name}-{counts[name]:03}", start + timedelta(seconds=moment))


def _outcome(
    rig: DeskRig, names: Sequence[str], written: Sequence[Written], before: int
) -> Outcome:
    seen = _seen_at(rig)
    standing = _standing(rig, {one.word for one in written})
    calls = rig.telegram.calls(chat_id=rig.forum.chat_id)[before:]
    return Outcome(
        chats=len(names),
        waits=[
            max(seen[one.word] - one.at.timestamp(), 0.0) for one in written if one.word in seen
        ],
        lost=[one.word for one in written if one.word not in standing],
        doubled=[word for word in standing if standing.count(word) > 1],
        disordered=[name for name in names if not _in_order(name, standing)],
        busiest=rig.forum.busiest,
        refused=sum(call.status == 429 for call in calls),
    )


def _seen_at(rig: DeskRig) -> Mapping[str, float]:
    """When each word was first seen in the group, in seconds since 1970."""
    found: dict[str, float] = {}
    for entry in rig.telegram.seen(rig.forum.chat_id):
        if entry["who"] != "bot" or entry["act"] not in ("says", "edits"):
            continue
        message: Mapping[str, Any] = entry["message"]
        at = message["date"] if entry["act"] == "says" else message["edit_date"]
        for word in str(message.get("text") or "").split():
            found.setdefault(word, float(at))
    return found


def _standing(rig: DeskRig, words: set[str]) -> list[str]:
    """The customers' words as they stand in the group, in the order of the messages."""
    shown = [one.text for one in rig.forum.all_shown() if one.mine and not one.pinned]
    return [word for text in shown for word in text.split() if word in words]


def _in_order(name: str, standing: Sequence[str]) -> bool:
    mine = [word for word in standing if word.startswith(f"{name}-")]
    return mine == sorted(mine)

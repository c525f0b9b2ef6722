"""A storm: customers write, processes die or are stopped in the middle of it, all is answered."""

import asyncio
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from random import Random

from tests.faults.rig.checker import Verdict, judge
from tests.faults.rig.figures import Figures
from tests.faults.rig.installation import Installation
from tests.faults.rig.sizes import MINUTES, sized
from tests.faults.rig.telegram import Telegram

FIRST_CHAT = 1000
PATIENCE = sized(ci=180.0, long=600.0)
"""Seconds in which a wave must be answered, whatever befell it: a hang, not a measure of speed."""


@dataclass(frozen=True)
class Plan:
    """`waves` times every chat writes `messages` times; `kills` and `stops` strike in their midst."""

    chats: int
    waves: int
    messages: int
    kills: int = 0
    stops: int = 0


@dataclass
class Outcome:
    verdict: Verdict
    messages: int
    kills: int
    stops: int
    in_doubt: int
    """Calls that were under way when a process was killed."""
    swallowed: int
    kept: dict[str, int]
    """Rows of the tables when all was over."""
    recovery: list[float] = field(default_factory=list)

    @property
    def allowed(self) -> int:
        """How many answers may have been seen twice."""
        return self.in_doubt + self.swallowed

    def figures(self, promise: str, layout: str, what: str = "") -> Figures:
        verdict = self.verdict
        return Figures(
            promise=promise,
            layout=layout,
            messages=self.messages,
            faults=self.kills + self.stops,
            lost=verdict.lost,
            doubled=verdict.doubled,
            disordered=verdict.disordered,
            repeated=verdict.repeated,
            allowed=self.allowed,
            recovery=self.recovery,
            what=what,
        )


async def storm(house: Installation, side: Telegram, plan: Plan, chance: Random) -> Outcome:
    """Let it blow over a running installation."""
    ends = time.monotonic() + MINUTES * 60
    strikes = ["kill"] * plan.kills + ["stop"] * plan.stops
    chance.shuffle(strikes)
    chats = range(FIRST_CHAT, FIRST_CHAT + plan.chats)
    in_doubt, recovery = 0, []
    struck = Counter[str]()
    for wave in range(plan.waves):
        due = strikes[wave :: plan.waves]
        places = sorted(chance.randrange(plan.messages) for _ in due)
        struck_at = None
        for place in range(plan.messages):
            number = wave * plan.messages + place
            side.write(chats, "/start" if number == 0 else f"m{number}")
            while places and places[0] == place:
                places.pop(0)
                await asyncio.sleep(chance.uniform(0.01, 0.15))
                struck_at = time.monotonic()
                how = due.pop()
                struck[how] += 1
                if how == "kill":
                    in_doubt += await house.crash(chance)
                else:
                    await house.restart(chance)
        try:
            await answered(side, plan.messages * (wave + 1))
        except AssertionError as stuck:
            stuck.add_note(house.standing())
            raise
        if struck_at is not None:
            recovery.append(time.monotonic() - struck_at)
        if time.monotonic() > ends:
            break
    await side.settled()
    await noted(house)
    return Outcome(
        verdict=judge(side.look(), side.wrote, in_order=side.in_order),
        messages=sum(map(len, side.wrote.values())),
        kills=struck["kill"],
        stops=struck["stop"],
        in_doubt=in_doubt,
        swallowed=side.swallowed,
        kept=kept(house),
        recovery=recovery,
    )


async def answered(side: Telegram, count: int, *, of: Collection[str] | None = None) -> None:
    """Until each chat, or each `of` these, has seen so many different answers.

    AssertionError with those that have not.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        told = side.look()
        late = [chat for chat in of or side.wrote if len(set(told.get(chat, ()))) < count]
        if not late:
            return
        if time.monotonic() > deadline:
            shown = {chat: told.get(chat, [])[-3:] for chat in late[:5]}
            raise AssertionError(f"{len(late)} chats wait for their {count}th answer: {shown}")
        await asyncio.sleep(0.1)


async def noted(house: Installation) -> None:
    """Until nothing is left to be done: the messenger knows an answer before we know that it does."""
    deadline = time.monotonic() + PATIENCE
    while house.count("inbox WHERE done_at IS NULL AND parked_at IS NULL") or house.count(
        "outbox WHERE failed_at IS NULL"
    ):
        assert time.monotonic() < deadline, house.rows("SELECT * FROM outbox")[:5]
        await asyncio.sleep(0.2)


def kept(house: Installation) -> dict[str, int]:
    """What the tables hold, to be compared with what was written and seen."""
    return {
        "heard": house.count("messages WHERE direction = 'inbound'"),
        "said": house.count("messages WHERE direction = 'outbound'"),
        "inbox": house.count("inbox"),
        "open": house.count("inbox WHERE done_at IS NULL"),
        "unsent": house.count("outbox"),
        "chats": house.count("conversations"),
    }

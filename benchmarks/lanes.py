"""`python -m benchmarks.lanes`: what lanes, messengers' limits and several workers do to the wait for an answer.

A simulation in moved time, so that a day's busiest hour takes seconds: the lanes and the outbox are the
real ones (benchmarks/simulated.py says what is played). Give it `--turn` and `--commit` as
`python -m benchmarks` and `python -m benchmarks.peers` measure them on your machine.
"""

import argparse
import random
from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

from adapters.messengers.whatsapp.channel import PACE as WHATSAPP_PACE
from adapters.messengers.whatsapp.channel import PER_SECOND as WHATSAPP_PER_SECOND
from benchmarks.figures import percentile
from benchmarks.partitions import failover, imbalance
from benchmarks.simulated import CALL, CONNECTIONS, Limits, Messenger, Worker, at_each, poisson
from tests.bots.moved_time import in_moved_time

# A chat: what a customer writes in the five-step dialog of `python -m benchmarks`.
MESSAGES = 5

# Shares of a day that its hours have, of shops with customers in one country; the evening is the fullest.
DAY = (6, 4, 3, 2, 2, 4, 10, 22, 40, 54, 62, 64, 66, 64, 60, 58, 58, 62, 70, 80, 84, 70, 40, 15)
BUSIEST = max(DAY) / sum(DAY)

TELEGRAM = Limits(30, of_a_chat=1.0, counted=29.0)
GROUP = Limits(30, of_a_group=20, counted=29.0)
WHATSAPP = Limits(80, pace=WHATSAPP_PACE, counted=WHATSAPP_PER_SECOND["STANDARD"])
MESSENGERS = {"Telegram": TELEGRAM, "WhatsApp": WHATSAPP}

CAMPAIGN = 10_000


class Cost(NamedTuple):
    """Seconds of a core that a turn takes, and seconds of a commit."""

    turn: float
    commit: float


class Outcome(NamedTuple):
    """Waits from the customer's message to the messenger's taking of the answer, in seconds."""

    waits: Sequence[float]
    refused: int
    ended: float


def rate_of(chats_a_day: float) -> float:
    """Messages a second in the fullest hour."""
    return chats_a_day * MESSAGES * BUSIEST / 3600


# ---------------------------------------------------------------- what happens


async def steady(limits: Limits, cost: Cost, rate: float, seconds: float, chats: int) -> Outcome:
    """Customers who know nothing of one another, each message in one of so many chats."""
    messenger, chance = Messenger(limits), random.Random(1)
    worker = Worker(messenger, cost.turn, cost.commit)
    async for _ in at_each(poisson(rate, seconds, chance)):
        worker.hears(str(chance.randrange(chats)))
    await worker.quiet()
    return Outcome(messenger.delays, messenger.refused, messenger.last)


async def all_at_once(limits: Limits, cost: Cost, chats: int, within: float) -> Outcome:
    """So many customers write once each, within so many seconds."""
    messenger, chance = Messenger(limits), random.Random(1)
    worker = Worker(messenger, cost.turn, cost.commit)
    moments = sorted(chance.uniform(0, within) for _ in range(chats))
    number = 0
    async for _ in at_each(moments):
        worker.hears(str(number))
        number += 1
    await worker.quiet()
    return Outcome(messenger.delays, messenger.refused, messenger.last)


async def campaign(limits: Limits, cost: Cost, chats: int, share: float) -> Outcome:
    """We write to so many at one moment, and a share of them answer within minutes."""
    messenger, chance = Messenger(limits), random.Random(1)
    worker = Worker(messenger, cost.turn, cost.commit)
    for number in range(chats):
        worker.sends(str(number))
    # Whoever is reached answers a minute later, on average; those who come first are reached first.
    rate = limits.counted or limits.per_second
    reached = (number / rate for number in range(chats) if chance.random() < share)
    answers = sorted(at + chance.expovariate(1 / 60) for at in reached)
    number = 0
    async for _ in at_each(answers):
        worker.hears(f"of {number}")
        number += 1
    await worker.quiet()
    return Outcome(messenger.delays, messenger.refused, messenger.last)


# ---------------------------------------------------------------- tables


def table(title: str, heads: str, rows: Iterable[Sequence[object]]) -> None:
    """A table of Markdown, each row shown as soon as it is known."""
    print(f"\n### {title}\n\n| {heads} |\n|{'---|' * (heads.count('|') + 1)}")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |", flush=True)


def span(seconds: float) -> str:
    """As people say it."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.1f} min"


def waits(outcome: Outcome) -> list[str]:
    return [span(percentile(outcome.waits, share)) for share in (0.50, 0.95, 0.99)]


def days(cost: Cost, minutes: float) -> None:
    """One bot, chats a day, its fullest hour."""

    def rows(limits: Limits, sizes: Sequence[int]) -> Iterable[Sequence[object]]:
        for size in sizes:
            rate = rate_of(size)
            seconds, chats = minutes * 60, size // 24
            outcome = in_moved_time(partial(steady, limits, cost, rate, seconds, chats))
            more = outcome.ended > seconds + 5
            growing = "grows" if more else "holds"
            yield f"{size:,}", f"{rate:.1f}", *waits(outcome), outcome.refused, growing

    heads = "chats a day | messages a second | p50 | p95 | p99 | refused | the line"
    for name, limits in MESSENGERS.items():
        counted = limits.counted or limits.per_second
        saturated = counted / rate_of(1)
        shares = (0.1, 0.5, 0.8, 0.9, 0.95, 1.05)
        sizes = [round(saturated * share / 1000) * 1000 for share in shares]
        title = f"One bot in {name}: {counted:.0f} messages a second, full at {saturated:,.0f} chats a day"
        table(title, heads, rows(limits, sizes))


def campaigns(cost: Cost, chats: int) -> None:
    """Everybody at once."""

    def rows() -> Iterable[Sequence[object]]:
        for name, limits in MESSENGERS.items():
            for within in (1.0, 300.0):
                outcome = in_moved_time(partial(all_at_once, limits, cost, chats, within))
                said = f"{chats:,} customers write within {span(within)}"
                yield name, said, *waits(outcome), outcome.refused, span(outcome.ended)
            outcome = in_moved_time(partial(campaign, limits, cost, chats, 0.3))
            said = f"we write to {chats:,}, three in ten answer"
            yield name, said, *waits(outcome), outcome.refused, span(outcome.ended)

    heads = "messenger | what | an answer's p50 | p95 | p99 | refused | all is said after"
    table("Everybody at once", heads, rows())


def groups(cost: Cost, minutes: float) -> None:
    """A bot in one group."""

    def rows() -> Iterable[Sequence[object]]:
        for a_minute in (6, 12, 18, 20, 24):
            outcome = in_moved_time(partial(steady, GROUP, cost, a_minute / 60, minutes * 60, 1))
            yield a_minute, *waits(outcome), outcome.refused

    table(
        "A Telegram group of 20 a minute", "messages a minute | p50 | p95 | p99 | refused", rows()
    )


def cores(cost: Cost, minutes: float) -> None:
    """How full one process may be."""

    def rows() -> Iterable[Sequence[object]]:
        for share in (0.3, 0.5, 0.7, 0.8, 0.9, 0.95):
            rate = share / cost.turn
            seconds = 500 * minutes / rate
            outcome = in_moved_time(
                partial(steady, Limits(1_000_000, connections=10_000), cost, rate, seconds, 100_000)
            )
            yield f"{share:.0%}", f"{rate:.0f}", *waits(outcome)

    heads = "of a core used | turns a second | p50 | p95 | p99"
    table("One process: its core, and no limit of a messenger", heads, rows())
    under_way = f"{CONNECTIONS} calls are under way to a messenger at most"
    print(
        f"\n{under_way}: at {span(CALL)} a call, {CONNECTIONS / CALL:,.0f} messages a second of a process"
    )


def workers(cost: Cost) -> None:
    """How many processes for how many chats."""

    def rows() -> Iterable[Sequence[object]]:
        for size in (10_000, 100_000, 300_000, 1_000_000, 3_000_000):
            rate = rate_of(size)
            bots = rate / (TELEGRAM.counted or 1)
            wanted = rate * cost.turn
            least = -(-wanted // 0.5)
            yield f"{size:,}", f"{rate:.0f}", f"{wanted:.2f}", f"{least:.0f}", f"{bots:.1f}"

    heads = "chats a day | turns a second at the fullest | cores | workers half full | Telegram bots, full"
    table("Workers", heads, rows())


def sharing(chance: random.Random) -> None:
    """Chats over slots over workers."""
    heads = "workers | chats at work | the fullest worker's share of the mean | the emptiest one's"
    found = (
        (workers, f"{chats:,}", f"{most:.2f}", f"{least:.2f}")
        for workers in (2, 3, 4, 8, 16)
        for chats in (300, 20_000)
        for most, least in [imbalance(workers, chats, chance)]
    )
    table("How evenly 64 slots share chats out", heads, found)


def failing(chance: random.Random, cost: Cost) -> None:
    """What a customer waits whose worker has gone."""
    heads = "what happened | p50 | p95 | p99 | longest"
    rows = []
    for name, waited in failover(chance, answer=cost.turn + 2 * cost.commit).items():
        shares = [span(percentile(waited, share)) for share in (0.50, 0.95, 0.99)]
        rows.append((name, *shares, span(max(waited))))
    table("Whoever writes to a worker that is gone, until the answer", heads, rows)


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.lanes", description=__doc__)
    options.add_argument("--turn", type=float, default=400.0, help="µs of CPU of a turn")
    options.add_argument("--commit", type=float, default=2.0, help="ms of a commit")
    options.add_argument("--minutes", type=float, default=20.0, help="of a fullest hour")
    options.add_argument("--campaign", type=int, default=CAMPAIGN, help="chats at once")
    given = options.parse_args()
    cost = Cost(given.turn / 1e6, given.commit / 1e3)
    print(f"{given.turn:.0f} µs of CPU a turn, {given.commit:g} ms a commit, {span(CALL)} a call;")
    print(f"{MESSAGES} messages a chat, {BUSIEST:.1%} of a day in its fullest hour")
    days(cost, given.minutes)
    campaigns(cost, given.campaign)
    groups(cost, given.minutes)
    cores(cost, given.minutes)
    workers(cost)
    sharing(random.Random(2))
    failing(random.Random(3), cost)


if __name__ == "__main__":
    main()

"""How chats are shared out among workers, and what happens while one of them is gone."""

import random
from collections import Counter
from zlib import crc32

SLOTS = 64
BEAT = 1.0
QUIET = 2.5
LEASE = 10.0

TAKE_UP = 0.2
"""Seconds to read what waits in the slots that were taken."""


def imbalance(workers: int, chats: int, chance: random.Random) -> tuple[float, float]:
    """The load of the fullest and of the emptiest worker, as shares of the mean.

    Slots are shared out as evenly as they go; each chat is as busy as any other.
    """
    holders = [slot % workers for slot in range(SLOTS)]
    loads: Counter[int] = Counter()
    for _ in range(chats):
        chat = f"1/shop/telegram:1/{chance.randrange(10**9)}"
        loads[holders[crc32(chat.encode()) % SLOTS]] += 1
    mean = chats / workers
    return max(loads.values()) / mean, min(loads[one] for one in range(workers)) / mean


def failover(chance: random.Random, *, answer: float) -> dict[str, list[float]]:
    """Waits of customers who wrote to chats of a worker between its death and its being replaced.

    Others look once a `BEAT`. A process that was killed lets go of its lock at once and is cleared away
    once it was silent for `QUIET`; one whose machine is gone, or that stands still, holds its slots for
    the rest of the `LEASE`. `answer` is what an answer takes when all is well.
    """
    kinds = {
        "killed (kill -9, out of memory)": QUIET,
        "its machine is gone, or it stands still": LEASE,
        "stopped in order (SIGTERM, a new version)": None,
    }
    waits: dict[str, list[float]] = {name: [] for name in kinds}
    for name, silent in kinds.items():
        for _ in range(2000):
            # Since its last sign of life, and until another worker looks next.
            since, look = chance.uniform(0, BEAT), chance.uniform(0, BEAT)
            gone = TAKE_UP + look if silent is None else max(0.0, silent - since) + look + TAKE_UP
            for _ in range(20):
                at = chance.uniform(0, gone)
                waits[name].append(gone - at + answer)
    return waits

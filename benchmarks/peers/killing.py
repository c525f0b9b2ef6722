"""Killed with -9 amid a hundred steps a second, started again: who still knows where their customers are?"""

import asyncio
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from benchmarks.peers.contestants import Contestant
from benchmarks.peers.customers import ANSWERS_IN, STARTS_WITHIN, Customer
from benchmarks.peers.measuring import Figures, Size, Stage
from benchmarks.platform import Webhooks

FIRST_CHAT = 3_000_000
FIRST_UPDATE = 100_000_000
"""Above every number that the other customers' updates had."""

PATIENCE = {"memory": 3.0, "minute": 3.0}
"""Seconds an answer may take once the bot is back, where none is likely to come; LONG for the others."""

LONG = 15.0


@dataclass(slots=True)
class Talks:
    """Customers of the killing, and the updates that the bot has not taken yet."""

    people: list[Customer]
    refused: dict[int, dict[str, Any]] = field(default_factory=dict)
    over: bool = False
    numbers: "count[int]" = field(default_factory=lambda: count(FIRST_UPDATE))

    async def say(self, person: Customer, webhooks: Webhooks) -> None:
        """Send the next update; keep it to be sent again when it was not taken."""
        await self.post(person, {**person.next(), "update_id": next(self.numbers)}, webhooks)

    async def post(self, person: Customer, update: dict[str, Any], webhooks: Webhooks) -> None:
        self.refused[person.chat] = update
        try:
            await webhooks.post(update)
        except (OSError, RuntimeError):
            return
        del self.refused[person.chat]

    async def repeat(self, webhooks: Webhooks, people: Iterable[Customer]) -> None:
        """What was not taken, again and again until it is, as a messenger does."""
        until = time.perf_counter() + STARTS_WITHIN
        while self.refused and time.perf_counter() < until:
            for person in people:
                if update := self.refused.get(person.chat):
                    await self.post(person, update, webhooks)
            await asyncio.sleep(ANSWERS_IN)


async def kill(contestant: Contestant, stage: Stage, figures: Figures, size: Size) -> None:
    """Fills in how many dialogs were under way, and how many of them were forgotten."""
    if contestant.own:
        return  # A floor has nothing to forget.
    people = [Customer(chat) for chat in range(FIRST_CHAT, FIRST_CHAT + 200)]
    talks = Talks(people)
    stage.load.people.update({person.chat: person for person in people})
    walking = asyncio.create_task(_walk(talks, stage.webhooks, size.rate))
    await asyncio.sleep(4 + random.random())
    commands = contestant.commands(stage.site)
    # Of several the one that takes webhooks and one that works: the last one goes on.
    killed = commands[:-1] or commands
    await stage.running.kill(len(killed))
    talks.over = True
    await walking

    await stage.running.join(killed)
    webhooks = Webhooks(stage.site.port)
    knocker = Customer(FIRST_CHAT - 1)
    stage.load.people[knocker.chat] = knocker
    await talks.say(knocker, webhooks)
    await talks.repeat(webhooks, [*people, knocker])
    patience = PATIENCE.get(contestant.kept, LONG)
    await _until(lambda: all(person.answered for person in people), patience)
    under_way = [person for person in people if person.in_dialog]
    lost = [person for person in under_way if not person.answered]
    others = [person for person in under_way if person.answered]
    await asyncio.gather(*(talks.say(person, webhooks) for person in others))
    await _until(lambda: all(person.answered for person in others), patience)
    figures.asked = len(under_way)
    figures.forgotten = len(lost) + sum(not person.answered for person in others)


async def _walk(talks: Talks, webhooks: Webhooks, rate: float) -> None:
    """Customers in turn, until the bot is killed; whoever waits says nothing."""
    started = time.perf_counter()
    posts: list[asyncio.Task[None]] = []
    number = 0
    while not talks.over:
        await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
        person = talks.people[number % len(talks.people)]
        number += 1
        if person.answered and person.chat not in talks.refused:
            posts.append(asyncio.create_task(talks.say(person, webhooks)))
    await asyncio.gather(*posts)


async def _until(done: Callable[[], bool], seconds: float) -> None:
    for _ in range(int(seconds / ANSWERS_IN)):
        if done():
            return
        await asyncio.sleep(ANSWERS_IN)

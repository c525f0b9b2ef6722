"""Customers who write as soon as they are answered, or at a fixed rate, and how long each answer took."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from benchmarks.platform import Person, Webhooks


@dataclass(slots=True)
class Load:
    """Customers, what they wait for, and what they have seen."""

    people: dict[int, Person]
    sent_at: dict[int, float] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    waiting: dict[int, asyncio.Event] = field(default_factory=dict)

    def answered(self, chat: int, call: dict[str, Any]) -> None:
        """The bot's answer has come."""
        self.people[chat].hears(call)
        sent_at = self.sent_at.pop(chat, None)
        if sent_at is not None:
            self.latencies.append(time.perf_counter() - sent_at)
            self.waiting[chat].set()

    async def turn(self, person: Person, webhooks: Webhooks, since: float | None = None) -> None:
        """Send the next update and wait for the answer, timed from `since` or from now."""
        event = self.waiting.setdefault(person.chat, asyncio.Event())
        event.clear()
        self.sent_at[person.chat] = since or time.perf_counter()
        await webhooks.post(person.next())
        await asyncio.wait_for(event.wait(), 30)


async def saturate(load: Load, webhooks: Webhooks, turns: int) -> float:
    """Every customer writes as soon as the answer is there; gives the seconds it took."""
    each = turns // len(load.people)

    async def talk(person: Person) -> None:
        for _ in range(each):
            await load.turn(person, webhooks)

    started = time.perf_counter()
    await asyncio.gather(*(talk(person) for person in load.people.values()))
    return time.perf_counter() - started


async def steadily(load: Load, webhooks: Webhooks, rate: float, seconds: float) -> None:
    """Updates at a fixed rate, whatever the answers take; the customers in turn."""
    people = list(load.people.values())
    started = time.perf_counter()
    tasks = []
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
        person = people[number % len(people)]
        tasks.append(asyncio.create_task(load.turn(person, webhooks)))
    await asyncio.gather(*tasks)


async def saturate_for(load: Load, webhooks: Webhooks, seconds: float) -> None:
    """Every customer writes as soon as the answer is there, until the time is over."""
    until = time.perf_counter() + seconds

    async def talk(person: Person) -> None:
        while time.perf_counter() < until:
            await load.turn(person, webhooks)

    await asyncio.gather(*(talk(person) for person in load.people.values()))


async def politely(load: Load, webhooks: Webhooks, rate: float, seconds: float) -> None:
    """Updates at a fixed rate, each from somebody who waits for no answer.

    Where all wait, the update is late, and its answer is timed from when it was due.
    """
    started = time.perf_counter()
    free: asyncio.Queue[Person] = asyncio.Queue()
    tasks = []
    for person in load.people.values():
        free.put_nowait(person)

    async def turn(person: Person, due: float) -> None:
        await load.turn(person, webhooks, due)
        free.put_nowait(person)

    for number in range(int(rate * seconds)):
        due = started + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(turn(await free.get(), due)))
    await asyncio.gather(*tasks)

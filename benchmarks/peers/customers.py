"""Customers who check every answer, and what is measured on them."""

import asyncio
import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from benchmarks.load import Load
from benchmarks.peers import texts
from benchmarks.platform import Person, Webhooks

EXPECTED = (
    texts.HELLO,
    texts.NICE.format(name="Anna"),
    texts.MISFIT,
    texts.RIGHT.format(name="Anna", phone="+7 999 123-45-67"),
    texts.THANKS.format(name="Anna"),
)
FIRST_NEWCOMER = 2_000_000
STARTS_WITHIN = 120.0
ANSWERS_IN = 0.02
"""Seconds between two tries to be answered by a bot that starts."""


class Customer(Person):
    """Walks through the five steps and notes answers that do not fit."""

    def __init__(self, chat: int) -> None:
        super().__init__(chat)
        self.wrong: list[str] = []
        self.answered = True

    def next(self) -> dict[str, Any]:
        self.answered = False
        return super().next()

    def hears(self, call: dict[str, Any]) -> None:
        super().hears(call)
        if call["text"] == EXPECTED[(self.turn - 1) % 5]:
            self.answered = True
        else:
            self.wrong.append(call["text"])

    @property
    def in_dialog(self) -> bool:
        """Has begun, and not said the last word."""
        return self.turn % 5 != 0


def crowd(size: int, first: int = 1_000_000) -> Load:
    """So many customers, each in a chat of his own."""
    return Load({chat: Customer(chat) for chat in range(first, first + size)})


def wrong(load: Load) -> list[str]:
    """Every answer that did not fit."""
    found = []
    for person in load.people.values():
        assert isinstance(person, Customer)
        found += person.wrong
    return found


async def first_answer(load: Load, webhooks: Webhooks, check: Callable[[], None]) -> None:
    """Write as the first customer until the bot takes it, then wait for the answer.

    Raises what `check` raises when the bot has ended, TimeoutError when no answer comes.
    """
    person = next(iter(load.people.values()))
    update = person.next()
    event = load.waiting.setdefault(person.chat, asyncio.Event())
    load.sent_at[person.chat] = time.perf_counter()
    until = time.perf_counter() + STARTS_WITHIN
    while time.perf_counter() < until:
        try:
            await webhooks.post(update)
            break
        except (OSError, RuntimeError):
            check()
            await asyncio.sleep(ANSWERS_IN)
    await asyncio.wait_for(event.wait(), 30)
    event.clear()


async def newcomers(
    load: Load, webhooks: Webhooks, wanted: range, seconds: float, at_once: int = 100
) -> int:
    """New customers say /start and no more, until all have or the time is over; how many did."""
    until = time.perf_counter() + seconds
    numbers = iter(range(FIRST_NEWCOMER + wanted.start, FIRST_NEWCOMER + wanted.stop))
    done = count()

    async def talk(numbers: Iterator[int]) -> None:
        for chat in numbers:
            if time.perf_counter() > until:
                return
            load.people[chat] = Customer(chat)
            await load.turn(load.people[chat], webhooks)
            del load.people[chat], load.waiting[chat]
            next(done)

    await asyncio.gather(*(talk(numbers) for _ in range(at_once)))
    return next(done)

"""The bot waits for a slow action, and an operator takes the chat: never two voices."""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.bots.people import PeopleRig
from tests.bots.rig import address_of

RUNS = int(os.environ.get("EASYFLOW_RACES", "60"))
"""How many races; each is another interleaving. `EASYFLOW_RACES=1000` for all of them."""


async def race(people: PeopleRig, chat: str, dice: random.Random) -> bool:
    """The action ends, the operator takes and speaks, the customer writes: in any order.

    True where the operator came before the result.
    """
    people.world.held = asyncio.Event()
    await people.hears(chat, "/start", "slow")
    taken_at: list[int] = []

    async def take() -> None:
        await people.handoff.take(address_of(chat), people.people["Olya"])
        # What the customer had read by then; nothing of the bot's may follow.
        taken_at.append(len([row for row in people.messenger.taken if row.address.chat_id == chat]))

    async def end() -> None:
        assert people.world.held is not None
        people.world.held.set()

    async def write() -> None:
        await people.inbox.accept([people.message(chat, "hello?")])

    async def twice() -> None:
        message = people.message(chat, "again", external_id=f"twice-{chat}")
        await people.inbox.accept([message])
        await people.inbox.accept([message])

    async def later(work: Callable[[], Awaitable[None]], steps: int) -> None:
        for _ in range(steps):
            await asyncio.sleep(0)
        await work()

    acts = [take, end, write, twice]
    dice.shuffle(acts)
    going = [people.beside(later(act, dice.randrange(60))) for act in acts]
    await people.quiet()
    await asyncio.gather(*going)
    await people.quiet()
    rows = [row for row in people.messenger.taken if row.address.chat_id == chat]
    late = [row.payload["text"] for row in rows[taken_at[0] :]]
    assert late == [], "said after it was taken"
    first = "done it" not in people.messenger.texts(chat)
    await people.says("Olya", chat, "it is me")
    await people.releases("Olya", chat)
    texts = people.messenger.texts(chat)
    # The flow goes on: the result is said, now or before, and once.
    assert texts.count("done it") == 1
    await people.hears(chat, "end")
    assert people.messenger.texts(chat)[-2:] == ["bot: end", "What?"]
    return first


async def test_after_the_take_no_word_of_the_bots_leaves(database: Path) -> None:
    people = PeopleRig(database)
    await people.open()
    await people.hires("Olya")
    dice = random.Random(20261126)
    try:
        first = [await race(people, f"c{number}", dice) for number in range(RUNS)]
    finally:
        await people.crash()
    assert 0 < sum(first) < RUNS, "all the races went the same way"

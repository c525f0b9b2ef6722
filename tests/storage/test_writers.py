"""What is written together: one that cannot be written costs the others hardly anything."""

import asyncio
from collections.abc import Sequence

from storage.db import Db
from storage.stores import Stores

POISON = 42
ITEMS = 64


async def test_one_that_raises_is_found_in_a_few_tries(stores: Stores) -> None:
    tried = []

    def work(db: Db, items: Sequence[int]) -> list[int]:
        tried.append(len(items))
        if POISON in items:
            raise ZeroDivisionError
        return list(items)

    writer = stores.base.writer
    doing = [writer.do(work, number) for number in range(ITEMS)]
    outcomes = await asyncio.gather(*doing, return_exceptions=True)
    assert isinstance(outcomes.pop(POISON), ZeroDivisionError)
    assert outcomes == [number for number in range(ITEMS) if number != POISON]
    assert len(tried) < ITEMS / 2

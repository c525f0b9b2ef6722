"""Whoever looks for what is seldom changed rests until something was, as long as that would be heard of."""

import asyncio

from bots.news import News


async def at_once(seconds: float) -> None:
    await asyncio.sleep(0)


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_rest_ends_when_something_was_changed() -> None:
    news = News(at_once, seldom=3600)
    news.hear(heard=True)
    rest, other = news.rest(), news.rest()
    resting = [asyncio.ensure_future(one(1.0)) for one in (rest, other)]
    await settled()
    assert not any(task.done() for task in resting)
    news.told()
    await asyncio.gather(*resting)


async def test_what_is_told_while_one_looks_is_looked_for_after_the_rest() -> None:
    news = News(at_once, seldom=3600)
    news.hear(heard=True)
    rest = news.rest()
    news.told()
    await rest(1.0)
    resting = asyncio.ensure_future(rest(1.0))
    await settled()
    assert not resting.done()
    # Nothing would be heard of from now on: one looks, and goes on looking.
    news.hear(heard=False)
    await resting
    await rest(1.0)
    await rest(1.0)


async def test_where_nothing_is_heard_all_look_by_themselves() -> None:
    rest = News(at_once, seldom=3600).rest()
    await rest(1.0)
    await rest(1.0)

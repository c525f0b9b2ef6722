"""Tries at passwords are counted for all processes, and none of two at once goes uncounted."""

import asyncio
from datetime import timedelta
from pathlib import Path

from bots.model.guess import Tried
from storage.guesses import SqlGuesses
from storage.postgres.beside import PgHand
from tests.storage.conftest import HandClock, House

HERE = "192.0.2.0/24"
WAIT = timedelta(seconds=9)


def three_are_free(tried: Tried) -> timedelta:
    return WAIT if tried.here.many >= 3 else timedelta()


def both(house: House) -> tuple[SqlGuesses, SqlGuesses]:
    return house.stores.guesses, SqlGuesses(house.hand())


async def test_what_one_process_counts_another_knows(house: House, clock: HandClock) -> None:
    one, other = both(house)
    seen: list[Tried] = []

    def looked_at(tried: Tried) -> timedelta:
        seen.append(tried)
        return timedelta()

    for guesses, account, network in (
        (one, "anna", HERE),
        (other, "anna", HERE),
        (one, "anna", "elsewhere"),
        (other, "boris", HERE),
        (one, "anna", HERE),
    ):
        since = clock() - timedelta(minutes=15)
        await guesses.begin(account, network, looked_at, now=clock(), since=since)
        clock.move(seconds=1)
    here, at_network, at_account = seen[-1]
    assert (here.many, at_network.many, at_account.many) == (2, 3, 3)
    assert here.first == clock() - timedelta(seconds=5)
    assert here.last == clock() - timedelta(seconds=4)


async def test_of_many_at_once_only_so_many_are_free(house: House, clock: HandClock) -> None:
    one, other = both(house)
    # Beside the servers things are written each in a transaction of its own.
    beside = SqlGuesses(
        house.hand() if isinstance(house.place, Path) else PgHand(house.place),
    )
    since = clock() - timedelta(minutes=15)
    waits = await asyncio.gather(
        *(
            guesses.begin("anna", HERE, three_are_free, now=clock(), since=since)
            for guesses in (one, other, beside) * 7
        )
    )
    assert sorted(waits) == [timedelta()] * 3 + [WAIT] * 18


async def test_what_is_forgiven_or_over_counts_no_more(house: House, clock: HandClock) -> None:
    one, other = both(house)

    async def tried(guesses: SqlGuesses) -> timedelta:
        since = clock() - timedelta(minutes=15)
        return await guesses.begin("anna", HERE, three_are_free, now=clock(), since=since)

    assert [await tried(one) for _ in range(4)][-1] == WAIT
    await other.forgive("anna", HERE)
    assert [await tried(one) for _ in range(4)][-1] == WAIT
    clock.move(minutes=15)
    assert not await tried(other)
    assert len(await house.run("SELECT id FROM guesses WHERE at > ?", 0)) == 1

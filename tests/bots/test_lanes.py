"""Lanes: one after another within a conversation, side by side across conversations."""

import asyncio

from bots.lanes import Job, Lanes
from bots.model.message import Address
from tests.bots.clockwork import others_go_on

ANNA = Address(1, "shop", "web", "anna")
BORIS = Address(1, "shop", "web", "boris")


def job(seen: list[str], name: str, gate: asyncio.Event | None = None) -> Job:
    async def run() -> None:
        if gate is not None:
            await gate.wait()
        seen.append(name)

    return run


async def test_jobs_of_a_lane_run_in_order_and_do_not_hold_up_others() -> None:
    lanes, seen, gate = Lanes(), list[str](), asyncio.Event()
    lanes.submit(ANNA, job(seen, "a1", gate))
    lanes.submit(ANNA, job(seen, "a2"))
    lanes.submit(BORIS, job(seen, "b1"))
    await others_go_on()
    assert seen == ["b1"]
    gate.set()
    await others_go_on()
    assert seen == ["b1", "a1", "a2"]
    assert lanes.busy == 0


async def test_a_job_that_raises_does_not_stop_the_next() -> None:
    lanes, seen = Lanes(), list[str]()

    async def broken() -> None:
        raise RuntimeError("a bug")

    lanes.submit(ANNA, broken)
    lanes.submit(ANNA, job(seen, "next"))
    await others_go_on()
    assert seen == ["next"]


async def test_closing_finishes_the_job_under_way_and_drops_those_behind_it() -> None:
    lanes, seen, gate = Lanes(), list[str](), asyncio.Event()
    lanes.submit(ANNA, job(seen, "under way", gate))
    lanes.submit(ANNA, job(seen, "behind"))
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(0.01, gate.set)
    await lanes.close(patience=60)
    lanes.submit(BORIS, job(seen, "too late"))
    await others_go_on()
    assert seen == ["under way"]

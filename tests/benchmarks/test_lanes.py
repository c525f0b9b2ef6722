"""What the simulation of lanes says is what must come of the numbers it is given."""

import random
from functools import partial

import pytest

from benchmarks.lanes import (
    GROUP,
    MESSENGERS,
    Cost,
    Outcome,
    all_at_once,
    campaign,
    steady,
)
from benchmarks.partitions import failover, imbalance
from benchmarks.simulated import CALL, Limits
from tests.bots.moved_time import in_moved_time

COST = Cost(turn=0.0004, commit=0.002)


def at(rate: float, limits: Limits, *, seconds: float = 60.0, cost: Cost = COST) -> Outcome:
    return in_moved_time(partial(steady, limits, cost, rate, seconds, 10_000))


def test_an_answer_takes_its_turn_its_commit_and_half_a_call_where_nobody_else_writes() -> None:
    waits = at(0.1, MESSENGERS["Telegram"]).waits
    assert waits == pytest.approx([COST.turn + COST.commit + CALL / 2] * len(waits))


@pytest.mark.parametrize("name", MESSENGERS)
def test_below_what_a_messenger_takes_nobody_is_refused_and_above_it_the_line_grows(
    name: str,
) -> None:
    limits = MESSENGERS[name]
    assert limits.counted is not None
    below, above = at(0.9 * limits.counted, limits), at(1.3 * limits.counted, limits)
    assert (below.refused, above.refused) == (0, 0)
    assert max(below.waits) < 5 < max(above.waits)


def test_a_core_that_is_full_makes_everybody_wait() -> None:
    limits = Limits(1_000_000, connections=10_000)
    half, over = (at(share / 0.01, limits, cost=Cost(0.01, 0.002)) for share in (0.5, 1.2))
    assert max(half.waits) < 0.3
    assert over.ended > 60 * 1.15


def test_everybody_at_once_is_answered_as_fast_as_the_messenger_takes_it() -> None:
    told = in_moved_time(partial(all_at_once, MESSENGERS["Telegram"], COST, 500, 1.0))
    assert len(told.waits) == 500
    assert told.refused == 0
    assert told.ended == pytest.approx(500 / 29, abs=1)


def test_answers_do_not_wait_behind_a_campaign() -> None:
    told = in_moved_time(partial(campaign, MESSENGERS["Telegram"], COST, 3000, 0.3))
    assert told.refused == 0
    assert max(told.waits) < 2


def test_a_group_takes_what_telegram_says() -> None:
    told = in_moved_time(partial(steady, GROUP, COST, 30 / 60, 600, 1))
    assert told.refused > 0
    assert len(told.waits) / told.ended * 60 < 21


def test_slots_share_chats_out_evenly_and_a_worker_that_died_is_missed_for_seconds() -> None:
    most, least = imbalance(4, 20_000, random.Random(1))
    assert 0.9 < least <= 1 <= most < 1.1
    longest = [max(waits) for waits in failover(random.Random(1), answer=0.01).values()]
    assert longest[2] < longest[0] < 4 < longest[1] < 12

"""What /metrics asks of the running machinery."""

import asyncio
import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.http import watching
from adapters.http.figures import SECONDS
from adapters.http.metrics import Metrics
from adapters.http.webhook_metrics import WebhookMetrics
from bots.model import handoff
from bots.model.conversation import Opening
from bots.model.episode import Asked
from bots.model.message import Address
from bots.model.process import Process
from bots.model.slots import ALONE, CHORES, Slots
from bots.model.spread import Spread
from storage.figures import WriterFigures
from tests.adapters.http.fake_time import NOON
from tests.adapters.http.fakes import House


@dataclass
class Queue:
    """Somewhere where something waits."""

    waiting: int = 0
    queued: int = 0
    held: int = 0
    oldest: datetime | None = None


@dataclass
class Kept:
    """A database that is watched."""

    writing: WriterFigures = field(default_factory=WriterFigures)
    queued: int = 3
    writable: bool = True


def now() -> datetime:
    return NOON


async def told(metrics: Metrics) -> dict[str, float]:
    lines = (await metrics.text()).decode().splitlines()
    pairs = [line.rsplit(" ", 1) for line in lines if not line.startswith("#")]
    return {name: float(value) for name, value in pairs}


async def test_what_waits_is_told_with_its_age() -> None:
    metrics, inbox, outbox = Metrics(), Queue(waiting=2), Queue(queued=4, held=1)
    watching.watch_queues(metrics, inbox, outbox, now)
    read = await told(metrics)
    assert (read["easyflow_inbox_waiting"], read["easyflow_inbox_oldest_seconds"]) == (2, 0)
    inbox.oldest = NOON - timedelta(seconds=9)
    outbox.oldest = NOON - timedelta(seconds=90)
    read = await told(metrics)
    assert read["easyflow_inbox_oldest_seconds"] == 9
    assert read["easyflow_outbox_oldest_seconds"] == 90
    assert (read["easyflow_outbox_queued"], read["easyflow_outbox_held"]) == (4, 1)


async def test_a_clock_that_was_set_back_makes_nothing_younger_than_new() -> None:
    metrics, inbox = Metrics(), Queue(oldest=NOON + timedelta(hours=1))
    watching.watch_queues(metrics, inbox, Queue(), now)
    assert (await told(metrics))["easyflow_inbox_oldest_seconds"] == 0


async def test_commits_are_told_by_size_and_time() -> None:
    metrics, kept = Metrics(), Kept()
    watching.watch_database(metrics, kept)
    kept.writing.wrote(3, 0.004)
    kept.writing.wrote(300, 0.2)
    read = await told(metrics)
    assert read['easyflow_writer_batch_items_bucket{le="2.0"}'] == 0
    assert read['easyflow_writer_batch_items_bucket{le="4.0"}'] == 1
    assert read['easyflow_writer_batch_items_bucket{le="+Inf"}'] == 2
    assert read["easyflow_writer_batch_items_sum"] == 303
    assert read['easyflow_writer_commit_seconds_bucket{le="0.005"}'] == 1
    assert (read["easyflow_writer_queued"], read["easyflow_database_up"]) == (3, 1)
    assert read["easyflow_database_outage_seconds_total"] == 0


async def test_an_outage_of_the_database_is_counted_while_it_lasts() -> None:
    metrics, kept = Metrics(), Kept(writable=False)
    watching.watch_database(metrics, kept)
    kept.writing.refused()
    await asyncio.sleep(0.02)
    kept.writing.refused()
    read = await told(metrics)
    assert read["easyflow_database_up"] == 0
    assert read["easyflow_database_outage_seconds_total"] >= 0.02
    kept.writing.recovered()
    over = kept.writing.outage_seconds
    await asyncio.sleep(0.02)
    assert kept.writing.outage_seconds == over >= 0.02


async def test_late_timers_are_asked_for_and_unknown_while_the_database_is_away() -> None:
    metrics = Metrics()
    asked: list[datetime] = []

    async def overdue(by: datetime) -> int:
        asked.append(by)
        if len(asked) > 1:
            raise OSError("no database")
        return 7

    watching.watch_timers(metrics, overdue, now)
    assert (await told(metrics))["easyflow_timers_overdue"] == 7
    assert asked == [NOON - watching.ON_TIME]
    assert math.isnan((await told(metrics))["easyflow_timers_overdue"])


async def test_the_first_customer_of_a_queue_is_told_by_how_long_they_wait(house: House) -> None:
    waiting = []
    for chat_id, queue, minutes in (("1", "sales", 3), ("2", "sales", 9), ("3", "", 1)):
        address = Address(1, "shop", "web", chat_id)
        chat = house.store.opened(address, Opening(platform="web", user_id=chat_id))
        since = NOON - timedelta(minutes=minutes)
        chat, _ = handoff.requested(chat, Asked(queue=queue), id=chat_id, now=since)
        assert chat.episode is not None
        waiting.append(chat.episode)
    watching.watch_handoffs(house.metrics, lambda: waiting, now)
    read = await told(house.metrics)
    assert read['easyflow_handoff_oldest_seconds{queue="sales"}'] == 540
    assert read['easyflow_handoff_oldest_seconds{queue=""}'] == 60
    assert read['easyflow_handoffs_open{state="requested"}'] == 3


async def test_shares_of_the_chats_are_told_whether_one_works_or_several() -> None:
    metrics = Metrics()
    watching.watch_sharing(metrics, ALONE, tuple, "web")
    read = await told(metrics)
    assert (read["easyflow_slots_held"], read["easyflow_chores_held"]) == (64, 1)
    assert read['easyflow_processes{role="web"}'] == 1

    now, metrics = 0.0, Metrics()
    slots = Slots("me", monotonic=lambda: now)
    several = [
        Process(id=id, role=role, host="a", pid=1, version="1")
        for id, role in (("me", "work"), ("you", "work"), ("they", "web"))
    ]
    watching.watch_sharing(metrics, slots, lambda: several, "work")
    slots.hold({1, 2, CHORES}, until=8.0)
    read = await told(metrics)
    assert (read["easyflow_slots_held"], read["easyflow_chores_held"]) == (2, 1)
    assert read['easyflow_processes{role="work"}'] == 2
    now = 9.0
    read = await told(metrics)
    assert (read["easyflow_slots_held"], read["easyflow_chores_held"]) == (0, 0)


async def test_redis_is_told_of_where_there_is_one() -> None:
    metrics, without = Metrics(), Metrics()
    watching.watch_redis(metrics, lambda: False)
    watching.watch_redis(without, None)
    assert (await told(metrics))["easyflow_redis_up"] == 0
    assert "easyflow_redis_up" not in await told(without)


async def test_the_lag_of_the_loop_is_measured() -> None:
    metrics = Metrics()
    task = asyncio.create_task(watching.watch_loop(metrics, every=0.01))
    await asyncio.sleep(0.05)
    task.cancel()
    assert (await told(metrics))["easyflow_loop_lag_seconds_count"] >= 1


async def test_what_alerts_compare_is_there_before_it_happens() -> None:
    read = await told(Metrics())
    assert read['easyflow_failures_total{what="parked"}'] == 0
    assert read["easyflow_timer_late_seconds_count"] == 0
    assert read["process_resident_memory_bytes"] > 0


async def test_how_sends_may_end_is_there_for_each_channel_before_one_does() -> None:
    metrics = Metrics(workspace=1)
    whose = {"telegram:1": 1, "telegram:2": 2}
    metrics.watch_sends(
        lambda workspace: [name for name, one in whose.items() if workspace in (None, one)]
    )
    read = await told(metrics)
    sends = {name: value for name, value in read.items() if "outbox_deliveries_total" in name}
    for channel in ("telegram:1", "telegram"):
        end = f'{{channel="{channel}",outcome="retried",why="refused"}}'
        assert sends.pop(f"easyflow_outbox_deliveries_total{end}") == 0
    assert not any("telegram:2" in name for name in sends)
    whose["vk:1"] = 1
    read = await told(metrics)
    end = '{channel="vk:1",outcome="failed",why="rejected"}'
    assert read[f"easyflow_outbox_deliveries_total{end}"] == 0


async def test_what_may_go_wrong_is_there_once_something_went_well() -> None:
    metrics = Metrics()
    metrics.acted("http.get", "done", 0.1)
    metrics.requested("GET", "/", 200, 0.1)
    read = await told(metrics)
    assert read['easyflow_actions_total{action="http.get",outcome="late"}'] == 0
    assert read['easyflow_http_requests_total{method="GET",route="/",status="500"}'] == 0


async def test_the_room_of_the_disk_is_told_and_a_folder_that_is_gone_hides_nothing(
    tmp_path: Path,
) -> None:
    metrics, folder = Metrics(), tmp_path / "data"
    folder.mkdir()
    watching.watch_disk(metrics, folder)
    read = await told(metrics)
    assert 0 < read["easyflow_disk_free_bytes"] < read["easyflow_disk_bytes"]
    folder.rmdir()
    read = await told(metrics)
    assert "easyflow_disk_bytes" not in read
    assert "easyflow_timer_late_seconds_count" in read


async def test_labels_are_quoted_as_prometheus_reads_them() -> None:
    metrics = Metrics()
    metrics.acted('odd"\n\\', "done", 0.1)
    assert rb'easyflow_actions_total{action="odd\"\n\\",outcome="done"} 1.0' in await metrics.text()


@given(st.lists(st.floats(0, 60)))
def test_a_spread_counts_each_value_once_and_within_its_bound(values: list[float]) -> None:
    spread = Spread(SECONDS)
    for value in values:
        spread.add(value)
    for bound, within in zip((*SECONDS, math.inf), spread.within, strict=True):
        assert within == sum(value <= bound for value in values)
    assert spread.total == pytest.approx(sum(values))


async def test_webhooks_of_other_workspaces_are_counted_together() -> None:
    metrics = Metrics()
    webhooks = WebhookMetrics(metrics, owner=1)

    class Couriers:
        def fares(self) -> dict[str, int]:
            return {"well": 2, "failing": 1}

        def oldest(self) -> dict[int, datetime]:
            ago = (5, 60, 90)
            return {n: NOON - timedelta(seconds=s) for n, s in enumerate(ago, start=1)}

    webhooks.watch(Couriers(), now)
    before = await told(metrics)
    assert before['easyflow_webhook_given_up_total{what="event",whose="own"}'] == 0
    webhooks.called(1, "taken", waited=0.2)
    webhooks.called(2, "busy")
    webhooks.called(3, "busy")
    webhooks.gave_up(3, "address")
    read = await told(metrics)
    assert read['easyflow_webhook_calls_total{outcome="taken",whose="own"}'] == 1
    assert read['easyflow_webhook_calls_total{outcome="busy",whose="own"}'] == 0
    assert read['easyflow_webhook_calls_total{outcome="busy",whose="others"}'] == 2
    assert read['easyflow_webhook_given_up_total{what="address",whose="others"}'] == 1
    assert read['easyflow_webhook_wait_seconds_bucket{le="0.25",whose="own"}'] == 1
    assert read['easyflow_webhook_oldest_seconds{whose="own"}'] == 5
    assert read['easyflow_webhook_oldest_seconds{whose="others"}'] == 90
    assert read['easyflow_webhooks{state="failing"}'] == 1

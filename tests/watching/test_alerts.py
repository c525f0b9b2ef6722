"""Each alert is raised when something is wrong, and not before: tried by Prometheus' own program."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.watching.promql import needs_promtool, told_of, write

RULES = Path(__file__).resolve().parents[2] / "deploy" / "prometheus" / "alerts.yaml"

SENDS = 'easyflow_outbox_deliveries_total{channel="telegram:1",instance="a"'
WAITS = 'easyflow_lane_wait_seconds_bucket{bot="shop",instance="a"'
FAILURES = 'easyflow_failures_total{instance="a"'
TAKEN = 'easyflow_inbox_messages_total{outcome="accepted",instance="a"}'
HTTP = 'easyflow_http_requests_total{instance="a",method="GET",route="/"'
ACTIONS = 'easyflow_actions_total{action="http.get",instance="a"'
ONE = '{instance="a",job="easyflow"}'


def histogram(name: str, labels: str, **within: str) -> dict[str, str]:
    """Series of a histogram: what is within each bound."""
    return {
        f'{name}_bucket{{{labels}le="{bound.replace("_", ".")}"}}': values
        for bound, values in within.items()
    }


def lag(name: str, labels: str, *, slow: bool) -> dict[str, str]:
    return histogram(
        name,
        labels,
        **{"0_01": "0+0x99" if slow else "0+60x99", "10": "0+60x99", "+Inf": "0+60x99"},
    )


CASES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "EasyFlowDown": ({f"up{ONE}": "0x99"}, {f"up{ONE}": "1x99"}),
    "EasyFlowInboxBehind": (
        {f"easyflow_inbox_oldest_seconds{ONE}": "0+15x99"},
        {f"easyflow_inbox_oldest_seconds{ONE}": "20x99"},
    ),
    "EasyFlowAnswersSlow": (
        lag("easyflow_lane_wait_seconds", 'bot="shop",', slow=True),
        lag("easyflow_lane_wait_seconds", 'bot="shop",', slow=False),
    ),
    "EasyFlowTurnsFail": (
        {f'{FAILURES},what="turn"}}': "0+1x99"},
        {f'{FAILURES},what="turn"}}': "0x9 1x90", f'{FAILURES},what="parked"}}': "0x99"},
    ),
    "EasyFlowMessageParked": (
        {f'{FAILURES},what="parked"}}': "0x54 1x45"},
        {f'{FAILURES},what="parked"}}': "0x99"},
    ),
    "EasyFlowSilence": (
        {TAKEN: "0+1x1400 1400x200"},
        {TAKEN: "0+1x1600"},
    ),
    "EasyFlowDatabaseDown": (
        {f"easyflow_database_up{ONE}": "0x99"},
        {f"easyflow_database_up{ONE}": "1x99"},
    ),
    "EasyFlowDatabaseUnsteady": (
        {f"easyflow_database_outage_seconds_total{ONE}": "0x40 0+5x60"},
        {f"easyflow_database_outage_seconds_total{ONE}": "0x40 3x60"},
    ),
    "EasyFlowCommitsSlow": (
        lag("easyflow_writer_commit_seconds", 'instance="a",', slow=True),
        lag("easyflow_writer_commit_seconds", 'instance="a",', slow=False),
    ),
    "EasyFlowDiskFull": (
        {f"easyflow_disk_bytes{ONE}": "100e9x99", f"easyflow_disk_free_bytes{ONE}": "9e9x99"},
        {f"easyflow_disk_bytes{ONE}": "100e9x99", f"easyflow_disk_free_bytes{ONE}": "50e9x99"},
    ),
    "EasyFlowOutboxBehind": (
        {f"easyflow_outbox_oldest_seconds{ONE}": "0+60x99"},
        {f"easyflow_outbox_oldest_seconds{ONE}": "200x99"},
    ),
    "EasyFlowChannelDown": (
        {'easyflow_channel_up{channel="vk:1"}': "0x99"},
        {'easyflow_channel_up{channel="vk:1"}': "1x99"},
    ),
    "EasyFlowCredentialRefused": (
        {f'{SENDS},outcome="retried",why="refused"}}': "0+1x99"},
        {f'{SENDS},outcome="retried",why="down"}}': "0+1x99"},
    ),
    "EasyFlowMessagesRefused": (
        {f'{SENDS},outcome="failed",why="rejected"}}': "0+1x99"},
        {f'{SENDS},outcome="failed",why="unreachable"}}': "0+1x99"},
    ),
    "EasyFlowThrottled": (
        {
            f'{SENDS},outcome="retried",why="busy"}}': "0+40x99",
            f'{SENDS},outcome="sent",why=""}}': "0+60x99",
        },
        {
            f'{SENDS},outcome="retried",why="busy"}}': "0+4x99",
            f'{SENDS},outcome="sent",why=""}}': "0+60x99",
        },
    ),
    "EasyFlowSendsRaise": (
        {f'{SENDS},outcome="retried",why="bug"}}': "0+1x99"},
        {f'{SENDS},outcome="retried",why="busy"}}': "0+1x99"},
    ),
    "EasyFlowMessengerSlow": (
        lag("easyflow_send_seconds", 'platform="max",', slow=True),
        lag("easyflow_send_seconds", 'platform="max",', slow=False),
    ),
    "EasyFlowTimersLate": (
        {f"easyflow_timers_overdue{ONE}": "60x99"},
        {f"easyflow_timers_overdue{ONE}": "_x50 9x49"},
    ),
    "EasyFlowActionFails": (
        {f'{ACTIONS},outcome="late"}}': "0+2x99", f'{ACTIONS},outcome="done"}}': "0+1x99"},
        {f'{ACTIONS},outcome="failed"}}': "0+1x99", f'{ACTIONS},outcome="done"}}': "0+5x99"},
    ),
    "EasyFlowHandoffWaits": (
        {'easyflow_handoff_oldest_seconds{queue="sales"}': "0+60x99"},
        {'easyflow_handoff_oldest_seconds{queue="sales"}': "600x99"},
    ),
    "EasyFlowHandoffUnseen": (
        {f"easyflow_handoffs_unseen{ONE}": "2x99"},
        {f"easyflow_handoffs_unseen{ONE}": "0x99"},
    ),
    "EasyFlowDeskDown": (
        {'easyflow_desk_up{group="telegram:1/-100"}': "0x99"},
        {'easyflow_desk_up{group="telegram:1/-100"}': "1x99"},
    ),
    "EasyFlowDeskBehind": (
        {'easyflow_desk_behind_seconds{group="telegram:1/-100"}': "90x99"},
        {'easyflow_desk_behind_seconds{group="telegram:1/-100"}': "9x99"},
    ),
    "EasyFlowWebhookBehind": (
        {'easyflow_webhook_oldest_seconds{whose="own",instance="a"}': "0+60x99"},
        {
            'easyflow_webhook_oldest_seconds{whose="own",instance="a"}': "600x99",
            'easyflow_webhook_oldest_seconds{whose="others",instance="a"}': "0+60x99",
        },
    ),
    "EasyFlowWebhookGivenUp": (
        {'easyflow_webhook_given_up_total{whose="own",what="event"}': "0x40 1x59"},
        {
            'easyflow_webhook_given_up_total{whose="own",what="event"}': "7x99",
            'easyflow_webhook_given_up_total{whose="others",what="address"}': "0+1x99",
        },
    ),
    "EasyFlowLoopStands": (
        lag("easyflow_loop_lag_seconds", 'instance="a",', slow=True),
        lag("easyflow_loop_lag_seconds", 'instance="a",', slow=False),
    ),
    "EasyFlowServerErrors": (
        {f'{HTTP},status="500"}}': "0+1x99"},
        {f'{HTTP},status="404"}}': "0+9x99"},
    ),
    "EasyFlowManyFiles": (
        {f"process_open_fds{ONE}": "900x99", f"process_max_fds{ONE}": "1024x99"},
        {f"process_open_fds{ONE}": "90x99", f"process_max_fds{ONE}": "1024x99"},
    ),
    "EasyFlowMemoryGrows": (
        {f"process_resident_memory_bytes{ONE}": "3e9x99"},
        {f"process_resident_memory_bytes{ONE}": "3e8x99"},
    ),
    "EasyFlowChatsOfNobody": (
        {
            'easyflow_slots_held{instance="a"}': "32x99",
            'easyflow_slots_held{instance="b"}': "16x99",
        },
        {
            'easyflow_slots_held{instance="a"}': "32x99",
            'easyflow_slots_held{instance="b"}': "32x99",
        },
    ),
    "EasyFlowChoresOfNobody": (
        {
            'easyflow_chores_held{instance="a"}': "0x99",
            'easyflow_chores_held{instance="b"}': "0x99",
        },
        {
            'easyflow_chores_held{instance="a"}': "0x99",
            'easyflow_chores_held{instance="b"}': "1x99",
        },
    ),
    "EasyFlowRedisDown": (
        {f"easyflow_redis_up{ONE}": "0x99"},
        {f"easyflow_redis_up{ONE}": "1x99"},
    ),
    "EasyFlowVersionsDiffer": (
        {'easyflow_info{version="1"}': "1x99", 'easyflow_info{version="2"}': "1x99"},
        {'easyflow_info{version="1"}': "1x99", 'easyflow_info{version="1",instance="b"}': "1x99"},
    ),
}

AT = {"EasyFlowSilence": "24h50m", "EasyFlowVersionsDiffer": "80m"}
"""When it is looked, where an hour is not enough or too much."""


def names() -> list[str]:
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule["alert"] for group in groups for rule in group["rules"]]


def test_each_alert_is_tried() -> None:
    assert sorted(CASES) == sorted(names())


@needs_promtool
@pytest.mark.parametrize("wrong", [True, False], ids=["wrong", "well"])
def test_alerts_are_raised_when_something_is_wrong(wrong: bool, tmp_path: Path) -> None:
    """promtool's own comparison wants every word of an alert: we ask only whether there is one."""
    rules = [
        {"expr": f'count(ALERTS{{alertname="{name}",alertstate="firing"}}) or vector(0)'}
        for name in CASES
    ]
    tests: list[dict[str, Any]] = []
    for name, rule in zip(CASES, rules, strict=True):
        series = CASES[name][0 if wrong else 1]
        expected = {"labels": "{}", "value": 1 if wrong else 0}
        tests.append(
            {
                "interval": "1m",
                "name": name,
                "input_series": [{"series": one, "values": v} for one, v in series.items()],
                "promql_expr_test": [
                    {**rule, "eval_time": AT.get(name, "59m"), "exp_samples": [expected]}
                ],
            }
        )
    # Every five minutes is often enough, and five times as quick.
    content = {"rule_files": [str(RULES)], "evaluation_interval": "5m", "tests": tests}
    write(tmp_path / "tests.yaml", content)
    told_of("test", "rules", tmp_path / "tests.yaml")

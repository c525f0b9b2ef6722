"""The alerts and the dashboard ask for what a running server tells, and Prometheus can read them."""

import asyncio
import http.client
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from adapters.http.metrics import Metrics
from bots.model.message import Address
from tests.servers.easyflow import EasyFlow, free_port
from tests.watching.promql import check_queries, grouped, names, needs_promtool, told_of

ROOT = Path(__file__).resolve().parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
DASHBOARD = ROOT / "deploy" / "grafana" / "easyflow.json"
PAGE = ROOT / "docs" / "monitoring.md"

OF_PROMETHEUS = {"up"}
OF_TARGETS = {"instance", "job", "le"}


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((PROMETHEUS / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> dict[str, str]:
    """Every query of the dashboard by its panel's title and its letter."""
    board = orjson.loads(DASHBOARD.read_bytes())
    return {
        f"{panel['title']} {target['refId']}": target["expr"]
        for panel in board["panels"]
        for target in panel.get("targets", ())
    }


def queries() -> dict[str, str]:
    return {**panels(), **{rule["alert"]: rule["expr"] for rule in rules()}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EasyFlow]:
    data = tmp_path_factory.mktemp("watched") / "data"
    with EasyFlow(data, metrics__port=str(free_port())) as server:
        yield server


def asked(server: EasyFlow, path: str) -> tuple[int, str]:
    """The answer at the port of its own."""
    port = int(server.environ["EASYFLOW_METRICS__PORT"])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text


def told(text: str) -> dict[str, set[str]]:
    """The names that can be asked for, with the labels of those that have values."""
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        ends = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}
        for end in ends.get(family.type, ("",)):
            found.setdefault(family.name + end, set())
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def everything() -> str:
    """What is told once each of the runtime's figures has a value."""
    metrics, address = Metrics(), Address(1, "shop", "telegram:1", "5")
    metrics.waited("shop", 1)
    metrics.turned("shop", "exact", 1)
    metrics.acted("http.get", "done", 1)
    metrics.delivered(address, "sent", took=1, waited=1)
    metrics.requested("GET", "/", 200, 1)
    return asyncio.run(metrics.text()).decode()


def test_every_metric_that_is_asked_for_is_told_by_a_running_server(server: EasyFlow) -> None:
    known = told(asked(server, "/metrics")[1]).keys() | OF_PROMETHEUS
    missing = {title: names(query) - known for title, query in queries().items()}
    assert {title: one for title, one in missing.items() if one} == {}


def test_what_an_alert_compares_with_what_it_was_is_told_before_it_happens(
    server: EasyFlow,
) -> None:
    """A counter that first appears at 1 has not risen, for Prometheus."""
    told_now = list(text_string_to_metric_families(asked(server, "/metrics")[1]))
    samples = [sample for family in told_now for sample in family.samples]
    compared = {
        (alert["alert"], *found)
        for alert in rules()
        for found in RISING.findall(alert["expr"])
        if not found[0].endswith("_bucket")
    }
    assert len(compared) > 10
    missing = {
        name
        for alert, name, labels in compared
        if not any(one.name == name and fits(one.labels, labels) for one in samples)
    }
    # Which actions there are is known when one is tried.
    assert missing == {"easyflow_actions_total"}


RISING = re.compile(r"(?:increase|rate)\((\w+)(?:\{([^}]*)\})?\[")
MATCHERS = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')


def fits(labels: dict[str, str], matchers: str) -> bool:
    """Whether a series is one of those that a selector names."""
    for name, how, value in MATCHERS.findall(matchers):
        same = (
            re.fullmatch(value, labels.get(name, ""))
            if "~" in how
            else labels.get(name, "") == value
        )
        if bool(same) == how.startswith("!"):
            return False
    return True


def test_every_metric_of_ours_stands_on_the_page(server: EasyFlow) -> None:
    page = PAGE.read_text(encoding="utf-8")
    ends = re.compile(r"_(bucket|count|sum)$")
    known = {ends.sub("", name) for name in told(asked(server, "/metrics")[1])}
    ours = {name for name in known if name.startswith("easyflow_")}
    assert len(ours) > 30
    assert sorted(name for name in ours if f"`{name}`" not in page) == []


def test_labels_that_are_grouped_by_are_there() -> None:
    fed = told(everything())
    for title, query in queries().items():
        known = [fed[name] for name in names(query) if fed.get(name)]
        if known:
            assert grouped(query) <= set.union(*known) | OF_TARGETS, title


def test_the_port_of_its_own_is_the_only_one_that_tells_metrics(server: EasyFlow) -> None:
    assert server.call("GET", "/metrics", key=None)[0] == 404
    assert server.call("GET", "/readyz", key=None)[0] == 200
    assert asked(server, "/livez") == (200, '{"status":"ok"}')
    assert asked(server, "/readyz")[0] == 200
    assert asked(server, "/docs")[0] == 404
    assert asked(server, "/api/v1/conversation/chat")[0] == 404


def test_a_port_that_is_taken_is_told_in_a_sentence(server: EasyFlow, tmp_path: Path) -> None:
    other = EasyFlow(tmp_path / "data", metrics__port=server.environ["EASYFLOW_METRICS__PORT"])
    with pytest.raises(AssertionError, match=r"or set EASYFLOW_METRICS__PORT to another port"):
        other.start()


def test_each_alert_says_what_customers_see_and_what_to_do() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for rule in rules():
        assert rule["labels"]["severity"] in {"critical", "warning"}, rule["alert"]
        for told in ("summary", "impact", "action"):
            assert rule["annotations"][told].strip(), rule["alert"]
        impact, action = (rule["annotations"][name].strip() for name in ("impact", "action"))
        assert f"`{rule['alert']}`" in page
        assert f"| {impact} | {action} |" in page, "docs/monitoring.md tells another story"
    assert len({rule["alert"] for rule in rules()}) == len(rules())


def test_the_dashboard_is_whole() -> None:
    board = orjson.loads(DASHBOARD.read_bytes())
    assert board["schemaVersion"] >= 38
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
    known = {one["name"] for one in board["templating"]["list"]}
    known |= {"__rate_interval", "__all"}
    assert set(re.findall(r"\$\{?(\w+)", DASHBOARD.read_text())) <= known
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        place = {(x, at["y"]) for x in range(at["x"], at["x"] + at["w"])}
        assert not place & taken
        taken |= place


@needs_promtool
def test_prometheus_reads_the_files() -> None:
    told_of("check", "rules", PROMETHEUS / "alerts.yaml")
    told_of("check", "config", PROMETHEUS / "prometheus.yaml")


@needs_promtool
def test_prometheus_reads_every_query_of_the_dashboard(tmp_path: Path) -> None:
    filled = {
        title: re.sub(r'"\$\w+"', '".*"', query).replace("$__rate_interval", "1m")
        for title, query in panels().items()
    }
    check_queries(filled, tmp_path)

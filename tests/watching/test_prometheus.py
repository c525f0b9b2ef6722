"""Prometheus itself over a web process and two workers: every target is up, every panel shows something."""

import asyncio
import http.client
import json
import math
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from tests.e2e.test_operators import chats_topic, until
from tests.faults.rig.installation import Installation, Layout
from tests.processes.test_crowd import staffed
from tests.servers.easyflow import SECRET, free_port
from tests.servers.telegram import TOKEN, FakeTelegram, message
from tests.servers.telegram_group import ForumGroup, Person
from tests.servers.tiny_http import Request, Response, Server, json_response, serve
from tests.watching.test_monitoring import PROMETHEUS, panels, rules

PROGRAM = shutil.which("prometheus")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Prometheus: apt install prometheus")

LAYOUT = Layout("PostgreSQL and Redis", web=1, workers=2, postgres=True, redis=True)
BOT = """\
bot: Приёмная
language: ru
timezone: Europe/Moscow
queues:
  sales: {}
"""
CUSTOMERS = range(501, 507)
CLOSED = 'easyflow_handoff_events_total{what="completed"}'
FLOWS = """\
flow: человек
when: [/start]
steps:
  а:
    - handoff: sales
      say: Зову человека.
    - say: Снова бот.
---
flow: заявка
when: [заявка]
steps:
  имя:
    - ask: Как вас зовут?
      save: имя
      remind: {after: 1s, say: Вы здесь?}
    - do: http.post
      with: {url: "URLleads", json: {name: "{{ имя }}"}}
    - say: Готово
"""


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram.start({TOKEN: "help_bot"}) as telegram:
        yield telegram


@pytest.fixture
async def other() -> AsyncIterator[Server]:
    """A system of the owner's, that flows call and that is told of events."""

    def take(request: Request) -> Response:
        return json_response({"id": 7})

    server = await serve(take)
    yield server
    await server.close()


@pytest.fixture
def house(telegram: FakeTelegram, other: Server, tmp_path: Path) -> Iterator[Installation]:
    flows = tmp_path / "bots" / "help" / "flows"
    flows.mkdir(parents=True)
    (flows.parent / "bot.yaml").write_text(BOT, encoding="utf-8")
    for number, text in enumerate(FLOWS.replace("URL", other.url).split("---\n")):
        (flows / f"{number}.yaml").write_text(text, encoding="utf-8")
    account = f'{{"bot": "help", "token": "{TOKEN}", "webhook_secret": "{SECRET}"}}'
    settings = {
        "telegram__bots": f"[{account}]",
        "telegram__api_base": telegram.base,
        "allow_hosts": other.url.removeprefix("http://").strip("/"),
    }
    with Installation(tmp_path, settings, layout=LAYOUT, bots=tmp_path / "bots") as house:
        yield house


class Prometheus:
    """The program over our own files, but for the places that it asks and how often."""

    def __init__(self, port: int) -> None:
        self._port = port

    def ask(self, path: str, **query: str) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request("GET", f"/api/v1/{path}?{urlencode(query)}")
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        assert answer["status"] == "success", (query, answer)
        return answer["data"]

    def rows(self, query: str) -> list[float]:
        """The numbers that it gives, without those that are none."""
        values = [float(one["value"][1]) for one in self.ask("query", query=query)["result"]]
        return [one for one in values if not math.isnan(one)]


@asynccontextmanager
async def watching(house: Installation, folder: Path) -> AsyncIterator[Prometheus]:
    assert PROGRAM is not None
    config = yaml.safe_load((PROMETHEUS / "prometheus.yaml").read_text(encoding="utf-8"))
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(PROMETHEUS / name) for name in config["rule_files"]]
    targets = [f"127.0.0.1:{one.port}" for one in house.members]
    config["scrape_configs"][0]["static_configs"] = [{"targets": targets}]
    place, port = folder / "prometheus.yaml", free_port()
    place.write_text(yaml.safe_dump(config), encoding="utf-8")
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: ASYNC220 - it only begins here
            [PROGRAM, f"--config.file={place}", f"--storage.tsdb.path={folder / 'tsdb'}"]
            + [f"--web.listen-address=127.0.0.1:{port}"],
            stdout=log,
            stderr=log,
        )
    try:
        prometheus = Prometheus(port)

        def are_up() -> bool:
            try:
                asked = prometheus.ask("targets")["activeTargets"]
            except (OSError, http.client.HTTPException, ValueError):
                return False
            return [one["health"] for one in asked] == ["up"] * len(house.members)

        await seen(are_up, "all targets are up")
        yield prometheus
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait)


PATIENCE = 240.0


async def seen(what: Callable[[], Any], why: object = "") -> None:
    deadline = asyncio.get_running_loop().time() + 180
    while not await asyncio.to_thread(what):
        if asyncio.get_running_loop().time() > deadline:
            raise TimeoutError(f"still not: {why}")
        await asyncio.sleep(0.3)


class Town:
    """Customers, and Olya who answers them."""

    def __init__(
        self, house: Installation, telegram: FakeTelegram, group: ForumGroup, olya: Person
    ) -> None:
        self._house, self._telegram, self._group, self._olya = house, telegram, group, olya
        self._heard: dict[int, int] = {}

    def says(self, customer: int, text: str) -> None:
        self._heard[customer] = len(self._telegram.said(customer))
        self._telegram.update(message(customer, text=text))

    async def hears(self, customer: int, text: str) -> None:
        """Said since they wrote last."""
        past = self._heard[customer]
        await seen(lambda: any(text in one for one in self._telegram.said(customer)[past:]), text)

    async def orders(self, customer: int) -> None:
        self.says(customer, "заявка")
        await self.hears(customer, "Вы здесь?")
        # Its answer is refused once, and goes again.
        self._telegram.script(method="sendMessage", times=1, status=500, description="Oops")
        self.says(customer, "Анна")
        await self.hears(customer, "Готово")

    async def asks_for_a_person(self, customer: int) -> None:
        self.says(customer, "/start")
        await self.hears(customer, "Зову человека.")

    async def is_answered(self, customer: int) -> None:
        ((chat,),) = self._house.rows(f"SELECT id FROM conversations WHERE chat_id = '{customer}'")
        # In a minute a group is shown eighteen things.
        topic = await until(lambda: chats_topic(self._group, chat), within=PATIENCE)
        owner = f"SELECT owner FROM conversations WHERE id = {chat}"
        self._olya.writes(topic, "/take")
        await until(lambda: self._house.rows(owner) == [("operator",)], within=PATIENCE)
        self._olya.writes(topic, "Здравствуйте")
        await self.hears(customer, "Здравствуйте")
        self._olya.writes(topic, "/close")
        await self.hears(customer, "Снова бот.")


async def test_every_panel_shows_what_happens_over_all_processes(
    house: Installation, telegram: FakeTelegram, other: Server, tmp_path: Path
) -> None:
    await asyncio.to_thread(house.web.command, "webhooks", "add", f"{other.url}events")
    group, olya = await staffed(house, telegram)
    town = Town(house, telegram, group, olya)
    async with watching(house, tmp_path) as prometheus:
        # Twice: of something that happened for the first time no query knows that it was less before.
        for times in (1, 2):
            for customer in CUSTOMERS[:2]:
                await town.orders(customer)
            await town.asks_for_a_person(CUSTOMERS[0])
            await town.is_answered(CUSTOMERS[0])
            await seen(lambda: prometheus.rows(f"sum({CLOSED})") == [times], CLOSED)  # noqa: B023
        for customer in CUSTOMERS:
            await town.asks_for_a_person(customer)
        unseen = dict(panels())

        def all_seen() -> bool:
            for title, query in list(unseen.items()):
                filled = re.sub(r'"\$\w+"', '".*"', query).replace("$__rate_interval", "5m")
                if prometheus.rows(filled):
                    del unseen[title]
            return not unseen

        try:
            await seen(all_seen)
        except TimeoutError:
            pytest.fail(f"nothing is shown by {unseen}")

        sums: dict[str, float] = {
            'sum(easyflow_handoff_events_total{what="requested"})': 2 + len(CUSTOMERS),
            'max(easyflow_handoffs_open{state="requested"})': len(CUSTOMERS),
            'max(easyflow_handoffs_open{state="active"})': 0,
            "max(easyflow_handoffs_unseen)": 0,
            "sum(easyflow_slots_held)": 64,
            "sum(easyflow_chores_held)": 1,
            'max(easyflow_processes{role="work"})': 2,
            "sum(easyflow_outbox_queued)": 0,
            "sum(easyflow_inbox_waiting)": 0,
            'max(easyflow_webhooks{state="well"})': 1,
            "count(easyflow_slots_held > 0)": 2,
            "max(easyflow_channels)": 1,
            "min(easyflow_channel_up)": 1,
        }
        wrong: dict[str, Any] = {}

        def add_up() -> bool:
            wrong.clear()
            # Groups go on telling of topics that were made for whoever asked for a person.
            sums['sum(easyflow_inbox_messages_total{outcome="accepted"})'] = house.count("inbox")
            wrong.update({query: prometheus.rows(query) for query in sums})
            for query, value in sums.items():
                if wrong[query] == [value]:
                    del wrong[query]
            return not wrong

        try:
            await seen(add_up)
        except TimeoutError:
            pytest.fail(f"these are not so: {wrong}; wanted {sums}")
        told = prometheus.ask("rules")["groups"]
        asked = {one["name"]: one["health"] for group_ in told for one in group_["rules"]}
        assert asked == {one["alert"]: "ok" for one in rules()}

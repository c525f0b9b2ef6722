"""Spans of turns reach a collector: what took how long, of one message through the whole house."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.servers.easyflow import ROOT, EasyFlow
from tests.servers.telegram import FakeTelegram, message
from tests.servers.tiny_http import Request, Response, Server, json_response, serve
from tests.watching.collector import Collector, collecting

TOKEN = "111111:TEST-TOKEN-TEST-TOKEN-TEST-TOKEN-01"
WORDS = "canary-words-of-a-customer"
SECRET = "canary-secret-of-an-owner"
CUSTOMER = 7_501_333_501

BOT = "bot: Касса\nlanguage: ru\ntimezone: UTC\nsecrets: [crm_token]\n"
FLOWS = """\
flow: заявка
when: [заявка]
steps:
  имя:
    - ask: Как вас зовут?
      save: имя
    - do: http.post
      with:
        url: {url}leads?q=canary-query
        headers: {{X-Token: "{{{{ secrets.crm_token }}}}"}}
        json: {{name: "{{{{ имя }}}}"}}
      save: ответ
    - say: "CRM: {{{{ ответ.json.id }}}}"
"""


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram.start({TOKEN: "till_bot"}) as telegram:
        yield telegram


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    async with collecting() as collector:
        yield collector


class Crm:
    """Another system that is called."""

    def __init__(self) -> None:
        self.heard: list[Request] = []
        self.status = 201

    def take(self, request: Request) -> Response:
        self.heard.append(request)
        return json_response({"id": 7}, self.status)


async def remote() -> tuple[Crm, Server]:
    crm = Crm()
    return crm, await serve(crm.take)


def till(folder: Path, telegram: FakeTelegram, crm: Server, **settings: str) -> EasyFlow:
    flows = folder / "bots" / "till" / "flows"
    flows.mkdir(parents=True)
    (flows.parent / "bot.yaml").write_text(BOT, encoding="utf-8")
    (flows / "f.yaml").write_text(FLOWS.format(url=crm.url), encoding="utf-8")
    return EasyFlow(
        folder / "data",
        bots=folder / "bots",
        secrets__crm_token=SECRET,
        allow_hosts=crm.url.removeprefix("http://").rstrip("/"),
        telegram__token=TOKEN,
        telegram__api_base=telegram.base,
        **settings,
    )


async def started(server: EasyFlow) -> EasyFlow:
    return await asyncio.to_thread(server.start)


async def stopped(server: EasyFlow) -> int:
    return await asyncio.to_thread(server.stop)


async def said(telegram: FakeTelegram, *texts: str) -> None:
    for text in texts:
        telegram.update(message(CUSTOMER, text), token=TOKEN)
        await telegram.settled(token=TOKEN)


async def heard(telegram: FakeTelegram, text: str) -> None:
    deadline = time.monotonic() + 60
    while not any(text in one for one in telegram.said(CUSTOMER, token=TOKEN)):
        assert time.monotonic() < deadline, telegram.said(CUSTOMER, token=TOKEN)
        await asyncio.sleep(0.05)


async def test_one_message_is_one_trace_from_its_coming_to_the_answer(
    telegram: FakeTelegram, collector: Collector, tmp_path: Path
) -> None:
    crm, crm_server = await remote()
    server = till(
        tmp_path, telegram, crm_server,
        otel__endpoint=collector.url, otel__headers=f"x-key={SECRET}", otel__service="till",
    )  # fmt: skip
    await started(server)
    await said(telegram, "заявка", WORDS)
    await heard(telegram, "CRM: 7")
    await collector.until(*["turn"] * 3, *["send telegram"] * 2, "HTTP POST")
    assert await stopped(server) == 0
    await crm_server.close()

    first, second, result = sorted(collector.named("turn"), key=lambda span: span.began)
    assert collector.under(first) == ["claim", "decide", "commit", "send telegram"]
    assert collector.under(second)[:4] == ["claim", "decide", "commit", "action http.post"]
    assert collector.under(result) == ["claim", "decide", "commit", "send telegram"]
    assert result.parent == second.id
    assert (first.about["easyflow.cause"], result.about["easyflow.cause"]) == ("message", "result")

    # Whatever a message leads to is in its trace, which begins with its being taken in.
    intakes = {span.id: span for span in collector.named("intake")}
    assert intakes[second.parent].trace == second.trace == result.trace != first.trace
    assert intakes[second.parent].parent == ""
    seq = second.about["easyflow.inbox.seq"]
    assert intakes[second.parent].about["easyflow.inbox.seq"] == seq
    assert second.about["easyflow.conversation.id"] == first.about["easyflow.conversation.id"] > 0
    assert second.about["easyflow.bot"] == "till"
    assert second.about["easyflow.channel"] == "telegram:111111"
    assert 0 <= second.events["the turn begins"]["easyflow.lane.wait_seconds"] < 60
    sends = collector.named("send telegram")
    assert {span.about["easyflow.conversation.id"] for span in sends} == {
        second.about["easyflow.conversation.id"]
    }

    # The other system is told which trace it is in.
    (action,) = collector.named("action http.post")
    (call,) = collector.named("HTTP POST")
    (request,) = crm.heard
    assert call.parent == action.id
    assert request.headers["traceparent"] == f"00-{call.trace}-{call.id}-01"
    assert (call.about["server.address"], call.about["http.response.status_code"]) == (
        "127.0.0.1",
        201,
    )

    assert collector.headers[0]["x-key"] == SECRET
    resource = collector.resources[0]
    assert (resource["service.name"], resource["easyflow.role"]) == ("till", "web")
    for place in (*collector.bodies, server.log.encode()):
        for canary in (WORDS, SECRET, TOKEN, "canary-query", "заявка", str(CUSTOMER)):
            assert canary.encode() not in place, canary


async def test_what_fails_is_told_by_its_kind_and_not_by_its_words(
    telegram: FakeTelegram, collector: Collector, tmp_path: Path
) -> None:
    crm, crm_server = await remote()
    crm.status = 503
    server = till(tmp_path, telegram, crm_server, otel__endpoint=collector.url)
    await started(server)
    telegram.script(method="sendMessage", times=1, status=400, description=f"Bad Request: {WORDS}")
    await said(telegram, "заявка")
    await said(telegram, WORDS)
    await collector.until("HTTP POST", "send telegram")
    assert await stopped(server) == 0
    await crm_server.close()
    send = collector.named("send telegram")[0]
    assert send.failed
    assert send.about["error.type"] == "Rejected"
    (action,) = collector.named("action http.post")
    assert action.failed
    assert action.about["error.type"] == "ActionFailed"
    assert WORDS.encode() not in b"".join(collector.bodies)


@pytest.mark.parametrize("status", [503, None], ids=["refuses", "never-answers"])
async def test_a_collector_that_is_ill_keeps_nobody_waiting(
    telegram: FakeTelegram, collector: Collector, tmp_path: Path, status: int | None
) -> None:
    collector.status = status
    _, crm_server = await remote()
    server = till(tmp_path, telegram, crm_server, otel__endpoint=collector.url)
    await started(server)
    await said(telegram, "заявка", "Анна")
    await heard(telegram, "CRM: 7")
    began = time.monotonic()
    assert await stopped(server) == 0
    assert time.monotonic() - began < 25
    await crm_server.close()
    assert collector.headers
    assert collector.spans == []


async def test_of_all_traces_a_share_is_kept_whole(
    telegram: FakeTelegram, collector: Collector, tmp_path: Path
) -> None:
    _, crm_server = await remote()
    server = till(tmp_path, telegram, crm_server, otel__endpoint=collector.url, otel__share="0.5")
    await started(server)
    for _ in range(30):
        await said(telegram, "что?")
    assert await stopped(server) == 0
    await crm_server.close()
    turns = {span.trace for span in collector.named("turn")}
    assert 0 < len(turns) < 30
    assert {span.trace for span in collector.named("intake")} == turns
    assert {span.trace for span in collector.named("send telegram")} <= turns


def test_without_a_collector_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    """In a Python of its own, that has not imported anything before."""
    server = EasyFlow(tmp_path / "data")
    cold = subprocess.Popen([sys.executable, "run.py"], cwd=ROOT, env=server.environ)
    try:
        deadline = time.monotonic() + 120
        while not server.answers():
            assert cold.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        loaded = Path(f"/proc/{cold.pid}/maps").read_text()
    finally:
        cold.terminate()
        assert cold.wait(timeout=60) == 0
    assert "uvloop" in loaded
    # The library of protocol buffers, which only the exporter needs.
    assert "google/_upb" not in loaded


async def test_the_variable_of_opentelemetry_itself_is_taken_too(
    telegram: FakeTelegram, collector: Collector, tmp_path: Path
) -> None:
    _, crm_server = await remote()
    server = till(tmp_path, telegram, crm_server)
    server.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.url
    # FastAPI would begin to send addresses of its own accord.
    server.environ["FASTAPI_OTEL_AUTO_CONFIGURE"] = "true"
    await started(server)
    await said(telegram, "заявка")
    await asyncio.to_thread(server.call, "GET", "/api/v1/conversation/sessions/canary-user")
    assert await stopped(server) == 0
    await crm_server.close()
    assert {span.name for span in collector.spans} == {
        "intake", "turn", "claim", "decide", "commit", "send telegram"
    }  # fmt: skip
    assert b"canary-user" not in b"".join(collector.bodies)

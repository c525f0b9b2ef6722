"""Actions through the real server: another system is called, an invoice is paid, secrets stay secret."""

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.servers.easyflow import EasyFlow
from tests.servers.tiny_http import Request, Response, json_response, serve

SECRET = "canary-secret-of-an-owner-12"
CHAT = "/api/v1/conversation/chat"

BOT = """\
bot: Касса
language: ru
timezone: Europe/Moscow
secrets: [crm_token]
"""
FLOWS = """\
flow: заявка
when: [заявка]
steps:
  отправка:
    - do: http.post
      with:
        url: http://127.0.0.1:{port}/leads
        headers: {{Authorization: "Bearer {{{{ secrets.crm_token }}}}"}}
        json: {{name: "{{{{ trigger.text }}}}"}}
      save: ответ
    - say: "CRM: {{{{ ответ.json.id }}}}, {{{{ ответ.json.echo }}}}"

---
flow: счёт
when: [счёт]
steps:
  счёт:
    - do: pay.invoice
      with: {{amount: 1990, title: Заказ 5}}
      save: счёт
    - say: "Платите здесь: {{{{ счёт.url }}}}"
    - wait: {{event: payment.paid, save: платёж}}
    - say: "Спасибо, {{{{ платёж.amount }}}}!"
    - do: pay.refund
      with: {{id: "{{{{ счёт.id }}}}", amount: 90}}
    - wait: {{event: payment.refunded, save: возврат}}
    - say: "Вернули {{{{ возврат.amount }}}}."
"""


def till(folder: Path, port: int, **settings: str) -> EasyFlow:
    bots = folder / "bots"
    (bots / "till" / "flows").mkdir(parents=True)
    (bots / "till" / "bot.yaml").write_text(BOT, encoding="utf-8")
    (bots / "till" / "flows" / "f.yaml").write_text(FLOWS.format(port=port), encoding="utf-8")
    return EasyFlow(folder / "data", bots=bots, secrets__crm_token=SECRET, **settings)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EasyFlow]:
    with till(tmp_path, 1) as running:
        yield running


def asked(server: EasyFlow, text: str) -> dict[str, Any]:
    status, answer = server.call("POST", CHAT, {"message": text, "user_id": "u"})
    assert status == 200, answer
    return dict(answer)


async def said(server: EasyFlow, session: str, what: str) -> None:
    """Wait until the bot has said it; the log and the history tell why it has not."""
    deadline = time.monotonic() + 60
    while True:
        _, history = await server.asked("GET", f"/api/v1/conversation/history/{session}")
        if what in str(history):
            return
        assert time.monotonic() < deadline, f"{history}\n{server.log}"
        await asyncio.sleep(0.05)


async def test_a_secret_reaches_its_server_and_is_seen_nowhere_else(tmp_path: Path) -> None:
    heard: list[Request] = []

    def crm(request: Request) -> Response:
        heard.append(request)
        return json_response({"id": 7, "echo": request.headers["authorization"]}, 201)

    remote = await serve(crm)
    port = int(remote.url.rstrip("/").rpartition(":")[2])
    server = till(tmp_path, port, allow_hosts=f"127.0.0.1:{port}", log__level="debug")
    with server:
        answer = await asyncio.to_thread(asked, server, "заявка")
        assert answer["message"] == "CRM: 7, Bearer •••"
    await remote.close()
    (request,) = heard
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    assert request.headers["idempotency-key"]
    kept = b"".join(path.read_bytes() for path in server.data.rglob("*") if path.is_file())
    assert "заявка".encode() in kept
    assert SECRET.encode() not in kept
    assert SECRET not in server.log


async def test_a_server_inside_is_not_called_unless_a_setting_says_so(tmp_path: Path) -> None:
    heard: list[Request] = []

    def ours(request: Request) -> Response:
        heard.append(request)
        return json_response({})

    remote = await serve(ours)
    port = int(remote.url.rstrip("/").rpartition(":")[2])
    with till(tmp_path, port) as server:
        answer = await asyncio.to_thread(asked, server, "заявка")
        assert "CRM" not in answer["message"]
        assert "only https:// is called" in server.log
    await remote.close()
    assert heard == []


async def test_an_invoice_is_paid_and_given_back_and_the_chat_goes_on(server: EasyFlow) -> None:
    answer = await asyncio.to_thread(asked, server, "счёт")
    found = re.search(r"http\S+/pay/\S+", answer["message"])
    assert found, answer
    async with httpx.AsyncClient() as browser:
        assert "Заказ 5" in (await browser.get(found.group())).text
        paid = await browser.post(found.group(), follow_redirects=True)
    assert "Оплачено" in paid.text
    session = answer["session_id"]
    await said(server, session, "Спасибо, 1990!")
    await said(server, session, "Вернули 90.")


def test_nobody_plays_bank_behind_a_public_address(tmp_path: Path) -> None:
    with till(tmp_path, 1, public_url="https://bot.example.com") as server:
        assert server.call("GET", "/pay/" + "a" * 32)[0] == 404
        assert "pay" not in asked(server, "счёт")["message"]
        assert "W092" in server.log
        assert "EASYFLOW_PAY__SANDBOX" in server.log


def test_the_server_stops_though_a_function_of_an_owners_hangs(tmp_path: Path) -> None:
    bot = tmp_path / "bots" / "slow"
    (bot / "flows").mkdir(parents=True)
    (bot / "bot.yaml").write_text("bot: Медленный\nlanguage: ru\n", encoding="utf-8")
    (bot / "actions.py").write_text(HANGS, encoding="utf-8")
    flow = (
        "flow: а\nwhen: [/go]\nsteps: {а: [{do: a.hang, timeout: 1s, failed: [{say: Не вышло}]}]}\n"
    )
    (bot / "flows" / "f.yaml").write_text(flow, encoding="utf-8")
    with EasyFlow(tmp_path / "data", bots=tmp_path / "bots", allow_actions="yes") as server:
        assert asked(server, "/go")["message"] == "Не вышло"
        # The function is still at it.
        assert server.stop() == 0


HANGS = """\
import time
from bots.owners import action


@action("a.hang")
def hang():
    time.sleep(300)
"""

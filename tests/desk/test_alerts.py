"""Whoever is responsible is told of troubles: once each, signed, by webhook and by mail, after a failure again."""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.addresses import Allowed
from adapters.alerts import MailServer, MailWay, WebhookWay
from adapters.guarded_http import GuardedHttp
from bots.errors import RemoteFailed
from bots.services.alerts import AT_ONCE, MOST, Alerts, Way
from tests.bots.rig import WORKSPACE
from tests.desk.rig import DeskRig
from tests.servers.smtp import Mail, mail_server
from tests.servers.telegram import FakeTelegram
from tests.servers.tiny_http import Request, Response, serve

SECRET = "whsec"
PROMISES = "queues:\n  support: {first_reply: 5m}\n  sales:\n"


class Receiver:
    """A webhook's address; answers with `status`."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[Request] = []
        self.url = ""

    def take(self, request: Request) -> Response:
        self.got.append(request)
        return Response(b"ok", self.status)

    def alerts(self) -> list[dict[str, Any]]:
        return [one for request in self.got for one in orjson.loads(request.body)["alerts"]]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    one = Receiver()
    server = await serve(one.take)
    one.url = server.url
    yield one
    await server.close()


@pytest.fixture
def mail() -> Iterator[Mail]:
    with mail_server() as one:
        yield one


@pytest.fixture
async def late(database: Path, telegram_server: FakeTelegram) -> AsyncIterator[DeskRig]:
    async with DeskRig(database, telegram_server, bot=PROMISES) as one:
        yield one


def webhook(desk: DeskRig, receiver: Receiver) -> Way:
    http = GuardedHttp(Allowed.read(receiver.url.removeprefix("http://").strip("/")))
    return WebhookWay(http, receiver.url, SECRET, clock=desk.hands.now, new_id=desk.new_id)


def alerts(desk: DeskRig, **ways: Way) -> Alerts:
    return Alerts(
        ways,
        workspace=WORKSPACE,
        feed=desk.stores.feed,
        shelf=desk.stores.shelf,
        state=desk.desk.state,
        language="ru",
        clock=desk.hands.now,
        sleep=desk.hands.sleep,
    )


async def test_a_promise_that_is_not_kept_is_told_once_and_signed(
    late: DeskRig, receiver: Receiver
) -> None:
    told = alerts(late, webhook=webhook(late, receiver))
    await told.look()
    await late.operator("Оля")
    await late.asks("anna", "мой секрет")
    await late.later(6 * 60, step=30)
    await told.look()
    # The same after a restart: what was told is on disk.
    late.hands.time += timedelta(minutes=2)
    await alerts(late, webhook=webhook(late, receiver)).look()
    (one,) = receiver.alerts()
    chat = await late.chat("anna")
    assert one["event"] == "handoff.missed"
    assert one["text"] == f"Чат #{chat.id}, очередь «support»: просрочено (первый ответ)"
    assert one["data"]["promise"] == "first_response"
    (request,) = receiver.got
    assert "мой секрет" not in request.body.decode()
    headers = request.headers
    signature = hmac.new(SECRET.encode(), request.body, hashlib.sha256).hexdigest()
    assert headers["x-webhook-signature"] == signature
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + request.body
    digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"


async def test_a_group_in_trouble_is_told_and_that_it_is_well_again(
    desk: DeskRig, receiver: Receiver
) -> None:
    assert desk.owner is not None
    told = alerts(desk, webhook=webhook(desk, receiver))
    await told.look()
    desk.forum.thrown_out(desk.owner)
    await desk.settle()
    for _ in range(3):
        await told.look()
        desk.hands.time += timedelta(minutes=2)
    desk.forum.let_in(desk.owner)
    await desk.settle()
    await told.look()
    assert [one["event"] for one in receiver.alerts()] == ["desk.trouble", "desk.healed"]
    assert "бота нет в группе" in receiver.alerts()[0]["text"]


async def test_what_could_not_be_told_is_told_later_together(
    late: DeskRig, receiver: Receiver, mail: Mail
) -> None:
    receiver.status = 503
    server = MailServer(
        host="127.0.0.1", port=mail.port, user="bot", password="secret", security="none"
    )
    letters = MailWay(server, sender="bot@example.com", to="owner@example.com", subject="Easy Flow")
    told = alerts(late, webhook=webhook(late, receiver), email=letters)
    await told.look()
    mail.refuse = 1
    await late.operator("Оля")
    await late.asks("anna")
    await late.later(6 * 60, step=30)
    await told.look()
    assert (len(receiver.got), mail.messages) == (1, [])
    await late.asks("boris")
    await late.later(6 * 60, step=30)
    receiver.status = 200
    await told.look()
    assert len(receiver.alerts()) == 1 + 2
    (letter,) = mail.messages
    assert "Subject: Easy Flow (2)" in letter
    assert mail.logins


async def test_many_alerts_are_bounded_and_the_rest_is_counted(
    desk: DeskRig, receiver: Receiver
) -> None:
    told = alerts(desk, webhook=webhook(desk, receiver))
    await told.look()
    made = [told._group(f"telegram:1/{number}", "беда") for number in range(MOST + 30)]
    await told._note(made)
    for _ in range(6):
        await told.look()
        desk.hands.time += timedelta(seconds=61)
    bodies = [orjson.loads(one.body) for one in receiver.got]
    assert [len(one["alerts"]) for one in bodies] == [AT_ONCE] * (MOST // AT_ONCE)
    assert [one["dropped"] for one in bodies] == [30, 0, 0, 0]


async def test_a_webhook_inside_our_own_network_is_not_called(desk: DeskRig) -> None:
    way = WebhookWay(
        GuardedHttp(Allowed.read("")),
        "https://127.0.0.1/hook",
        SECRET,
        clock=desk.hands.now,
        new_id=desk.new_id,
    )
    with pytest.raises(RemoteFailed):
        await way.tell([], dropped=0)

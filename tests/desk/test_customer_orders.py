"""A customer's last orders stand on the card, from wherever the queue says; without them it is a card all the same."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.addresses import Allowed
from adapters.customer_orders import CustomerOrders
from adapters.guarded_http import GuardedHttp
from bots.errors import RemoteFailed
from bots.model.conversation import Conversation
from bots.model.message import Address
from flows.model import Queue
from tests.desk.rig import DeskRig
from tests.servers.telegram import FakeTelegram
from tests.servers.tiny_http import Request, Response, Server, serve

ASKED = "queues:\n  support: {orders: https://crm.example.com/orders}\n  sales:\n"
ORDERS = [
    {"number": "1042", "title": "Розы", "status": "доставлен", "total": 1990, "extra": {}},
    "заказ 7",
    {"nothing": 1},
    None,
]


@pytest.fixture
async def asking(database: Path, telegram_server: FakeTelegram) -> AsyncIterator[DeskRig]:
    async with DeskRig(database, telegram_server, bot=ASKED) as one:
        yield one


async def test_the_last_orders_stand_on_the_card_and_are_asked_for_once(asking: DeskRig) -> None:
    calls: list[str | None] = []

    async def known(chat: Conversation, queue: Queue) -> Sequence[str]:
        calls.append(queue.orders)
        return ["1042 · доставлен", "*1043* · <b>в пути</b>"]

    asking.orders = known
    olya = await asking.operator("Оля")
    await asking.asks("anna")
    await asking.later(70)
    text = (await asking.card("anna")).text
    assert "🛒 1042 · доставлен\n🛒 *1043* · <b>в пути</b>" in text
    await olya.takes("anna")
    await asking.later(70)
    await asking.restart()
    await asking.later(70)
    assert "🛒 1042" in (await asking.card("anna")).text
    assert calls == ["https://crm.example.com/orders"]


async def test_where_they_cannot_be_had_the_card_says_so_and_is_there(asking: DeskRig) -> None:
    async def broken(chat: Conversation, queue: Queue) -> Sequence[str]:
        raise RemoteFailed("no answer in time")

    asking.orders = broken
    await asking.operator("Оля")
    await asking.asks("anna")
    await asking.later(70)
    assert "🛒 Заказы клиента не загрузились" in (await asking.card("anna")).text
    await asking.asks("boris", queue="продажи")
    await asking.later(70)
    assert "🛒" not in (await asking.card("boris")).text


# ---------------------------------------------------------------- the call


@pytest.fixture
async def crm() -> AsyncIterator[tuple[Server, list[Request], dict[str, Any]]]:
    got: list[Request] = []
    answer: dict[str, Any] = {"status": 200, "body": orjson.dumps({"orders": ORDERS})}

    def take(request: Request) -> Response:
        got.append(request)
        return Response(answer["body"], answer["status"])

    server = await serve(take)
    yield server, got, answer
    await server.close()


def customer() -> Conversation:
    return Conversation(
        id=7,
        uuid="u",
        address=Address(1, "shop", "whatsapp:1", "79001234567"),
        platform="whatsapp",
        user_id="79001234567",
        customer_id=1,
        created_at=datetime(2026, 3, 2, tzinfo=UTC),
        updated_at=datetime(2026, 3, 2, tzinfo=UTC),
    )


async def test_it_is_told_who_the_customer_is_and_shown_the_secret(
    crm: tuple[Server, list[Request], dict[str, Any]],
) -> None:
    server, got, answer = crm
    http = GuardedHttp(Allowed.read(server.url.removeprefix("http://").strip("/")))
    orders = CustomerOrders(http, {"crm_key": "s3cret"}.get)
    queue = Queue(orders=server.url, orders_secret="crm_key")
    assert await orders.last(customer(), queue) == ["1042 · Розы · доставлен · 1990", "заказ 7"]
    (request,) = got
    assert request.headers["authorization"] == "Bearer s3cret"
    told = orjson.loads(request.body)
    assert (told["conversation"], told["platform"], told["phone"]) == (
        7,
        "whatsapp",
        "+79001234567",
    )
    for status, body in ((500, b"[]"), (200, b"<html>"), (200, b'{"a": 1}'), (302, b"")):
        answer.update(status=status, body=body)
        with pytest.raises(RemoteFailed):
            await orders.last(customer(), queue)
    with pytest.raises(RemoteFailed, match="no value"):
        await orders.last(customer(), replace(queue, orders_secret="other"))
    with pytest.raises(RemoteFailed):
        await CustomerOrders(GuardedHttp(Allowed.read("")), lambda name: None).last(
            customer(), Queue(orders="https://127.0.0.1/orders")
        )

"""POST /hooks/events over a fake inbox."""

from typing import Any

import pytest

from bots.model.conversation import Opening
from bots.model.message import Address
from tests.adapters.http.fake_time import SHOP_KEY
from tests.adapters.http.fakes import House

EVENTS = "/hooks/events"
PAID: dict[str, Any] = {
    "event": "payment.paid",
    "platform": "telegram",
    "chat_id": "42",
    "data": {"amount": 1990},
    "id": "pay_1",
}


def known_chat(house: House, *, bot: str = "shop", chat: str = "42") -> Address:
    address = Address(1, bot, f"telegram:{bot}", chat)
    house.store.opened(address, Opening(platform="telegram", user_id="42"))
    return address


async def test_an_event_is_taken_in_for_its_chat(house: House) -> None:
    address = known_chat(house)
    response = await house.client.post(EVENTS, json=PAID)
    assert (response.status_code, response.json()) == (200, {"status": "accepted"})
    (taken,) = house.inbox.accepted
    assert (taken.address, taken.happening) == (address, "event")
    assert taken.metadata == {"event": "payment.paid", "data": {"amount": 1990}}


async def test_an_event_told_again_by_its_id_is_repeated(house: House) -> None:
    known_chat(house)
    await house.client.post(EVENTS, json=PAID)
    response = await house.client.post(EVENTS, json=PAID)
    assert response.json() == {"status": "repeated"}


async def test_an_id_that_continues_a_chats_name_is_not_another_chats_id(house: House) -> None:
    known_chat(house, chat="a")
    known_chat(house, chat="a:b")
    for chat, id in (("a", "b:c"), ("a:b", "c")):
        told = {**PAID, "chat_id": chat, "id": id}
        assert (await house.client.post(EVENTS, json=told)).json() == {"status": "accepted"}


async def test_an_event_for_a_chat_nobody_knows_is_refused(house: House) -> None:
    response = await house.client.post(EVENTS, json=PAID)
    assert response.status_code == 404
    assert house.inbox.accepted == []


async def test_a_key_of_one_bot_tells_no_other_bot(house: House) -> None:
    known_chat(house, bot="salon")
    response = await house.client.post(
        EVENTS, json=PAID, headers={"Authorization": f"Bearer {SHOP_KEY}"}
    )
    assert response.status_code == 404


async def test_without_a_key_nothing_is_told(house: House) -> None:
    known_chat(house)
    response = await house.client.post(EVENTS, json=PAID, headers={"Authorization": ""})
    assert response.status_code == 401
    assert house.inbox.accepted == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"event": "paid"}, "event"),
        ({"event": "payment paid.now"}, "event"),
        ({"data": {"text": "а" * 20_000}}, "data"),
        ({"data": [1]}, "data"),
        ({"id": ""}, "id"),
        ({"amount": 5}, "amount"),
    ],
)
async def test_an_event_that_is_none_is_refused_with_its_field(
    house: House, change: dict[str, Any], field: str
) -> None:
    known_chat(house)
    response = await house.client.post(EVENTS, json={**PAID, **change})
    assert response.status_code in (400, 422)
    assert field in response.text
    assert house.inbox.accepted == []

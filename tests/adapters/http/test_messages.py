"""Messages in one form whatever the messenger, and the files that customers sent."""

from dataclasses import replace
from typing import Any

import pytest

from bots.errors import ChannelDown, Rejected
from bots.model.answer import Delivery
from bots.model.conversation import Opening
from bots.model.message import Address, Attachment, Button, Card, Entity, Keyboard
from bots.model.turn import MessageRecord
from bots.ports import File
from bots.services.files import LARGEST
from tests.adapters.http.fake_time import SHOP_KEY
from tests.adapters.http.fakes import House

MESSAGES = "/api/v1/messaging/messages"
FILES = "/api/v1/messaging/files"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")


def said(house: House, *, bot: str = "shop", author: str = "customer", **fields: Any) -> str:
    """A message in a chat of a bot; gives its id as the contract shows it."""
    address = Address(1, bot, f"telegram:{bot}", "7")
    opening = Opening(platform="telegram", user_id="42")
    conversation = house.store.opened(address, opening)
    record: MessageRecord = house.store.note(conversation, "Здравствуйте", author)
    kept = house.store.messages[conversation.id]
    kept[-1] = replace(record, platform_message_id="9001", **fields)
    return f"msg_{record.message_id}"


async def read(house: House, id: str) -> dict[str, Any]:
    response = await house.client.get(f"{MESSAGES}/{id}")
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


async def test_what_a_customer_sent(house: House) -> None:
    photo = Attachment(kind="photo", ref="AgAC", mime="image/jpeg", size=3)
    place = Attachment(kind="location", details={"latitude": 55.7, "longitude": 37.6})
    id = said(
        house,
        message_type="image",
        attachments=(photo, place),
        reply_to="8999",
        entities=(Entity(kind="bold", start=0, length=3),),
        metadata={"album": "77"},
    )
    assert await read(house, id) == {
        "message_id": id,
        "platform": "telegram",
        "platform_message_id": "9001",
        "user_id": "42",
        "chat_id": "7",
        "text": "Здравствуйте",
        "message_type": "image",
        "direction": "inbound",
        "attachments": [
            {
                "type": "image",
                "url": f"{FILES}/{id}/1",
                "mime_type": "image/jpeg",
                "size": 3,
            },
            {"type": "location", "details": {"latitude": 55.7, "longitude": 37.6}},
        ],
        "timestamp": "2024-01-10T10:15:00Z",
        "metadata": {
            "author": "customer",
            "album": "77",
            "reply_to": "8999",
            "entities": [{"kind": "bold", "start": 0, "length": 3}],
        },
    }


async def test_what_was_sent_with_its_buttons_and_how_far_it_has_come(house: House) -> None:
    house.outbox.delivered = Delivery(status="failed", error="not on this messenger", code=131026)
    row = (Button(text="Да", payload="q:1:0"), Button(text="Сайт", url="https://shop.example"))
    card = Card(title="Торт", text="1990", photo="media/cake.jpg", keyboard=Keyboard(rows=(row,)))
    answer = await read(
        house, said(house, author="bot", keyboard=Keyboard(rows=(row,)), cards=(card,))
    )
    buttons = [
        [
            {"text": "Да", "callback_data": "q:1:0"},
            {"text": "Сайт", "url": "https://shop.example"},
        ]
    ]
    assert answer["direction"] == "outbound"
    assert answer["text"] == "Здравствуйте\n\nТорт\n1990"
    assert answer["inline_keyboard"] == {"buttons": buttons}
    assert "reply_keyboard" not in answer
    assert answer["metadata"] == {
        "author": "bot",
        "cards": [{"title": "Торт", "text": "1990", "photo": "media/cake.jpg", "buttons": buttons}],
        "delivery": {"status": "failed", "error": "not on this messenger", "code": 131026},
    }


async def test_a_keyboard_in_place_of_the_customers_own(house: House) -> None:
    rows = ((Button(text="Мой номер", share="phone"),), (Button(text="Нет"),))
    answer = await read(
        house, said(house, author="bot", keyboard=Keyboard(rows=rows, inline=False))
    )
    assert answer["reply_keyboard"] == {
        "buttons": [[{"text": "Мой номер", "request_contact": True}], [{"text": "Нет"}]]
    }


@pytest.mark.parametrize("url", [MESSAGES + "/{}", FILES + "/{}/1"])
async def test_what_belongs_to_others_is_not_found(house: House, url: str) -> None:
    attachments = (Attachment(kind="photo", ref="AgAC"),)
    foreign = url.format(said(house, bot="salon", attachments=attachments))
    house.channels["telegram"][1].files["AgAC"] = File(content=PNG)
    assert (await house.client.get(foreign)).status_code == 200
    key = {"Authorization": f"Bearer {SHOP_KEY}"}
    assert (await house.client.get(foreign, headers=key)).status_code == 404
    assert (await house.client.get(url.format("msg_unknown"))).status_code == 404
    nobody = {"Authorization": "Bearer nobody"}
    assert (await house.client.get(foreign, headers=nobody)).status_code == 401


async def test_a_file_is_fetched_and_never_shown_as_a_page(house: House) -> None:
    page = Attachment(kind="document", ref="one", name="Отчёт\r\n.html", mime="text/html")
    picture = Attachment(kind="photo", ref="two")
    id = said(house, attachments=(page, picture))
    files = house.channels["telegram"][0].files
    files |= {"one": File(content=b"<script>"), "two": File(content=PNG)}
    first = await house.client.get(f"{FILES}/{id}/1")
    assert first.content == b"<script>"
    assert first.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%D0%9E")
    assert first.headers["x-content-type-options"] == "nosniff"
    second = await house.client.get(f"{FILES}/{id}/2")
    assert (second.content, second.headers["content-type"]) == (PNG, "image/png")
    assert second.headers["content-disposition"].endswith("file-2.png")


@pytest.mark.parametrize("number", [0, 2, -1])
async def test_there_are_only_so_many_files(house: House, number: int) -> None:
    id = said(house, attachments=(Attachment(kind="photo", ref="AgAC"),))
    response = await house.client.get(f"{FILES}/{id}/{number}")
    assert response.status_code in (404, 422)


async def test_files_of_the_bots_own_folder_are_not_given_out(house: House) -> None:
    files = (Attachment(kind="photo", ref="media/a.jpg"),)
    id = said(house, author="bot", attachments=files)
    house.channels["telegram"][0].files["media/a.jpg"] = File(content=PNG)
    assert (await house.client.get(f"{FILES}/{id}/1")).status_code == 404


@pytest.mark.parametrize(
    ("failure", "status"),
    [(Rejected("file is too big"), 409), (ChannelDown("no route"), 503), (None, 404)],
)
async def test_what_the_messenger_does_not_give_out(
    house: House, failure: Exception | None, status: int
) -> None:
    id = said(house, attachments=(Attachment(kind="photo", ref="AgAC"),))
    if failure is not None:
        house.channels["telegram"][0].files["AgAC"] = failure
    assert (await house.client.get(f"{FILES}/{id}/1")).status_code == status


async def test_what_is_too_large_is_not_even_fetched(house: House) -> None:
    id = said(house, attachments=(Attachment(kind="video", ref="big", size=LARGEST + 1),))
    response = await house.client.get(f"{FILES}/{id}/1")
    assert response.status_code == 409
    assert str(LARGEST) in response.json()["error"]["message"]

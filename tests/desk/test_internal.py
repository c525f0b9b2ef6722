"""A queue whose operators' words stay inside: only what is marked as such goes to the customer."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.messengers.telegram.desk.aloud import aloud
from tests.desk.rig import DeskOperator, DeskRig
from tests.servers.telegram import FakeTelegram

INTERNAL = "queues:\n  support: {internal_by_default: yes}\n  sales:\n"


@pytest.fixture
async def inside(database: Path, telegram_server: FakeTelegram) -> AsyncIterator[DeskRig]:
    async with DeskRig(database, telegram_server, bot=INTERNAL) as one:
        yield one


async def taken(desk: DeskRig) -> DeskOperator:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await olya.takes("anna")
    return olya


async def notes(desk: DeskRig) -> list[str]:
    return [one.text for one in await desk.stores.desks.notes((await desk.chat("anna")).id)]


async def test_plain_words_are_notes_and_marked_ones_are_sent(inside: DeskRig) -> None:
    olya = await taken(inside)
    await olya.writes("anna", "груба, осторожно")
    for text in ("> Уже едет", ">Точно", "/r Честно", "/ответ Правда"):
        await olya.writes("anna", text)
    assert inside.heard("anna")[1:] == ["Зову коллегу.", "Уже едет", "Точно", "Честно", "Правда"]
    assert await notes(inside) == ["груба, осторожно"]
    await inside.later(70)
    assert "начатое с > или /r" in (await inside.card("anna")).text


@pytest.mark.parametrize("text", ["> /close", ">//секрет", "//> внутри", "/rr нет", "/note > нет"])
async def test_what_is_an_order_or_a_note_all_the_same_goes_nowhere(
    inside: DeskRig, text: str
) -> None:
    olya = await taken(inside)
    await olya.writes("anna", text)
    assert inside.heard("anna")[-1] == "Зову коллегу."
    assert (await inside.chat("anna")).owner == "operator"


async def test_a_file_without_a_mark_waits_for_a_button(inside: DeskRig) -> None:
    olya = await taken(inside)
    file = inside.telegram.file("bill.pdf", b"...")
    number = await olya.sends("anna", "document", file)
    assert inside.heard("anna")[-1] == "Зову коллегу."
    await inside.later(20)
    hint = next(one for one in await inside.shown("anna") if one.reply_to == number)
    assert await olya.presses("anna", "Отправить клиенту", message_id=hint.id) == "✅ Отправлено."
    await olya.sends("anna", "document", file, "> счёт")
    assert inside.heard("anna")[-2:] == ["", "счёт"]


async def test_an_edit_of_what_was_sent_is_sent_without_its_mark(inside: DeskRig) -> None:
    olya = await taken(inside)
    number = await olya.writes("anna", "> завтра")
    await olya.edits(number, "> послезавтра")
    seen = inside.telegram.seen(inside.number("anna"))
    assert [one["message"]["text"] for one in seen if one["act"] == "edits"] == ["послезавтра"]


async def test_somebody_elses_mark_sends_nothing(inside: DeskRig) -> None:
    await taken(inside)
    ivan = await inside.operator("Иван")
    await ivan.writes("anna", "> я отвечу")
    await inside.stranger("Прохожий").writes("anna", "> и я")
    assert inside.heard("anna")[-1] == "Зову коллегу."


async def test_elsewhere_the_sign_is_a_part_of_the_words(desk: DeskRig) -> None:
    olya = await taken(desk)
    await olya.writes("anna", "> 5 рублей")
    await olya.writes("anna", "/r так")
    assert desk.heard("anna")[-1] == "> 5 рублей"


def test_marks_in_the_words_move_with_them() -> None:
    raw = {
        "text": ">  Уже едет",
        "entities": [
            {"type": "bold", "offset": 7, "length": 4},
            {"type": "italic", "offset": 0, "length": 1},
        ],
    }
    assert aloud(raw, "shop_bot") == {
        "text": "Уже едет",
        "entities": [{"type": "bold", "offset": 4, "length": 4}],
    }
    command = {"text": "/r@shop_bot Да", "entities": []}
    assert aloud(command, "Shop_Bot") == {"text": "Да", "entities": []}
    assert aloud({"text": "/r@other_bot Да"}, "shop_bot") is None
    assert aloud({"text": "просто"}, "shop_bot") is None
    album = {"caption": "a", "album": [{"caption": "a"}, {"caption": "> b"}]}
    assert aloud(album, "shop_bot") == {
        "caption": "a",
        "album": [{"caption": "a"}, {"caption": "b", "caption_entities": []}],
    }

"""What an operator writes in a topic reaches the customer, once, in a form that the messenger takes."""

from typing import Any

from tests.desk.rig import DeskRig
from tests.desk.test_mirror import taken


def got(desk: DeskRig, customer: str = "anna") -> list[dict[str, Any]]:
    """What the customer got since a person has the chat."""
    seen = desk.telegram.seen(desk.number(customer))
    said = [one["message"] for one in seen if one["who"] == "bot" and one["act"] == "says"]
    return said[said.index(next(one for one in said if one.get("text") == "Зову коллегу.")) + 1 :]


def refuses(desk: DeskRig, status: int, description: str) -> None:
    """What is next said to the customer."""
    desk.telegram.script(
        method="sendMessage",
        chat_id=desk.number("anna"),
        status=status,
        description=description,
    )


async def test_words_keep_what_is_marked_in_them(desk: DeskRig) -> None:
    olya = await taken(desk)
    await olya.writes("anna", "Уже едет", entities=[{"type": "bold", "offset": 4, "length": 4}])
    (said,) = got(desk)
    assert said["text"] == "Уже едет"
    assert said["entities"] == [{"type": "bold", "offset": 4, "length": 4}]


async def test_the_same_update_again_says_nothing_twice(desk: DeskRig) -> None:
    olya = await taken(desk)
    olya.person.writes(await desk.topic_of("anna"), "один раз", copies=3)
    await desk.settle()
    assert [one["text"] for one in got(desk)] == ["один раз"]


async def test_an_answer_in_the_topic_is_an_answer_for_the_customer(desk: DeskRig) -> None:
    olya = await taken(desk)
    await desk.customer("anna", "первый", "второй")
    await desk.later(20)
    first = next(one for one in await desk.shown("anna") if one.text.startswith("первый"))
    await olya.replies("anna", first.id, "на него")
    (said,) = got(desk)
    assert said["reply_to_message"]["text"] in ("первый", "второй")


async def test_files_go_as_what_they_are(desk: DeskRig) -> None:
    olya = await taken(desk)
    kinds = ["photo", "video", "voice", "audio", "document", "sticker", "video_note"]
    for kind in kinds:
        file = desk.telegram.file(f"{kind}.bin", b"...")
        await olya.sends("anna", kind, file, "подпись" if kind == "photo" else "")
    said = got(desk)
    assert [next(kind for kind in kinds if kind in one) for one in said] == kinds
    assert said[0]["caption"] == "подпись"


async def test_an_album_goes_as_one(desk: DeskRig) -> None:
    olya = await taken(desk)
    thread = await desk.topic_of("anna")
    files = [desk.telegram.file(f"{number}.bin", b"...") for number in range(3)]
    olya.person.sends_album(thread, ["photo"] * 3, files, "три фото")
    await desk.settle()
    await desk.later(5)
    said = got(desk)
    assert ["photo" in one for one in said] == [True] * 3
    assert len({one["media_group_id"] for one in said}) == 1
    assert said[0]["caption"] == "три фото"


async def test_an_album_that_a_crash_came_into_goes_once_and_whole(desk: DeskRig) -> None:
    olya = await taken(desk)
    thread = await desk.topic_of("anna")
    files = [desk.telegram.file(f"{number}.bin", b"...") for number in range(3)]
    olya.person.sends_album(thread, ["photo"] * 3, files)
    await desk.bring_in()
    await desk.restart()
    await desk.settle()
    await desk.later(5)
    assert ["photo" in one for one in got(desk)] == [True] * 3


async def test_an_edit_changes_what_the_customer_sees(desk: DeskRig) -> None:
    olya = await taken(desk)
    number = await olya.writes("anna", "Будет завтра")
    await olya.edits(number, "Будет послезавтра")
    seen = desk.telegram.seen(desk.number("anna"))
    assert [one["message"]["text"] for one in seen if one["act"] == "edits"] == [
        "Будет послезавтра"
    ]
    assert [one["text"] for one in got(desk)] == ["Будет завтра"]


async def test_the_same_edit_again_changes_nothing(desk: DeskRig) -> None:
    olya = await taken(desk)
    number = await olya.writes("anna", "Будет завтра")
    olya.person.edits(number, "Будет послезавтра", copies=3)
    await desk.settle()
    olya.person.edits(number, "Будет послезавтра")
    await desk.settle()
    seen = desk.telegram.seen(desk.number("anna"))
    assert len([one for one in seen if one["act"] == "edits"]) == 1


async def test_a_poll_is_refused_with_a_reason_and_goes_nowhere(desk: DeskRig) -> None:
    olya = await taken(desk)
    poll = {"id": "1", "question": "Когда?", "options": []}
    olya.person._write(await desk.topic_of("anna"), {"poll": poll})
    await desk.settle()
    await desk.later(20)
    assert got(desk) == []
    assert "опрос нельзя переслать" in (await desk.texts("anna"))[-1]


# ---------------------------------------------------------------- what did not arrive


async def test_what_did_not_arrive_is_told_under_it_once(desk: DeskRig) -> None:
    olya = await taken(desk)
    refuses(desk, 403, "Forbidden: bot was blocked by the user")
    number = await olya.writes("anna", "Вы тут?")
    await desk.later(20)
    remarks = [one for one in await desk.shown("anna") if one.reply_to == number]
    assert [one.text for one in remarks] == [
        "❌ Не доставлено. Клиент заблокировал бота или удалил чат. Попробуйте ещё раз, если он вернётся."
    ]
    assert "Ещё раз" in remarks[0].buttons


async def test_a_retry_sends_the_same_message_once(desk: DeskRig) -> None:
    olya = await taken(desk)
    refuses(desk, 400, "Bad Request: something odd")
    number = await olya.writes("anna", "Вы тут?")
    await desk.later(20)
    (remark,) = [one for one in await desk.shown("anna") if one.reply_to == number]
    thread = await desk.topic_of("anna")
    for _ in range(2):
        olya.person.presses(thread, "Ещё раз", message_id=remark.id)
    await desk.settle()
    assert [one["text"] for one in got(desk)] == ["Вы тут?"]
    # What was done cannot be done again: the buttons are gone.
    (remark,) = [one for one in await desk.shown("anna") if one.reply_to == number]
    assert remark.buttons == ()


async def test_what_arrives_is_not_spoken_of(desk: DeskRig) -> None:
    olya = await taken(desk)
    number = await olya.writes("anna", "Уже едет")
    await desk.later(20)
    assert [one for one in await desk.shown("anna") if one.reply_to == number] == []

"""What a customer writes stands in the topic: all of it, in order, as it was meant."""

from typing import Any, Literal

from bots.model.message import Button, Keyboard, Reply
from tests.desk.rig import DeskRig
from tests.servers import telegram_happenings as happenings
from tests.servers.telegram_group import Shown


async def taken(desk: DeskRig, customer: str = "anna") -> Any:
    """An operator who has the chat."""
    olya = await desk.operator("Оля")
    await desk.asks(customer)
    await olya.takes(customer)
    await desk.later(20)
    return olya


async def below(desk: DeskRig, customer: str = "anna") -> list[Shown]:
    """What stands beneath the card."""
    await desk.later(20)
    return (await desk.shown(customer))[1:]


async def sends(desk: DeskRig, *updates: Any) -> None:
    for update in updates:
        next(iter(update.values()))["from"] = desk._from("anna")["from"]
    desk.happens(*updates)
    await desk.settle()


async def edits(desk: DeskRig, text: str) -> None:
    """The customer's last message has other words."""
    chat = await desk.chat("anna")
    records = await desk.stores.episodes.messages(chat.id, after=0, limit=100)
    number = int([one for one in records if one.direction == "inbound"][-1].platform_message_id)
    again = happenings.edited(desk.number("anna"), number, text)
    await sends(desk, again)


# ---------------------------------------------------------------- words


async def test_words_keep_what_is_marked_in_them(desk: DeskRig) -> None:
    await taken(desk)
    marks = [{"type": "bold", "offset": 2, "length": 4}]
    desk.customer_writes("anna", "😀 жирно", entities=[{**marks[0], "offset": 3, "length": 5}])
    await desk.settle()
    (shown,) = await below(desk)
    assert shown.text == "😀 жирно"
    assert shown.message["entities"] == [{"type": "bold", "offset": 3, "length": 5}]


async def test_a_long_text_stands_in_parts_and_an_answer_to_any_is_an_answer_to_it(
    desk: DeskRig,
) -> None:
    olya = await taken(desk)
    # Telegram itself lets nobody write more at once; other messengers do.
    chat = await desk.chat("anna")
    await sends(desk, happenings.message(desk.number("anna"), "а" * 4090))
    shown = await below(desk)
    assert "".join(one.text for one in shown) == "а" * 4090
    await olya.replies("anna", shown[-1].id, "понятно")
    (record,) = [
        one
        for one in await desk.stores.episodes.messages(chat.id, after=0, limit=100)
        if one.author == "operator"
    ]
    assert record.reply_to


async def test_what_looks_like_markup_is_shown_as_it_was_written(desk: DeskRig) -> None:
    await taken(desk)
    await desk.customer("anna", "<b>*_`[x](y)` </b> & \\")
    assert [one.text for one in await below(desk)] == ["<b>*_`[x](y)` </b> & \\"]


async def test_what_others_say_meanwhile_is_shown_as_theirs(desk: DeskRig) -> None:
    await taken(desk)
    chat = await desk.chat("anna")
    keyboard = Keyboard(rows=((Button(text="Да", payload="y"), Button(text="Нет", payload="n")),))
    said: tuple[tuple[Literal["api", "bot"], str], ...] = (
        ("api", "Оплачено"),
        ("bot", "Оцените нас"),
    )
    for author, text in said:
        reply = Reply(message_id=desk.new_id(), text=text, keyboard=keyboard, author=author)
        await desk.inbox.say(chat.address, reply)
    await desk.later(20)
    shown = await below(desk)
    assert [one.text for one in shown] == [
        "🔌 API: Оплачено\n[Да] [Нет]",
        "🤖 Оцените нас\n[Да] [Нет]",
    ]
    assert [one.buttons for one in shown] == [(), ()]


# ---------------------------------------------------------------- what it answers


async def test_an_answer_of_the_customer_answers_the_operators_message(desk: DeskRig) -> None:
    olya = await taken(desk)
    asked = await olya.writes("anna", "Какой адрес?")
    said = desk.telegram.seen(desk.number("anna"))[-1]["message"]
    answer = happenings.message(desk.number("anna"), "Ленина, 1")
    await sends(desk, happenings.replying(answer, said))
    shown = await below(desk)
    assert (shown[-1].text, shown[-1].reply_to) == ("Ленина, 1", asked)


async def test_what_answers_a_message_that_is_not_here_quotes_it(desk: DeskRig) -> None:
    await desk.customer("anna", "/start", "Где заказ?")
    said = desk.telegram.seen(desk.number("anna"))[-1]["message"]
    await desk.asks("anna")
    answer = happenings.message(desk.number("anna"), "вот этот")
    await sends(desk, happenings.replying(answer, said))
    shown = (await below(desk))[-1]
    assert shown.text.endswith("\nвот этот")
    assert shown.message["entities"][0]["type"] == "blockquote"


async def test_a_picture_that_answers_a_message_that_is_not_here_quotes_it_too(
    desk: DeskRig,
) -> None:
    await desk.customer("anna", "/start", "Где заказ?")
    said = desk.telegram.seen(desk.number("anna"))[-1]["message"]
    await desk.asks("anna")
    file = desk.telegram.file("a.bin", b"...")
    picture = happenings.attached(desk.number("anna"), "photo", file, "вот этот")
    await sends(desk, happenings.replying(picture, said))
    shown = (await below(desk))[-1]
    assert shown.message["photo"]
    assert shown.message["caption"].endswith("\nвот этот")
    assert shown.message["caption_entities"][0]["type"] == "blockquote"


# ---------------------------------------------------------------- corrections


async def test_an_edit_shows_the_new_words_and_keeps_the_old(desk: DeskRig) -> None:
    await taken(desk)
    await desk.customer("anna", "в пятницу")
    await edits(desk, "в субботу")
    (shown,) = await below(desk)
    assert shown.text == "в субботу\nБыло: в пятницу"
    quote = shown.message["entities"][-1]
    assert (quote["type"], quote["offset"]) == ("expandable_blockquote", 10)


async def test_all_that_was_said_before_stays_to_be_read(desk: DeskRig) -> None:
    await taken(desk)
    await desk.customer("anna", "в пятницу")
    for text in ("в субботу", "в воскресенье"):
        await edits(desk, text)
    (shown,) = await below(desk)
    assert shown.text == "в воскресенье\nБыло: в пятницу\nБыло: в субботу"


async def test_other_words_under_a_picture_stand_under_it(desk: DeskRig) -> None:
    await taken(desk)
    file = desk.telegram.file("a.bin", b"...")
    await sends(desk, happenings.attached(desk.number("anna"), "photo", file, "вот"))
    chat = await desk.chat("anna")
    record = (await desk.stores.episodes.messages(chat.id, after=0, limit=100))[-1]
    update = happenings.attached(desk.number("anna"), "photo", file, "вот так")["message"]
    number = int(record.platform_message_id)
    await sends(desk, {"edited_message": {**update, "message_id": number, "edit_date": 1}})
    (shown,) = await below(desk)
    assert (shown.kind, shown.text) == ("photo", "вот так\nБыло: вот")


async def test_an_edit_that_changes_nothing_to_be_seen_shows_nothing(desk: DeskRig) -> None:
    await taken(desk)
    await desk.customer("anna", "в пятницу")
    await edits(desk, "в пятницу")
    assert [one.text for one in await below(desk)] == ["в пятницу"]


async def test_an_edit_of_what_was_deleted_in_the_topic_is_said_anew(desk: DeskRig) -> None:
    olya = await taken(desk)
    await desk.customer("anna", "в пятницу")
    (shown,) = await below(desk)
    olya.person.removes(shown.id)
    await edits(desk, "в субботу")
    assert [one.text for one in await below(desk)] == ["✏️ Исправлено: в субботу"]


# ---------------------------------------------------------------- files


async def test_files_are_shown_as_what_they_are(desk: DeskRig) -> None:
    await taken(desk)
    chat = desk.number("anna")
    kinds = ["photo", "video", "voice", "audio", "document", "sticker", "video_note"]
    for kind in kinds:
        file = desk.telegram.file(f"{kind}.bin", b"...")
        await sends(desk, happenings.attached(chat, kind, file))
    await sends(desk, happenings.located(chat, 55.75, 37.61))
    await sends(desk, happenings.contact(chat, "+79990000000", own=False))
    await desk.later(60)
    shown = [one.kind for one in await below(desk)]
    assert shown == [*kinds, "location", "contact"]


async def test_what_bots_are_not_given_is_named(desk: DeskRig) -> None:
    await taken(desk)
    await sends(desk, happenings.asked(desk.number("anna"), "Чай?", "да", "нет"))
    assert [one.text for one in await below(desk)] == ["📎 опрос"]


async def test_an_album_stays_an_album(desk: DeskRig) -> None:
    await taken(desk)
    files = [desk.telegram.file(f"{number}.bin", b"...") for number in range(3)]
    kinds = ["photo", "photo", "video"]
    await sends(desk, *happenings.album(desk.number("anna"), kinds, files=files))
    await desk.later(5)
    shown = await below(desk)
    assert [one.kind for one in shown] == ["photo", "photo", "video"]
    assert len({one.message["media_group_id"] for one in shown}) == 1


# ---------------------------------------------------------------- crashes


async def test_nothing_is_lost_and_nothing_is_shown_twice_over_a_restart(desk: DeskRig) -> None:
    await taken(desk)
    for number in range(6):
        desk.customer_writes("anna", f"раз {number}")
    await desk.bring_in()
    await desk.restart()
    await desk.settle()
    await desk.later(60)
    text = "\n".join(one.text for one in await below(desk))
    assert text.split("\n") == [f"раз {number}" for number in range(6)]


async def test_where_the_budget_is_short_words_stand_together(desk: DeskRig) -> None:
    await taken(desk)
    for number in range(12):
        desk.customer_writes("anna", f"раз {number}")
    await desk.settle()
    await desk.later(60)
    shown = await below(desk)
    assert len(shown) < 12
    assert "\n".join(one.text for one in shown).split("\n") == [f"раз {n}" for n in range(12)]
    assert desk.forum.busiest <= 20
